"""The charts of 2014: what was, what was expected and what was aimed at are three things."""

from collections import Counter
from decimal import Decimal

import pytest

from contracts.indicators import ObservationStatus
from contracts.period import Period
from suite.load.charts import chart_observations, chart_projections, milestones
from suite.load.dataset import Reference, read_reference


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


def test_every_line_of_the_charts_is_there(reference: Reference):
    points = Counter(row.series for row in reference.charts)
    assert points == {"actual_or_forecast": 56, "target": 56, "forecast": 21, "actual": 8}


def test_a_point_is_an_observation_up_to_2013_and_a_projection_after_that(reference: Reference):
    observed, projected = list(chart_observations(reference.charts)), list(chart_projections(reference.charts))
    assert (len(observed), len(projected)) == (8 + 8 * 4, 8 * 3 + 21)
    assert max(row.period for row in observed) == Period.parse("2013/14")
    assert min(row.period for row in projected if row.name == "actual-or-forecast-2014") == Period.parse("2014/15")


def test_what_may_have_been_a_forecast_is_marked(reference: Reference):
    for row in chart_observations(reference.charts):
        assert row.basis == ("chart" if row.indicator.startswith("wellbeing-") else "inferred")
        assert row.inferred == (() if row.indicator.startswith("wellbeing-") else ("status",))
        provisional = row.period == Period.parse("2013/14")
        assert row.status is (ObservationStatus.PROVISIONAL if provisional else ObservationStatus.FINAL)


def test_independent_placements_of_2012_are_sixty(reference: Reference):
    values = {
        row.period.label: row.value
        for row in chart_observations(reference.charts)
        if row.indicator == "children-in-care-independent"
    }
    assert values == {"2010/11": 60, "2011/12": 65, "2012/13": 60, "2013/14": 65}


def test_no_observation_is_told_twice(reference: Reference):
    again = Counter((row.indicator, row.area, row.period) for row in reference.all_observations)
    assert [key for key, count in again.items() if count > 1] == [
        ("dtoc-adult-social-care", "E06000026", Period.parse("2017/18 Q3"))
    ]


def test_every_point_of_a_target_line_is_a_milestone_of_one_version(reference: Reference):
    found = Counter(
        (point.indicator, point.period.label)
        for target in reference.targets
        for point in milestones(reference.charts, target, reference.targets)
    )
    lines = [(row.indicator, row.period.label) for row in reference.charts if row.series == "target"]
    assert found == Counter(lines)


@pytest.mark.parametrize(
    ("indicator", "kind", "periods"),
    [
        ("readmissions-30-days", "reach", ["2010/11", "2011/12", "2012/13", "2013/14"]),
        ("readmissions-30-days", "reduce_by_percent", ["2014/15", "2015/16", "2016/17"]),
        ("looked-after-emotional-wellbeing", "better_than_benchmark", ["2014/15", "2015/16", "2016/17"]),
        ("dtoc-all", "reach_benchmark", []),
    ],
)
def test_milestones_belong_to_the_version_in_force(reference: Reference, indicator: str, kind: str, periods: list[str]):
    (target,) = (row for row in reference.targets if (row.indicator, row.kind) == (indicator, kind))
    assert [row.period.label for row in milestones(reference.charts, target, reference.targets)] == periods


@pytest.mark.parametrize(
    ("indicator", "level"),
    [("children-in-care-overall", 395), ("children-in-care-independent", 60), ("children-child-protection-plan", 420)],
)
def test_the_targets_of_childrens_social_care_follow_their_line(reference: Reference, indicator: str, level: int):
    (target,) = (row for row in reference.targets if row.indicator == indicator)
    points = milestones(reference.charts, target, reference.targets)
    assert (target.value, len(points), points[-1].value) == (Decimal(level), 7, Decimal(level))


def test_the_alcohol_measure_is_there_without_a_figure(reference: Reference):
    (target,) = (row for row in reference.targets if row.indicator == "alcohol-admissions")
    assert target.value is None
    assert any(row.indicator == "alcohol-admissions" for row in reference.scorecard_lines)
