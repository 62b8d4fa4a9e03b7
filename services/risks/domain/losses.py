"""What owners think that a risk would cost, by the likelihood it is rated at."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

HIGHEST: Final = Decimal(10**12)
"""Pounds: more than any government here spends in a year."""
WIDEST: Final = 1000
"""How many times the lowest the highest may be: more says that nobody knows, and would outweigh all that is known."""


@dataclass(frozen=True, slots=True)
class LossBand:
    """What a risk would cost at a likelihood: the chance that it strikes within a year, and pounds from low to high."""

    likelihood: int
    chance: Decimal
    low: Decimal
    high: Decimal

    @property
    def is_credible(self) -> bool:
        """Whether it can be simulated; not all that was ever stored can."""
        in_order = 0 < self.low <= self.high <= HIGHEST and 0 < self.chance <= 1
        return in_order and self.high <= WIDEST * self.low


def band_at(bands: Sequence[LossBand], likelihood: int) -> LossBand | None:
    """What is given for a likelihood, where it is credible; nothing is inferred from other likelihoods."""
    return next((band for band in bands if band.likelihood == likelihood and band.is_credible), None)
