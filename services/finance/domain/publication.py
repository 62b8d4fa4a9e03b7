"""What was published of an aggregate last."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.finance.domain.triggers import BudgetKey, Level


@dataclass(frozen=True, slots=True)
class Published:
    """The version and the fingerprint of the newest event; version 0 and null before the first.

    Of a fund ``levels`` is what was told to be beyond an agreed trigger.
    """

    version: int
    fingerprint: str | None
    levels: Mapping[BudgetKey, Level] = field(default_factory=dict)
