"""A scheme's figures: plan, the three kinds of money, forecast, colour and flags."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.colours import Colour
from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.ledger import PostedAmounts, State, months_of, total_posted
from services.finance.domain.scheme import PlannedPeriod

HELD_AT_BUDGET: Final = "held_at_budget"
"""The flag of a figure that is capped at the budget of its line."""


@dataclass(frozen=True, slots=True)
class Range:
    """Pounds, the low and the high end."""

    low: Decimal
    high: Decimal

    @property
    def middle(self) -> Decimal:
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Capped:
    """A year to date as far as the budget line covers it, and the excess."""

    counted: Decimal
    excess: Decimal


@dataclass(frozen=True, slots=True)
class SchemeFigures:
    plan: Range
    indicated: Capped
    validated: Capped
    banked: Capped
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


def total_entries(posted: Sequence[PostedAmounts]) -> Totals:
    """Add up a scheme's ledger. Order and number of the entries do not matter, only their sum."""
    sums = {state: total_posted(state, posted) for state in State}
    return Totals(
        indicated=sums[State.INDICATED].cash,
        validated=sums[State.VALIDATED].cash,
        banked=sums[State.BANKED].cash,
        non_cash=sums[State.INDICATED].non_cash,
        validated_periods=frozenset(p.period for p in posted if p.state is State.VALIDATED),
    )


def total_plan(plan: Sequence[PlannedPeriod]) -> Range:
    return Range(sum((p.low for p in plan), Decimal(0)), sum((p.high for p in plan), Decimal(0)))


def cap_at_budget(total: Decimal, budget: Decimal) -> Capped:
    """A saving is at most its line's budget; a line with nothing in it yields nothing."""
    counted = min(total, max(budget, Decimal(0)))
    return Capped(counted, total - counted)


def plan_remaining(plan: Sequence[PlannedPeriod], validated: Collection[Period]) -> Range:
    """The plan of the months not validated yet. A planned period is spread evenly over its months."""
    done = frozenset[int]().union(*(months_of(period) for period in validated))
    open_months = [len(months_of(p.period) - done) for p in plan]
    low = sum((p.low * n / p.period.months for p, n in zip(plan, open_months, strict=True)), Decimal(0))
    high = sum((p.high * n / p.period.months for p, n in zip(plan, open_months, strict=True)), Decimal(0))
    return Range(low, high)


def forecast_of(validated: Decimal, remaining: Range, confidence: Decimal, optimism_bias: Decimal) -> Range:
    """Validated to date plus what remains of the plan x confidence x (1 - optimism bias), to the penny."""
    factor = confidence * (1 - optimism_bias)
    return Range(to_penny(validated + remaining.low * factor), to_penny(validated + remaining.high * factor))


def colour_of(expected: Range, plan: Range, validated: Decimal) -> Colour:
    """Blue once validated money has passed the plan's high end; else by the forecast's middle."""
    if validated > plan.high:
        return Colour.BLUE
    if expected.middle >= plan.middle:
        return Colour.GREEN
    return Colour.AMBER if expected.middle >= plan.low else Colour.RED


def scheme_figures(
    plan: Sequence[PlannedPeriod],
    *,
    totals: Totals,
    budget: Decimal,
    confidence: Decimal,
    optimism_bias: Decimal,
    flags: Collection[str] = (),
) -> SchemeFigures:
    """A scheme's figures, from its totals; ``budget`` is that of its line, in pounds."""
    planned = total_plan(plan)
    indicated, banked = cap_at_budget(totals.indicated, budget), cap_at_budget(totals.banked, budget)
    validated = cap_at_budget(totals.validated, budget)
    expected = forecast_of(validated.counted, plan_remaining(plan, totals.validated_periods), confidence, optimism_bias)
    over_budget = any(capped.excess for capped in (indicated, validated, banked))
    return SchemeFigures(
        plan=planned,
        indicated=indicated,
        validated=validated,
        banked=banked,
        non_cash=totals.non_cash,
        forecast=expected,
        colour=colour_of(expected, planned, validated.counted),
        flags=tuple(sorted({*flags, *([HELD_AT_BUDGET] if over_budget else [])})),
    )
