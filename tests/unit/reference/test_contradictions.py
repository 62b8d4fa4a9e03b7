"""The contradictions of the papers: one list, which the files bear out, and which every page repeats."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.notes import SourceNote
from suite.load.contradictions import (
    Contradiction,
    contradictions,
    disagreements,
    inferred_frameworks,
    notes_on,
    shown_by_data,
)
from suite.load.dataset import Reference, read_reference
from suite.load.documents import contradictions_as_markdown

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference-data.md"


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


@pytest.fixture(scope="module")
def listed(reference: Reference) -> dict[str, Contradiction]:
    return {one.code: one for one in contradictions(reference)}


@pytest.mark.parametrize(
    ("code", "figures", "used"),
    [
        ("dtoc-social-care-q3", ["11.9", "10.50"], "10.50"),
        ("savings-total", ["-2.197", "-2.195"], "-2.195"),
        ("net-budget-total", ["75.182", "75.183"], "75.183"),
        ("childrens-commissioning-net", ["4.914", "4.915"], "4.914"),
        ("commissioning-base-total", ["331,450", "331,456"], "331,456"),
        ("commissioning-base-council", ["22,167 thousand pounds", "about 85 million pounds net"], None),
        ("pledges-count", ["13", "10 numbers", "11 rows"], None),
        ("cabinet-sign-off", ["March 2018", "10 July 2018"], "10 July 2018"),
        ("dtoc-22-7", ["all causes", "social care alone"], "all causes"),
        ("strategic-director", ["for People", "for Place"], "for People"),
        (
            "iapt-on-track",
            ["on track", "0.90 in December 2017, 10.8 a year at that pace", "15, rising to 16.8 by April 2018"],
            "0.90 for the month",
        ),
        (
            "dementia-target",
            ["60", "66 by November 2018", "60.1 is below the national target"],
            "60 from 2014/15, 66 from 2017/18",
        ),
        ("cqc-share", ["73.0", "72 homes: 72.7 of 99 or 73.5 of 98"], "73.0"),
        ("emergency-65-direction", ["1387 to 1371: down", "up 10.8 per cent"], "1371 for December 2017"),
        ("range-staffing-pcc-2014-15-lower", ["32", "32.58"], "33"),
        ("range-commissioning-total-2016-17-higher", ["39,774", "39,774.72"], "39,775"),
        ("range-sum-commissioning-2015-16-lower", ["9,944", "9,943"], "9,944"),
    ],
)
def test_every_figure_is_told_and_which_is_used(
    listed: dict[str, Contradiction], code: str, figures: list[str], used: str | None
):
    note = listed[code].note
    assert [one.figure for one in note.figures] == figures
    assert all(one.source for one in note.figures)
    assert note.why
    assert used is None or note.used == used


def test_the_files_bear_out_the_list(reference: Reference):
    assert list(disagreements(reference)) == []
    assert len(dict(shown_by_data(reference))) == 22


def test_what_the_files_show_is_a_matter_of_the_files(reference: Reference):
    mended = [
        row.model_copy(update={"net_budget_2018_19": Decimal("4.915")})
        if row.code == "childrens-commissioning"
        else row
        for row in reference.budget
    ]
    found = list(disagreements(replace(reference, budget=mended)))
    assert "contradictions.csv: 'childrens-commissioning-net': the files do not show it" in found
    assert "contradictions.csv: 'net-budget-total': the files show 75.184, which the list does not tell" in found


@pytest.mark.parametrize(
    ("number", "changed", "shown"),
    [
        (0, {"y2016_17": Decimal(9400)}, ("savings-plan-total", {"16,900", "16,800"})),
        (0, {"total": Decimal(16800)}, ("savings-plan-share", {"16.8 million pounds"})),
        (1, {"y2014_15": Decimal(525)}, ("savings-plan-part", {"525", "254 to 524"})),
        (1, {"y2014_15": Decimal(524)}, None),
    ],
)
def test_the_savings_plan_adds_up_and_keeps_to_the_ranges(
    reference: Reference, number: int, changed: dict[str, Decimal], shown: tuple[str, set[str]] | None
):
    plan = list(reference.savings_plan)
    plan[number] = plan[number].model_copy(update=changed)
    found = dict(shown_by_data(replace(reference, savings_plan=plan)))
    if shown is None:
        assert found == dict(shown_by_data(reference))
    else:
        assert found[shown[0]] == shown[1]


def test_a_target_that_is_not_set_says_so_on_its_indicator(reference: Reference):
    for row in (row for row in reference.targets if row.lacks_figures):
        topics = [note["topic"] for note in notes_on(reference, f"indicators/{row.indicator}")]
        assert any(topic.startswith("Target for") for topic in topics), row.indicator


def test_what_the_list_leaves_out_is_noticed(reference: Reference):
    short = [row for row in reference.contradictions if row.code != "dtoc-social-care-q3"]
    (found,) = disagreements(replace(reference, contradictions=short))
    assert found == ("contradictions.csv: 'dtoc-social-care-q3': the files show it and the list does not tell it")


def test_a_figure_that_the_list_tells_otherwise_is_noticed(reference: Reference):
    wrong = [
        row.model_copy(update={"figure_1": "11.8"}) if row.code == "dtoc-social-care-q3" else row
        for row in reference.contradictions
    ]
    (found,) = disagreements(replace(reference, contradictions=wrong))
    assert "the files show 11.9" in found


def test_a_note_belongs_to_each_of_its_resources(reference: Reference, listed: dict[str, Contradiction]):
    for contradiction in listed.values():
        for resource in contradiction.resources:
            assert contradiction.note in _read(notes_on(reference, resource))
    assert notes_on(reference, "indicators/falls-with-harm") == []


def _read(bodies: list[dict[str, Any]]) -> list[SourceNote]:
    return TypeAdapter(list[SourceNote]).validate_json(json.dumps(bodies))


def test_every_contradiction_stands_on_a_resource(listed: dict[str, Contradiction]):
    assert [code for code, one in listed.items() if not one.resources] == []


def test_every_inferred_framework_says_so(reference: Reference, listed: dict[str, Contradiction]):
    noted = {name.removeprefix("indicators/") for name in listed["frameworks-inferred"].resources}
    assert set(inferred_frameworks(reference)) == noted


def test_the_rows_without_colour_are_those_that_carry_the_note(reference: Reference, listed: dict[str, Contradiction]):
    lost = [row.indicator for row in reference.scorecard_lines if row.benchmark_printed == "lost"]
    assert listed["benchmark-colours-lost"].resources == tuple(f"indicators/{code}" for code in lost)


def test_the_document_has_the_list_as_it_is(reference: Reference):
    """Written by ``python -m suite.load.documents``."""
    table = contradictions_as_markdown(contradictions(reference))
    assert table in DOCUMENT.read_text(encoding="utf-8")
