"""What schemes claim of an indicator's change, and what nobody claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.savings import NOTHING, unattributed


@dataclass(frozen=True, slots=True)
class Attribution:
    """Of an indicator in an area in a year, all breakdowns together: the share that each scheme claims, by its code."""

    indicator: str
    area: str
    year: Period
    claims: Mapping[str, Decimal]

    @property
    def key(self) -> str:
        """What attributions are ordered by."""
        return f"{self.indicator} {self.area} {self.year.label}"

    @property
    def claimed(self) -> Decimal:
        return sum(self.claims.values(), NOTHING)

    @property
    def unattributed(self) -> Decimal:
        """What is left, never below nought: what claims more than the whole is refused."""
        return unattributed(self.claims)
