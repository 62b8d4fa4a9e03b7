"""Means of groups of areas, and where an area stands among them."""

from decimal import Decimal

import pytest

from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.comparisons import Rank, mean, rank
from services.indicators.domain.observations import Observation

MONTH = Period.month(2017, 12)
HIGH, LOW = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD
PROVISIONAL, FINAL = ObservationStatus.PROVISIONAL, ObservationStatus.FINAL


def of(value: str | None, status: ObservationStatus = FINAL) -> Observation:
    missing = None if value is not None else Missing.SUPPRESSED
    return Observation(MONTH, None if value is None else Decimal(value), status, missing=missing)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([], None),
        ([of(None)], None),
        ([of("1")], ("1", FINAL)),
        ([of("1"), of("2")], ("1.5", FINAL)),
        ([of("1"), of("2"), of(None)], ("1.5", FINAL)),
        ([of("1"), of("1"), of("2")], ("1.3333333", FINAL)),  # six digits more than the indicator shows
        ([of("1"), of("2", PROVISIONAL)], ("1.5", PROVISIONAL)),
        ([of("1"), of(None, PROVISIONAL)], ("1", FINAL)),
    ],
)
def test_the_mean_of_a_group(observed: list[Observation], expected: tuple[str, ObservationStatus] | None):
    found = mean(observed, 1)
    assert (found and (found.value, found.status)) == (expected and (Decimal(expected[0]), expected[1]))


@pytest.mark.parametrize(
    ("value", "others", "polarity", "expected"),
    [
        ("5", ["4", "3", "2"], HIGH, Rank(1, 4, 1)),
        ("5", ["4", "3", "2"], LOW, Rank(4, 4, 4)),
        ("3", ["4", "2", "1"], HIGH, Rank(2, 4, 2)),
        ("3", ["3", "3", "1"], HIGH, Rank(1, 4, 1)),  # equals share a rank
        ("3", ["4", "4", "3"], HIGH, Rank(3, 4, 3)),
        ("3", ["4"], HIGH, Rank(2, 2, 3)),
        ("3", [], HIGH, None),
        (None, ["4"], HIGH, None),
        ("3", ["4"], Polarity.NEUTRAL, None),
    ],
)
def test_where_an_area_stands(value: str | None, others: list[str], polarity: Polarity, expected: Rank | None):
    found = rank(None if value is None else Decimal(value), [Decimal(each) for each in others], polarity)
    assert found == expected


def test_of_sixteen_areas_four_are_in_each_quarter():
    values = [Decimal(n) for n in range(16)]
    found = [rank(value, [each for each in values if each != value], LOW) for value in values]
    assert [each.quartile for each in found if each] == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
