"""Years as they could be, with what risks cost in each.

A threat strikes at most once a year, with the chance that its owner gave for the likelihood it is rated at, and by
itself: risks that strike together are not known here. What it costs then is lognormal, with nine of ten chances between
the owner's lowest and highest. The same seed gives the same curve, and a risk draws the same numbers whatever others
there are.
"""

import hashlib
import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from services.risks.domain.exposure import CHANCES, CurvePoint, Exposure, Priced, PricedRisk, RiskExposure

_Z_OF_95: Final = 1.6448536269514722
_POUND: Final = Decimal(1)

Losses = npt.NDArray[np.float64]


def simulate(given: Priced, *, seed: int, years: int) -> Exposure:
    """So many years, each with the losses of every risk added up."""
    total: Losses = np.zeros(years)
    exposures = []
    for risk in given.risks:
        losses = _losses(risk, seed, years)
        total += losses
        exposures.append(RiskExposure(risk, _pounds(float(losses.mean()))))
    expected = _pounds(float(total.mean()))
    return Exposure(given.on, seed, years, exposures, given.unpriced, expected, _curve(total))


def _losses(risk: PricedRisk, seed: int, years: int) -> Losses:
    random = np.random.default_rng([seed, _number_of(risk.ref)])
    strikes = random.random(years) < float(risk.band.chance)
    low, high = math.log(risk.band.low), math.log(risk.band.high)
    spread = (high - low) / (2 * _Z_OF_95)
    sizes: Losses = np.exp((low + high) / 2 + spread * random.standard_normal(years))
    return np.where(strikes, sizes, 0.0)


def _number_of(ref: str) -> int:
    return int.from_bytes(hashlib.sha256(ref.encode()).digest()[:8], "big")


def _curve(total: Losses) -> list[CurvePoint]:
    """The year at each place in the order of losses, without interpolation."""
    ordered = np.sort(total)
    last = len(ordered) - 1
    return [CurvePoint(chance, _pounds(float(ordered[math.ceil((1 - chance) * last)]))) for chance in CHANCES]


def _pounds(amount: float) -> Decimal:
    """Whole ones: pence of an estimate would say more than it knows."""
    return Decimal(amount).quantize(_POUND, ROUND_HALF_UP)
