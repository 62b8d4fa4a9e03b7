"""What was spent, posted one by one or as a file; reversed; and what a year is expected to come to."""

import asyncio
from datetime import date
from io import BytesIO
from typing import Any

import httpx
import pytest
import xlsxwriter

from chassis.storage.database import Database
from services.finance.service.ledger import verify_ledger
from tests.integration.finance.world import money, published, scheme_body
from tests.integration.gateway.changes import audited

FUND = "/finance/v1/funds/integrated-fund"
FILES = "/finance/v1/outturn-files"
HEAD = "reference,line,period,amount\n"


def posting(reference: str = "gl-1", **changes: Any) -> dict[str, Any]:
    return {"reference": reference, "line": "leisure", "period": "2017-11", "amount": money(410)} | changes


async def spend(api: httpx.AsyncClient, *postings: dict[str, Any], **more: Any) -> httpx.Response:
    return await api.post(f"{FUND}/outturn", json={"postings": list(postings)} | more)


async def spent(api: httpx.AsyncClient) -> str:
    found: str = (await api.get(f"{FUND}/position")).json()["spent"]["amount"]
    return found


async def send(api: httpx.AsyncClient, text: str, **query: Any) -> httpx.Response:
    params = {"fund": "integrated-fund"} | query
    return await api.post(FILES, params=params, content=text.encode(), headers={"content-type": "text/csv"})


@pytest.mark.both_engines
async def test_outturn_is_posted_once_and_told(api: httpx.AsyncClient, database: Database):
    answer = await spend(api, posting(), posting("gl-2", line="commissioning", amount=money("-10.50")))
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["recorded"], found["repeated"], found["amount"]) == (2, 0, money("399.50"))
    assert [(one["layer"], one["debit"], one["credit"]) for one in found["entries"]] == [
        ("outturn", "leisure", "~control"),
        ("outturn", "~control", "commissioning"),
    ]
    again = await spend(api, posting(), posting("gl-3", amount=money(1)))
    assert (again.status_code, again.json()["recorded"], again.json()["repeated"]) == (201, 1, 1)
    assert (await spend(api, posting())).status_code == 200
    assert await spent(api) == "400.50"
    event = (await published(database, "fund/integrated-fund"))[-1]["data"]["years"][0]
    assert (event["spent"], event["lines"][1]["spent"]) == (money("400.50"), money(411))
    entries = [one for one in await audited(database) if one.action == "outturn.posted"]
    assert [(one.subject, one.actor, one.after["count"]) for one in entries] == [
        ("integrated-fund", "accountant", 2),
        ("integrated-fund", "accountant", 1),
    ]
    assert (await database.read(verify_ledger)).is_clean


async def test_faults_are_named_and_nothing_is_half_entered(api: httpx.AsyncClient, database: Database):
    await spend(api, posting())
    before = len(await audited(database))
    answer = await spend(
        api,
        posting("ok"),
        posting("a", line="none"),
        posting("b", period="2018-03"),
        posting("b", period="2017"),
        posting(amount=money(1)),
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [
        "postings.1.line",
        "postings.2.period",
        "postings.3.reference",
        "postings.3.period",
        "postings.4.reference",
    ]
    assert (await spent(api), len(await audited(database))) == ("410.00", before)
    assert (await api.post("/finance/v1/funds/none/outturn", json={"postings": [posting()]})).status_code == 404


async def test_a_dry_run_enters_nothing(api: httpx.AsyncClient, database: Database):
    before = len(await audited(database))
    answer = await spend(api, posting(), dry_run=True)
    assert (answer.status_code, answer.json()["recorded"], answer.json()["entries"]) == (200, 1, [])
    assert (await spent(api), len(await audited(database))) == ("0.00", before)


@pytest.mark.both_engines
async def test_a_closed_period_takes_nothing_unless_it_may_fall_in_an_open_one(api: httpx.AsyncClient):
    assert (await api.put(f"{FUND}/closed-quarters/2017/18 Q3")).status_code == 200
    refused = await spend(api, posting())
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "period-closed")
    assert "by accountant" in refused.json()["detail"]
    assert "2018-01-01" in refused.json()["detail"]
    late = await spend(api, posting(), post_in="open")
    assert late.status_code == 201
    [entry] = late.json()["entries"]
    assert (entry["effective_on"], entry["period"]) == ("2018-01-01", "2017-11")
    assert entry["relates_to"] == "2017/18 Q3, which was closed"
    assert (await spend(api, posting())).status_code == 200, "it is there already"


@pytest.mark.both_engines
async def test_a_file_is_entered_whole_or_not_at_all(api: httpx.AsyncClient, database: Database):
    rows = "".join(f"gl-{n},leisure,2017-11,{n}.01\n" for n in range(300))
    wrong = await send(api, HEAD + rows + "x,leisure,never,1\ny,none,2017-11,1.001\n")
    assert wrong.status_code == 422
    assert [error["field"] for error in wrong.json()["errors"]] == [
        "line 302, column period",
        "line 303, column amount",
    ]
    unknown = await send(api, HEAD + rows + "x,none,2017-11,1\n")
    assert [error["field"] for error in unknown.json()["errors"]] == ["line 302, column line"]
    assert await spent(api) == "0.00"
    tried = await send(api, HEAD + rows, dry_run=True)
    assert (tried.status_code, tried.json()["recorded"], await spent(api)) == (200, 300, "0.00")
    done = await send(api, HEAD + rows)
    assert (done.status_code, done.json()["recorded"], done.json()["entries"]) == (201, 300, [])
    assert await spent(api) == done.json()["amount"]["amount"] == "44853.00"
    assert (await send(api, HEAD + rows)).status_code == 200
    assert [one.action for one in await audited(database)].count("outturn.posted") == 1
    assert (await database.read(verify_ledger)).is_clean


async def test_a_sheet_whose_cells_lie_too_far_apart_is_refused(api: httpx.AsyncClient):
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["reference", "line", "period", "amount"])
        page.write(1_048_575, 16_383, "far away")
    headers = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    params = {"fund": "integrated-fund"}
    answer = await api.post(FILES, params=params, content=file.getvalue(), headers=headers)
    assert answer.status_code == 422, answer.text
    assert "too far apart" in answer.json()["errors"][0]["message"]


async def test_a_key_makes_a_file_safe_to_send_again(api: httpx.AsyncClient):
    headers = {"content-type": "text/csv", "idempotency-key": "k"}
    content = (HEAD + "gl-1,leisure,2017-11,1\n").encode()
    for replayed in (None, "true"):
        answer = await api.post(FILES, params={"fund": "integrated-fund"}, content=content, headers=headers)
        assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (201, replayed)
    refused = await api.post(FILES, params={"fund": "none"}, content=content, headers={"content-type": "text/csv"})
    assert refused.status_code == 404
    empty = await api.post(FILES, params={"fund": "integrated-fund"}, content=b"", headers={"content-type": "text/csv"})
    assert empty.status_code == 400


@pytest.mark.both_engines
async def test_an_entry_is_reversed_once_with_an_explicit_day(api: httpx.AsyncClient, database: Database):
    entry = (await spend(api, posting())).json()["entries"][0]
    path, body = f"/finance/v1/entries/{entry['id']}/reverse", {"effective_on": "2018-02-01", "reason": "Wrong line"}
    done = await api.post(path, json=body)
    assert done.status_code == 201, done.text
    reversal = done.json()
    assert (reversal["debit"], reversal["credit"], reversal["reverses"]) == ("~control", "leisure", entry["id"])
    assert (reversal["effective_on"], reversal["period"]) == ("2018-02-01", "2017-11")
    assert await spent(api) == "0.00"
    assert (await api.get(done.headers["location"])).json() == reversal
    assert (await api.post(path, json=body)).status_code == 200
    other = await api.post(path, json=body | {"effective_on": "2018-02-02"})
    assert (other.status_code, other.json()["type"].rsplit("/", 1)[-1]) == (409, "entry-reversed")
    back = await api.post(f"/finance/v1/entries/{reversal['id']}/reverse", json=body)
    assert (back.status_code, back.json()["type"].rsplit("/", 1)[-1]) == (409, "entry-derived")
    told = [one for one in await audited(database) if one.action == "entry.reversed"]
    assert [(one.subject, one.reason) for one in told] == [("integrated-fund", "Wrong line")]
    forecast = (await api.get(f"{FUND}/forecast")).json()
    assert forecast["lines"][1]["months"] == 0, "what was reversed is no posting"
    assert (await database.read(verify_ledger)).is_clean


async def test_what_cannot_be_reversed_says_why(api: httpx.AsyncClient):
    entry = (await spend(api, posting())).json()["entries"][0]
    budget = (await api.get(f"{FUND}/entries", params={"layer": "budget"})).json()["items"][0]
    body = {"effective_on": "2018-02-01", "reason": "Wrong"}
    derived = await api.post(f"/finance/v1/entries/{budget['id']}/reverse", json=body)
    assert (derived.status_code, "define the fund" in derived.json()["detail"]) == (409, True)
    for unknown in ("integrated-fund.99", "none.1", "nothing"):
        assert (await api.post(f"/finance/v1/entries/{unknown}/reverse", json=body)).status_code == 404
    far = await api.post(f"/finance/v1/entries/{entry['id']}/reverse", json=body | {"effective_on": "2030-01-01"})
    assert far.status_code == 422
    await api.put(f"{FUND}/closed-quarters/2017/18 Q3")
    closed = await api.post(f"/finance/v1/entries/{entry['id']}/reverse", json=body | {"effective_on": "2017-11-30"})
    assert (closed.status_code, closed.json()["type"].rsplit("/", 1)[-1]) == (409, "period-closed")


async def test_the_forecast_outturn(api: httpx.AsyncClient):
    await spend(api, posting(period="2017-04", amount=money(600)), posting("gl-2", period="2017/18 Q2"))
    found = (await api.get(f"{FUND}/forecast", params={"financial_year": "2017/18"})).json()
    leisure = found["lines"][1]
    assert (leisure["spent"], leisure["months"]) == (money(1010), 4)
    assert (leisure["as_budgeted"], leisure["run_rate"]) == (money("4343.33"), money(3030))
    assert leisure["variance"] == money("-656.67")
    await spend(api, posting("gl-3", period="2017-10", amount=money(0)))
    nought = (await api.get(f"{FUND}/forecast")).json()["lines"][1]
    assert (nought["months"], nought["as_budgeted"]) == (5, money("3926.67")), "nothing spent is said of a month too"
    assert (found["as_budgeted"], found["run_rate"], found["variance"]) == (
        money("1004343.33"),
        None,
        money("-656.67"),
    )
    assert (await api.get(f"{FUND}/forecast", params={"financial_year": "2030/31"})).status_code == 404


async def test_a_line_that_was_spent_on_stays(api: httpx.AsyncClient):
    await spend(api, posting())
    fund = (await api.get(FUND)).json()
    body = {
        "name": "Integrated Fund",
        "partners": [{"code": one["code"], "name": one["name"]} for one in fund["partners"]],
        "budget_lines": [],
        "reason": "Gone",
    }
    assert (await api.put(FUND, json=body)).status_code == 409


async def test_a_past_state_has_what_was_spent_by_then(api: httpx.AsyncClient, move_to: Any):
    await spend(api, posting())
    await move_to(date(2018, 5, 2))
    await spend(api, posting("gl-2", amount=money(5)))
    found = {}
    for quarter in ("2017/18 Q4", "2018/19 Q1"):
        params = {"quarter": quarter, "financial_year": "2017/18"}
        found[quarter] = (await api.get(f"{FUND}/position", params=params)).json()["spent"]["amount"]
    assert found == {"2017/18 Q4": "410.00", "2018/19 Q1": "415.00"}


@pytest.mark.both_engines
async def test_what_is_posted_side_by_side_is_one_chain(api: httpx.AsyncClient, database: Database):
    await api.post("/finance/v1/schemes", json=scheme_body("pools", link=None))
    entry = {"state": "validated", "period": "2018-01", "amount": money(1), "reason": "Invoices", "reference": "v"}
    answers = await asyncio.gather(
        *(spend(api, posting(f"gl-{number % 4}", amount=money(7))) for number in range(8)),
        api.post("/finance/v1/schemes/pools/entries", json=entry),
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201] * 5
    assert await spent(api) == "28.00"
    check = await database.read(verify_ledger)
    assert (check.faults, check.transfers) == ((), 2 + 2 + 4 + 1)
