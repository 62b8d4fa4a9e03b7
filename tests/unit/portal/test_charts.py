import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.charts.control_chart import assurance_icon, control_chart, variation_icon
from portal.charts.drawing import Frame, end_names
from portal.charts.line_chart import Chart, line_chart, small_chart
from portal.charts.loss_chart import loss_chart
from portal.charts.plan_chart import Quarter, plan_chart
from portal.charts.ratings_chart import ratings_chart
from portal.charts.slots import AHEAD, MOST, labelled_slots, slots_of
from portal.charts.sparkline import sparkline
from services.indicators.domain.control.judgement import Assurance, PointType, Variation


def point(period: str, value: str | None = "1", missing: str | None = None, **more: object) -> dict:
    return {"period": period, "value": value, "missing": missing, "marks": []} | more


def expected(period: str, value: str | None, low: str | None = None, high: str | None = None) -> dict:
    return {"period": period, "expected": value, "low": low, "high": high}


def texts(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


SLOTS = [
    ([], "month", []),
    (["2017-07", "2017-08"], "month", ["2017-07", "2017-08"]),
    (["2017-11", "2018-02"], "month", ["2017-11", None, None, "2018-02"]),
    (["2016/17 Q4", "2017/18 Q2"], "quarter", ["2016/17 Q4", None, "2017/18 Q2"]),
    (["2012 - 14", "2014 - 16"], "pooled_years", ["2012 - 14", "2014 - 16"]),
]


@pytest.mark.parametrize(("periods", "kind", "slots"), SLOTS)
def test_periods_without_an_observation_have_their_place(periods: list[str], kind: str, slots: list) -> None:
    found = slots_of([point(each) for each in periods], kind)
    assert [slot["period"] if slot else None for slot in found] == slots


def test_what_is_expected_later_has_its_place_too_as_far_as_there_is_room() -> None:
    later = [f"2018-{month:02}" for month in range(1, 13)]
    found = [label for label, _ in labelled_slots([point("2017-11"), point("2018-01")], "month", ["2017-12", *later])]
    assert found == ["2017-11", "2017-12", "2018-01", *later[1 : 1 + AHEAD]]


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
    points = [point("2017-07", "84.36"), point("2017-12", "79.29", revision=2)]
    way = [expected("2017-07", "80"), expected("2017-12", "82"), expected("2018-01", "82.5")]
    drawn = str(line_chart(Chart("Waits <4h", "month", points, [point("2017-12", "85")], "England", way)))
    ET.fromstring(drawn)  # noqa: S314  our own
    assert "Waits &lt;4h" in drawn
    assert "From 84.36 in 2017-07 to 79.29 in 2017-12. 4 periods between have no value. 1 values were revised." in drawn
    assert "The target expects 82.5 in 2018-01." in drawn
    assert {"Value 79.29", "England 85", "Target 82.5", "2018-01"} <= set(texts(drawn))
    assert "style=" not in drawn


def test_limits_symbols_breaks_and_what_is_provisional_are_drawn() -> None:
    points = [
        point("2017-10", "10", limits={"lower": "8", "upper": "12", "computed": True}),
        point("2017-11", None, "[c]"),
        point("2017-12", "11", marks=["[b]"], status="provisional"),
    ]
    drawn = str(line_chart(Chart("Falls", "month", points)))
    assert drawn.count("chart__bar") == 1
    assert {"[c]", "break"} <= set(texts(drawn))
    assert drawn.count("chart__point--hollow") == 1
    assert "The series breaks at 2017-12." in drawn


def test_a_range_is_drawn_by_its_ends() -> None:
    way = [expected("2017-11", None, "5", "9"), expected("2017-12", None, "5", "9")]
    drawn = str(line_chart(Chart("Beds", "month", [point("2017-11", "7"), point("2017-12", "7")], trajectory=way)))
    assert drawn.count("chart__target") == 2


def test_small_charts_have_one_scale_and_tell_their_names() -> None:
    values = [[point("2017-11", "1"), point("2017-12", "2")], [point("2017-11", "90"), point("2017-12", "95")]]
    drawn = [
        str(small_chart(Chart(f"Part {at}", "month", each, identity=f"part-{at}", within=["1", "95"])))
        for at, each in enumerate(values)
    ]
    assert texts(drawn[0])[:6] == texts(drawn[1])[:6]
    assert ('id="part-0-title"' in drawn[0], 'id="part-1-title"' in drawn[1]) == (True, True)


def test_nothing_to_draw_is_no_chart() -> None:
    assert line_chart(Chart("Nothing", "month", [point("2017-12", None, "[x]")])) == ""
    assert plan_chart([Quarter("2017/18 Q1", "0", "0")]) == ""
    assert loss_chart([{"chance": "0.5", "loss": "0"}], "0") == ""
    assert ratings_chart("OCC4", [{"after": {"score": None}, "business_date": "2018-02-28"}], date(2018, 2, 28)) == ""


figures = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)


@settings(max_examples=40)
@given(st.lists(figures, min_size=1, max_size=12))
def test_whatever_is_drawn_stays_on_the_drawing(values: list) -> None:
    points = [point(f"2017-{month:02}", str(value)) for month, value in enumerate(values, start=1)]
    drawn = str(line_chart(Chart("Any", "month", points)))
    places = re.findall(r'd="M([-\d.]+) ([-\d.]+)m', drawn)
    assert len(places) == len(values)
    for x, y in places:
        assert 0 <= float(x) <= 860
        assert 0 <= float(y) <= 340


def test_of_a_long_series_the_newest_are_drawn() -> None:
    points = [point(f"{year}-{month:02}") for year in range(1995, 2018) for month in range(1, 13)]
    slots = slots_of(points, "month")
    assert len(slots) == MOST
    assert [slots[0], slots[-1]] == [points[-MOST], points[-1]]


def control(kinds: list[str], **more: object) -> dict:
    rules = [{"rule": "beyond_high", "words": "above the upper limit"}]
    points = [
        point(f"2017-{at:02}", str(at), type=kind, annotation="New ward" if at == 1 else None, rules=[])
        for at, kind in enumerate(kinds, start=1)
    ]
    limits = {"mean": "3", "lower": "1", "upper": "5"}
    return {
        "name": "Falls",
        "points": points,
        "segments": [{"first": "2017-01", "last": points[-1]["period"], **limits}],
        "limits": limits,
        "variation": {"words": "Common cause: no significant change"},
        "assurance": {"words": "The target is met however the process varies", "target": "2"},
        "special_causes": [{"period": "2017-05", "rules": rules}],
    } | more


def test_a_control_chart_has_a_shape_for_each_kind_of_point() -> None:
    kinds = ["common_cause", "improvement", "concern", "neutral_high", "neutral_low"]
    drawn = str(control_chart(control(kinds), "month"))
    ET.fromstring(drawn)  # noqa: S314  our own
    shapes = re.findall(r'class="chart__point[^"]*" d="M[-\d.]+ [-\d.]+([^"]*)"', drawn)
    assert len(set(shapes)) == 4  # the two neutral kinds have one
    assert {"Upper limit 5", "Lower limit 1", "Mean 3", "Target 2", "(1)"} <= set(texts(drawn))
    assert "Special causes: 2017-05 (above the upper limit)." in drawn


def test_a_control_chart_without_limits_has_its_mean() -> None:
    bare = {"mean": "3", "lower": None, "upper": None}
    found = control(["common_cause"] * 3, limits=bare, special_causes=[])
    found["segments"] = [{"first": "2017-01", "last": "2017-03", **bare}]
    drawn = str(control_chart(found, "month"))
    assert (drawn.count("chart__limits"), drawn.count("chart__mean")) == (0, 1)


def test_every_variation_assurance_and_kind_of_point_is_drawn() -> None:
    icons = [str(variation_icon(name)) for name in Variation] + [str(assurance_icon(name)) for name in Assurance]
    assert len(set(icons)) == len(icons)
    for drawn in icons:
        ET.fromstring(drawn)  # noqa: S314  our own
    assert control_chart(control(list(PointType)), "month")


def history(day: str, after: int | None, assessed: int | None = None, indicated: int | None = None) -> dict:
    scores = {"after": after, "assessed": assessed, "indicated": indicated}
    return {"business_date": day} | {name: None if each is None else {"score": each} for name, each in scores.items()}


def test_ratings_are_steps_that_go_on_until_today() -> None:
    entries = [history("2018-01-01", 12, 12, 12), history("2018-02-01", 16, 12, 16), history("2018-02-10", 12, 12, 12)]
    drawn = str(ratings_chart("OCC4", entries, date(2018, 2, 28)))
    ET.fromstring(drawn)  # noqa: S314  our own
    assert {"In effect 12", "Assessed 12", "Indicated 12", "1 Jan 2018"} <= set(texts(drawn))
    assert "Score in effect: 12 from 2018-01-01, 16 from 2018-02-01, 12 from 2018-02-10." in drawn
    [line] = re.findall(r'<path class="chart__line" d="([^"]*)"', drawn)
    assert line.endswith("H710.0")


def test_what_is_not_on_record_has_no_line() -> None:
    entries = [history("2018-01-01", 12), history("2018-02-01", 16, 12, 16)]
    drawn = str(ratings_chart("OCC4", entries, date(2018, 2, 28)))
    assert re.findall(r'<path class="chart__compared" d="([^"]*)"', drawn)[0].count("M") == 1
    assert "Indicated 16" in texts(drawn)


def test_a_plan_is_a_band_and_what_came_of_it_are_three_shapes() -> None:
    quarters = [Quarter("2017/18 Q1", "100", "200", "50.5", "0", None), Quarter("2017/18 Q2", "100", "200")]
    drawn = str(plan_chart(quarters))
    ET.fromstring(drawn)  # noqa: S314  our own
    assert "2017/18 Q1: planned £100 to £200, indicated £50, validated £0; 2017/18 Q2: planned £100 to £200." in drawn
    shapes = re.findall(r'class="chart__point[^"]*" d="M[-\d.]+ [-\d.]+([^"]*)"', drawn)
    assert (len(shapes), len(set(shapes))) == (2 + 3, 3)  # the three of the legend among them


def test_losses_are_a_curve_that_falls() -> None:
    curve = [{"chance": "0.5", "loss": "0"}, {"chance": "0.1", "loss": "75000"}, {"chance": "0.01", "loss": "400000"}]
    drawn = str(loss_chart(curve, "30000"))
    ET.fromstring(drawn)  # noqa: S314  our own
    assert "£75,000 with 10%" in drawn
    [points] = re.findall(r'<polyline class="chart__line" points="([^"]*)"', drawn)
    ways = [tuple(map(float, each.split(","))) for each in points.split()]
    assert ways == sorted(ways)
    assert [y for _, y in ways] == sorted(y for _, y in ways)


def test_names_at_the_ends_of_lines_stay_apart_and_on_the_drawing() -> None:
    frame = Frame(0.0, 1.0, 1)
    drawn = "".join(
        end_names([(289.0, "a"), (290.0, "b"), (290.0, "c"), (20.0, "d"), (290.0, "e"), (290.0, "f")], frame)
    )
    heights = [float(y) for y in re.findall(r'y="([-\d.]+)"', drawn)]
    assert all(after - before >= 18 for before, after in pairwise(heights))
    assert (heights[0], max(heights) <= frame.height) == (25.0, True)


def test_a_rating_of_today_is_a_line_all_the_same() -> None:
    drawn = str(ratings_chart("OCC4", [history("2018-02-28", 16, 16, 16)], date(2018, 2, 28)))
    [line] = re.findall(r'<path class="chart__line" d="([^"]*)"', drawn)
    assert line == "M70.0 95.6H710.0"
