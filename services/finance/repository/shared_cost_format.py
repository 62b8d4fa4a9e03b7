"""Unit costs that schemes share, as they are stored with each of them: JSON of a format with a version."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.finance.domain.savings import SharedCost, UnitCost

FORMAT: Final = 2
"""Since 2 a version may say that the unit cost ``ends`` with it."""


def written(shared: SharedCost) -> dict[str, Any]:
    """All versions, oldest first, amounts as plain text in pounds; in the oldest format that says all of it.

    So an image of before reads what it knows, and refuses what it would misunderstand.
    """
    needed = FORMAT if any(one.ends for one in shared.versions) else 1
    return {"format": needed, "versions": [_written(one) for one in shared.versions]}


def _written(cost: UnitCost) -> dict[str, Any]:
    ends = {"ends": True} if cost.ends else {}
    return ends | {
        "version": cost.version,
        "amount": f"{cost.amount:f}",
        "source": cost.source,
        "price_year": cost.price_year,
        "from": None if cost.effective_from is None else cost.effective_from.isoformat(),
        "to": None if cost.effective_to is None else cost.effective_to.isoformat(),
        "illustrative": cost.illustrative,
    }


def read(code: str, stored: Mapping[str, Any] | None) -> SharedCost:
    """From any format; without versions where none is recorded.

    Raises:
        ValueError: a format that a newer version wrote.
    """
    if stored is None:
        return SharedCost(code)
    if not 1 <= stored["format"] <= FORMAT:
        raise ValueError(f"unit costs of format {stored['format']}; this version reads up to {FORMAT}")
    return SharedCost(code, tuple(_read(one) for one in stored["versions"]))


def _read(stored: Mapping[str, Any]) -> UnitCost:
    return UnitCost(
        amount=Decimal(stored["amount"]),
        source=stored["source"],
        price_year=stored["price_year"],
        effective_from=None if stored["from"] is None else date.fromisoformat(stored["from"]),
        effective_to=None if stored["to"] is None else date.fromisoformat(stored["to"]),
        version=stored["version"],
        illustrative=stored["illustrative"],
        ends=stored.get("ends", False),
    )
