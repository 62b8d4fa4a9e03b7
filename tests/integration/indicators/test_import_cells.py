"""Imports whose cells hold what nobody meant: an error of the row, never of the job."""

import io
import json
from typing import Any

import pytest
import xlsxwriter

from contracts.period import PeriodKind
from services.indicators.repository import areas, indicators
from tests.integration.indicators.bringing import WAIT, XLSX, bring, lines, values
from tests.integration.indicators.conftest import PLYMOUTH, Api

NOTE = {"topic": "Delays", "figures": [{"figure": "1", "source": "table"}], "used": "1", "why": "later"}
HEAD = ("indicator", "area", "period", "value", "status", "count", "marks", "inferred", "notes", "no\x00te")
GOOD: dict[str, Any] = {"indicator": WAIT, "area": PLYMOUTH, "period": "Dec-17", "value": "80", "status": "final"}
HOSTILE: list[tuple[str, Any]] = [
    ("value", "999999999999.99999999999999999"),
    ("value", "1" * 100_000),
    ("value", "a\x00b"),
    ("value", "x" + " " * 100_000 + "x"),
    ("count", "1e99"),
    ("marks", "[e][t]"),
    ("inferred", '["\\u0000"]'),
    ("notes", "[" * 100_000),
    ("notes", json.dumps([NOTE | {"why": "a\x00b"}])),
    ("notes", json.dumps([NOTE | {"why": "\ud800"}])),
    ("period", "99999999"),
    ("period", "9" * 100_000),
    ("area", "RK9" * 40_000),
    ("indicator", "a" * 100_000),
    ("no\x00te", "\x00"),
]


def rows() -> list[list[Any]]:
    good = [GOOD.get(name, "") for name in HEAD]
    spoilt = [[*good] for _ in HOSTILE]
    for row, (name, cell) in zip(spoilt, HOSTILE, strict=True):
        row[HEAD.index(name)] = cell
    return [good, *spoilt]


def named(found: Any) -> list[tuple[int, str]]:
    return [(each["line"], each["column"]) for each in found["errors"]]


@pytest.mark.both_engines
async def test_a_cell_of_a_csv_is_wrong_by_itself(api: Api) -> None:
    found = await bring(api, lines(HEAD, *rows()), mapping="native", skip_invalid="true")
    assert (found["state"], found["rows_saved"], found["rows_invalid"]) == ("succeeded", 1, len(HOSTILE))
    assert list(dict.fromkeys(named(found))) == [
        (n, name.replace("\x00", "\ufffd")) for n, (name, _) in enumerate(HOSTILE, 3)
    ]
    assert all(len(each["value"]) + len(each["message"]) < 1200 for each in found["errors"])
    errors = (await api.client.get(f"/indicators/v1/imports/{found['id']}/errors.csv")).text
    assert errors.count("\r\n") == 1 + len(HOSTILE)
    assert await values(api, WAIT) == {"2017-12": "80"}


@pytest.mark.both_engines
async def test_a_cell_of_a_workbook_is_wrong_by_itself(api: Api) -> None:
    hostile = [("value", 1e28), ("value", -1e300), ("count", 1e300), ("marks", "\x00"), ("status", True)]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, rows()[0])
        for line, (name, cell) in enumerate(hostile, 2):
            page.write_row(line, 0, rows()[0])
            page.write(line, HEAD.index(name), cell)
    found = await bring(api, file.getvalue(), XLSX, mapping="native", skip_invalid="true")
    assert (found["state"], found["rows_saved"], found["rows_invalid"]) == ("succeeded", 1, len(hostile))
    assert {each["column"] for each in found["errors"]} >= {"value", "count", "marks", "status"}


@pytest.mark.parametrize(("number", "shape"), [(1e300, "[h]:mm:ss"), (-1e300, "yyyy-mm-dd")])
async def test_a_time_that_there_is_not_is_an_error_of_its_line(api: Api, number: float, shape: str) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, rows()[0])
        page.write_row(2, 0, rows()[0])
        page.write_number(2, 3, number, book.add_format({"num_format": shape}))
    found = await bring(api, file.getvalue(), XLSX, mapping="native", skip_invalid="true")
    assert (found["state"], found["rows_saved"]) == ("succeeded", 1)
    assert named(found) == [(3, "")]


async def test_a_workbook_that_does_not_fit_into_memory_is_refused(api: Api) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, rows()[0])
        page.write(1_048_575, 16_383, "far away")
    found = await bring(api, file.getvalue(), XLSX, mapping="native")
    assert (found["state"], found["rows_saved"]) == ("failed", 0)
    assert "too large to be read" in found["errors"][0]["message"]


@pytest.mark.both_engines
async def test_a_file_may_name_any_number_of_areas_and_indicators(api: Api) -> None:
    codes = [f"E{n:08}" for n in range(40_000)] + [PLYMOUTH]
    assert set(await api.database.read(lambda tx: areas.get_areas(tx, codes))) == {PLYMOUTH}
    assert await api.database.write(lambda tx: areas.lock_areas_for_reading(tx, codes)) == {PLYMOUTH}
    names = [f"n{n}" for n in range(40_000)] + [WAIT]
    assert set(await api.database.read(lambda tx: indicators.get_indicators(tx, names))) == {WAIT}
    await api.database.write(lambda tx: indicators.lock_indicators(tx, names))


async def test_more_values_of_a_dimension_than_a_definition_has_are_refused(api: Api) -> None:
    head = ("indicator", "area", "period", "value", "breakdown")
    sent = lines(head, *((WAIT, PLYMOUTH, "Dec-17", "80", f"ward=w{n}") for n in range(501)))
    found = await bring(api, sent, mapping="native", create_missing="true")
    assert (found["state"], found["rows_saved"]) == ("failed", 0)
    assert "501 by ward, at most 500" in found["errors"][0]["message"]
    made = await bring(api, sent.replace(WAIT.encode(), b"new-one"), mapping="native", create_missing="true")
    assert "501 by ward, at most 500" in made["errors"][0]["message"]
    assert (await api.get(f"/indicators/{WAIT}"))["frequency"] == PeriodKind.MONTH.value
