"""What the papers expect of a period: never an observation, and makes no colour."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.period import Period


@dataclass(frozen=True, slots=True)
class ExpectedValue:
    """``name`` says which forecast it is; ``inferred`` what of it no paper prints."""

    indicator: str
    area: str
    name: str
    period: Period
    value: Decimal
    source: str
    note: str | None = None
    inferred: tuple[str, ...] = ()
