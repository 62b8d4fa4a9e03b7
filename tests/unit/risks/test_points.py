"""The periods of a series as text, and as a link reads them."""

import pytest

from contracts.colours import Colour
from contracts.indicators import ObservationStatus
from services.risks.domain.points import PeriodPoint, judged_periods, read_points, write_points
from services.risks.domain.severity import Provisional, Signal

FINAL = ObservationStatus.FINAL
POINTS = [
    PeriodPoint("2017/18 Q1", "81.6", FINAL, Colour.RED, Colour.WHITE, Colour.NONE),
    PeriodPoint("2017/18 Q2", "-3", FINAL, Colour.WHITE, Colour.GREEN, Colour.NONE),
    PeriodPoint("2017/18 Q3", None, ObservationStatus.WITHDRAWN, Colour.NONE, Colour.NONE, Colour.NONE),
    PeriodPoint("2017/18 Q4", "79", FINAL, Colour.AMBER, Colour.NONE, Colour.NONE, target_provisional=True),
]


def test_what_is_written_is_read_back() -> None:
    assert read_points(write_points(POINTS)) == POINTS
    assert read_points(write_points([])) == read_points("") == read_points(None) == []


def test_a_later_format_is_refused_rather_than_misread() -> None:
    with pytest.raises(ValueError, match="format 2"):
        read_points("2\n2018-01|1|final|red|red|red|")


@pytest.mark.parametrize(
    ("signal", "provisional", "severities", "deciding"),
    [
        (Signal.TARGET, Provisional.IGNORE, [2, None, None, None], [True, False, False, False]),
        (Signal.TARGET, Provisional.COUNT, [2, None, None, 1], [True, False, False, True]),
        (Signal.BEST, Provisional.COUNT, [2, 0, None, 1], [False, True, False, True]),
        (Signal.TREND, Provisional.COUNT, [None] * 4, [False] * 4),
    ],
)
def test_the_latest_two_with_a_severity_decide(
    signal: Signal, provisional: Provisional, severities: list[int | None], deciding: list[bool]
) -> None:
    found = judged_periods(POINTS, signal, provisional)
    assert [each.severity for each in found] == severities
    assert [each.decides for each in found] == deciding
