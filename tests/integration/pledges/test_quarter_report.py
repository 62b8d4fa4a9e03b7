"""The report of a quarter as data, on a real database."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
from sqlalchemy import event

from chassis.storage.database import Database
from services.pledges.service.openings import open_returns
from tests.integration.pledges.signing import sign

MoveTo = Callable[[date], Awaitable[None]]
ROOT = "/pledges/v1"
SOMEONE = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}


async def call(api: httpx.AsyncClient, method: str, path: str, **body: Any) -> dict[str, Any]:
    answer = await api.request(method, f"{ROOT}/{path}", json=body or None)
    assert answer.status_code < 300, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def make(api: httpx.AsyncClient, number: str, **more: Any) -> None:
    body = {"number": number, "theme": "Health", "title": f"Promise {number}", "assignments": [SOMEONE]} | more
    await call(api, "POST", "pledges", **body)


async def test_a_quarter_as_it_was_at_its_end(api: httpx.AsyncClient, database: Database, move_to: MoveTo):
    await move_to(date(2017, 12, 30))
    await make(api, "1", due="2017-12-01")
    await make(api, "2")
    await call(api, "PUT", "priorities/minds", title="Minds")
    await call(api, "PUT", "actions/first", title="First", priority="minds", due="2018-01-15")
    await call(api, "PUT", "actions/second", title="Second", priority="minds", depends_on=["first"])
    await call(api, "PUT", "decisions/1", title="Pool")
    await call(api, "POST", "decisions/1/take", outcome="agreed", taken_on="2017-12-29")
    await sign(api, "2")
    await move_to(date(2018, 2, 28))
    await call(api, "PATCH", "actions/first", delivery="delivered")
    await call(api, "PATCH", "pledges/1", delivery="in_progress")
    await database.write(open_returns)
    report = await call(api, "GET", "quarters/2017-18-Q3/report")
    assert (report["quarter"], report["state_on"]) == ("2017/18 Q3", "2017-12-31")
    assert report["pledges_by_delivery"] == {
        "not_started": 1,
        "in_progress": 0,
        "delivered": 1,
        "undeliverable_external": 0,
    }
    assert [(one["id"], len(one["returns"]), one["last_evidence_on"]) for one in report["pledges"]] == [
        ("2017-1", 1, None),
        ("2017-2", 1, "2017-12-30"),
    ]
    (priority,) = report["priorities"]
    assert (priority["roll_up"]["actions"], priority["roll_up"]["delivered"]) == (2, "0.00")
    assert [(one["kind"], one["code"], one["reasons"]) for one in report["exceptions"]] == [
        ("pledge", "2017-1", ["overdue"]),
        ("return", "2017-1.2017-18-Q3.1", ["missing"]),
        ("return", "2017-2.2017-18-Q3.1", ["missing"]),
        ("action", "second", ["blocked"]),
    ]
    assert [(one["code"], one["outcome"]) for one in report["board_decisions"]] == [("1", "agreed")]
    assert [(one["pledge"], one["decision"]) for one in report["pledge_decisions"]] == [("2017-2", "delivered")]
    now = await call(api, "GET", "quarters/2017-18-Q4/report")
    assert (now["state_on"], now["pledges_by_delivery"]["in_progress"]) == ("2018-02-28", 1)
    assert [one["code"] for one in now["exceptions"]] == ["2017-1"]
    assert now["priorities"][0]["roll_up"]["delivered"] == "50.00"
    first = await call(api, "GET", "actions/first?quarter=2017-18-Q3")
    assert (first["state_on"], first["schedule"], first["needed_by"]) == ("2017-12-31", "on_time", "2018-01-15")
    listed = await call(api, "GET", "priorities?quarter=2017-18-Q3")
    assert [one["roll_up"] for one in listed["items"]] == [priority["roll_up"]], "as the report has it"
    for wrong in ("2018-19-Q1", "2017", "never"):
        assert (await api.get(f"{ROOT}/quarters/{wrong}/report")).status_code == 422


async def test_a_quarter_as_it_was_known_at_a_moment(api: httpx.AsyncClient, database: Database, move_to: MoveTo):
    await move_to(date(2018, 1, 10))
    await make(api, "1")
    for code in ("1", "2"):
        await call(api, "PUT", f"decisions/{code}", title=f"Pool {code}")
    await database.write(open_returns)
    then = {"as_of": datetime.now(UTC).isoformat()}
    (opened,) = (await call(api, "GET", "returns?quarter=2017-18-Q3"))["items"]
    at = f"returns/{opened['id']}"
    await call(
        api, "PATCH", at, colour="red", narrative="Nobody came", evidence=[{"title": "List", "url": "https://a.b/c"}]
    )
    (await api.post(f"{ROOT}/{at}/submit", json={})).raise_for_status()
    written = {"as_of": datetime.now(UTC).isoformat()}
    await call(api, "POST", f"{at}/return", reason="More words")
    await call(api, "POST", "decisions/1/take", outcome="agreed", taken_on="2018-01-09")
    await call(api, "PATCH", "pledges/1", delivery="in_progress")

    async def told(**moment: str) -> tuple[Any, ...]:
        answer = await api.get(f"{ROOT}/quarters/2017-18-Q3/report", params=moment)
        found = answer.raise_for_status().json()
        (given,) = found["pledges"][0]["returns"]
        return given["state"], given["colour"], given["narrative"], [one["code"] for one in found["open_decisions"]]

    assert await told(**then) == ("draft", None, None, ["1", "2"])
    assert await told(**written) == ("submitted", "red", "Nobody came", ["1", "2"])
    assert await told() == ("returned", "red", "Nobody came", ["2"])


async def test_it_costs_the_same_however_much_there_is(api: httpx.AsyncClient, database: Database):
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))

    async def cost() -> int:
        statements.clear()
        await call(api, "GET", "quarters/2017-18-Q3/report")
        return len([sent for sent in statements if "SELECT" in sent])

    few = await cost()
    for n in range(1, 6):
        await make(api, f"{n}")
        await call(api, "PUT", f"priorities/p{n}", title="P")
        await call(api, "PUT", f"actions/a{n}", title="A", priority=f"p{n}")
        await call(api, "PUT", f"decisions/d{n}", title="D")
    await database.write(open_returns)
    assert await cost() == few
