"""The periods of a series as text, and as a link reads them."""

import pytest

from contracts.colours import Colour
from contracts.indicators import ObservationStatus
from services.risks.domain.links import SeriesWindow
from services.risks.domain.points import PeriodPoint, judged_periods, read_points, whole_past, write_points
from services.risks.domain.severity import Provisional, Signal

FINAL = ObservationStatus.FINAL
POINTS = [
    PeriodPoint("2017/18 Q1", "81.6", FINAL, Colour.RED, Colour.WHITE, Colour.NONE),
    PeriodPoint("2017/18 Q2", "-3", FINAL, Colour.WHITE, Colour.GREEN, Colour.NONE),
    PeriodPoint("2017/18 Q3", None, ObservationStatus.WITHDRAWN, Colour.NONE, Colour.NONE, Colour.NONE),
    PeriodPoint("2017/18 Q4", "79", FINAL, Colour.AMBER, Colour.NONE, Colour.NONE, target_provisional=True),
    PeriodPoint("2018/19 Q1", "70", FINAL, Colour.NONE, Colour.NONE, Colour.NONE, process_control=Colour.RED),
]


def test_what_is_written_is_read_back() -> None:
    assert read_points(write_points(POINTS)) == POINTS
    assert read_points(write_points([])) == read_points("") == read_points(None) == []


def test_what_was_written_before_there_was_process_control_is_read() -> None:
    assert read_points("1\n2017/18 Q1|81.6|final|red|white|none|") == POINTS[:1]


def window(version: int, *periods: str, generation: int = 1) -> SeriesWindow:
    """What an event showed: periods with a value that names its version."""
    points = [PeriodPoint(each, f"{generation}.{version}", FINAL, *[Colour.GREEN] * 3) for each in periods]
    return SeriesWindow("ae/RK9", generation, version, periods[0] if periods else "", write_points(points))


@pytest.mark.parametrize(
    ("windows", "past"),
    [
        ([], ""),
        ([window(1, "2018-01")], "2018-01:1.1"),
        (
            [window(1, "2017-11", "2017-12"), window(2, "2017-12", "2018-01")],
            "2017-11:1.1 2017-12:1.2 2018-01:1.2",
        ),
        ([window(1, "2017-11", "2018-01"), window(2, "2017-12")], "2017-11:1.1 2017-12:1.2"),
        ([window(2, "2017-10", "2017-11"), window(1, "2017-11", "2017-12")], "2017-10:1.2 2017-11:1.2"),
        ([window(9, "2017-12"), window(2, "2017-12", "2018-01", generation=2)], "2017-12:2.2 2018-01:2.2"),
        ([window(1, "2017-11"), window(2), window(3, "2018-01")], "2018-01:1.3"),
        ([window(1, "2017-11"), window(2)], ""),
    ],
)
def test_every_period_is_as_the_newest_event_had_it_that_could_show_it(windows: list[SeriesWindow], past: str) -> None:
    for order in (windows, windows[::-1]):
        assert " ".join(f"{each.period}:{each.value}" for each in whole_past(order)) == past


def test_a_later_format_is_refused_rather_than_misread() -> None:
    with pytest.raises(ValueError, match="format 3"):
        read_points("3\n2018-01|1|final|red|red|red||none")


@pytest.mark.parametrize(
    ("signal", "provisional", "severities", "deciding"),
    [
        (Signal.TARGET, Provisional.IGNORE, [2, None, None, None, None], [True] + [False] * 4),
        (Signal.TARGET, Provisional.COUNT, [2, None, None, 1, None], [True, False, False, True, False]),
        (Signal.BEST, Provisional.COUNT, [2, 0, None, 1, None], [False, True, False, True, False]),
        (Signal.TREND, Provisional.COUNT, [None] * 5, [False] * 5),
        (Signal.PROCESS_CONTROL, Provisional.IGNORE, [None] * 4 + [2], [False] * 4 + [True]),
    ],
)
def test_the_latest_two_with_a_severity_decide(
    signal: Signal, provisional: Provisional, severities: list[int | None], deciding: list[bool]
) -> None:
    found = judged_periods(POINTS, signal, provisional)
    assert [each.severity for each in found] == severities
    assert [each.decides for each in found] == deciding
