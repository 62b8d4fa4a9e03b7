"""Exact numbers: how large, how fine, and written without exponents."""

from decimal import ROUND_HALF_UP, Decimal

EIGHT_PLACES = Decimal("0.00000001")
HIGHEST = Decimal(10) ** 12
"""The most a value may be, either way; what is worked out of values and would be more is refused with them."""


def trimmed(number: Decimal) -> Decimal:
    """``number`` rounded half up to eight places, the most that travels, without trailing zeros."""
    rounded = number.quantize(EIGHT_PLACES, rounding=ROUND_HALF_UP)
    return plain(rounded.normalize())


def plain(number: Decimal) -> Decimal:
    """The same number without an exponent, so that its text is digits only (``1E+5`` is 100000, ``-0`` is 0)."""
    if not number:
        return abs(number)
    exponent = number.as_tuple().exponent
    return number.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else number
