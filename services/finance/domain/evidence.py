"""What a scheme's figures rest on: every number of the formula, the indicator's values, and each entry's event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.colours import Polarity
from services.finance.domain.ledger import indicated_by_period
from services.finance.domain.savings import (
    NO_AMOUNTS,
    Amounts,
    Observation,
    PeriodSaving,
    SchemeLink,
    UnitCost,
    belongs_to_scheme,
    period_saving,
    rule_version,
    unattributed,
)
from services.finance.domain.scheme import SchemeAccount
from services.finance.domain.scheme_position import SchemePosition, scheme_position


@dataclass(frozen=True, slots=True)
class PeriodEvidence:
    """A period's value and what it is worth, beside what the ledger says; null where the value is worth nothing."""

    observation: Observation
    baseline: Decimal
    saving: PeriodSaving
    posted: Amounts
    cost: UnitCost | None


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """The formula of a linked scheme. ``claims`` are what schemes of the year claim of the indicator in the area."""

    link: SchemeLink
    polarity: Polarity | None
    rule_version: str | None
    claims: Mapping[str, Decimal]
    periods: Sequence[PeriodEvidence]

    @property
    def unattributed(self) -> Decimal:
        """What no scheme claims of the indicator's change."""
        return unattributed(self.claims)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A scheme's position, and what its indicated figure is made of."""

    position: SchemePosition
    link: LinkEvidence | None


def evidence(account: SchemeAccount, claims: Mapping[str, Decimal]) -> Evidence:
    link = account.scheme.definition.link
    return Evidence(scheme_position(account), None if link is None else _link_evidence(account, link, claims))


def _link_evidence(account: SchemeAccount, link: SchemeLink, claims: Mapping[str, Decimal]) -> LinkEvidence:
    known = account.polarity
    return LinkEvidence(
        link=link,
        polarity=None if known is None else known.polarity,
        rule_version=None if known is None else rule_version(known.turned, link.terms.unit_cost.newest),
        claims=claims,
        periods=[] if known is None else _periods(account, link, known.polarity),
    )


def _periods(account: SchemeAccount, link: SchemeLink, polarity: Polarity) -> list[PeriodEvidence]:
    posted = indicated_by_period(account.posted)
    found = []
    for observation in sorted(account.observations, key=lambda one: one.period.sort_key):
        baseline, saving = link.baseline.of(observation.period), period_saving(link, polarity, observation)
        if baseline is not None and saving is not None and belongs_to_scheme(link, observation.period):
            there, cost = posted.get(observation.period, NO_AMOUNTS), link.terms.unit_cost.at(observation.period)
            found.append(PeriodEvidence(observation, baseline, saving, there, cost))
    return found
