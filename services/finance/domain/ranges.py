"""The savings range model of 2014: a base times a low and a high rate, beside what was printed."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

from contracts.money import to_penny

Reading = Literal["as_computed", "truncated", "differs"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A saving in pounds: to the penny, and rounded half up to the unit of the table it stands in."""

    exact: Decimal
    rounded: Decimal


@dataclass(frozen=True, slots=True)
class RangeInput:
    """A base in pounds and two rates in per cent; ``unit`` is what the printed table counts in."""

    base: Decimal
    low_percent: Decimal
    high_percent: Decimal
    unit: Decimal
    printed_low: Decimal | None = None
    printed_high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """A figure beside the printed one, and how that stands to it; both null where none was printed."""

    figure: Figure
    printed: Decimal | None
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class SavingsRange:
    low: ReadFigure
    high: ReadFigure


def savings_range(given: RangeInput) -> SavingsRange:
    return SavingsRange(
        _read_figure(given, given.low_percent, given.printed_low),
        _read_figure(given, given.high_percent, given.printed_high),
    )


def _read_figure(given: RangeInput, percent: Decimal, printed: Decimal | None) -> ReadFigure:
    computed = savings_figure(given.base, percent, given.unit)
    reading = None if printed is None else read_print(computed, printed, given.unit)
    return ReadFigure(computed, printed, reading)


def savings_figure(base: Decimal, percent: Decimal, unit: Decimal) -> Figure:
    """``base`` pounds x ``percent`` / 100; ``unit`` is what the table counts in, such as 1000."""
    return figure(base * percent / 100, unit)


def figure(exact: Decimal, unit: Decimal) -> Figure:
    """A figure of the table from an exact amount; totals add exact amounts before they are rounded."""
    return Figure(to_penny(exact), _to_unit(exact, unit, ROUND_HALF_UP))


def read_print(computed: Figure, printed: Decimal, unit: Decimal) -> Reading:
    """How a printed figure stands to the computed one: the same, cut off, or something else."""
    if printed == computed.rounded:
        return "as_computed"
    return "truncated" if printed == _to_unit(computed.exact, unit, ROUND_DOWN) else "differs"


def _to_unit(amount: Decimal, unit: Decimal, rounding: str) -> Decimal:
    return (amount / unit).quantize(Decimal(1), rounding=rounding) * unit
