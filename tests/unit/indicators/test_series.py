from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour, Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.numbers import plain, trimmed
from services.indicators.domain.observations import Observation, Revision
from services.indicators.domain.series import REACH, series_state
from services.indicators.domain.targets import Target, TargetKind
from tests.unit.indicators.revisions import recorded

INDICATOR = Indicator("a", "A", Unit.PERCENTAGE, 2, Polarity.HIGH_IS_GOOD, "month")


def observed(values: Any, start: str = "2016-01") -> list[Observation]:
    period, found = Period.parse(start), []
    for value in values:
        status = ObservationStatus.WITHDRAWN if value is None else ObservationStatus.FINAL
        found.append(Observation(period, None if value is None else Decimal(str(value)), status=status))
        period = period.next()
    return found


def test_the_series_shows_six_periods_with_the_colours_of_their_own_time():
    local = observed([50, 40, 30, 20, 21, 22, 23, 30])
    england = {r.period: r for r in observed([40, 40, 40, 40, 40, 20, 20, 20])}
    targets = [
        Target(TargetKind.REACH, Decimal(20), version=1),
        Target(TargetKind.REACH, Decimal(30), version=2, applies_from=Period.parse("2016-07")),
    ]
    state = series_state(INDICATOR, recorded(local), england, targets)
    assert [str(point.revision.period) for point in state.points] == [f"2016-0{n}" for n in range(3, 9)]
    assert [point.trend.colour for point in state.points] == [
        "red",
        "dark_red",
        "green",
        "green",
        "dark_green",
        "dark_green",
    ]
    assert [point.benchmark.colour for point in state.points] == ["red", "red", "red", "amber", "amber", "green"]
    assert [point.target.colour for point in state.points] == ["green", "green", "green", "green", "red", "green"]
    assert state.latest.observation == local[-1]
    assert (state.benchmark.colour, state.trend.colour, state.target.colour) == ("green", "dark_green", "green")


def test_what_is_withdrawn_leaves_the_series():
    known = recorded(observed([50, 60, None]))
    assert series_state(INDICATOR, known, {}) == series_state(INDICATOR, known[:2], {})
    by_mistake = recorded([Observation(Period.parse("2023-03"), None, ObservationStatus.WITHDRAWN)])
    april = recorded(observed([40], start="2016-04"))
    state = series_state(INDICATOR, [*known, *by_mistake, *april], {})
    assert (str(state.latest.period), len(state.points)) == ("2016-04", 3)


def test_a_symbol_is_shown_and_gives_white_with_its_reason():
    suppressed = Observation(Period.parse("2016-03"), None, missing=Missing.SUPPRESSED)
    known = recorded([*observed([50, 60]), suppressed])
    state = series_state(INDICATOR, known, {}, [Target(TargetKind.REACH, Decimal(1))])
    assert (state.latest.observation.missing, len(state.points)) == ("[c]", 3)
    reasons = (state.benchmark.reason, state.trend.reason, state.target.reason)
    assert reasons == ("missing: [c] suppressed",) * 3
    assert state.points[-2].trend.colour == Colour.GREEN


def test_the_series_is_the_six_periods_that_end_at_the_latest():
    gaps = [Observation(Period.parse(f"2016-{month}"), Decimal(50)) for month in ("01", "03", "05", "08", "09", "12")]
    state = series_state(INDICATOR, recorded(gaps), {})
    assert [str(point.revision.period) for point in state.points] == ["2016-08", "2016-09", "2016-12"]
    assert state.trend.reason == "gap: no value from 2016-10 to 2016-11"


def test_what_lies_before_the_six_periods_is_not_the_first_of_them():
    """Referral to treatment of December 2017: the papers also quote March, which the printed graph does not show."""
    quoted = {"2017-03": "85.7", "2017-07": "84.8", "2017-12": "81.3"}
    known = [Observation(Period.parse(label), Decimal(value)) for label, value in quoted.items()]
    points = series_state(INDICATOR, recorded(known), {}).points
    assert [str(point.revision.observation.value) for point in points] == ["84.8", "81.3"]


def test_of_kinds_that_overlap_the_six_latest_are_shown():
    pooled = replace(INDICATOR, frequency=PeriodKind.POOLED_YEARS)
    labels = ["2001 - 03", "2004 - 06", "2007 - 09", "2008 - 10", "2011 - 13", "2012 - 14", "2015 - 17"]
    known = recorded([Observation(Period.parse(label), Decimal(50)) for label in labels])
    state = series_state(pooled, known, {})
    assert [str(point.revision.period) for point in state.points] == labels[1:]
    assert state.trend.reason == "overlapping_periods"


@pytest.mark.parametrize(("local", "compared"), [("provisional", "final"), ("final", "provisional")])
def test_a_colour_made_with_a_provisional_value_is_provisional(local: str, compared: str):
    december = Period.parse("2017-12")
    ours = Observation(december, Decimal(50), ObservationStatus(local))
    england = {december: Observation(december, Decimal(90), ObservationStatus(compared))}
    state = series_state(INDICATOR, recorded([ours]), england)
    assert (state.benchmark.colour, state.benchmark.provisional) == ("red", True)
    assert series_state(INDICATOR, recorded([ours]), {}).benchmark.provisional is False


def test_nothing_known_is_a_state_too():
    state = series_state(INDICATOR, [], {})
    assert (state.latest, state.points, state.target) == (None, (), None)
    assert (state.benchmark.reason, state.trend.reason) == ("no_local_value", "fewer_than_two_values")


values = st.lists(st.none() | st.decimals(0, 100, places=1), min_size=1, max_size=16)


@given(values, values, st.randoms(use_true_random=False))
def test_the_order_in_which_observations_came_does_not_matter(
    local: list[Decimal | None], comparator: list[Decimal | None], shuffler: Any
):
    england = {r.period: r for r in observed(comparator)}
    target = [Target(TargetKind.REACH_BENCHMARK)]
    shuffled = recorded(observed(local))
    shuffler.shuffle(shuffled)
    in_order = series_state(INDICATOR, recorded(observed(local)), england, target)
    assert series_state(INDICATOR, shuffled, england, target) == in_order


def _present(local: list[Decimal | None]) -> list[Revision]:
    """Those that are not withdrawn."""
    return [revision for revision in recorded(observed(local)) if not revision.observation.is_withdrawn]


@given(values)
def test_what_lies_before_the_reach_of_the_series_cannot_matter(local: list[Decimal | None]):
    known = _present(local)
    assert series_state(INDICATOR, known, {}) == series_state(INDICATOR, known[-REACH:], {})


@given(values)
def test_each_point_has_the_colours_the_state_had_when_it_was_the_latest(local: list[Decimal | None]):
    known = _present(local)
    for n, point in enumerate(reversed(series_state(INDICATOR, known, {}).points)):
        then = series_state(INDICATOR, known[: len(known) - n], {})
        assert (point.trend, point.benchmark) == (then.trend, then.benchmark)


def test_numbers_are_sent_as_plain_digits():
    assert [str(plain(Decimal(n))) for n in ("1E+5", "-0", "81.60", "0.00")] == ["100000", "0", "81.60", "0.00"]
    assert [str(trimmed(Decimal(n))) for n in ("12.300", "100", "0.123456785")] == ["12.3", "100", "0.12345679"]
