"""Boards, meetings, reports and decisions on a real database."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.storage.database import Database
from services.pledges.service.republication import REPUBLICATION

Published = Callable[[str], Awaitable[list[Any]]]
MoveTo = Callable[[date], Awaitable[None]]
ROOT = "/pledges/v1"
REPORT = {"title": "Plans", "board": "cabinet", "day": "2018-02-01"}
AGREED = {"outcome": "agreed", "taken_on": "2018-02-20"}


async def call(api: httpx.AsyncClient, method: str, path: str, status: int, body: Any = None) -> dict[str, Any]:
    answer = await api.request(method, f"{ROOT}/{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def put(api: httpx.AsyncClient, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    return await call(api, "PUT", path, status, {"title": "Something"} | body)


async def take(api: httpx.AsyncClient, code: str, status: int = 200, **body: Any) -> dict[str, Any]:
    return await call(api, "POST", f"decisions/{code}/take", status, AGREED | body)


async def test_a_board_with_its_members_reads_as_it_was_put(api: httpx.AsyncClient):
    await put(api, "boards/hwb")
    members = [{"member": "Chair of CCG", "position": "member", "valid_from": "2014-06-01", "valid_to": None}]
    board = {
        "title": "Integration Board",
        "also_known_as": ["Integration"],
        "reports_to": "hwb",
        "members": members,
        "call_in_working_days": 5,
        "key_decision_over": "500000.00",
    }
    made = await call(api, "PUT", "boards/integration", 201, board)
    assert {name: made[name] for name in board} == board
    assert await call(api, "PUT", "boards/integration", 200, board) == made
    assert await call(api, "GET", "boards/integration", 200) == made
    listed = await call(api, "GET", "boards?board=hwb", 200)
    assert [one["code"] for one in listed["items"]] == ["integration"]
    assert (await put(api, "boards/HWB", 409))["type"] == "/problems/code-in-other-case"
    wrong = [members[0] | {"valid_to": "2014-05-01"}]
    await call(api, "PUT", "boards/x", 422, {"title": "X", "members": wrong})


async def test_responsibilities_meetings_and_reports_name_what_is_there(api: httpx.AsyncClient):
    for path, body, fields in (
        ("boards/a", {"reports_to": "b"}, ["reports_to"]),
        ("responsibilities/scope", {"number": 5, "boards": ["a", "b"]}, ["boards", "boards"]),
        ("reports/plans", REPORT, ["board"]),
        ("meetings/july", {"board": "a", "first_day": "2018-07-10", "last_day": "2018-07-10"}, ["board"]),
        ("decisions/1", {"report": "r", "depends_on": ["2"], "actions": []}, ["report", "depends_on"]),
    ):
        refused = await put(api, path, 422, **body)
        assert sorted(one["field"] for one in refused["errors"]) == sorted(fields)
    await put(api, "boards/cabinet")
    scope = await put(api, "responsibilities/scope", number=5, boards=["cabinet"])
    assert (scope["number"], scope["boards"]) == (5, ["cabinet"])
    sheet = REPORT | {
        "key_decision": True,
        "recommendations": ["Pool", "Review"],
        "sign_offs": [{"service": "Fin", "code": "djn18.19.38"}, {"service": "HR", "code": None}],
    }
    report = await put(api, "reports/plans", **sheet)
    assert {name: report[name] for name in sheet} == sheet
    days = {"1-march": ("2018-03-01", "2018-03-01"), "july": ("2018-07-10", "2018-07-10")}
    for code, (first, last) in ({"march": ("2018-03-01", "2018-03-31")} | days).items():
        await put(api, f"meetings/{code}", board="cabinet", first_day=first, last_day=last, report="plans")
    ahead = await call(api, "GET", "meetings?board=cabinet&since=2018-03-02&until=2018-12-31", 200)
    assert [one["code"] for one in ahead["items"]] == ["july", "march"]
    for path, said in (("boards", "Something"), ("meetings", "plans"), ("reports", "Pool; Review")):
        answer = await api.get(f"{ROOT}/{path}.csv?board=cabinet")
        assert (said in answer.text) is (path != "boards"), answer.text
        assert (await api.get(f"{ROOT}/{path}.xlsx")).content[:2] == b"PK"
    assert "Scope" not in (await api.get(f"{ROOT}/boards.csv")).text
    assert "cabinet" in (await api.get(f"{ROOT}/responsibilities.csv")).text
    for path in ("boards/none", "meetings/none", "decisions/none"):
        assert (await call(api, "GET", path, 404))["type"] == "/problems/governance-record-unknown"


async def test_a_decision_keeps_the_state_it_was_taken_on(
    api: httpx.AsyncClient, published: Published, move_to: MoveTo
):
    await put(api, "actions/pool", due="2018-02-10")
    asked = {"title": "Pool the budgets", "actions": ["pool"], "due": "2018-03-31"}
    made = await put(api, "decisions/1", **asked)
    assert (made["outcome"], made["in_force"], made["taken"], made["version"]) == (None, False, [], 0)
    conditions = [{"text": "Agree the risk share", "due": "2018-03-15"}, {"text": "Tell the staff"}]
    taken = await take(api, "1", conditions=conditions, reason="As recommended")
    assert (taken["outcome"], taken["in_force"]) == ("agreed", False)
    await api.patch(f"{ROOT}/actions/pool", json={"delivery": "delivered"})
    await put(api, "decisions/1", 200, **asked | {"title": "Pool all budgets"})
    shown = await call(api, "GET", "decisions/1", 200)
    (latest,) = shown["taken"]
    assert (shown["title"], latest["title"], latest["by"]) == ("Pool all budgets", "Pool the budgets", "officer")
    assert latest["business_date"] == "2018-02-28"
    assert latest["actions"] == [
        {"code": "pool", "delivery": "not_started", "schedule": "overdue", "due": "2018-02-10", "blocked": False}
    ]
    await move_to(date(2018, 3, 10))
    for number, in_force in ((1, False), (2, True), (2, True)):
        met = await call(api, "POST", f"decisions/1/conditions/{number}/meet", 200)
        assert met["in_force"] is in_force
    assert [one["met_on"] for one in met["taken"][0]["conditions"]] == ["2018-03-10", "2018-03-10"]
    await call(api, "POST", "decisions/1/conditions/3/meet", 404)
    assert (await take(api, "1", 409))["type"] == "/problems/decision-settled"
    bodies = [json.loads(row.body) for row in await published("decision/1")]
    assert [(one["aggregateversion"], one["data"]["in_force"]) for one in bodies] == [(1, False), (2, False), (3, True)]
    assert {one["type"] for one in bodies} == {"commissioning.decision.made.v1"}


async def test_what_was_put_off_is_taken_again_and_order_is_obeyed(api: httpx.AsyncClient):
    await put(api, "decisions/5")
    assert (await put(api, "decisions/2", depends_on=["5"]))["waits_for"] == ["5"]
    assert (await take(api, "2", 409))["type"] == "/problems/decision-waits"
    assert (await take(api, "2", outcome="deferred"))["outcome"] == "deferred"
    await take(api, "5")
    agreed = await take(api, "2")
    assert ([one["outcome"] for one in agreed["taken"]], agreed["waits_for"]) == (["deferred", "agreed"], [])
    await put(api, "decisions/3")
    ahead = await take(api, "3", 422, taken_on="2018-03-01")
    assert [one["field"] for one in ahead["errors"]] == ["taken_on"]
    assert [one["field"] for one in (await take(api, "3", 422, meeting="none"))["errors"]] == ["meeting"]


async def test_a_decision_is_taken_at_a_meeting_of_its_board_on_its_day(api: httpx.AsyncClient):
    for board in ("cabinet", "scrutiny"):
        await put(api, f"boards/{board}")
        await put(api, f"meetings/{board}", board=board, first_day="2018-02-01", last_day="2018-02-19")
    await put(api, "decisions/1", board="cabinet")
    refused = await take(api, "1", 422, meeting="scrutiny", taken_on="2018-02-20")
    assert [one["field"] for one in refused["errors"]] == ["meeting", "taken_on"]
    assert (await take(api, "1", meeting="cabinet", taken_on="2018-02-19"))["outcome"] == "agreed"


async def test_an_event_tells_what_was_decided_and_not_what_is_asked_since(
    api: httpx.AsyncClient, published: Published
):
    await put(api, "decisions/1", title="Pool")
    await take(api, "1", conditions=[{"text": "Agree the risk share"}])
    await put(api, "decisions/1", 200, title="Do not pool")
    await call(api, "POST", "decisions/1/conditions/1/meet", 200)
    bodies = [json.loads(row.body)["data"] for row in await published("decision/1")]
    assert [(one["title"], one["in_force"]) for one in bodies] == [("Pool", False), ("Pool", True)]
    await put(api, "decisions/2")
    await take(api, "2", outcome="deferred", conditions=[{"text": "Ask again"}])
    refused = await call(api, "POST", "decisions/2/conditions/1/meet", 409)
    assert refused["type"] == "/problems/decision-not-agreed"


async def test_nothing_goes_round_in_a_circle(api: httpx.AsyncClient):
    for code, above in (("a", None), ("b", "a"), ("c", "b")):
        await put(api, f"decisions/{code}", depends_on=[above] if above else [])
        await put(api, f"boards/{code}", reports_to=above)
    for path, body in (("decisions/a", {"depends_on": ["c"]}), ("boards/a", {"reports_to": "c"})):
        assert (await put(api, path, 422, **body))["type"] == "/problems/dependency-circular"


@pytest.mark.parametrize("outcome", ["agreed", "rejected"])
async def test_a_decision_is_published_once_more_after_a_recovery(
    api: httpx.AsyncClient, database: Database, published: Published, outcome: str
):
    await put(api, "decisions/1")
    await put(api, "decisions/2")
    await take(api, "1", outcome=outcome)
    subjects = list(await database.read(REPUBLICATION.list_subjects))
    assert subjects == ["decision/1"]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, subjects))
    first, second = await published("decision/1")
    assert (json.loads(first.body)["data"], second.version) == (json.loads(second.body)["data"], 2)


async def test_lists_cost_the_same_however_long(api: httpx.AsyncClient, database: Database):
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))

    async def cost() -> int:
        statements.clear()
        for path in ("boards", "meetings", "decisions"):
            await call(api, "GET", path, 200)
        return len([sent for sent in statements if "SELECT" in sent])

    await put(api, "decisions/d0")
    await put(api, "decisions/d1", depends_on=["d0"])
    few = await cost()
    for n in range(2, 12):
        await put(api, f"boards/b{n}")
        await put(api, f"decisions/d{n}", depends_on=[f"d{n - 1}"])
    assert await cost() == few
