"""Small numbers are hidden, and with them what they could be worked out from."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Calculation, Indicator, Unit
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.suppression import Cells, as_suppressed, is_small, states, suppressed


def counts(**by_text: int) -> dict[Breakdown, Decimal]:
    """By sex and age, ``m_old`` for both, ``total`` for all."""
    return {_of(text): Decimal(count) for text, count in by_text.items()}


def _of(text: str) -> Breakdown:
    names = {"m": "sex=male", "f": "sex=female", "x": "sex=other", "old": "age=65", "young": "age=18"}
    return Breakdown.parse(";".join(names[part] for part in text.split("_") if part in names))


def state(cells: dict[Breakdown, Decimal], below: int, already: frozenset[Breakdown] = frozenset()) -> Cells:
    return Cells(cells, frozenset(each for each, count in cells.items() if 0 < count < below), already)


@pytest.mark.parametrize(
    ("cells", "below", "expected"),
    [
        ({"total": 4}, 5, {"total"}),
        ({"total": 5}, 5, set()),
        ({"total": 0}, 5, set()),  # nobody is nobody's secret
        ({"m": 3, "f": 9}, 5, {"m"}),  # no total is published to take 9 from
        ({"total": 12, "m": 3, "f": 9}, 5, {"m", "f"}),
        ({"total": 20, "m": 3, "f": 9, "x": 8}, 5, {"m", "x"}),  # the smallest other part
        ({"total": 5, "m": 3, "f": 2}, 5, {"m", "f"}),
        ({"total": 12, "m": 3, "f": 9, "x": 0}, 5, {"m", "f"}),  # a zero hides nothing while there is another
        ({"total": 30, "m": 3, "f": 0, "x": 0}, 5, {"m", "f"}),
        ({"total": 3, "m": 3, "f": 0}, 5, {"total", "m"}),
        ({"total": 50, "m": 3}, 5, {"total", "m"}),  # its only part
        ({"total": 20, "m": 10, "f": 10}, 5, set()),
    ],
)
def test_what_is_hidden_by_one_dimension(cells: dict[str, int], below: int, expected: set[str]):
    assert suppressed([state(counts(**cells), below)]) == {_of(text) for text in expected}


def test_what_is_hidden_by_two_dimensions_holds_in_every_line():
    cells = counts(total=100, m=43, f=57, old=53, young=47, m_old=3, m_young=40, f_old=50, f_young=7)
    assert suppressed([state(cells, 5)]) == {_of(text) for text in ("m_old", "m_young", "f_old", "f_young")}


def test_what_carries_the_symbol_already_hides_another():
    cells = counts(total=20, f=9, x=8)
    assert suppressed([state(cells, 5, frozenset({_of("m")}))]) == {_of("x")}
    assert suppressed([state(counts(total=20, m=10, f=10), 5)]) == frozenset()


def counts_of(*series: dict[str, int]) -> list[Cells]:
    return [state(counts(**each), 5) for each in series]


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ([{"total": 12, "m": 3, "f": 9}, {"total": 12, "m": 30, "f": 9}], {"m", "f"}),
        ([{"total": 12, "m": 3, "f": 9}, {"total": 12, "f": 9}], {"m", "f"}),  # withdrawn
        ([{"total": 12, "f": 9}, {"total": 12, "m": 3, "f": 9}], {"m", "f"}),
        ([{"total": 12}, {"total": 12, "m": 3}, {"total": 12, "m": 3, "f": 9}], {"m", "f"}),  # one at a time
        ([{"total": 12, "m": 3}, {"total": 12}], {"total", "m"}),
        ([{"total": 21, "m": 3, "x": 18}, {"total": 30, "m": 3, "x": 18, "f": 9}], {"m", "x"}),
        ([{"m": 3}, {"total": 24, "m": 12, "f": 12}], {"m", "f"}),
        ([{"total": 24, "m": 12, "f": 12}, {"total": 24, "m": 11, "f": 13}], set()),
    ],
)
def test_what_was_hidden_in_one_state_is_hidden_in_all(recorded: list[dict[str, int]], expected: set[str]):
    assert suppressed(counts_of(*recorded)) == {_of(text) for text in expected}


SMALL_COUNTS = st.dictionaries(st.sampled_from(["total", "m", "f", "x"]), st.integers(0, 20), min_size=1)


@given(st.lists(SMALL_COUNTS, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_state_has_one_hidden_in_a_line_and_none_is_shown_again(recorded: list[dict[str, int]]):
    series = counts_of(*recorded)
    hidden = suppressed(series)
    parts = {_of(text) for text in ("m", "f", "x")}
    for each in series:
        assert each.small <= hidden
        there = each.breakdowns & parts
        if _of("total") in each.counts and there:
            elsewhere = {part for other in series for part in other.breakdowns & parts} - there
            assert len(hidden & (there | {_of("total")})) != 1 or hidden & elsewhere
    shown_again = suppressed(series[:-1]) - hidden
    assert shown_again <= {_of("total")} | (parts if _of("total") in suppressed(series[:-1]) else set())


@pytest.mark.parametrize(
    ("unit", "calculation", "figures", "expected"),
    [
        (Unit.PERCENTAGE, Calculation.CRUDE, {"value": 3, "denominator": 100}, True),
        (Unit.PERCENTAGE, Calculation.CRUDE, {"value": 5, "denominator": 100}, False),
        (Unit.PERCENTAGE, Calculation.CRUDE, {"value": 0, "denominator": 100}, False),
        (Unit.PERCENTAGE, Calculation.CRUDE, {"value": 0, "denominator": 3}, True),  # none of three
        (Unit.PERCENTAGE, Calculation.CRUDE, {"value": 100, "count": 3, "denominator": 3}, True),
        (Unit.PERCENTAGE, Calculation.CRUDE, {"value": 3}, False),  # of nobody knows how many
        (Unit.PERCENTAGE, Calculation.OTHER, {"value": 3, "denominator": 100}, False),
        (Unit.PERCENTAGE, Calculation.OTHER, {"value": 3, "denominator": 4}, True),
        (Unit.RATE_PER_1000, Calculation.CRUDE, {"value": 2, "denominator": 2000}, True),
        (Unit.RATE_PER_1000, Calculation.CRUDE, {"value": 3, "denominator": 2000}, False),
        (Unit.COUNT, Calculation.CRUDE, {"value": 4}, True),
        (Unit.COUNT, Calculation.CRUDE, {"value": 5}, False),
    ],
)
def test_what_is_small(unit: Unit, calculation: Calculation, figures: dict[str, int], expected: bool):
    indicator = Indicator("n", "N", unit, 0, Polarity.NEUTRAL, PeriodKind.MONTH, calculation=calculation)
    value, *parts = (
        None if (n := figures.get(name)) is None else Decimal(n) for name in ("value", "count", "denominator")
    )
    seen = Observation(Period.parse("2017-12"), value, count=parts[0], denominator=parts[1])
    assert is_small(seen, indicator, 5) is expected


def test_a_state_is_what_was_recorded_at_one_moment():
    moment = datetime(2018, 2, 28, tzinfo=UTC)

    def revision(breakdown: str, number: int, value: int, minutes: int) -> Revision:
        seen = Observation(Period.parse("2017-12"), Decimal(value))
        return Revision(SeriesKey("n", "E06000026", _of(breakdown)), seen, number, "t", moment + timedelta(0, minutes))

    revisions = [revision("total", 1, 12, 0), revision("m", 1, 3, 0), revision("m", 2, 4, 0), revision("m", 3, 9, 5)]
    indicator = Indicator("n", "N", Unit.COUNT, 0, Polarity.NEUTRAL, PeriodKind.MONTH)
    found = [each.counts for each in states(revisions, indicator, 5)]
    assert found == [counts(total=12, m=3), counts(total=12, m=4), counts(total=12, m=9)]


def test_who_few_are_out_of_hides_another_where_nobody_knows_how_many_are_counted():
    """Of a hundred less ninety-seven are three, whose value is the total's less that of the others."""
    moment = datetime(2018, 2, 28, tzinfo=UTC)

    def revision(breakdown: str, value: str, denominator: int) -> Revision:
        seen = Observation(Period.parse("2017-12"), Decimal(value), denominator=Decimal(denominator))
        return Revision(SeriesKey("n", "E06000026", _of(breakdown)), seen, 1, "t", moment)

    revisions = [revision("total", "9", 100), revision("m", "33", 3), revision("f", "8.3", 97)]
    other = Calculation.OTHER
    indicator = Indicator("n", "N", Unit.PERCENTAGE, 1, Polarity.NEUTRAL, PeriodKind.MONTH, calculation=other)
    assert suppressed(list(states(revisions, indicator, 5))) == {_of("m"), _of("f")}


@given(st.lists(st.integers(0, 30), min_size=2, max_size=5), st.integers(2, 10))
@settings(max_examples=60, deadline=None)
def test_no_hidden_part_can_be_worked_out(parts: list[int], below: int):
    cells = {Breakdown({"age": str(n)}): Decimal(count) for n, count in enumerate(parts)}
    cells[Breakdown.TOTAL] = Decimal(sum(parts))
    hidden = suppressed([state(cells, below)])
    assert all(each in hidden for each, count in cells.items() if 0 < count < below)
    assert len(hidden) != 1
    if not any(0 < count < below for count in cells.values()):
        assert not hidden


def test_a_suppressed_observation_has_nothing_that_gives_it_away():
    seen = Observation(
        Period.parse("2017-12"), Decimal(3), count=Decimal(3), denominator=Decimal(7), lower=Decimal(1), note="three"
    )
    hidden = as_suppressed(seen)
    assert (hidden.missing, hidden.status) == (Missing.SUPPRESSED, ObservationStatus.FINAL)
    assert [hidden.value, hidden.count, hidden.denominator, hidden.lower, hidden.upper, hidden.note] == [None] * 6
