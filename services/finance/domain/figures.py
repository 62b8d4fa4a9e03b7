"""A scheme's figures: plan, the three kinds of money, forecast, colour and flags."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from contracts.colours import Colour
from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.capping import Capped
from services.finance.domain.ledger import PostedAmounts, State, months_of, total_posted
from services.finance.domain.scheme import PlannedPeriod, Scheme, SchemeDefinition

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
class Estimate:
    """Pounds that are a plan's parts and rates, exactly: the low and the high end. Rounded only to be shown."""

    low: Fraction
    high: Fraction

    @property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2

    @property
    def to_pence(self) -> Range:
        return Range(_to_penny(self.low), _to_penny(self.high))


def _to_penny(amount: Fraction) -> Decimal:
    return to_penny(Decimal(amount.numerator) / Decimal(amount.denominator))


@dataclass(frozen=True, slots=True)
class SchemeFigures:
    """Year to date in pounds. Indicated and validated money is what the ledger says, banked what of it counts."""

    plan: Range
    indicated: Decimal
    validated: Decimal
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


def plan_remaining(plan: Sequence[PlannedPeriod], validated: Collection[Period]) -> Estimate:
    """The plan of the months not validated yet. A planned period is spread evenly over its months."""
    done = frozenset[int]().union(*(months_of(period) for period in validated))
    open_parts = [(part, Fraction(len(months_of(part.period) - done), part.period.months)) for part in plan]
    return Estimate(
        sum((Fraction(part.low) * still_open for part, still_open in open_parts), Fraction(0)),
        sum((Fraction(part.high) * still_open for part, still_open in open_parts), Fraction(0)),
    )


def forecast_of(validated: Decimal, remaining: Estimate, confidence: Decimal, optimism_bias: Decimal) -> Estimate:
    """Validated to date plus what remains of the plan x confidence x (1 - optimism bias)."""
    factor = Fraction(confidence) * (1 - Fraction(optimism_bias))
    return Estimate(Fraction(validated) + remaining.low * factor, Fraction(validated) + remaining.high * factor)


def colour_of(forecast: Estimate, plan: Range, validated: Decimal) -> Colour:
    """Blue once validated money has passed the plan's high end; else by the forecast's middle."""
    if validated > plan.high:
        return Colour.BLUE
    if forecast.middle >= Fraction(plan.middle):
        return Colour.GREEN
    return Colour.AMBER if forecast.middle >= Fraction(plan.low) else Colour.RED


def original_colour(agreed: SchemeDefinition) -> Colour:
    """What a scheme was rated when it was agreed, before anything was validated: to be compared with its colour now."""
    planned, remaining = total_plan(agreed.plan), plan_remaining(agreed.plan, ())
    return colour_of(forecast_of(Decimal(0), remaining, agreed.confidence, agreed.optimism_bias), planned, Decimal(0))


def scheme_figures(scheme: Scheme, totals: Totals, banked: Capped, flags: Iterable[str] = ()) -> SchemeFigures:
    """A scheme's figures, from its totals and what of its banked money counts.

    A withdrawn scheme plans nothing and is judged by nothing.
    """
    agreed, withdrawn = scheme.definition, scheme.withdrawal is not None
    plan = [] if withdrawn else agreed.plan
    planned, remaining = total_plan(plan), plan_remaining(plan, totals.validated_periods)
    forecast = forecast_of(totals.validated, remaining, agreed.confidence, agreed.optimism_bias)
    return SchemeFigures(
        plan=planned,
        indicated=totals.indicated,
        validated=totals.validated,
        banked=banked,
        non_cash=totals.non_cash,
        forecast=forecast.to_pence,
        colour=Colour.NONE if withdrawn else colour_of(forecast, planned, totals.validated),
        flags=tuple(sorted({*flags, *([HELD_AT_BUDGET] if banked.excess else [])})),
    )
