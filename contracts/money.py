"""Money as it travels: an exact amount, as text, with its currency. And the one way it is divided."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PENNY = Decimal("0.01")

Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=2)]
"""Pounds with at most two decimals, as text in JSON."""

Number = Annotated[Decimal, Field(max_digits=24, decimal_places=8)]
"""An exact value of an indicator, a threshold or a rate, as text in JSON."""


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
