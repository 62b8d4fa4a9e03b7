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
