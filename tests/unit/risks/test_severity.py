"""What colours amount to: confirmed severity and staleness."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import SEVERITY, Colour
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.risks.domain.severity import (
    OF_INDICATORS,
    Confirmed,
    Provisional,
    Signal,
    confirmed_severity,
    is_stale,
    period_severity,
    severity_name,
    signal_severities,
)


@dataclass(frozen=True)
class Point:
    target: Colour = Colour.WHITE
    benchmark: Colour = Colour.WHITE
    trend: Colour = Colour.NONE
    status: ObservationStatus = ObservationStatus.FINAL
    target_provisional: bool = False
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    process_control: Colour = Colour.NONE


def targets(text: str) -> list[Point]:
    """``g a r w``: green, amber, red, white; ``p`` a provisional red, ``x`` a withdrawn red."""
    points = {
        "g": Point(Colour.GREEN),
        "a": Point(Colour.AMBER),
        "r": Point(Colour.RED),
        "w": Point(),
        "p": Point(Colour.RED, status=ObservationStatus.PROVISIONAL),
        "x": Point(Colour.RED, status=ObservationStatus.WITHDRAWN),
    }
    return [points[letter] for letter in text]


@pytest.mark.parametrize(
    ("series", "severity"),
    [
        ("", None),
        ("wwpx", None),
        ("g", 0),
        ("r", 2),
        ("gr", 2),  # worse counts at once
        ("rg", 2),  # better does not
        ("rgg", 0),  # until two periods in a row say so
        ("rag", 1),
        ("gggggr", 2),
        ("rgwpxg", 0),  # periods without a severity are passed over
        ("rwwg", 2),
        ("ggp", 0),
        ("rggx", 0),
    ],
)
def test_the_worse_of_the_two_latest_periods_that_have_a_severity(series: str, severity: int | None):
    assert confirmed_severity(targets(series), Signal.TARGET).severity == severity


@pytest.mark.parametrize(
    ("series", "ignoring", "counting"),
    [
        ("", Confirmed(None), Confirmed(None)),
        ("p", Confirmed(None), Confirmed(2, unconfirmed=True)),
        ("gp", Confirmed(0, unconfirmed=True), Confirmed(2)),
        ("ggp", Confirmed(0), Confirmed(2)),
        ("pgg", Confirmed(0), Confirmed(0)),
        ("wwwwwa", Confirmed(1, unconfirmed=True), Confirmed(1, unconfirmed=True)),
        ("rwwwwa", Confirmed(2), Confirmed(2)),
        ("pppppp", Confirmed(None), Confirmed(2)),
    ],
)
def test_provisional_colours_count_only_where_a_link_says_so(series: str, ignoring: Confirmed, counting: Confirmed):
    found = signal_severities(targets(series), Signal.TARGET)
    assert (found.ignoring, found.counting) == (ignoring, counting)
    assert found.read_with(Provisional.COUNT) == counting
    assert found.read_with(Provisional.IGNORE) == ignoring


def test_a_colour_made_with_a_provisional_comparator_is_passed_over_by_best():
    point = Point(Colour.RED, Colour.AMBER, target_provisional=True)
    assert period_severity(point, Signal.TARGET) is None
    assert period_severity(point, Signal.BEST) == 1
    assert period_severity(point, Signal.BEST, Provisional.COUNT) == 2


@pytest.mark.parametrize(
    ("colour", "severity"),
    [
        (Colour.DARK_GREEN, 0),
        (Colour.GREEN, 0),
        (Colour.AMBER, 1),
        (Colour.RED, 2),
        (Colour.DARK_RED, 2),
        (Colour.WHITE, None),
        (Colour.NONE, None),
        (Colour.BLUE, None),
    ],
)
def test_severity_of_a_colour(colour: Colour, severity: int | None):
    assert period_severity(Point(trend=colour), Signal.TREND) == severity


def test_best_is_the_first_of_target_benchmark_trend_that_judges_period_by_period():
    assert period_severity(Point(Colour.GREEN, Colour.RED, Colour.RED), Signal.BEST) == 0
    assert period_severity(Point(Colour.WHITE, Colour.AMBER, Colour.RED), Signal.BEST) == 1
    assert period_severity(Point(Colour.WHITE, Colour.WHITE, Colour.DARK_RED), Signal.BEST) == 2
    mixed = [Point(Colour.GREEN, Colour.RED), Point(Colour.WHITE, Colour.AMBER)]
    assert confirmed_severity(mixed, Signal.BEST) == Confirmed(1)


def test_a_signal_reads_its_own_colour_only():
    point = Point(Colour.GREEN, Colour.AMBER, Colour.RED)
    found = {signal: period_severity(point, signal) for signal in OF_INDICATORS}
    assert found == {
        Signal.TARGET: 0,
        Signal.BENCHMARK: 1,
        Signal.TREND: 2,
        Signal.BEST: 0,
        Signal.PROCESS_CONTROL: None,
    }
    special = Point(process_control=Colour.AMBER)
    assert period_severity(special, Signal.PROCESS_CONTROL) == 1
    assert period_severity(special, Signal.BEST) is None, "it takes the place of no colour of the council"


@given(st.lists(st.sampled_from(sorted(SEVERITY)), min_size=2, max_size=6))
def test_one_better_period_never_improves_a_severity_and_one_worse_never_waits(colours: list[Colour]):
    severities = [SEVERITY[colour] for colour in colours]
    confirmed = confirmed_severity([Point(colour) for colour in colours], Signal.TARGET).severity
    assert confirmed is not None
    assert confirmed >= severities[-1]
    assert confirmed == max(severities[-2:])


@pytest.mark.parametrize(
    ("latest", "today", "stale"),
    [
        ("2017-12", date(2018, 2, 28), False),
        ("2017-12", date(2018, 3, 1), True),
        ("2017/18 Q2", date(2018, 3, 31), False),
        ("2017/18 Q2", date(2018, 4, 1), True),
        ("2015/16", date(2018, 3, 31), False),
        ("2015/16", date(2018, 4, 1), True),
        ("Apr 2016 - Mar 2017", date(2019, 3, 31), False),
        ("Apr 2016 - Mar 2017", date(2019, 4, 1), True),
    ],
)
def test_stale_is_no_value_for_more_than_two_of_its_own_periods(latest: str, today: date, stale: bool):
    assert is_stale(Period.parse(latest), today) is stale


def test_an_indicator_without_any_value_is_stale_and_unknown():
    assert is_stale(None, date(2018, 2, 28))
    assert severity_name(None) == "unknown"
