import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.charts.line_chart import Chart, line_chart
from portal.charts.slots import MOST, slots_of
from portal.charts.sparkline import sparkline


def point(period: str, value: str | None = "1", missing: str | None = None) -> dict:
    return {"period": period, "value": value, "missing": missing, "marks": []}


SLOTS = [
    ([], "month", []),
    (["2017-07", "2017-08"], "month", ["2017-07", "2017-08"]),
    (["2017-11", "2018-02"], "month", ["2017-11", None, None, "2018-02"]),
    (["2016/17 Q4", "2017/18 Q2"], "quarter", ["2016/17 Q4", None, "2017/18 Q2"]),
    (["2012 - 14", "2014 - 16"], "pooled_years", ["2012 - 14", "2014 - 16"]),
]


@pytest.mark.parametrize(("periods", "kind", "expected"), SLOTS)
def test_periods_without_an_observation_have_their_place(periods: list[str], kind: str, expected: list) -> None:
    slots = slots_of([point(each) for each in periods], kind)
    assert [slot["period"] if slot else None for slot in slots] == expected


def test_a_sparkline_joins_neighbours_and_crosses_gaps() -> None:
    drawn = str(
        sparkline([point("2017-07", "84.36"), point("2017-08", "85"), point("2017-12", "79.29")], "month", "A&E")
    )
    assert drawn.count("<circle") == 3
    assert drawn.count("<polyline") == 1
    assert drawn.count("spark__gap") == 3
    assert 'aria-label="A&amp;E: 2017-07 84.36, 2017-08 85, no value, no value, no value, 2017-12 79.29"' in drawn


def test_a_symbol_is_a_gap_that_is_named() -> None:
    drawn = str(sparkline([point("2017-11", "3"), point("2017-12", None, "[c]")], "month", "Deaths"))
    assert drawn.count("<circle") == 1
    assert "2017-12 [c]" in drawn


def test_a_chart_says_in_words_what_it_shows() -> None:
    points = [point("2017-07", "84.36"), point("2017-12", "79.29")]
    drawn = str(line_chart(Chart("Waits <4h", "month", points, [point("2017-12", "85")], "England", "82", "70", "90")))
    ET.fromstring(drawn)  # noqa: S314  our own
    assert "Waits &lt;4h" in drawn
    assert "From 84.36 in 2017-07 to 79.29 in 2017-12. 4 periods between have no value. Expected: 82." in drawn
    assert "England 85" in drawn
    assert "style=" not in drawn


def test_nothing_to_draw_is_no_chart() -> None:
    assert line_chart(Chart("Nothing", "month", [point("2017-12", None, "[x]")])) == ""


figures = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)


@settings(max_examples=40)
@given(st.lists(figures, min_size=1, max_size=12))
def test_whatever_is_drawn_stays_on_the_drawing(values: list) -> None:
    points = [point(f"2017-{month:02}", str(value)) for month, value in enumerate(values, start=1)]
    drawn = str(line_chart(Chart("Any", "month", points)))
    for x, y in re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)"', drawn):
        assert 0 <= float(x) <= 860
        assert 0 <= float(y) <= 340


def test_of_a_long_series_the_newest_are_drawn() -> None:
    points = [point(f"{year}-{month:02}") for year in range(1995, 2018) for month in range(1, 13)]
    slots = slots_of(points, "month")
    assert len(slots) == MOST
    assert [slots[0], slots[-1]] == [points[-MOST], points[-1]]
