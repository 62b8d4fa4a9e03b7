"""What an indicator's value is worth to a scheme, and what has to be posted when that changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Final, NamedTuple

from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.money import to_penny
from contracts.period import Period, PeriodKind
from services.finance.domain.series import Series, Version

FORMULA: Final = 1
"""Version of the formula below; entries name the one that made them."""

LEDGER_LIMIT: Final = Decimal(10) ** 11
"""The most pounds of an entry: more than every council in England spends is a slip of the keyboard."""

_EXACT: Final = Context(prec=150)
"""Wide enough that no product of the factors is rounded before the penny."""

NOTHING: Final = Decimal(0)


class Amounts(NamedTuple):
    """Pounds that can be taken out of a budget (cash) and pounds freed that cannot (non-cash)."""

    cash: Decimal
    non_cash: Decimal


NO_AMOUNTS: Final = Amounts(NOTHING, NOTHING)


def add(one: Amounts, other: Amounts) -> Amounts:
    return Amounts(one.cash + other.cash, one.non_cash + other.non_cash)


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Pounds a unit, where the figure comes from, and the days it applies to (open ends are null).

    ``version`` is that of the library's unit cost; null where the scheme has a cost of its own. One that ``ends``
    leaves what is after ``effective_to`` to no version before it.
    """

    amount: Decimal
    source: str
    price_year: str
    effective_from: date | None = None
    effective_to: date | None = None
    version: int | None = None
    illustrative: bool = False
    ends: bool = False

    @property
    def newest(self) -> "UnitCost | None":
        return self

    def at(self, period: Period) -> "UnitCost | None":
        """What applies to a period; null where nothing does."""
        return self if self.covers(period) else None

    def covers(self, period: Period) -> bool:
        starts_late = self.effective_from is not None and period.start < self.effective_from
        return not starts_late and not self._is_over(period)

    def has_ended(self, period: Period) -> bool:
        """Whether it leaves the period to no version."""
        return self.ends and self._is_over(period)

    def _is_over(self, period: Period) -> bool:
        return self.effective_to is not None and period.end > self.effective_to


@dataclass(frozen=True, slots=True)
class SharedCost:
    """A unit cost of the library by its code. Its versions, oldest first, are no part of what a scheme agreed."""

    code: str
    versions: tuple[UnitCost, ...] = field(default=(), compare=False)

    @property
    def newest(self) -> UnitCost | None:
        return self.versions[-1] if self.versions else None

    def at(self, period: Period) -> UnitCost | None:
        """The newest version that applies to the whole of a period; null where none does, or it ended before."""
        for one in reversed(self.versions):
            if one.covers(period):
                return one
            if one.has_ended(period):
                return None
        return None


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything between a point of the indicator and a pound. Shares and rates lie in 0 to 1."""

    volume: Decimal
    unit_cost: UnitCost | SharedCost
    marginal_rate: Decimal
    attribution: Decimal
    cashable_share: Decimal
    reprovision: Decimal


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the indicator would have been: one value for every period of a kind, or a value a period."""

    value: Decimal | None = None
    every: PeriodKind | None = None
    periods: Mapping[Period, Decimal] = field(default_factory=dict)

    def of(self, period: Period) -> Decimal | None:
        if self.value is not None and period.kind is self.every:
            return self.value
        return self.periods.get(period)


@dataclass(frozen=True, slots=True)
class SchemeLink:
    """A scheme's tie to a series of an indicator, over one financial year."""

    series: Series
    year: Period
    baseline: Baseline
    terms: Terms


@dataclass(frozen=True, slots=True)
class Observation:
    """The newest revision known of a period. ``value`` is null once withdrawn, and where a symbol is instead of it."""

    period: Period
    value: Decimal | None
    revision: int
    status: ObservationStatus
    event_id: str | None = None
    generation: int = 1
    missing: Missing | None = None

    @property
    def version(self) -> Version:
        return Version(self.generation, self.revision)


@dataclass(frozen=True, slots=True)
class Contribution:
    """A period's worth, unrounded and signed: a bad period takes back."""

    quantity: Decimal
    gross: Decimal
    attributed: Decimal
    cash: Decimal
    non_cash: Decimal


@dataclass(frozen=True, slots=True)
class PeriodSaving:
    """What the ledger should say of a period, and why it is nothing where it is nothing."""

    period: Period
    amounts: Amounts
    contribution: Contribution | None = None
    flag: str | None = None


def contribution(terms: Terms, cost: UnitCost, polarity: Polarity, baseline: Decimal, actual: Decimal) -> Contribution:
    """A period's quantity in units and its worth in pounds, none of it rounded or floored.

    quantity = d x (baseline - actual) x volume, with d = +1 where low is good and -1 where high is good;
    gross = quantity x unit cost x marginal rate; attributed = gross x attribution;
    cash = attributed x cashable share - reprovision; non-cash = the rest of what is attributed.
    """
    with localcontext(_EXACT):
        quantity = -polarity.sign * (baseline - actual) * terms.volume
        gross = quantity * cost.amount * terms.marginal_rate
        attributed = gross * terms.attribution
        cash = attributed * terms.cashable_share - terms.reprovision
        return Contribution(quantity, gross, attributed, cash, attributed * (1 - terms.cashable_share))


def belongs_to_scheme(link: SchemeLink, period: Period) -> bool:
    """Whether a period belongs to the scheme: inside its financial year, with a baseline."""
    inside = link.year.start <= period.start and period.end <= link.year.end
    return inside and link.baseline.of(period) is not None


def period_saving(link: SchemeLink, polarity: Polarity, observation: Observation) -> PeriodSaving | None:
    """What the ledger should say of the observation's period; null when the period is none of the scheme's.

    A provisional value counts: indicated money is never shown as delivered, and the final value restates it.
    """
    baseline = link.baseline.of(observation.period)
    if baseline is None or not belongs_to_scheme(link, observation.period):
        return None
    cost, reason = link.terms.unit_cost.at(observation.period), _unpriced(link, polarity, observation)
    if observation.value is None or cost is None or reason is not None:
        return PeriodSaving(observation.period, NO_AMOUNTS, flag=reason)
    worth = contribution(link.terms, cost, polarity, baseline, observation.value)
    if max(abs(worth.cash), abs(worth.non_cash)) >= LEDGER_LIMIT:
        return PeriodSaving(observation.period, NO_AMOUNTS, worth, "out_of_range")
    return PeriodSaving(observation.period, Amounts(to_penny(worth.cash), to_penny(worth.non_cash)), worth)


_MISSING: Final = {
    Missing.SUPPRESSED: "suppressed",
    Missing.NOT_AVAILABLE: "not_available",
    Missing.NOT_APPLICABLE: "not_applicable",
    Missing.ROUNDS_TO_ZERO: "rounds_to_zero",
}
"""What a symbol says of the saving: there is no value, not even a small one."""


def _unpriced(link: SchemeLink, polarity: Polarity, observation: Observation) -> str | None:
    if observation.value is None:
        return "withdrawn" if observation.missing is None else _MISSING[observation.missing]
    if polarity is Polarity.NEUTRAL:
        return "neutral_polarity"
    if link.terms.unit_cost.at(observation.period) is not None:
        return None
    return "unit_cost_missing" if link.terms.unit_cost.newest is None else "unit_cost_not_effective"


def difference(recomputed: Amounts, posted: Amounts) -> Amounts | None:
    """What is still to be posted, or null when the ledger already says it."""
    change = Amounts(recomputed.cash - posted.cash, recomputed.non_cash - posted.non_cash)
    return change if any(change) else None


def rule_version(turned: Version | None, cost: UnitCost | None = None) -> str:
    """The rule an entry was made by: the formula, when the polarity last turned, the version of a shared unit cost.

    The second is the event version at which it turned, if ever; the last, such as ``u2``, is of the library. Either
    re-prices the same revision, so it has to make another rule.
    """
    priced = f".u{cost.version}" if cost is not None and cost.version is not None else ""
    if turned is None:
        return f"{FORMULA}{priced}"
    since = str(turned.number) if turned.generation == 1 else f"{turned.generation}-{turned.number}"
    return f"{FORMULA}.{since}{priced}"


def unattributed(claims: Mapping[str, Decimal]) -> Decimal:
    """What is left of an indicator's change in a year: over all its schemes, attributions sum to at most 1."""
    return 1 - sum(claims.values(), NOTHING)
