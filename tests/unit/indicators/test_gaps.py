"""Inequality gaps: derived from two ends of a dimension."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Gap, GapKind, Indicator, Unit
from services.indicators.domain.gaps import (
    derived_observation,
    end_series,
    gap_faults,
    gap_series,
    remaining_dimensions,
)
from services.indicators.domain.observations import Observation, SeriesKey

PERIOD = Period.parse("2015 - 17")
GAP = Gap("life", "deprivation", "most", "least")
SOURCE = Indicator(
    "life",
    "Life",
    Unit.YEARS,
    1,
    Polarity.HIGH_IS_GOOD,
    PeriodKind.POOLED_YEARS,
    dimensions={"deprivation": ("most", "least", "middle"), "sex": ("male", "female")},
)
FINAL, PROVISIONAL, WITHDRAWN = ObservationStatus.FINAL, ObservationStatus.PROVISIONAL, ObservationStatus.WITHDRAWN


def gap_indicator(
    gap: Gap = GAP, unit: Unit = Unit.YEARS, frequency: PeriodKind = PeriodKind.POOLED_YEARS
) -> Indicator:
    return Indicator("gap", "Gap", unit, 1, Polarity.NEUTRAL, frequency, gap=gap)


def end(value: str | None, **more: Any) -> Observation:
    return Observation(PERIOD, None if value is None else Decimal(value), **more)


@pytest.mark.parametrize(
    ("kind", "a", "b", "value"),
    [
        (GapKind.ABSOLUTE, "71.2", "80.4", "-9.2"),
        (GapKind.RELATIVE, "1", "3", "0.3333333"),
        (GapKind.RELATIVE, "0", "3", "0"),
    ],
)
def test_a_gap_is_signed_and_has_six_digits_more_than_it_shows(kind: GapKind, a: str, b: str, value: str):
    gap = Gap("life", "deprivation", "most", "least", kind)
    assert derived_observation(gap, 1, end(a), end(b)).value == Decimal(value)


@pytest.mark.parametrize(("a", "b", "status"), [(FINAL, FINAL, FINAL), (FINAL, PROVISIONAL, PROVISIONAL)])
def test_it_is_final_only_if_both_ends_are(a: ObservationStatus, b: ObservationStatus, status: ObservationStatus):
    assert derived_observation(GAP, 1, end("1", status=a), end("2", status=b)).status is status
    assert derived_observation(GAP, 1, end("1", status=b), end("2", status=a)).status is status


def test_where_an_end_is_a_symbol_so_is_the_gap_and_marks_are_kept():
    suppressed = end(None, missing=Missing.SUPPRESSED)
    for ends in ((suppressed, end("1")), (end("1"), suppressed)):
        found = derived_observation(GAP, 1, *ends)
        assert (found.value, found.missing) == (None, Missing.SUPPRESSED)
    marked = derived_observation(GAP, 1, end("1", marks=(Mark.BREAK,)), end("2", marks=(Mark.ESTIMATED,)))
    assert set(marked.marks) == {Mark.BREAK, Mark.ESTIMATED}


def test_there_is_none_without_both_ends_nor_over_zero():
    assert derived_observation(GAP, 1, end("1"), None) is None
    assert derived_observation(GAP, 1, None, end("1")) is None
    assert derived_observation(GAP, 1, end(None, status=WITHDRAWN), end("1")) is None
    relative = Gap("life", "deprivation", "most", "least", GapKind.RELATIVE)
    assert derived_observation(relative, 1, end("1"), end("0")) is None


def test_its_breakdown_is_what_remains():
    male = Breakdown({"sex": "male"})
    key = SeriesKey("gap", "E06000026", male)
    ends = end_series(GAP, key)
    assert [each.breakdown.text for each in ends] == ["deprivation=most;sex=male", "deprivation=least;sex=male"]
    assert [gap_series(gap_indicator(), each) for each in ends] == [key, key]
    assert gap_series(gap_indicator(), SeriesKey("life", "E06000026", male)) is None
    middle = Breakdown({"deprivation": "middle"})
    assert gap_series(gap_indicator(), SeriesKey("life", "E06000026", middle)) is None
    assert remaining_dimensions(GAP, SOURCE) == {"sex": ("male", "female")}


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        (gap_indicator(), []),
        (gap_indicator(Gap("life", "deprivation", "most", "nobody")), ["gap.b"]),
        (gap_indicator(Gap("life", "age", "most", "least")), ["gap.a", "gap.b"]),
        (gap_indicator(Gap("life", "deprivation", "most", "most")), ["gap.b"]),
        (gap_indicator(Gap("life", "deprivation", "most", "least", GapKind.RELATIVE)), ["unit"]),
        (gap_indicator(Gap("life", "deprivation", "most", "least", GapKind.RELATIVE), Unit.RATIO), []),
        (gap_indicator(frequency=PeriodKind.MONTH), ["frequency"]),
    ],
)
def test_a_gap_that_cannot_be_derived_names_its_fields(sent: Indicator, fields: list[str]):
    assert [field for field, _ in gap_faults(sent, SOURCE)] == fields


def test_a_gap_of_what_is_not_known_or_of_a_gap_is_none():
    assert [field for field, _ in gap_faults(gap_indicator(), None)] == ["gap.source"]
    assert [field for field, _ in gap_faults(gap_indicator(), gap_indicator())] == ["gap.source"]
