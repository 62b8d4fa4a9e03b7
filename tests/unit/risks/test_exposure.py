"""What the register could cost in a year: reproducible, additive, and close to what can be worked out."""

import math
from datetime import date
from decimal import Decimal

import pytest

from services.risks.domain.exposure import CHANCES, Exposure, Priced, PricedRisk, Threat
from services.risks.domain.losses import LossBand, band_at
from services.risks.domain.simulation import simulate

YEARS = 20_000


def priced(ref: str, chance: str, low: str, high: str) -> PricedRisk:
    return PricedRisk(ref, ref, LossBand(4, Decimal(chance), Decimal(low), Decimal(high)))


A, B = priced("A", "0.25", "50000", "400000"), priced("B", "1", "1000", "1000")


def run(*risks: PricedRisk, seed: int = 1, years: int = YEARS) -> Exposure:
    return simulate(Priced(date(2018, 2, 28), risks, []), seed=seed, years=years)


def test_the_same_seed_gives_the_same_curve_and_another_does_not() -> None:
    assert run(A, B) == run(A, B)
    assert run(A, seed=2).curve != run(A).curve


def test_a_risk_draws_the_same_numbers_whatever_others_there_are() -> None:
    alone = run(A)
    together = run(B, A)
    assert together.risks[1] == alone.risks[0]
    assert together.expected == alone.expected + 1000
    assert [each.loss - 1000 for each in together.curve] == [each.loss for each in alone.curve]


def test_the_mean_is_near_that_of_the_distribution() -> None:
    """Of a lognormal: the exponent of its mean and half its variance."""
    low, high = math.log(50_000), math.log(400_000)
    spread = (high - low) / (2 * 1.6448536269514722)
    mean = 0.25 * math.exp((low + high) / 2 + spread**2 / 2)
    assert float(run(A).expected) == pytest.approx(mean, rel=0.05)


def test_losses_grow_as_chances_shrink_and_what_seldom_strikes_mostly_costs_nothing() -> None:
    curve = run(A).curve
    losses = [each.loss for each in curve]
    assert [each.chance for each in curve] == list(CHANCES)
    assert losses == sorted(losses)
    assert (losses[3], losses[-1] > 200_000) == (0, True)


def test_of_nothing_nothing_is_expected() -> None:
    assert {each.loss for each in run().curve} == {run().expected} == {0}


def test_a_threat_costs_what_is_given_for_the_likelihood_in_effect() -> None:
    given = (A.band,)
    assert Threat("A", "A", given, 4).priced == A
    assert (Threat("A", "A", given, 3).priced, Threat("A", "A", given, None).priced) == (None, None)


def test_nothing_is_inferred_from_other_likelihoods() -> None:
    assert (band_at([A.band], 4), band_at([A.band], 5)) == (A.band, None)
