"""The register as files, now and as it was, and out of a file again."""

import csv
import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from chassis.business_dates import pin_business_date
from chassis.tabular.reading import sheets
from services.risks.schemas.register_table import COLUMNS
from tests.integration.risks.conftest import counted

REASON = {"reason": "Register of the quarter"}
FULL: dict[str, Any] = {
    "kind": "threat",
    "category": "Financial",
    "cause": "Demand | grows",
    "controls": ["Contract terms", "=Plan\nin two parts"],
    "assurances": [{"source": "Audit", "line": 3, "opinion": "Sound", "date": "2018-01-31"}, {"source": "FARG"}],
    "actions": [{"text": "Watch", "due": "2018-06-30"}],
    "proximity": "Within three months",
    "inherent": {"impact": 5, "likelihood": 5},
    "target": {"impact": 4, "likelihood": 2},
    "review_date": "2018-03-31",
    "assessment": {
        "impact": 4,
        "likelihood": 3,
        "reason": "First",
        "previous_impact": 4,
        "previous_likelihood": 2,
    },
}


async def rows(register: Any, **params: str) -> dict[str, dict[str, str]]:
    answer = await register.http.get("/risks/v1/register.csv", params=params)
    assert answer.status_code == 200, answer.text
    return {row["ref"]: row for row in csv.DictReader(io.StringIO(answer.text))}


async def send(register: Any, content: str | bytes, status: int = 200, kind: str = "text/csv") -> Any:
    answer = await register.http.post(
        "/risks/v1/imports", content=content, params=REASON, headers={"content-type": kind}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_every_field_as_printed_with_both_ratings_side_by_side(register: Any) -> None:
    await register.risk(**FULL)
    row = (await rows(register))["OCC4"]
    assert {name: row[name] for name in row if "score" in name or "band" in name or name == "movement"} == {
        "previous_score": "8",
        "previous_band": "amber",
        "current_score": "12",
        "current_band": "amber",
        "movement": "up",
        "legacy_band": "",
        "appetite_score": "",
        "tolerance_score": "",
    }
    assert row["controls"] == "Contract terms\n=Plan\\nin two parts"
    assert row["assurances"] == "Audit | 3 | Sound | 2018-01-31\nFARG"
    assert row["actions"] == "Watch |  | 2018-06-30"
    assert row["cause"] == r"Demand | grows"
    shown = await register.get("/risks/OCC4")
    assert (shown["previous"]["score"], shown["proximity"]) == (8, "Within three months")


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
async def test_the_workbook_holds_the_same(register: Any, ending: str) -> None:
    await register.risk(**FULL)
    answer = await register.http.get(f"/risks/v1/register.{ending}")
    found = [row.cells for sheet in sheets(io.BytesIO(answer.content)) for row in sheet]
    [head] = [row for row in found if row[:2] == ["Reference", "Register"]]
    [risk] = [row for row in found if row[0] == "OCC4"]
    assert head == [column.title for column in COLUMNS]
    assert dict(zip(head, risk, strict=True))["Current score"] == "12"
    again = await send(register, answer.content, kind="application/octet-stream")
    assert again["unchanged"] == ["OCC4"]


async def test_a_quarter_is_read_as_it_ended_and_as_it_was_known(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"), category="Financial", department="People")
    known = (await register.get("/risks/OCC4"))["changed_at"]
    await register.database.write(lambda tx: pin_business_date(tx, date(2018, 4, 10)))
    await register.say("ae/RK9", 2, "ggr")
    await register.patch("/risks/OCC4", {"category": "Operational"})
    await register.risk("NEW")
    now, then = await rows(register), await rows(register, quarter="2017/18 Q4")
    assert (now["OCC4"]["current_score"], now["OCC4"]["movement"], now["OCC4"]["category"]) == (
        "16",
        "up",
        "Operational",
    )
    assert (then["OCC4"]["current_score"], then["OCC4"]["movement"], then["OCC4"]["category"]) == (
        "12",
        "new",
        "Financial",
    )
    assert (set(now), set(then), await rows(register, quarter="2017/18 Q3")) == ({"NEW", "OCC4"}, {"OCC4"}, {})
    as_known = (await rows(register, as_of=known))["OCC4"]
    assert (as_known["category"], as_known["movement"]) == ("Financial", "new")
    assert set(await rows(register, quarter="2018/19 Q1", as_of=known)) == {"OCC4"}
    days = [
        (await register.get("/heatmap", **at))["business_date"]
        for at in ({"as_of": known}, {"quarter": "2018/19 Q1"}, {"quarter": "2018/19 Q1", "as_of": known})
    ]
    assert days == ["2018-02-28", "2018-04-10", "2018-02-28"]
    assert await rows(register, quarter="2017/18 Q4", category="Operational") == {}
    cells = {
        quarter: [cell["refs"] for cell in (await register.get("/heatmap", quarter=quarter))["cells"] if cell["refs"]]
        for quarter in ("2017/18 Q3", "2017/18 Q4", "2018/19 Q1")
    }
    assert cells == {"2017/18 Q3": [], "2017/18 Q4": [["OCC4"]], "2018/19 Q1": [["NEW"], ["OCC4"]]}


@pytest.mark.parametrize("quarter", ["2017", "2017-12", "soon", "2017/18 Q5"])
async def test_what_is_no_quarter_is_refused(register: Any, quarter: str) -> None:
    await register.get("/register.csv", 422, quarter=quarter)
    await register.get("/heatmap", 422, quarter=quarter)


async def test_an_override_that_ended_is_not_in_the_register_although_it_is_not_swept(register: Any) -> None:
    await register.risk()
    override = {"impact": 5, "likelihood": 5, "until": "2018-03-15", "reason": "Strike"}
    await register.post("/risks/OCC4/override", override, 200)
    assert (await rows(register))["OCC4"]["current_score"] == "25"
    await register.pin(date(2018, 3, 16))
    assert (await rows(register))["OCC4"]["current_score"] == "12"


async def test_closing_is_part_of_history(register: Any) -> None:
    await register.risk()
    await register.pin(date(2018, 4, 2))
    await register.post("/risks/OCC4/close", REASON, 200)
    assert (await rows(register))["OCC4"]["status"] == "closed"
    assert (await rows(register, quarter="2017/18 Q4"))["OCC4"]["status"] == "open"
    assert await rows(register, status="open") == {}


@pytest.mark.both_engines
async def test_the_number_of_statements_does_not_rise_with_the_register(register: Any) -> None:
    sent = []
    for ref in ("A", "B", "C"):
        await register.risk(ref)
        with counted(register.database) as statements:
            await rows(register, quarter="2017/18 Q4")
        sent.append(len(statements))
    assert sent == [6, 6, 6], statements


@pytest.mark.both_engines
async def test_the_csv_comes_in_as_it_goes_out(open_register: Any, tied: Any) -> None:
    one = await open_register()
    await one.say("ae/RK9", 1, "gg")
    await one.risk(**FULL)
    await one.risk("BC02", assessment=None, legacy_band="yellow")
    await one.risk("BC03", assessment=None, legacy_band="yellow")
    await one.post("/risks/BC03/assessments", {"impact": 2, "likelihood": 2, "reason": "First"})
    await one.risk("CHANCE", kind="opportunity", mode="propose", status="escalated")
    file = (await one.http.get("/risks/v1/register.csv")).content
    told = await one.outbox()
    assert await send(one, file) == {"entered": [], "changed": [], "unchanged": ALL}
    assert await one.outbox() == told
    other = await open_register()
    assert (await send(other, file))["entered"] == ALL
    assert await rows(other) == await rows(one)
    assert (await send(other, file))["unchanged"] == ALL


ALL = ["BC02", "BC03", "CHANCE", "OCC4"]


async def test_what_a_file_has_no_column_for_is_not_compared(register: Any) -> None:
    await register.risk("CHANCE", kind="opportunity", mode="propose", status="escalated")
    await register.risk("BC02", assessment=None, legacy_band="yellow")
    file = "ref,register,title\r\nCHANCE,people-2018,Risk CHANCE\r\nBC02,people-2018,Renamed\r\n"
    assert await send(register, file) == {"entered": [], "changed": ["BC02"], "unchanged": ["CHANCE"]}


async def test_a_row_changes_what_the_file_has_columns_for(register: Any) -> None:
    await register.risk(**FULL)
    await register.risk("OCC5")
    file = "ref,register,title,category,assessed_impact,assessed_likelihood,current_score\r\n"
    file += "OCC4,people-2018,Risk OCC4,,4,4,99\r\nOCC5,people-2018,Renamed,Operational,,,\r\n"
    assert await send(register, file) == {"entered": [], "changed": ["OCC4", "OCC5"], "unchanged": []}
    first, second = await register.get("/risks/OCC4"), await register.get("/risks/OCC5")
    assert (first["category"], first["assessed"]["score"], first["proximity"]) == (None, 16, "Within three months")
    assert (second["title"], second["category"], second["assessed"]["score"]) == ("Renamed", "Operational", 12)
    entries = [(action, subject, reason) for action, subject, *_, reason, _ in await register.audited()]
    assert entries[2:] == [
        ("risk.amended", "OCC4", REASON["reason"]),
        ("risk.assessed", "OCC4", REASON["reason"]),
        ("risk.amended", "OCC5", REASON["reason"]),
    ]


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ({"assessed_impact": "9", "assessed_likelihood": "1"}, ["line 3, assessed_impact"]),
        ({"assessed_impact": "x", "assessed_likelihood": "1"}, ["line 3, assessed_impact"]),
        ({"target_impact": "4"}, ["line 3, target_likelihood"]),
        ({"kind": "hope"}, ["line 3, kind"]),
        ({"ref": "no spaces please"}, ["line 3, ref"]),
        ({"ref": "OCC4"}, ["line 3, ref"]),
        ({"title": ""}, ["line 3, title"]),
        ({"review_date": "31/03/2018"}, ["line 3, review_date"]),
        ({"legacy_band": "pink"}, ["line 3, legacy_band"]),
        ({"status": "closed"}, ["line 3, status"]),
        ({"matrix": "none@1"}, ["line 3, matrix"]),
        ({"assurances": "Audit | first"}, ["line 3, assurances"]),
        ({"actions": "a | b | 2018-01-01 | more"}, ["line 3, actions"]),
        ({"kind": "x", "mode": "y"}, ["line 3, kind", "line 3, mode"]),
    ],
)
async def test_each_bad_row_is_named_with_line_and_column_and_nothing_is_saved(
    register: Any, cells: dict[str, str], faults: list[str]
) -> None:
    await assert_named(register, cells, faults)


async def test_faults_of_the_text_and_of_the_register_are_named_at_once(register: Any) -> None:
    await assert_named(register, {"review_date": "soon"}, ["line 3, review_date", "line 4, target_impact"], OFF_MATRIX)


OFF_MATRIX = {"ref": "OCC6", "register": "people-2018", "title": "Off", "target_impact": "9", "target_likelihood": "1"}


async def assert_named(register: Any, cells: dict[str, str], faults: list[str], *more: dict[str, str]) -> None:
    rows_sent = [{"ref": "OCC4", "register": "people-2018", "title": "Right"}]
    rows_sent.append({"ref": "OCC5", "register": "people-2018", "title": "Wrong"} | cells)
    rows_sent += more
    text = io.StringIO()
    writer = csv.DictWriter(text, list({name: None for row in rows_sent for name in row}))
    writer.writeheader()
    writer.writerows(rows_sent)
    problem = await send(register, text.getvalue(), 422)
    assert (problem["type"], sorted({error["field"] for error in problem["errors"]})) == (
        "/problems/rows-wrong",
        faults,
    )
    assert (await register.get("/risks"))["items"] == []
    assert (await register.outbox(), await register.audited()) == ([], [])


@pytest.mark.parametrize(
    ("file", "field"),
    [
        ("a,b\n1,2\n", "line 0"),
        ("ref,register,title,colour\nA,b,c,red\n", "line 1, colour"),
        ("ref,register\nA,b\n", "line 1, title"),
        ("ref,register,title,title\nA,b,c,d\n", "line 1, title"),
        ("ref,register,title\nA,b\n", "line 2"),
        (b"ref,register,title\nA,b,\xff\n", "line 1"),
    ],
)
async def test_a_file_that_is_no_register_is_refused(register: Any, file: str | bytes, field: str) -> None:
    assert [error["field"] for error in (await send(register, file, 422))["errors"]] == [field]


async def test_a_workbook_that_does_not_fit_into_memory_is_refused(register: Any) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["ref", "register", "title"])
        page.write(1_048_575, 16_383, "far away")
    problem = await send(register, file.getvalue(), 422, "application/octet-stream")
    assert "too large to be read" in problem["errors"][0]["message"]


async def test_a_file_decides_nothing_that_has_a_decision_of_its_own(register: Any) -> None:
    await register.risk()
    file = (await register.http.get("/risks/v1/register.csv")).text
    for was, becomes, column in (
        (",open,", ",closed,", "status"),
        ("people-2018", "other", "register"),
        (",threat,", ",opportunity,", "kind"),
        ("five-by-five@1", "five-by-five-opportunity@1", "matrix"),
    ):
        problem = await send(register, file.replace(was, becomes), 422)
        assert [error["field"] for error in problem["errors"]] == [f"line 2, {column}"]
    await register.post("/risks/OCC4/close", REASON, 200)
    closed = (await register.http.get("/risks/v1/register.csv")).text
    assert (await send(register, closed))["unchanged"] == ["OCC4"]
    assert [error["field"] for error in (await send(register, file, 422))["errors"]] == ["line 2, status"]
    problem = await send(register, closed.replace("Risk OCC4", "Renamed"), 422)
    assert [error["field"] for error in problem["errors"]] == ["line 2"]
