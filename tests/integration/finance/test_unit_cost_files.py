"""The library of unit costs as a file: recorded whole or not at all, and as it is exported."""

from io import BytesIO
from typing import Any

import httpx
import pytest
import xlsxwriter

from chassis.storage.database import Database
from contracts.large_bodies import XLSX
from services.finance.service.ledger import verify_ledger
from tests.integration.finance.test_unit_costs import ADMISSION, COSTS, cost, shared_scheme
from tests.integration.finance.world import Source, entries, hear, money, published, totals
from tests.integration.gateway.changes import audited
from tests.integration.indicators.counting import counted

FILES = "/finance/v1/unit-cost-files"
HEAD = "code,description,unit,amount,price_year,source"
BED_DAY = "bed-day,A bed day,bed day,300.50,2017/18,Invented"


async def send(api: httpx.AsyncClient, *lines: str, **params: Any) -> httpx.Response:
    content = "\n".join(lines).encode()
    return await api.post(FILES, params=params, content=content, headers={"content-type": "text/csv"})


@pytest.mark.both_engines
async def test_a_file_is_recorded_with_events_audit_and_restated_schemes(api: httpx.AsyncClient, database: Database):
    await api.put(ADMISSION, json=cost("1609"))
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    await hear(database, [Source().say({"2017-12": "1371"})])
    dearer = "emergency-admission,An emergency admission,emergency admission,2000,2017/18,Invented,yes,A newer source"
    lines = (f"{HEAD},illustrative,reason", dearer, f"{BED_DAY},no,")
    dry = await send(api, *lines, dry_run=True)
    assert (dry.status_code, dry.json()["new"], dry.json()["changed"]) == (200, ["bed-day"], ["emergency-admission"])
    assert [one["code"] for one in (await api.get(COSTS)).json()["items"]] == ["emergency-admission"]
    before = len(await audited(database))
    answer = await send(api, *lines)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "new": ["bed-day"],
        "changed": ["emergency-admission"],
        "unchanged": [],
        "dry_run": False,
    }
    assert await totals(api, "admissions") == {"2017-12": ("8700.00", "2900.00")}
    assert (await entries(api, "admissions"))[-1]["rule_version"] == "1.u2"
    assert [(one.action, one.subject, one.reason) for one in (await audited(database))[before:]] == [
        ("unit_cost.recorded", "bed-day", None),
        ("unit_cost.changed", "emergency-admission", "A newer source"),
    ]
    assert [one["aggregateversion"] for one in await published(database, "unit-cost/emergency-admission")] == [1, 2]
    assert [one["aggregateversion"] for one in await published(database, "unit-cost/bed-day")] == [1]
    again = await send(api, *lines)
    assert (again.status_code, again.json()["unchanged"]) == (200, ["bed-day", "emergency-admission"])
    assert (await database.read(verify_ledger)).is_clean


async def test_what_is_exported_can_be_sent_back(api: httpx.AsyncClient):
    whole = {
        "source_url": "https://example.org/costs",
        "agency": "NHS",
        "cashable_share": "0.25",
        "effective_from": "2017-04-01",
        "effective_to": "2018-03-31",
        "ends": True,
        "kind": "economic",
    }
    await api.put(ADMISSION, json=cost("1609.01", **whole))
    await send(api, HEAD, BED_DAY)
    exported = (await api.get(f"{COSTS}.csv")).text.splitlines()
    assert (await send(api, *exported)).json()["unchanged"] == ["bed-day", "emergency-admission"]
    dearer = [line.replace("300.50", "301") for line in exported]
    refused = await send(api, *dearer)
    assert [error["field"] for error in refused.json()["errors"]] == ["line 2, column reason"]
    told = [f"{dearer[0]},reason", *(f"{line},Prices of the year" for line in dearer[1:])]
    assert (await send(api, *told)).json()["changed"] == ["bed-day"]


@pytest.mark.both_engines
async def test_rows_that_are_wrong_are_named_and_nothing_is_recorded(api: httpx.AsyncClient):
    await api.put(ADMISSION, json=cost())
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    wrong = await send(
        api,
        f"{HEAD},kind,effective_from,effective_to,ends,illustrative",
        f"{BED_DAY},,,,,",
        "b,B,unit,-1,2017/18,Invented,,,,,",
        "c,C,unit,1,2017,Invented,,,,,",
        "d,,unit,1,2017/18,Invented,,,,,",
        "e,E,unit,1,2017/18,Invented,magic,,,,",
        "f,F,unit,1,2017/18,Invented,,2018-02-01,2018-01-01,,",
        "g,G,unit,1,2017/18,Invented,,,,yes,",
        "h,H,unit,1,2017/18,Invented,,,,,perhaps",
        "B,B,unit,1,2017/18,Invented,,,,,",
        "no code,I,unit,1,2017/18,Invented,,,,,",
    )
    assert wrong.status_code == 422
    assert [error["field"].removeprefix("line ") for error in wrong.json()["errors"]] == [
        "3, column amount",
        "4, column price_year",
        "5, column description",
        "6, column kind",
        "7, column effective_to",
        "8, column ends",
        "9, column illustrative",
        "10, column code",
        "11, column code",
    ]
    used = "emergency-admission,An emergency admission,admission,1,2017/18,Invented,social,r"
    case = "Emergency-Admission,An emergency admission,admission,1,2017/18,Invented,,r"
    for dry_run in (True, False):
        refused = await send(api, f"{HEAD},kind,reason", f"{BED_DAY},,", used, dry_run=dry_run)
        assert [error["field"] for error in refused.json()["errors"]] == ["line 3, column kind"]
        refused = await send(api, f"{HEAD},kind,reason", f"{BED_DAY},,", case, dry_run=dry_run)
        assert [error["field"] for error in refused.json()["errors"]] == ["line 3, column code"]
    unnamed = await send(api, HEAD.replace(",unit,", ",,unit,"), BED_DAY.replace(",bed day,", ",lost,bed day,"))
    assert [error["field"] for error in unnamed.json()["errors"]] == ["line 2, column 3"]
    for lines in ((f"{HEAD},else", f"{BED_DAY},x"), ("code,amount", "a,1"), (HEAD,)):
        assert (await send(api, *lines)).status_code == 422, lines
    assert [one["code"] for one in (await api.get(COSTS)).json()["items"]] == ["emergency-admission"]


async def test_a_workbook_of_unit_costs(api: httpx.AsyncClient):
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEAD, BED_DAY)):
            sheet.write_row(number, 0, [float(cell) if cell == "300.50" else cell for cell in line.split(",")])
    answer = await api.post(FILES, content=file.getvalue(), headers={"content-type": XLSX})
    assert (answer.status_code, answer.json()["new"]) == (201, ["bed-day"]), answer.text
    assert (await api.get(f"{COSTS}/bed-day")).json()["versions"][0]["amount"] == money("300.50")


async def test_a_file_has_at_most_a_thousand_rows(api: httpx.AsyncClient):
    rows = [f"c{number},A bed day,bed day,1,2017/18,Invented" for number in range(1_001)]
    refused = await send(api, HEAD, *rows)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "file")
    answer = await send(api, HEAD, *rows[:1_000])
    assert (answer.status_code, len(answer.json()["new"])) == (201, 1_000)


@pytest.mark.both_engines
async def test_a_file_takes_as_few_statements_for_many_rows_as_for_few(api: httpx.AsyncClient, database: Database):
    async def statements(codes: list[str], amount: str, **params: Any) -> int:
        rows = [f"{code},An admission,admission,{amount},2017/18,Invented,Prices of the year" for code in codes]
        with counted(database) as seen:
            answer = await send(api, f"{HEAD},reason", *rows, **params)
        assert answer.status_code in (200, 201), answer.text
        assert len([*answer.json()["new"], *answer.json()["changed"]]) == len(codes)
        return len(seen)

    few, many = [[f"{name}{number}" for number in range(count)] for name, count in (("few", 4), ("many", 40))]
    for amount, params in (("1", {"dry_run": True}), ("1", {}), ("2", {"dry_run": True}), ("2", {})):
        assert await statements(few, amount, **params) == await statements(many, amount, **params), (amount, params)
    assert (await api.get(f"{COSTS}/many39")).json()["versions"][-1]["amount"] == money("2")
    assert [one["aggregateversion"] for one in await published(database, "unit-cost/many39")] == [1, 2]


async def test_schemes_of_several_unit_costs_are_restated_in_one_step(api: httpx.AsyncClient, database: Database):
    """What a further unit cost with a scheme costs is the scheme's own event, and no other statement."""
    costs = []
    for number in range(3):
        link = shared_scheme()["link"] | {"unit_cost_code": f"c{number}", "attribution": "0.1"}
        defined = await api.post("/finance/v1/schemes", json=shared_scheme() | {"code": f"s{number}", "link": link})
        assert defined.status_code == 201, defined.text
    await hear(database, [Source().say({"2017-12": "1371"})])
    for codes in (["c0"], ["c1", "c2"]):
        with counted(database) as seen:
            rows = [f"{code},An admission,admission,1600,2017/18,Invented" for code in codes]
            assert (await send(api, HEAD, *rows)).status_code == 201
        costs.append(len([one for one in seen if not one.startswith("UPDATE scheme SET version")]))
    assert costs[0] == costs[1] > 0
    assert [await totals(api, f"s{number}") for number in range(3)] == [{"2017-12": ("1740.00", "580.00")}] * 3
