"""Agreements between the partners of a fund: contributions and who bears a variance."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import pounds
from services.finance.domain.agreement import Agreement, AgreementTerms, Contribution, RiskShareTerms
from services.finance.domain.risk_share import Cap, RiskShareRule, Source, SourceKind, Tier, UnderspendRule
from services.finance.domain.triggers import NO_TRIGGERS
from services.finance.schemas.fields import Code, Cost, FinancialYear, Title, Weight, refused
from services.finance.schemas.triggers import TriggersBody

Words = Annotated[str, Field(min_length=1, max_length=500)]


class ContributionBody(StrictBody):
    """What a partner puts in, in a year, and in words how that may vary."""

    partner: Code
    financial_year: FinancialYear
    amount: Cost
    varies: str | None = Field(None, max_length=500)

    def to_domain(self) -> Contribution:
        return Contribution(self.partner, self.financial_year, self.amount.amount, self.varies)

    @classmethod
    def of(cls, part: Contribution) -> Self:
        return cls(
            partner=part.partner,
            financial_year=part.financial_year,
            amount=pounds(part.amount),
            varies=part.varies,
        )


class TierBody(StrictBody):
    up_to: Cost | None = None
    shares: dict[Code, Weight] = Field(min_length=1, max_length=20)

    def to_domain(self) -> Tier:
        return Tier(None if self.up_to is None else self.up_to.amount, self.shares)

    @classmethod
    def of(cls, tier: Tier) -> Self:
        return cls(up_to=None if tier.up_to is None else pounds(tier.up_to), shares=dict(tier.weights))


class CapBody(StrictBody):
    limit: Cost
    fallback: Code | None = None

    def to_domain(self) -> Cap:
        return Cap(self.limit.amount, self.fallback)

    @classmethod
    def of(cls, cap: Cap) -> Self:
        return cls(limit=pounds(cap.limit), fallback=cap.fallback)


class SourceBody(StrictBody):
    """Money that absorbs an overspend before partners do, in the order in which it is agreed."""

    name: Title
    kind: Annotated[SourceKind | None, Field(description="What kind of money it is; null where that is not said")] = (
        None
    )
    available: Annotated[
        Cost | None,
        Field(description="How much there is; of `underspends` null: what other lines leave in the pool, as reckoned"),
    ] = None

    @model_validator(mode="after")
    def measured(self) -> Self:
        if self.available is None and self.kind is not SourceKind.UNDERSPENDS:
            raise refused((("available",), "only underspends of the fund are reckoned; say how much there is"))
        return self

    def to_domain(self) -> Source:
        return Source(self.name, None if self.available is None else self.available.amount, self.kind)

    @classmethod
    def of(cls, source: Source) -> Self:
        available = None if source.available is None else pounds(source.available)
        return cls(name=source.name, kind=source.kind, available=available)


class SharingBody(StrictBody):
    """Who bears a variance, after the waterfall: ``shares`` for fixed_share, ``tiers`` for tiered."""

    rule: RiskShareRule
    shares: dict[Code, Weight] = Field(default_factory=dict, max_length=20)
    tiers: list[TierBody] = Field(default_factory=list, max_length=20)
    caps: dict[Code, CapBody] = Field(default_factory=dict, max_length=20)
    waterfall: list[SourceBody] = Field(default_factory=list, max_length=10)
    underspend: UnderspendRule = UnderspendRule.RETAIN

    @model_validator(mode="after")
    def complete(self) -> Self:
        if self.rule is RiskShareRule.FIXED_SHARE and sum(self.shares.values()) != 1:
            raise refused((("shares",), "fixed shares must sum to exactly 1"))
        ends = [tier.up_to.amount for tier in self.tiers[:-1] if tier.up_to is not None]
        rising = len(ends) == len(self.tiers) - 1 and ends == sorted(set(ends))
        if self.rule is RiskShareRule.TIERED and not (self.tiers and self.tiers[-1].up_to is None and rising):
            raise refused((("tiers",), "tiers must rise, and only the last has no upper end"))
        reckoned = [i for i, source in enumerate(self.waterfall) if source.available is None]
        if len(reckoned) > 1:
            raise refused(*((("waterfall", i), "underspends are reckoned once") for i in reckoned[1:]))
        empty = [i for i, tier in enumerate(self.tiers) if sum(tier.shares.values()) == 0]
        if empty:
            raise refused(*((("tiers", i, "shares"), "must sum to more than zero") for i in empty))
        return self

    def to_domain(self) -> RiskShareTerms:
        return RiskShareTerms(
            rule=self.rule,
            shares=self.shares,
            tiers=tuple(tier.to_domain() for tier in self.tiers),
            caps={partner: cap.to_domain() for partner, cap in self.caps.items()},
            sources=tuple(source.to_domain() for source in self.waterfall),
            underspend=self.underspend,
        )

    @classmethod
    def of(cls, terms: RiskShareTerms) -> Self:
        return cls(
            rule=terms.rule,
            shares=dict(terms.shares),
            tiers=[TierBody.of(tier) for tier in terms.tiers],
            caps={partner: CapBody.of(cap) for partner, cap in terms.caps.items()},
            waterfall=[SourceBody.of(source) for source in terms.sources],
            underspend=terms.underspend,
        )


class ObligingBody(SharingBody):
    """Who bears a variance, and what it obliges partners to; where that is not said, to an action plan."""

    overspend_obliges: Annotated[Words | None, Field(description="What an overspend obliges to, as agreed")] = None
    underspend_obliges: Annotated[Words | None, Field(description="What an underspend obliges to, as agreed")] = None

    def to_domain(self) -> RiskShareTerms:
        over, under = self.overspend_obliges, self.underspend_obliges
        return replace(super().to_domain(), overspend_obliges=over, underspend_obliges=under)


class RiskShareBody(ObligingBody):
    """Who bears a variance: of lines with terms of their own, and of all the others together."""

    lines: Annotated[
        dict[Code, SharingBody],
        Field(default_factory=dict, max_length=500, description="Terms of budget lines that have their own, by code"),
    ]

    def to_domain(self) -> RiskShareTerms:
        return replace(super().to_domain(), lines={code: terms.to_domain() for code, terms in self.lines.items()})

    @classmethod
    def of(cls, terms: RiskShareTerms) -> Self:
        lines = {code: SharingBody.of(own) for code, own in terms.lines.items()}
        over, under = terms.overspend_obliges, terms.underspend_obliges
        more = {"lines": lines, "overspend_obliges": over, "underspend_obliges": under}
        return super().of(terms).model_copy(update=more)


class AgreementBody(StrictBody):
    effective_from: date
    contributions: list[ContributionBody] = Field(default_factory=list, max_length=200)
    risk_share: RiskShareBody | None = None
    triggers: TriggersBody | None = None

    def to_domain(self) -> AgreementTerms:
        return AgreementTerms(
            effective_from=self.effective_from,
            contributions=tuple(part.to_domain() for part in self.contributions),
            risk_share=None if self.risk_share is None else self.risk_share.to_domain(),
            triggers=NO_TRIGGERS if self.triggers is None else self.triggers.to_domain(),
        )


class AgreementOut(OutBody):
    version: int
    effective_from: date
    contributions: list[ContributionBody]
    risk_share: RiskShareBody | None
    triggers: TriggersBody | None
    recorded_at: datetime
    recorded_by: str
    business_date: date

    @classmethod
    def of(cls, agreement: Agreement) -> Self:
        terms = agreement.terms
        return cls(
            version=agreement.version,
            effective_from=terms.effective_from,
            contributions=[ContributionBody.of(part) for part in terms.contributions],
            risk_share=None if terms.risk_share is None else RiskShareBody.of(terms.risk_share),
            triggers=TriggersBody.of(terms.triggers),
            recorded_at=agreement.recorded_at,
            recorded_by=agreement.recorded_by,
            business_date=agreement.business_date,
        )
