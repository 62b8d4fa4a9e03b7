"""Imports of files: every row accounted for, all or nothing, the same again nothing."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
import xlsxwriter

from chassis.audit import AuditFilter, list_entries
from chassis.paging import PageRequest
from tests.integration.indicators.bringing import CSV, HEAD, WAIT, XLSX, bring, lines, order, values, work
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.test_service import count_statements


async def test_a_file_is_saved_whole_and_again_changes_nothing(api: Api) -> None:
    sent = lines(HEAD, (WAIT, PLYMOUTH, "Dec-17", "79.29", "final"), (WAIT, ENGLAND, "2017-12", "NA", "final"))
    found = await bring(api, sent, mapping="native", filename="waits.csv")
    assert (found["state"], found["rows_saved"], found["rows_missing"], found["errors"]) == ("succeeded", 2, 1, [])
    assert len(await api.events()) == 2
    again = await bring(api, sent, mapping="native")
    assert (again["rows_saved"], again["rows_unchanged"]) == (0, 2)
    assert len(await api.events()) == 2


async def test_every_error_names_line_column_value_and_what_is_accepted(api: Api) -> None:
    sent = lines(
        HEAD,
        (WAIT, PLYMOUTH, "Dec-17", "8O.1", "final"),
        (WAIT, PLYMOUTH, "Nov-17", "80", "final"),
        (WAIT, "E06000099", "Nov-17", "80", "final"),
        (WAIT, PLYMOUTH, "2016/17", "80", "final"),
        (WAIT, PLYMOUTH, "Oct-17", "180", "final"),
        (WAIT, "plymouth", "Oct-17", "18", "finished"),
        (WAIT, PLYMOUTH, "Nov 2017", "81", "final"),
    )
    found = await bring(api, sent, mapping="native")
    assert (found["state"], found["rows_saved"], found["rows_invalid"], found["rows_unsaved"]) == ("failed", 0, 6, 1)
    assert [(each["line"], each["column"], each["value"]) for each in found["errors"]] == [
        (2, "value", "8O.1"),
        (4, "area", "E06000099"),
        (5, "period", "2016/17"),
        (6, "value", "180"),
        (7, "area", "plymouth"),
        (7, "status", "finished"),
        (8, "period", "Nov 2017"),
    ]
    assert "plain digits" in found["errors"][0]["message"]
    assert "line 3" in found["errors"][-1]["message"]
    assert await api.events() == []
    mend = (await api.client.get(f"/indicators/v1/imports/{found['id']}/errors.csv")).text
    rows = list(csv.DictReader(io.StringIO(mend)))
    assert [row["line"] for row in rows] == ["2", "4", "5", "6", "7", "8"]
    assert (rows[0]["value"], rows[0]["area"]) == ("8O.1", PLYMOUTH)
    partly = await bring(api, sent, mapping="native", skip_invalid="true")
    assert (partly["state"], partly["rows_saved"], partly["rows_invalid"]) == ("succeeded", 1, 6)
    assert await values(api, WAIT) == {"2017-11": "80"}


async def test_a_dry_run_says_what_would_change_and_changes_nothing(api: Api) -> None:
    sent = lines(("indicator", "indicator_name", *HEAD[1:]), ("new-one", "New", "E06000099", "2017", "5", "final"))
    found = await bring(api, sent, mapping="native", dry_run="true", create_missing="true")
    assert (found["state"], found["rows_saved"]) == ("succeeded", 1)
    assert found["created"] == {"areas": ["E06000099"], "indicators": ["new-one"]}
    assert await api.events() == []
    await api.get("/indicators/new-one", 404)
    path = f"/indicators/v1/imports/{found['id']}/save"
    saving = await api.client.post(path)
    assert (saving.status_code, saving.json()["dry_run"]) == (202, False)
    await work(api)
    saved = (await api.client.get(saving.headers["location"])).json()
    assert (saved["filename"], saved["rows_saved"], saved["created"]) == ("upload", 1, found["created"])
    assert await values(api, "new-one") == {"2017": "5"}
    again = await api.client.post(path)
    assert (again.status_code, "saved already" in again.json()["detail"]) == (409, True)


async def test_of_a_file_that_was_checked_what_is_right_is_saved(api: Api) -> None:
    rows = ((WAIT, PLYMOUTH, "Dec-17", "8O.1", "final"), (WAIT, PLYMOUTH, "Nov-17", "80", "final"))
    checked = await order(api, lines(HEAD, *rows), mapping="native", dry_run="true")

    async def save(number: int, **params: str) -> Any:
        return await api.client.post(f"/indicators/v1/imports/{number}/save", params=params)

    assert "has not read its file" in (await save(checked["id"])).json()["detail"]
    await work(api)
    assert "1 errors" in (await save(checked["id"])).json()["detail"]
    saving = (await save(checked["id"], skip_invalid="true")).json()
    await work(api)
    assert await values(api, WAIT) == {"2017-11": "80"}
    assert (await save(saving["id"], skip_invalid="true")).status_code == 409, "it was no dry run"
    assert (await save(99)).status_code == 404


async def test_final_values_change_with_the_reason_of_the_import(api: Api) -> None:
    await api.observe("Dec-17", "79.29")
    sent = lines(HEAD, (WAIT, PLYMOUTH, "Dec-17", "79.31", "final"), (WAIT, PLYMOUTH, "Nov-17", "80", "final"))
    refused = await bring(api, sent, mapping="native")
    assert [(each["line"], each["column"]) for each in refused["errors"]] == [(2, "reason")]
    await bring(api, sent, mapping="native", reason="Late returns")
    shown = (await api.get(f"/indicators/{WAIT}/observations"))["items"]
    assert [(each["value"], each["reason"]) for each in shown] == [("80", None), ("79.31", "Late returns")]


async def test_a_file_without_its_columns_rows_or_sense_is_refused(api: Api) -> None:
    cases: dict[bytes, str] = {
        lines(("area", "period", "value"), (PLYMOUTH, "Dec-17", "1")): "lacks columns",
        lines(HEAD): "no rows",
        b"PK\x03\x04 is no workbook": "no workbook",
        "näh".encode("latin-1"): "not UTF-8",
    }
    for content, words in cases.items():
        found = await bring(api, content, mapping="native")
        assert found["state"] == "failed"
        assert words in found["errors"][0]["message"]
    await order(api, b"", 400, mapping="native")
    await order(api, b"a", 415, {"content-type": "application/pdf"}, mapping="native")
    other = await api.client.put("/indicators/v1/imports", content=b"a", headers={"content-type": "text/csv"})
    assert other.status_code == 405
    unknown = await order(api, b"a", 422, mapping="unheard-of")
    assert [each["field"] for each in unknown["errors"]] == ["mapping"]


async def test_workbooks_are_read_below_their_titles(api: Api) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Cover").write(0, 0, "About these figures")
        page = book.add_worksheet("Data")
        page.write_row(0, 0, ["Waits"])
        page.write_row(2, 0, HEAD)
        page.write_row(3, 0, [WAIT, PLYMOUTH, "2017-12", 79.29, "final"])
    found = await bring(api, file.getvalue(), XLSX, mapping="native")
    assert (found["state"], found["rows_saved"]) == ("succeeded", 1), found["errors"]
    assert await values(api, WAIT) == {"2017-12": "79.29"}


async def test_what_is_exported_comes_in_as_it_went_out(api: Api) -> None:
    await api.observe(
        "Nov-17", "80.10", note="=1+1, \"quoted\"\nand 'on' +2", basis="printed", count="801", denominator="1000"
    )
    await api.observe("Dec-17", None, missing="[c]", status="provisional", notes=[NOTE], inferred=["period"])
    await api.observe("Jan-18", "81.6", marks=["[b]", "[e]"], lower="80", upper="83")
    await api.observe("Jan-18", "0.00000001", area=ENGLAND)
    before = (await api.client.get("/indicators/v1/observations.csv")).content
    found = await bring(api, before, mapping="native")
    assert (found["rows_saved"], found["rows_unchanged"], found["rows_read"]) == (0, 4, 4), found["errors"]
    book = (await api.client.get("/indicators/v1/observations.xlsx")).content
    found = await bring(api, book, XLSX, mapping="native")
    assert (found["rows_saved"], found["rows_unchanged"], found["rows_read"]) == (0, 4, 4), found["errors"]


NOTE = {"topic": "Delays", "figures": [{"figure": "1", "source": "table"}], "used": "1", "why": "later"}


@pytest.mark.both_engines
async def test_two_imports_at_once_do_as_one_after_the_other(api: Api) -> None:
    """Both create the same indicator and areas, and both have rows of the same series; some of them are the same."""
    head = ("indicator", "indicator_name", "unit", *HEAD[1:])

    def file(months: range, areas: range, value: int) -> bytes:
        named = [("both", "Of both", "score", f"T{area:02d}") for area in areas] + [(WAIT, "", "", PLYMOUTH)]
        rows = [(*each, f"2016-{month:02d}", str(value + month), "final") for each in named for month in months]
        return lines(head, *rows)

    one, other = file(range(1, 9), range(12), 40), file(range(5, 13), range(6, 18), 40)
    ordered = [await order(api, each, mapping="native", create_missing="true") for each in (one, other)]
    await asyncio.gather(work(api), work(api))
    found = [await api.get(f"/imports/{each['id']}") for each in ordered]
    assert [(each["state"], each["errors"]) for each in found] == [("succeeded", [])] * 2
    assert [each["rows_saved"] + each["rows_unchanged"] for each in found] == [13 * 8, 13 * 8]
    assert sum(each["rows_saved"] for each in found) == 2 * 13 * 8 - 7 * 4
    assert sorted(code for each in found for code in each["created"]["areas"]) == [f"T{n:02d}" for n in range(18)]
    assert [each["created"].get("indicators") for each in found].count(["both"]) == 1
    for code in ("both", WAIT):
        shown = (await api.get(f"/indicators/{code}/observations", limit="200", revisions="true"))["items"]
        assert {each["revision"] for each in shown} == {1}
    versions: dict[str, list[int]] = {}
    for event in await api.events():
        versions.setdefault(event["subject"], []).append(event["aggregateversion"])
    assert len(versions) == 19
    assert all(each == list(range(1, len(each) + 1)) for each in versions.values())


async def test_areas_are_created_in_a_few_statements_for_any_number(api: Api) -> None:
    def file(areas: range) -> bytes:
        return lines(HEAD, *((WAIT, f"N{area:03d}", "Dec-17", "80", "final") for area in areas))

    seen, costs = count_statements(api), []
    for areas in (range(10), range(10, 210)):
        ordered = await order(api, file(areas), mapping="native", create_missing="true")
        seen.clear()
        await work(api)
        costs.append([text for text in seen if text.startswith("INSERT INTO area")])
        assert sum(text.startswith("INSERT INTO series ") for text in seen) == 1, "with the versions of their events"
        assert len((await api.get(f"/imports/{ordered['id']}"))["created"]["areas"]) == len(areas)
    assert len(costs[0]) == 2
    assert costs[0] == costs[1]


async def test_an_import_waits_its_turn_and_may_be_cancelled(api: Api) -> None:
    sent = lines(HEAD, (WAIT, PLYMOUTH, "Dec-17", "79.29", "final"))
    ordered = await order(api, sent, mapping="native", filename="a.csv")
    cancelled = await api.client.post(f"/indicators/v1/imports/{ordered['id']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    await work(api)
    assert await api.events() == []
    assert [each["id"] for each in (await api.get("/imports"))["items"]] == [ordered["id"]]
    await api.get("/imports/999", 404)
    entries = await api.database.read(lambda tx: list_entries(tx, AuditFilter(str(ordered["id"])), PageRequest(10)))
    assert [entry.action for entry in entries.items] == ["import.ordered", "import.cancelled"]


async def test_a_file_under_a_key_is_ordered_once(api: Api) -> None:
    sent = lines(HEAD, (WAIT, PLYMOUTH, "Dec-17", "79.29", "final"))
    first = await order(api, sent, headers=CSV | {"idempotency-key": "k"}, mapping="native")
    again = await order(api, sent, headers=CSV | {"idempotency-key": "k"}, mapping="native")
    assert first["id"] == again["id"]
    await order(api, sent + b"\n", 422, CSV | {"idempotency-key": "k"}, mapping="native")


async def test_a_blank_of_a_file_stays_as_it_is_and_is_no_reason(api: Api) -> None:
    """Ours has such a text where it was stored before they were refused."""
    head = (*HEAD, "reason")
    blank = (WAIT, PLYMOUTH, "Dec-17", "80", "final", " ")
    assert (await bring(api, lines(head, blank), mapping="native"))["rows_saved"] == 1
    exported = (await api.client.get("/indicators/v1/observations.csv")).content
    [seen] = csv.DictReader(io.StringIO(exported.decode(), newline=""))
    assert seen["reason"] == " "
    assert (await bring(api, exported, mapping="native"))["rows_unchanged"] == 1
    changed = lines(head, (*blank[:3], "81", "final", " "))
    refused = await bring(api, changed, mapping="native")
    assert (refused["rows_saved"], [each["column"] for each in refused["errors"]]) == (0, ["reason"])
    assert (await bring(api, changed, mapping="native", reason="recounted"))["rows_saved"] == 1
    await order(api, changed, 422, reason=" ")
    await api.observe("Dec-17", "82", 422, reason=" ")
    await api.observe("Dec-17", "82", 422, reason="\u200b")


@pytest.mark.both_engines
async def test_an_export_that_hides_small_numbers_changes_nothing_when_it_comes_back(api: Api):
    await api.post("/indicators", MONTHLY | {"code": "falls", "name": "Falls", "unit": "count", "decimals": 0})
    await api.observe("Nov-17", "12", code="falls")
    await api.observe("Dec-17", "3", code="falls")
    await api.put("/indicators/falls/quality-rules", {"suppress_below": 5})
    exported = (await api.client.get("/indicators/v1/observations.csv?indicator=falls")).content
    assert b"[c]" in exported
    told = await bring(api, exported, mapping="native")
    assert (told["rows_unchanged"], told["rows_saved"], told["rows_missing"]) == (2, 0, 1)
    assert await values(api, "falls") == {"2017-11": "12", "2017-12": "3"}
    told = await bring(
        api, exported.replace(b"2017-12", b"2018-01"), mapping="native"
    )  # one that somebody else hides is recorded
    assert told["rows_saved"] == 1


@pytest.mark.parametrize(("size", "expect"), [(104_857_600, 202), (104_857_601, 413)])
async def test_a_file_of_a_hundred_mebibytes_is_taken_and_one_byte_more_is_not(
    api: Api, size: int, expect: int
) -> None:
    """By what its head says of its length: who says less than comes is counted as it comes, as every body is."""

    async def parts() -> AsyncIterator[bytes]:
        yield lines(HEAD)

    answer = await order(api, parts(), expect, headers=CSV | {"content-length": str(size)}, mapping="native")
    if expect == 413:
        assert (answer["type"], "104857600" in answer["detail"]) == ("/problems/payload-too-large", True)
