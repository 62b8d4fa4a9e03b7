"""Pledges as files, now and as they were, and public promises, on a real database."""

import csv
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
from sqlalchemy import event

from chassis.storage.database import Database
from tests.integration.pledges.signing import sign

MoveTo = Callable[[date], Awaitable[None]]
ROOT = "/pledges/v1"


def officer(name: str, **days: str) -> dict[str, Any]:
    return {"portfolio_holder": name, "department": "B", "director": "C", "lead_officers": ["D", "E"]} | days


async def make(api: httpx.AsyncClient, number: str, *assignments: dict[str, Any], **more: Any) -> None:
    body = {"number": number, "theme": "Health", "title": f"Promise {number}", "assignments": list(assignments)} | more
    assert (await api.post(f"{ROOT}/pledges", json=body)).status_code == 201


async def rows(api: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    answer = await api.get(f"{ROOT}/pledges.csv", params=query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(answer.text.splitlines()))


async def test_pledges_as_they_were_at_the_end_of_a_quarter_and_at_a_moment(api: httpx.AsyncClient, move_to: MoveTo):
    await make(api, "9", officer("A", valid_to="2018-03-31"), officer("B", valid_from="2018-04-01"), due="2018-05-01")
    before = datetime.now(UTC).isoformat()
    await move_to(date(2018, 5, 2))
    await make(api, "10", officer("A"))
    changes = {"delivery": "in_progress", "amendment": {"text": "Promise 9, sooner", "reason": "Asked for"}}
    assert (await api.patch(f"{ROOT}/pledges/9", json=changes)).status_code == 200
    (nine, ten) = await rows(api)
    assert (nine["number"], nine["wording"], nine["original"]) == ("9", "Promise 9, sooner", "Promise 9")
    assert (nine["portfolio_holder"], nine["delivery"], nine["schedule"]) == ("B", "in_progress", "overdue")
    assert (ten["number"], ten["lead_officers"], ten["state_on"]) == ("10", "D; E", "2018-05-02")
    (then,) = await rows(api, quarter="2017-18-Q4")
    assert (then["wording"], then["delivery"], then["schedule"]) == ("Promise 9", "not_started", "on_time")
    assert (then["portfolio_holder"], then["state_on"]) == ("A", "2018-03-31")
    assert [one["wording"] for one in await rows(api, as_of=before)] == ["Promise 9"]
    assert await rows(api, as_of="2018-01-01T00:00:00Z") == []
    assert await rows(api, pledge_set="2013") == []
    assert (await api.get(f"{ROOT}/pledges.csv", params={"quarter": "2018"})).status_code == 422
    for ending in ("xlsx", "ods"):
        assert (await api.get(f"{ROOT}/pledges.{ending}")).content[:2] == b"PK"


async def test_promises_are_given_out_where_their_set_is_public(api: httpx.AsyncClient):
    await make(api, "9", officer("A"))
    await make(api, "10", officer("A"))
    await sign(api, "9")
    assert (await api.get(f"{ROOT}/promises")).json() == {"promises": []}
    made = await api.put(f"{ROOT}/sets/2018", json={"title": "Hundred", "public": True})
    assert made.json()["public"] is True
    found = (await api.get(f"{ROOT}/promises")).json()["promises"]
    assert [(one["id"], one["delivery"], one["last_evidence_on"]) for one in found] == [
        ("2018-9", "delivered", "2018-02-28"),
        ("2018-10", "not_started", None),
    ]
    assert found[0]["portfolio_holders"] == ["A"]


async def test_a_file_costs_the_same_however_long(api: httpx.AsyncClient, database: Database):
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))

    async def cost() -> int:
        statements.clear()
        await rows(api, quarter="2017-18-Q4")
        return len([sent for sent in statements if "SELECT" in sent])

    await make(api, "1", officer("A"))
    few = await cost()
    for number in range(2, 8):
        await make(api, f"{number}", officer("A"))
    assert await cost() == few
