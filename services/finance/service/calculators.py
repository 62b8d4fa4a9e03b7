"""Calculators: they store nothing."""

from decimal import Decimal

from contracts.money import Money, pounds
from services.finance.domain.ranges import read_print, savings_figure
from services.finance.schemas.funds import FigureOut, SavingsRangeBody, SavingsRangeOut


def savings_range(body: SavingsRangeBody) -> SavingsRangeOut:
    """The low and the high saving of a base, beside what was printed where that is given."""
    return SavingsRangeOut(
        low=_figure(body, body.low_percent, body.printed_low),
        high=_figure(body, body.high_percent, body.printed_high),
    )


def _figure(body: SavingsRangeBody, percent: Decimal, printed: Money | None) -> FigureOut:
    computed = savings_figure(body.base.amount, percent, body.unit)
    return FigureOut(
        exact=pounds(computed.exact),
        rounded=pounds(computed.rounded),
        printed=printed,
        reading=None if printed is None else read_print(computed, printed.amount, body.unit),
    )
