"""What the register could cost in a year: an estimate, from what owners think a risk would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.risks.domain.losses import LossBand, band_at

MODEL: Final = 1
"""Version of what ``domain.simulation`` assumes."""
CHANCES: Final = tuple(Decimal(text) for text in ["0.95", "0.9", "0.75", "0.5", "0.25", "0.1", "0.05", "0.01"])
"""Of which the curve tells the loss that is passed."""


@dataclass(frozen=True, slots=True)
class Threat:
    """A threat in force with what is given of its losses. ``likelihood``: that in effect; ``None`` while unrated."""

    ref: str
    title: str
    losses: Sequence[LossBand]
    likelihood: int | None

    @property
    def priced(self) -> "PricedRisk | None":
        band = None if self.likelihood is None else band_at(self.losses, self.likelihood)
        return None if band is None else PricedRisk(self.ref, self.title, band)


@dataclass(frozen=True, slots=True)
class PricedRisk:
    """A threat in force with the band of the likelihood it is rated at."""

    ref: str
    title: str
    band: LossBand


@dataclass(frozen=True, slots=True)
class Priced:
    """What is simulated: the threats in force on a day that have a range, and references of those without one."""

    on: date
    risks: Sequence[PricedRisk]
    unpriced: Sequence[str]


@dataclass(frozen=True, slots=True)
class RiskExposure:
    """A priced threat with what it costs in a year on average."""

    risk: PricedRisk
    expected: Decimal


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The loss in pounds that a year passes with this chance."""

    chance: Decimal
    loss: Decimal


@dataclass(frozen=True, slots=True)
class Exposure:
    """The loss exceedance curve of threats, with the mean. ``on``: the business date that they are of."""

    on: date
    seed: int
    years: int
    risks: Sequence[RiskExposure]
    unpriced: Sequence[str]
    expected: Decimal
    curve: Sequence[CurvePoint]
