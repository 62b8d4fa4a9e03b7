from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour, Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.readings import BenchmarkMethod, Measure, Reading, Unit, plain, trimmed
from services.indicators.domain.state import REACH, series_state
from services.indicators.domain.targets import Target, TargetKind

MEASURE = Measure("a", "A", Unit.PERCENTAGE, 2, Polarity.HIGH_IS_GOOD, "month", None, BenchmarkMethod.FIFTEEN_PERCENT)


def readings(values: Any, start: str = "2016-01") -> list[Reading]:
    period, found = Period.parse(start), []
    for value in values:
        status = ObservationStatus.WITHDRAWN if value is None else ObservationStatus.FINAL
        found.append(Reading(period, None if value is None else Decimal(str(value)), status=status))
        period = period.next()
    return found


def test_the_series_shows_six_periods_with_the_colours_of_their_own_time():
    local = readings([50, 40, 30, 20, 21, 22, 23, 30])
    england = {r.period: r for r in readings([40, 40, 40, 40, 40, 20, 20, 20])}
    targets = [
        Target(TargetKind.REACH, Decimal(20), version=1),
        Target(TargetKind.REACH, Decimal(30), version=2, applies_from=Period.parse("2016-07")),
    ]
    state = series_state(MEASURE, local, england, targets)
    assert [str(point.period) for point in state.series] == [f"2016-0{n}" for n in range(3, 9)]
    assert [point.trend for point in state.series] == ["red", "dark_red", "green", "green", "dark_green", "dark_green"]
    assert [point.benchmark for point in state.series] == ["red", "red", "red", "amber", "amber", "green"]
    assert [point.target for point in state.series] == ["green", "green", "green", "green", "red", "green"]
    assert state.latest == local[-1]
    assert (state.benchmark.colour, state.trend.colour, state.target.colour) == ("green", "dark_green", "green")


def test_a_withdrawn_latest_period_is_shown_without_value_or_colour():
    state = series_state(MEASURE, readings([50, 60, None]), {}, [Target(TargetKind.REACH, Decimal(1))])
    assert (state.latest.value, state.series[-1].value) == (None, None)
    assert (state.benchmark.reason, state.trend.reason, state.target.reason) == ("no_local_value",) * 3
    assert state.series[-2].trend == Colour.GREEN


def test_nothing_known_is_a_state_too():
    state = series_state(MEASURE, [], {})
    assert (state.latest, state.series, state.target) == (None, (), None)
    assert (state.benchmark.reason, state.trend.reason) == ("no_local_value", "fewer_than_two_values")


values = st.lists(st.none() | st.decimals(0, 100, places=1), min_size=1, max_size=16)


@given(values, values, st.randoms(use_true_random=False))
def test_the_order_in_which_observations_came_does_not_matter(
    local: list[Decimal | None], comparator: list[Decimal | None], shuffler: Any
):
    england = {r.period: r for r in readings(comparator)}
    target = [Target(TargetKind.REACH_BENCHMARK)]
    shuffled = readings(local)
    shuffler.shuffle(shuffled)
    assert series_state(MEASURE, shuffled, england, target) == series_state(MEASURE, readings(local), england, target)


@given(values)
def test_what_lies_before_the_reach_of_the_series_cannot_matter(local: list[Decimal | None]):
    known = readings(local)
    assert series_state(MEASURE, known, {}) == series_state(MEASURE, known[-REACH:], {})


@given(values)
def test_each_point_has_the_colours_the_state_had_when_it_was_the_latest(local: list[Decimal | None]):
    known = readings(local)
    for n, point in enumerate(reversed(series_state(MEASURE, known, {}).series)):
        then = series_state(MEASURE, known[: len(known) - n], {})
        assert (point.trend, point.benchmark) == (then.trend.colour, then.benchmark.colour)


def test_numbers_travel_as_plain_digits():
    assert [str(plain(Decimal(n))) for n in ("1E+5", "-0", "81.60", "0.00")] == ["100000", "0", "81.60", "0.00"]
    assert [str(trimmed(Decimal(n))) for n in ("12.300", "100", "0.123456785")] == ["12.3", "100", "0.12345679"]
