"""Money as it travels: an exact amount, as text, with its currency. And the one way it is divided."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

PENNY = Decimal("0.01")

_digits = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
_event_digits = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:E-[0-9]{1,2})?").fullmatch


def strict_digits(value: object) -> object:
    """Let through text of plain digits, decimals and whole numbers; refuse what else would be read as a number.

    That is ``"1_000.00"``, ``"1e3"``, digits of other scripts, spaces around, true, and numbers that are no longer
    what was written because they went through a float.
    """
    return value if _is_exact(value) or (isinstance(value, str) and _digits(value)) else _refuse_number()


def _event_number(value: object) -> object:
    return value if (isinstance(value, str) and _event_digits(value)) or _is_exact(value) else _refuse_number()


def _is_exact(value: object) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _text_of_digits(value: object) -> object:
    return value if isinstance(value, Decimal) else strict_digits(value if isinstance(value, str) else None)


def _refuse_number() -> object:
    raise PydanticCustomError("number", 'is no number; write plain digits as text, such as "81.6"')


DigitsText = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
"""How documents show a number that travels as text."""
_Strict = BeforeValidator(strict_digits, json_schema_input_type=DigitsText)
_Plain = PlainSerializer(lambda number: format(number, "f"), return_type=str, when_used="json")

_Text = BeforeValidator(_text_of_digits, json_schema_input_type=DigitsText)

Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=2), _Text, _Plain]
"""Pounds with at most two decimals, as text of plain digits in JSON."""

Number = Annotated[Decimal, Field(max_digits=32, decimal_places=16), _Strict, _Plain]
"""An exact value of an indicator, a threshold or a rate, as text of plain digits in JSON."""

EventNumber = Annotated[
    Decimal,
    Field(max_digits=32, decimal_places=16),
    BeforeValidator(_event_number, json_schema_input_type=DigitsText),
    _Plain,
]
"""A number as events carry it: written like :data:`Number`. Events once wrote less than a millionth as ``1E-7``, and
what was ever published stays readable."""


class Money(BaseModel):
    """``{"amount": "1234.56", "currency": "GBP"}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Amount
    currency: Literal["GBP"] = "GBP"


def pounds(amount: Decimal | int | str) -> Money:
    """Money rounded half up to the penny, the only rounding there is."""
    return Money(amount=to_penny(Decimal(amount)))


def to_penny(amount: Decimal) -> Decimal:
    """Half up, and never a negative nought."""
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP) + 0


def allocate(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split ``amount`` (whole pence) by ``weights``: largest remainder, sign-symmetric, exact in sum.

    Ties go to the earlier weight. 1,000.01 split 77:23 is 770.01 and 230.00.

    Raises:
        ValueError: no weights, a negative weight, or weights that sum to zero.
    """
    total = sum(weights, Decimal(0))
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative and must sum to more than zero")
    sign = -1 if amount < 0 else 1
    pence = abs(int(amount * 100))
    exact = [pence * weight / total for weight in weights]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: pence - sum(shares)]:
        shares[i] += 1
    return [Decimal(sign * share) * PENNY for share in shares]
