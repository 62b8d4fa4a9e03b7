"""What partners of a fund agreed: what each puts in, and who bears a variance. Versions are appended, never changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.risk_share import Cap, RiskShareRule, Source, Tier, UnderspendRule
from services.finance.domain.triggers import NO_TRIGGERS, Triggers


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a partner puts in, in a year, in pounds, and in words how that may vary."""

    partner: str
    financial_year: Period
    amount: Decimal
    varies: str | None = None


@dataclass(frozen=True, slots=True)
class RiskShareTerms:
    """Who bears a variance after the sources: ``shares`` for fixed_share, ``tiers`` for tiered.

    ``lines`` are the terms of lines that have their own, which have no lines in turn. What an over- or an underspend
    obliges partners to is in words; null where the agreement does not say.
    """

    rule: RiskShareRule
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    tiers: Sequence[Tier] = ()
    caps: Mapping[str, Cap] = field(default_factory=dict)
    sources: Sequence[Source] = ()
    underspend: UnderspendRule = UnderspendRule.RETAIN
    lines: Mapping[str, "RiskShareTerms"] = field(default_factory=dict)
    overspend_obliges: str | None = None
    underspend_obliges: str | None = None

    def partners(self) -> set[str]:
        fallbacks = {cap.fallback for cap in self.caps.values() if cap.fallback is not None}
        named = {*self.shares, *self.caps, *fallbacks}.union(*(tier.weights for tier in self.tiers))
        return named.union(*(terms.partners() for terms in self.lines.values()))

    def obliges(self, variance: Decimal) -> str | None:
        """What the agreement says that a variance obliges partners to; an overspend is positive."""
        if not variance:
            return None
        return self.overspend_obliges if variance > 0 else self.underspend_obliges


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    effective_from: date
    contributions: Sequence[Contribution] = ()
    risk_share: RiskShareTerms | None = None
    triggers: Triggers = NO_TRIGGERS


@dataclass(frozen=True, slots=True)
class Agreement:
    """A version of the terms, and who recorded it when."""

    version: int
    terms: AgreementTerms
    recorded_at: datetime
    recorded_by: str
    business_date: date


def in_force(agreements: Iterable[Agreement], year: Period) -> Agreement | None:
    """The last version that takes effect before the year is over."""
    begun = (agreement for agreement in agreements if agreement.terms.effective_from <= year.end)
    return max(begun, key=lambda agreement: agreement.version, default=None)
