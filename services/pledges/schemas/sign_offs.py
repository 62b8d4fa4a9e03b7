"""Bodies of decisions about pledges."""

from datetime import date, datetime
from typing import Literal, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.reasons import Reason
from services.pledges.domain import returns
from services.pledges.domain.sign_offs import DecidedState, Decision, DecisionTaken, SignOff
from services.pledges.domain.status import Delivery, Evidence, Schedule
from services.pledges.schemas.fields import ClosedOn, LinkedIndicatorOut, Name
from services.pledges.schemas.linked import LinkedRiskOut, LinkedSchemeOut
from services.pledges.schemas.returns import EvidenceLink

Signed = Literal[Delivery.DELIVERED, Delivery.UNDELIVERABLE_EXTERNAL]


class SignOffIn(StrictBody):
    """Delivered is signed with evidence, out of reach with a reason and what would change it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "delivery": "delivered",
                    "portfolio_holder": "Ian Tuffin",
                    "evidence": [{"title": "The plan as published", "url": "https://example.org/loneliness-plan"}],
                }
            ]
        }
    )

    delivery: Signed
    portfolio_holder: Name = Field(description="Who signs: one who answers for the pledge", examples=["Ian Tuffin"])
    evidence: list[EvidenceLink] = Field(default=[], max_length=50, description="What shows that it is delivered")
    reason: Reason | None = Field(None, description="Why it is out of reach", examples=["The grant was withdrawn"])
    would_change_it: Reason | None = Field(
        None, description="What would bring it back within reach", examples=["Another round of the grant"]
    )
    closed_on: ClosedOn = None

    def to_domain(self) -> SignOff:
        return SignOff(
            delivery=self.delivery,
            portfolio_holder=self.portfolio_holder,
            evidence=tuple(returns.EvidenceLink(one.title, one.url) for one in self.evidence),
            reason=self.reason,
            would_change_it=self.would_change_it,
            closed_on=self.closed_on,
        )


class ReopenIn(StrictBody):
    reason: Reason = Field(description="Why it is open again", examples=["The service closed after three weeks"])


class DecidedStateOut(OutBody):
    """A pledge as it was when a decision about it was taken."""

    version: int = Field(description="How many events the pledge had")
    wording: str
    due: date | None
    delivery: Delivery
    evidence: Evidence
    schedule: Schedule
    indicators: list[LinkedIndicatorOut] = Field(description="Values and colours as they were")
    risks: list[LinkedRiskOut] = Field(description="Risks to it as they were rated")
    schemes: list[LinkedSchemeOut] = Field(description="Savings schemes as they stood")

    @classmethod
    def of(cls, state: DecidedState) -> Self:
        return cls(
            version=state.version,
            wording=state.wording,
            due=state.due,
            delivery=state.delivery,
            evidence=state.evidence,
            schedule=state.schedule,
            indicators=[LinkedIndicatorOut.of(one) for one in state.indicators],
            risks=[LinkedRiskOut.of(one) for one in state.elsewhere.risks],
            schemes=[LinkedSchemeOut.of(one) for one in state.elsewhere.schemes],
        )


class PledgeDecisionOut(OutBody):
    """A pledge signed off or reopened, with the state that the decision was taken on."""

    decision: Decision
    portfolio_holder: str | None = Field(description="Who signed; null where it was reopened")
    by: str = Field(description="Who recorded it")
    reason: str | None
    would_change_it: str | None
    evidence: list[EvidenceLink]
    at: datetime
    business_date: date
    taken_on: DecidedStateOut

    @classmethod
    def of(cls, taken: DecisionTaken) -> Self:
        return cls(
            decision=taken.decision,
            portfolio_holder=taken.portfolio_holder,
            by=taken.by,
            reason=taken.reason,
            would_change_it=taken.would_change_it,
            evidence=[EvidenceLink(title=one.title, url=one.url) for one in taken.evidence],
            at=taken.at,
            business_date=taken.business_date,
            taken_on=DecidedStateOut.of(taken.state),
        )
