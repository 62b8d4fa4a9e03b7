"""What owners think that a risk would cost, by the likelihood it is rated at."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LossBand:
    """What a risk would cost at a likelihood: the chance that it strikes within a year, and pounds from low to high."""

    likelihood: int
    chance: Decimal
    low: Decimal
    high: Decimal


def band_at(bands: Sequence[LossBand], likelihood: int) -> LossBand | None:
    """What is given for a likelihood; nothing is inferred from other likelihoods."""
    return next((band for band in bands if band.likelihood == likelihood), None)
