"""A scheme's position: plan, the three kinds of money, forecast, colour and flags."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.colours import Colour
from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.ledger import Posted, State, months_of, posted_by


@dataclass(frozen=True, slots=True)
class Range:
    """Pounds, the low and the high end."""

    low: Decimal
    high: Decimal

    @property
    def middle(self) -> Decimal:
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class PlannedPeriod:
    period: Period
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Held:
    """A year to date as it may be shown, and what was held back because the budget line is not that large."""

    shown: Decimal
    excess: Decimal


@dataclass(frozen=True, slots=True)
class Position:
    plan: Range
    indicated: Held
    validated: Held
    banked: Held
    non_cash: Decimal
    forecast: Range
    colour: Colour
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Year to date, added up from the ledger: cash a state, the indicated non-cash, the periods validated."""

    indicated: Decimal
    validated: Decimal
    banked: Decimal
    non_cash: Decimal
    validated_periods: frozenset[Period]


def totals(posted: Sequence[Posted]) -> Totals:
    """Add up a scheme's ledger. Order and number of the entries do not matter, only their sum."""
    sums = {state: posted_by(state, posted) for state in State}
    return Totals(
        indicated=sums[State.INDICATED].cash,
        validated=sums[State.VALIDATED].cash,
        banked=sums[State.BANKED].cash,
        non_cash=sums[State.INDICATED].non_cash,
        validated_periods=frozenset(p.period for p in posted if p.state is State.VALIDATED),
    )


def whole_plan(plan: Sequence[PlannedPeriod]) -> Range:
    return Range(sum((p.low for p in plan), Decimal(0)), sum((p.high for p in plan), Decimal(0)))


def hold(total: Decimal, budget: Decimal) -> Held:
    """A saving is at most what the budget line holds; a line with nothing in it yields nothing."""
    shown = min(total, max(budget, Decimal(0)))
    return Held(shown, total - shown)


def remaining_plan(plan: Sequence[PlannedPeriod], validated: Collection[Period]) -> Range:
    """The plan of the months not validated yet. A planned period is spread evenly over its months."""
    done = frozenset[int]().union(*(months_of(period) for period in validated))
    open_months = [len(months_of(p.period) - done) for p in plan]
    low = sum((p.low * n / p.period.months for p, n in zip(plan, open_months, strict=True)), Decimal(0))
    high = sum((p.high * n / p.period.months for p, n in zip(plan, open_months, strict=True)), Decimal(0))
    return Range(low, high)


def forecast(validated: Decimal, remaining: Range, confidence: Decimal, optimism_bias: Decimal) -> Range:
    """Validated to date plus what remains of the plan x confidence x (1 - optimism bias), to the penny."""
    factor = confidence * (1 - optimism_bias)
    return Range(to_penny(validated + remaining.low * factor), to_penny(validated + remaining.high * factor))


def colour(expected: Range, plan: Range, validated: Decimal) -> Colour:
    """Blue once validated money has passed the plan's high end; else by the forecast's middle."""
    if validated > plan.high:
        return Colour.BLUE
    if expected.middle >= plan.middle:
        return Colour.GREEN
    return Colour.AMBER if expected.middle >= plan.low else Colour.RED


def position(
    plan: Sequence[PlannedPeriod],
    *,
    totals: Totals,
    budget: Decimal,
    confidence: Decimal,
    optimism_bias: Decimal,
    flags: Collection[str] = (),
) -> Position:
    """Where a scheme stands; ``budget`` is that of its line, in pounds."""
    planned = whole_plan(plan)
    indicated, banked = hold(totals.indicated, budget), hold(totals.banked, budget)
    validated = hold(totals.validated, budget)
    expected = forecast(validated.shown, remaining_plan(plan, totals.validated_periods), confidence, optimism_bias)
    held = {"held_at_budget"} if any(h.excess for h in (indicated, validated, banked)) else set()
    return Position(
        plan=planned,
        indicated=indicated,
        validated=validated,
        banked=banked,
        non_cash=totals.non_cash,
        forecast=expected,
        colour=colour(expected, planned, validated.shown),
        flags=tuple(sorted({*flags, *held})),
    )
