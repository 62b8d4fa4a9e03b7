"""Exact numbers: how large, how fine, and written without exponents."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

EIGHT_PLACES = Decimal("0.00000001")
HIGHEST = Decimal(10) ** 12
"""The most a value may be, either way; what is worked out of values and would be more is refused with them."""

_FINER = 6
"""Digits more than an indicator shows that a value of our own computing has."""


def trimmed(number: Decimal) -> Decimal:
    """``number`` rounded half up to eight places, the most that is sent, without trailing zeros."""
    return _shortest(number.quantize(EIGHT_PLACES, rounding=ROUND_HALF_UP))


def in_eight_places(number: Fraction) -> Decimal:
    """``number`` rounded half up to eight places, with all eight."""
    whole, rest = divmod(abs(number.numerator) * 10**8, number.denominator)
    units = whole + (2 * rest >= number.denominator)
    return Decimal(units if number >= 0 else -units).scaleb(-8)


def computed(number: Decimal, decimals: int) -> Decimal:
    """A value we compute ourselves, rounded half up to six places more than ``decimals``, without trailing zeros."""
    return _shortest(number.quantize(Decimal(1).scaleb(-decimals - _FINER), rounding=ROUND_HALF_UP))


def _shortest(number: Decimal) -> Decimal:
    return plain(number.normalize())


def plain(number: Decimal) -> Decimal:
    """The same number with all its digits: ``1E+5`` is 100000, ``-0`` and ``0E+5`` are 0."""
    exponent = number.as_tuple().exponent
    if not number:
        return Decimal(0) if isinstance(exponent, int) and exponent > 0 else abs(number)
    return number.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else number


def half_unit(number: Decimal) -> Decimal:
    """Half a unit of the last digit that ``number`` prints: 0.05 for 81.6."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101  numbers here are finite
    return Decimal(5).scaleb(exponent - 1)
