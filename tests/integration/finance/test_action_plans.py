"""Action plans over HTTP: recorded, changed with a reason, published, exported, and due by days."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from chassis.storage.database import Database
from services.finance.service.republication import REPUBLICATION
from tests.integration.finance.world import fund_body, money, published
from tests.integration.gateway.changes import audited

FUND = "/finance/v1/funds/integrated-fund"
PLAN = f"{FUND}/action-plans/overspend"
POSTS = {
    "action": "posts",
    "what": "Fill the posts that agencies fill",
    "owner": "The director",
    "due": "2018-02-27",
    "recovers": money("40000"),
}
BEDS = {"action": "beds", "what": "Buy no more beds", "owner": "The board", "due": "2018-03-31"}


def plan_body(*actions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "financial_year": "2017/18",
        "decision": "Board, 25 January 2018, minute 9",
        "resolved_on": "2018-01-25",
        "actions": list(actions or (POSTS, BEDS)),
    } | changes


async def overspend(api: httpx.AsyncClient) -> None:
    """Have the year expected to end 60,000 above its budget, by an agreement that obliges to something."""
    terms = {"rule": "host", "overspend_obliges": "A recovery plan within six weeks"}
    agreed = {"effective_from": "2017-04-01", "contributions": [], "risk_share": terms}
    assert (await api.put(FUND, json=fund_body(agreement=agreed))).status_code == 200
    [budget] = [one for one in (await api.get(f"{FUND}/forecast")).json()["lines"] if one["line"] == "leisure"]
    spent = f"{float(budget['budget']['amount']) / 12 + 60_000:.2f}"
    posting = {"reference": "gl", "line": "leisure", "period": "2017-04", "amount": money(spent)}
    assert (await api.post(f"{FUND}/outturn", json={"postings": [posting]})).status_code == 201


@pytest.mark.both_engines
async def test_a_plan_keeps_why_it_was_made_and_every_change_of_it_is_told(api: httpx.AsyncClient, database: Database):
    await overspend(api)
    made = await api.put(PLAN, json=plan_body())
    assert made.status_code == 201, made.text
    found = made.json()
    expected = (await api.get(f"{FUND}/forecast")).json()["variance"]
    assert (found["variance"], found["obliges"]) == (expected, "A recovery plan within six weeks")
    assert float(expected["amount"]) == pytest.approx(60_000, abs=1)
    assert (found["state"], found["overdue"], found["recovers"]) == ("open", 1, money("40000.00"))
    assert [(one["action"], one["overdue"]) for one in found["actions"]] == [("posts", True), ("beds", False)]
    assert (await api.get(PLAN)).json() == found
    again = await api.put(PLAN, json=plan_body())
    assert (again.status_code, again.json()) == (200, found)
    done = POSTS | {"state": "done", "ended_on": "2018-02-20", "remark": "Two of two"}
    assert (await api.put(PLAN, json=plan_body(done, BEDS))).status_code == 422, "it is not said why"
    changed = await api.put(PLAN, json=plan_body(done, BEDS, reason="The posts are filled"))
    assert (changed.status_code, changed.json()["overdue"], changed.json()["state"]) == (200, 0, "open")
    assert (changed.json()["variance"], changed.json()["obliges"]) == (found["variance"], found["obliges"])
    events = await published(database, "action-plan/integrated-fund/overspend")
    assert [one["aggregateversion"] for one in events] == [1, 2]
    assert [one["state"] for one in events[1]["data"]["actions"]] == ["done", "open"]
    recorded, amended = (one for one in await audited(database) if one.action.startswith("action_plan."))
    assert (recorded.action, recorded.subject) == ("action_plan.recorded", "integrated-fund overspend")
    assert (amended.action, amended.reason) == ("action_plan.changed", "The posts are filled")
    assert amended.before["actions"]["posts"]["state"] == "open"
    subjects = list(await database.read(REPUBLICATION.list_subjects))
    assert "action-plan/integrated-fund/overspend" in subjects
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, subjects))
    last = (await published(database, "action-plan/integrated-fund/overspend"))[-1]
    assert (last["aggregateversion"], last["data"]) == (3, events[1]["data"])


async def test_what_is_wrong_with_a_plan_is_named(api: httpx.AsyncClient):
    wrong = [POSTS | {"due": "2018-01-24"}, BEDS | {"state": "done"}, BEDS]
    refused = await api.put(PLAN, json=plan_body(*wrong))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [
        "actions.0.due",
        "actions.1.ended_on",
        "actions.2.action",
    ]
    assert (await api.get(PLAN)).json()["type"] == "/problems/action-plan-unknown"
    assert (await api.put(PLAN, json=plan_body(financial_year="2030/31"))).status_code == 404
    assert (await api.put(PLAN, json=plan_body() | {"actions": []})).status_code == 422
    assert (await api.put("/finance/v1/funds/none/action-plans/a", json=plan_body())).status_code == 404
    assert (await api.get("/finance/v1/funds/none/action-plans")).status_code == 404


async def test_plans_are_listed_and_exported_as_of_the_business_date(api: httpx.AsyncClient, move_to: Any):
    for reference in ("b", "a"):
        assert (await api.put(f"{FUND}/action-plans/{reference}", json=plan_body())).status_code == 201
    first = (await api.get(f"{FUND}/action-plans", params={"limit": 1})).json()
    assert [one["reference"] for one in first["items"]] == ["a"]
    rest = (await api.get(f"{FUND}/action-plans", params={"limit": 1, "cursor": first["next"]})).json()
    assert ([one["reference"] for one in rest["items"]], rest["next"]) == (["b"], None)
    other = await api.get(f"{FUND}/action-plans", params={"financial_year": "2018/19"})
    assert other.json()["items"] == []
    await move_to(date(2018, 4, 1))
    assert (await api.get(f"{FUND}/action-plans/a")).json()["overdue"] == 2
    lines = (await api.get(f"{FUND}/action-plans.csv")).text.splitlines()
    assert sum(",beds," in line and ",Yes," in line for line in lines) == 2
    for ending, sheet in {"xlsx": "xl/worksheets/sheet1.xml", "ods": "content.xml"}.items():
        file = await api.get(f"{FUND}/action-plans.{ending}", params={"financial_year": "2017/18"})
        assert file.status_code == 200, file.text
        with ZipFile(BytesIO(file.content)) as book:
            assert sheet in book.namelist()
