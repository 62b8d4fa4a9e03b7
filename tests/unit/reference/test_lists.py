"""Every list of the papers that is the indicators' to keep is loaded, row by row.

``tests/fixtures/listed`` names each need figure that the papers print and where it is kept: as an observation, what
was expected, a target, or in the words beside one of them. The other lists are counted.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from suite.load.dataset import Reference, read_reference

LISTED = Path(__file__).parents[2] / "fixtures" / "listed" / "need_figures.csv"
FIGURES = list(csv.DictReader(LISTED.open(encoding="utf-8", newline="")))
LISTS = {
    "indicators of the scorecard, named as printed": (22, lambda r: _rows_of(r, "integrated-2017-18")),
    "measures of 2014": (19, lambda r: _rows_of(r, "business-case-2014")),
    "corporate measures of 2018/19": (7, lambda r: _rows_of(r, "corporate-kpis-2018")),
    "objectives of the corporate plan of 2013": (4, lambda r: _of(r.sections, "corporate-plan-2013")),
    "outcomes of the corporate plan of 2013": (16, lambda r: _of(r.aims, "corporate-plan-2013")),
    "narratives of December 2017": (13, lambda r: r.commentaries),
    "shares of homes rated well": (3, lambda r: [one for one in r.observations if one.indicator == RATED]),
    "targets of children's social care": (3, lambda r: [one for one in r.targets if one.indicator in CHILDREN]),
    "gaps of the system": (3, lambda r: r.system_gaps),
    "outcomes of the intentions": (4, lambda r: r.outcomes),
    "objectives of the intentions": (17, lambda r: r.objectives),
    "service standards without a figure": (6, lambda r: [one for one in r.standards if one.limit is None]),
    "service standards with one": (17, lambda r: [one for one in r.standards if one.limit and one.basis == "printed"]),
    "points of charts": (141, lambda r: r.charts),
}
RATED = "cqc-good-or-outstanding"
CHILDREN = {"children-in-care-overall", "children-in-care-independent", "children-child-protection-plan"}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


@pytest.fixture(scope="module")
def kept(reference):
    """What is kept of a place: values and counts as texts, and all words beside them."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in [*reference.all_observations, *reference.all_expected]:
        figures = [one.value, getattr(one, "count", None)]
        told = [format(each, "f") for each in figures if each is not None]
        found.setdefault((one.indicator, one.area, one.period.label), []).extend([*told, str(one.note)])
    for one in reference.targets:
        found.setdefault((one.indicator, one.area, ""), []).append(str(one.value))
    for one in reference.indicators:
        for area in reference.areas:
            found.setdefault((one.code, area.code, ""), []).append(one.definition)
    return found


def _rows_of(reference, scorecard):
    return _of(reference.scorecard_lines, scorecard)


def _of(rows, scorecard):
    return [row for row in rows if row.scorecard == scorecard]


def test_the_list_of_need_figures_is_whole():
    assert len({row["listed"] for row in FIGURES}) == len(FIGURES) == 64


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["listed"])
def test_a_need_figure_is_kept_where_it_belongs(kept, row):
    said = kept[row["indicator"], row["area"], row["period"]]
    assert any(row["figure"] == each or (" " in row["figure"] and row["figure"] in each) for each in said), said


def test_no_need_figure_is_kept_that_is_not_listed(reference):
    listed = {(row["indicator"], row["area"], row["period"]) for row in FIGURES}
    assert {(row.indicator, row.area, row.period.label) for row in reference.need} <= listed
    assert len(reference.need) == 55


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_kept_whole(reference, name):
    count, kept_of = LISTS[name]
    assert len(kept_of(reference)) == count


def test_what_the_papers_call_a_measure_leads_to_its_indicator(reference):
    """Each measure of the case of 2014 by its printed category and name; each narrative by its printed heading."""
    named = [row for row in reference.all_list_items if row.list in {"measures-2014", "narratives-2017-q3"}]
    leads_to = {"measures-2014": [], "narratives-2017-q3": []}
    for row in named:
        leads_to[row.list] += row.note.partition(" ")[2].split(" and ")
    assert sorted(leads_to["measures-2014"]) == sorted(
        row.indicator for row in _rows_of(reference, "business-case-2014")
    )
    assert sorted(leads_to["narratives-2017-q3"]) == sorted(row.indicator for row in reference.commentaries)
    groups = Counter(row.group for row in named if row.list == "measures-2014")
    assert groups == {"Community": 4, "Bed Based": 3, "Childrens": 3, "Wellbeing": 9}


def test_what_a_target_is_to_do_beside_its_figure_is_noted(reference):
    notes = {row.indicator: row.note for row in reference.targets}
    wellbeing = [code for code in notes if code.startswith("wellbeing-")]
    assert Counter("Lower than before" in notes[code] for code in wellbeing) == {True: 4}
    assert all("the rise is to stop first" in notes[code] for code in ("excess-weight-4-5", "excess-weight-10-11"))
    assert "2014/15" in notes["alcohol-admissions"]
