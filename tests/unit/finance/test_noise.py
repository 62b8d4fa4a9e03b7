"""Why bad periods take back: chance saves nothing over time, unless bad periods are cut off at nought.

Ten years of months around a baseline that nothing changed, of each of fifty indicators. Signed, their savings cancel
out but for what chance leaves; cut off at nought each period, they would be a fortune.
"""

import random
from decimal import Decimal
from math import pi, sqrt

import pytest

from contracts.colours import Polarity
from services.finance.domain.savings import Terms, UnitCost, contribution

D = Decimal
COST = UnitCost(D("1609.00"), "illustrative", "2017/18")
TERMS = Terms(
    volume=D(1),
    unit_cost=COST,
    marginal_rate=D("0.5"),
    attribution=D("0.4"),
    cashable_share=D("0.75"),
    reprovision=D(0),
)
BASELINE, SPREAD, PERIODS, INDICATORS = D(1400), 40, 120, 50
A_POINT = COST.amount * TERMS.marginal_rate * TERMS.attribution * TERMS.cashable_share
"""Pounds that a month of one admission less is worth."""


def savings(seed: int, polarity: Polarity) -> list[Decimal]:
    chance = random.Random(seed)  # noqa: S311  the same each time
    actuals = [BASELINE + round(chance.gauss(0, SPREAD)) for _ in range(PERIODS)]
    return [contribution(TERMS, COST, polarity, BASELINE, actual).cash for actual in actuals]


@pytest.mark.parametrize("polarity", [Polarity.LOW_IS_GOOD, Polarity.HIGH_IS_GOOD])
def test_noise_saves_about_nothing_signed_and_a_fortune_cut_off(polarity: Polarity):
    found = [savings(seed, polarity) for seed in range(INDICATORS)]
    count = PERIODS * INDICATORS
    signed = sum((sum(each, D(0)) for each in found), D(0)) / count / A_POINT
    floored = sum((max(one, D(0)) for each in found for one in each), D(0)) / count / A_POINT
    error = SPREAD / sqrt(count)
    assert abs(float(signed)) < 3 * error, "about nought, in admissions a month"
    assert float(floored) == pytest.approx(SPREAD / sqrt(2 * pi), abs=3 * error), "a fortune that nobody saved"
    assert float(floored) > 10 * abs(float(signed))


def test_signed_noise_grows_by_its_root_and_cut_off_noise_by_its_length():
    first, whole = (savings(7, Polarity.LOW_IS_GOOD)[:length] for length in (12, PERIODS))
    floors = [sum((max(one, D(0)) for one in each), D(0)) for each in (first, whole)]
    assert floors[1] > 5 * floors[0]
    assert abs(sum(whole, D(0))) < floors[1] / 3
