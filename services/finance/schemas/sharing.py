"""The calculator of risk shares."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody
from contracts.money import Money, pounds
from services.finance.domain.agreement import RiskShareTerms
from services.finance.domain.risk_share import RiskShareRule, SplitTerms
from services.finance.domain.sharing import SharedVariance
from services.finance.schemas.agreements import ObligingBody
from services.finance.schemas.fields import Code, Cost, Pounds, refused
from services.finance.schemas.fund_positions import DrawnOut, PartnerShareOut


class VarianceBody(ObligingBody):
    """A variance and the terms to share it by: an overspend is positive, an underspend negative."""

    variance: Pounds
    host: Annotated[Code | None, Field(description="Partner that hosts the fund, for the rule `host`")] = None
    weights: Annotated[
        dict[Code, Cost],
        Field(
            default_factory=dict,
            max_length=20,
            description="What each partner contributed (`pro_rata`), or its own variance (`own`)",
        ),
    ]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "variance": {"amount": "1000.01"},
                    "rule": "fixed_share",
                    "shares": {"PCC": "0.77", "CCG": "0.23"},
                    "waterfall": [{"name": "risk pool", "available": {"amount": "250.00"}}],
                }
            ]
        }
    )

    @model_validator(mode="after")
    def measured(self) -> Self:
        """There is no fund here whose underspends could be reckoned."""
        unmeasured = [place for place, source in enumerate(self.waterfall) if source.available is None]
        if unmeasured:
            raise refused(*((("waterfall", place, "available"), "say how much there is") for place in unmeasured))
        return self

    def to_calculation(self) -> tuple[Decimal, RiskShareTerms, SplitTerms]:
        """The variance, the terms, and by what partners split it."""
        terms = self.to_domain()
        given = {partner: cost.amount for partner, cost in self.weights.items()}
        weights = given if self.rule in {RiskShareRule.PRO_RATA, RiskShareRule.OWN} else self.shares
        return self.variance.amount, terms, SplitTerms(terms.rule, self.host, weights, terms.tiers, terms.caps)


class SharedVarianceOut(OutBody):
    """A variance, all of it accounted for."""

    drawn: list[DrawnOut]
    partner_shares: list[PartnerShareOut]
    retained: Money
    carried_forward: Money
    unallocated: Money
    obliges: Annotated[str | None, Field(description="What the variance obliges partners to; null where there is none")]

    @classmethod
    def of(cls, shared: SharedVariance, obliges: str | None) -> Self:
        return cls(
            drawn=[DrawnOut(name=name, amount=pounds(amount)) for name, amount in shared.drawn],
            partner_shares=[PartnerShareOut(partner=p, amount=pounds(a)) for p, a in sorted(shared.by_partner.items())],
            retained=pounds(shared.retained),
            carried_forward=pounds(shared.carried_forward),
            unallocated=pounds(shared.unallocated),
            obliges=obliges,
        )
