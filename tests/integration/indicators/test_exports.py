"""Observations and scorecards as files: CSV, XLSX, ODS, JSON-stat, and an answer where there is nothing."""

import csv
import io
import json
import re
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import python_calamine

from chassis.storage.transaction import Tx
from chassis.web.render.workbook import MOST_ROWS
from services.indicators.domain.exports import ExportFilter
from services.indicators.endpoints import exports as endpoint
from services.indicators.service.exports import iterate_pages
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api

AE = "ae-four-hour-wait"
FORMULA = "=HYPERLINK(1), seen by +1"


async def file(api: Api, path: str, expect: int = 200, **params: Any) -> bytes:
    answer = await api.client.get(f"/indicators/v1{path}", params=params)
    assert answer.status_code == expect, answer.text
    return answer.content


async def rows(api: Api, **params: Any) -> list[dict[str, str]]:
    text = (await file(api, "/observations.csv", **params)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
async def filled(api: Api) -> Api:
    await api.observe("Nov-17", "80.10", note=FORMULA)
    await api.observe("Dec-17", None, missing="[c]", status="final")
    await api.observe("Jan-18", "81.6", marks=["[e]"])
    await api.observe("Jan-18", "81.7", marks=["[e]"], reason="late")
    await api.observe("Jan-18", "85", area=ENGLAND)
    await api.observe("Oct-17", "70")
    await api.observe("Oct-17", None, status="withdrawn", reason="twice")
    return api


async def test_csv_has_the_current_revisions_with_their_names_and_no_formula(filled: Api) -> None:
    found = await rows(filled, area=PLYMOUTH)
    assert [(each["period"], each["value"], each["missing"], each["marks"]) for each in found] == [
        ("2017-11", "80.10", "", ""),
        ("2017-12", "", "[c]", ""),
        ("2018-01", "81.7", "", "[e]"),
    ]
    assert found[0]["note"] == f"'{FORMULA}"
    assert (found[0]["indicator_name"], found[0]["area_name"]) == ("A&E four hour wait", "Plymouth")


async def test_filters_moments_and_history(filled: Api) -> None:
    assert [each["area"] for each in await rows(filled, **{"from": "2018-01"})] == [PLYMOUTH, ENGLAND]
    assert [each["period"] for each in await rows(filled, to="2017-11-30", indicator=AE)] == ["2017-11"]
    history = await rows(filled, area=PLYMOUTH, include_history="true")
    assert [(each["period"], each["revision"], each["status"]) for each in history] == [
        ("2017-10", "1", "final"),
        ("2017-10", "2", "withdrawn"),
        ("2017-11", "1", "final"),
        ("2017-12", "1", "final"),
        ("2018-01", "1", "final"),
        ("2018-01", "2", "final"),
    ]
    then = filled.clock().isoformat()
    filled.clock.forward(days=1)
    await filled.observe("Jan-18", "90", reason="later")
    assert [each["value"] for each in await rows(filled, area=PLYMOUTH, as_of=then, **{"from": "2018-01"})] == ["81.7"]


async def test_a_revision_recorded_meanwhile_does_not_tear_an_export(filled: Api) -> None:
    """Two figures that change together are both as they were, or both as they are."""

    async def export(tx: Tx) -> list[str]:
        found = []
        async for page in iterate_pages(tx, ExportFilter(), most=1):
            found += [str(each.revision.observation.value) for each in page]
            if len(found) == 1:
                await filled.observe("Nov-17", "80.20", reason="both")
                await filled.observe("Jan-18", "86", area=ENGLAND, reason="both")
        return found

    assert await filled.database.read(export, on_loop=True) == ["80.10", "None", "81.7", "85"]
    assert [each["value"] for each in await rows(filled)] == ["80.20", "", "81.7", "86"]


async def test_an_empty_answer_says_why_and_what_would_not_be_empty(filled: Api) -> None:
    body = json.loads(await file(filled, "/observations.csv", 404, indicator=AE, area="E06000027"))
    assert body["type"] == "/problems/nothing-found"
    assert [each["field"] for each in body["errors"]] == ["area"]
    assert f"{PLYMOUTH}, {ENGLAND}" in body["errors"][0]["message"]
    body = json.loads(await file(filled, "/observations.xlsx", 404, indicator="unheard-of"))
    assert body["errors"][0]["message"] == "unheard-of is not known"


async def test_filters_that_exclude_each_other_say_so(filled: Api) -> None:
    """Neither alone keeps out what there is: Torbay has nothing, and nobody recorded the other indicator."""
    await filled.post("/indicators", MONTHLY | {"code": "other", "name": "Other"})
    for ending in ("json-stat", "csv", "ods"):
        body = json.loads(await file(filled, f"/observations.{ending}", 404, indicator="other", area="E06000027"))
        assert [(each["field"], each["message"].partition(";")[0]) for each in body["errors"]] == [
            ("indicator", "without it and area there would be something"),
            ("area", "without it and indicator there would be something"),
        ]
    more = {"indicator": "other", "area": "E06000027", "breakdown": "sex=male", "to": "1999-12-31"}
    body = json.loads(await file(filled, "/observations.json-stat", 404, **more))
    assert {each["field"] for each in body["errors"]} == {*more, "include_history"}
    body = json.loads(await file(filled, "/observations.json-stat", 404, **{"from": "2017-10", "to": "2017-10"}))
    assert [each["field"] for each in body["errors"]] == ["to", "include_history"]  # it was withdrawn
    assert [each["status"] for each in await rows(filled, to="2017-10", include_history="true")][-1] == "withdrawn"


async def test_nothing_at_all_has_no_filter_to_blame(api: Api) -> None:
    assert "errors" not in json.loads(await file(api, "/observations.csv", 404, area=PLYMOUTH))


async def test_a_cube_has_its_history_by_revision(filled: Api) -> None:
    body = json.loads(await file(filled, "/observations.json-stat", include_history="true", area=PLYMOUTH))
    assert (body["id"], body["size"]) == (["indicator", "area", "breakdown", "period", "revision"], [1, 1, 1, 4, 2])
    assert body["dimension"]["revision"]["category"]["label"] == {"1": "Revision 1", "2": "Revision 2"}
    assert body["value"] == {"0": 70, "2": 80.1, "6": 81.6, "7": 81.7}
    assert body["status"] == {"1": "w", "4": "[c]", "6": "[e]", "7": "[e]"}
    then = filled.clock().isoformat()
    filled.clock.forward(days=1)
    await filled.observe("Jan-18", "90", reason="later")
    body = json.loads(await file(filled, "/observations.json-stat", as_of=then))
    assert body["value"] == {"0": 80.1, "2": 81.7, "5": 85}


@pytest.mark.parametrize("ending", ["xlsx", "ods", "json-stat"])
async def test_a_spreadsheet_and_a_cube_are_bounded_and_a_csv_is_not(
    filled: Api, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    assert MOST_ROWS == 100_000
    monkeypatch.setattr(endpoint, "MOST_ROWS", 3)
    refused = json.loads(await file(filled, f"/observations.{ending}", 422))
    assert refused["type"] == "/problems/too-many-rows"
    assert "100,000" in refused["detail"]
    assert len(await rows(filled)) == 4
    await file(filled, f"/observations.{ending}", area=PLYMOUTH)


async def test_notes_are_led_to_from_title_and_headings(filled: Api) -> None:
    sections = [{"code": "a", "name": "A", "aims": [{"name": "A", "indicators": [AE]}]}]
    await filled.put("/scorecards/card", {"name": "Card", "area": PLYMOUTH, "sections": sections}, 201)
    for path in ("/observations", "/scorecards/card", "/exceptions", f"/indicators/{AE}/process-control"):
        for ending in ("xlsx", "ods"):
            content = await file(filled, f"{path}.{ending}", area=PLYMOUTH)
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            notes = {row[0] for row in book.get_sheet_by_name("Notes").to_python() if str(row[0]).startswith("[note")}
            table = [str(cell) for row in book.get_sheet_by_name("Table").to_python() for cell in row]
            led_to = {found for cell in table for found in re.findall(r"\[note \d+\]", cell)}
            assert notes == led_to != set(), path
            assert not any(re.match(r"\[note", cell) for cell in table)  # of no cell of its own


async def test_spreadsheets_keep_to_the_checklist(filled: Api) -> None:
    for ending in ("xlsx", "ods"):
        content = await file(filled, f"/observations.{ending}")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        assert book.sheet_names == ["Cover", "Contents", "Notes", "Columns", "Shorthand", "Table"]
        pages = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
        assert all(page[0][0] for page in pages.values())
        listed = [row[0] for row in pages["Contents"][3:]]
        assert listed == ["Notes", "Columns", "Shorthand", "Table"]
        top = next(n for n, row in enumerate(pages["Table"]) if row[0] == "Indicator code")
        head, *data = pages["Table"][top:]
        assert len(set(head)) == len(head)
        assert len(data) == 4
        assert all(any(cell != "" for cell in row) for row in data)
        assert all(any(row[n] != "" for row in data) for n in range(len(head)))
        value, note = head.index("Value [note 1]"), head.index("Note")
        assert [row[value] for row in data] == [80.1, "[c]", 81.7, 85]
        assert data[0][note] == FORMULA


async def test_xlsx_marks_tables_up_and_has_no_merged_cells_filters_panes_or_formulas(filled: Api) -> None:
    with zipfile.ZipFile(io.BytesIO(await file(filled, "/observations.xlsx"))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
        tables = [name for name in archive.namelist() if "tables/table" in name]
        core = archive.read("docProps/core.xml").decode()
    assert len(tables) == len([each for each in sheets if "<tablePart " in each]) == 5
    for wrong in ("<mergeCell", "<autoFilter", "<pane ", "<f>", 'hidden="1"'):
        assert not any(wrong in each for each in sheets)
    assert "Observations of indicators" in core
    assert "Commissioning Suite" in core


async def test_ods_is_well_formed_with_exact_numbers_and_marked_tables(filled: Api) -> None:
    await filled.observe("Sep-17", "79.12345678")
    with zipfile.ZipFile(io.BytesIO(await file(filled, "/observations.ods"))) as archive:
        assert archive.namelist()[0] == "mimetype"
        for name in ("content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"):
            ET.fromstring(archive.read(name))  # noqa: S314  our own
        content = archive.read("content.xml").decode()
    assert 'office:value="79.12345678"' in content
    assert content.count("<table:database-range ") == content.count("<table:table-header-rows>") == 5


async def test_json_stat_has_every_figure_at_its_place(filled: Api) -> None:
    body = json.loads(await file(filled, "/observations.json-stat"))
    assert (body["version"], body["class"], body["size"]) == ("2.0", "dataset", [1, 2, 1, 3])
    assert body["role"] == {"metric": ["indicator"], "geo": ["area"], "time": ["period"]}
    assert body["value"] == {"0": 80.1, "2": 81.7, "5": 85}
    assert body["status"] == {"1": "[c]", "2": "[e]"}


async def test_the_metadata_describes_the_columns_of_the_csv(filled: Api) -> None:
    body = json.loads(await file(filled, "/observations.csv-metadata.json"))
    named = [column["name"] for column in body["tableSchema"]["columns"]]
    assert named == list((await rows(filled))[0])
    assert body["url"] == "observations.csv"


async def test_scorecards_are_files_in_the_printed_order(filled: Api) -> None:
    await filled.post("/indicators", MONTHLY | {"code": "other", "name": "Other"})
    aims = [{"name": "Waits", "indicators": ["other", AE]}]
    body = {"name": "Urgent", "area": PLYMOUTH, "sections": [{"code": "a", "name": "Flow", "aims": aims}]}
    await filled.put("/scorecards/urgent", body, 201)
    found = list(csv.DictReader(io.StringIO((await file(filled, "/scorecards/urgent.csv")).decode())))
    assert [(each["strategy"], each["aim"], each["code"]) for each in found] == [
        ("Flow", "Waits", "other"),
        ("Flow", "Waits", AE),
    ]
    last = found[1]
    assert (last["period"], last["last_value"], last["benchmark"]) == ("2018-01", "81.7", "amber")
    assert last["graph"] == "2017-11 80.10; 2017-12 [c]; 2018-01 81.7"
    for ending in ("xlsx", "ods"):
        book = python_calamine.CalamineWorkbook.from_filelike(
            io.BytesIO(await file(filled, f"/scorecards/urgent.{ending}"))
        )
        assert book.sheet_names[-1] == "Table"
    await file(filled, "/scorecards/unheard-of.csv", 404)
    await filled.observe("Feb-18", "90", status="provisional")
    again = list(csv.DictReader(io.StringIO((await file(filled, "/scorecards/urgent.csv")).decode())))
    assert again[1]["trend"] == "green (provisional)"
