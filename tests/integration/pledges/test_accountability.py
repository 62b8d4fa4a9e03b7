"""Who answers for a pledge, how it is measured, what its sources say, and what is recorded of every change."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from chassis.audit import AuditFilter, list_entries
from chassis.paging import PageRequest
from chassis.storage.database import Database
from services.pledges.app import SPEC
from services.pledges.models import StateRevision
from tests.integration.pledges.signing import sign

Published = Callable[[str], Awaitable[list[Any]]]
MoveTo = Callable[[date], Awaitable[None]]

TUFFIN = {
    "portfolio_holder": "Ian Tuffin",
    "department": "People",
    "director": "Craig McArdle",
    "lead_officers": ["Anna Coles"],
    "valid_from": "2018-05-04",
    "valid_to": None,
}
MEASURE = {"measure": "People who feel lonely", "baseline": "7 per cent in 2017", "date": "2022-05-05"}
NOTE = {
    "topic": "How many pledges the table prints",
    "figures": [
        {"figure": "13", "source": "the heading"},
        {"figure": "10", "source": "the rows"},
    ],
    "used": "10",
    "why": "the rows name each one",
}
PLEDGE = {"number": "46", "theme": "Health", "title": "Ease loneliness", "assignments": [TUFFIN]}


async def make(api: httpx.AsyncClient, status: int = 201, **fields: Any) -> dict[str, Any]:
    answer = await api.post("/pledges/v1/pledges", json=PLEDGE | fields)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def change(api: httpx.AsyncClient, status: int = 200, **fields: Any) -> dict[str, Any]:
    answer = await api.patch("/pledges/v1/pledges/46", json=fields)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_pledge_changes_hands(api: httpx.AsyncClient, published: Published):
    await make(api)
    until = TUFFIN | {"valid_to": "2018-12-31"}
    mcdonald = TUFFIN | {"portfolio_holder": "Sue McDonald", "valid_from": "2019-01-01"}
    for _ in range(2):
        body = {"assignments": [until, mcdonald], "reason": "The cabinet was reshuffled"}
        answer = await api.put("/pledges/v1/pledges/46/assignments", json=body)
        assert answer.json()["assignments"] == [until, mcdonald]
    assert [row.version for row in await published("46")] == [1, 2]
    backwards = {"assignments": [TUFFIN | {"valid_to": "2018-05-03"}]}
    assert (await api.put("/pledges/v1/pledges/46/assignments", json=backwards)).status_code == 422
    assert (await api.put("/pledges/v1/pledges/46/assignments", json={"assignments": []})).status_code == 422


async def test_a_pledge_says_how_it_is_measured_or_why_it_cannot_be(api: httpx.AsyncClient):
    made = await make(api)
    assert (made["measure"], made["cannot_be_rated"]) == (None, "no measure, baseline and date were given")
    because = await change(api, cannot_be_rated="the promise names no number")
    assert (because["measure"], because["cannot_be_rated"]) == (None, "the promise names no number")
    measured = await change(api, measure=MEASURE)
    assert (measured["measure"], measured["cannot_be_rated"]) == (MEASURE, None)
    again = await change(api, measure=None)
    assert again["cannot_be_rated"] == "no measure, baseline and date were given"
    await change(api, measure=MEASURE)
    given_up = await change(api, cannot_be_rated="the survey ended")
    assert (given_up["measure"], given_up["cannot_be_rated"]) == (None, "the survey ended")


@pytest.mark.parametrize(
    "fields",
    [
        {"measure": MEASURE, "cannot_be_rated": "the promise names no number"},
        {"measure": {"measure": "People who feel lonely", "date": "2022-05-05"}},
        {"measure": MEASURE | {"baseline": ""}},
        {"cannot_be_rated": ""},
    ],
)
async def test_half_a_measure_is_none(api: httpx.AsyncClient, fields: dict[str, Any]):
    await make(api, 422, **fields)
    await make(api)
    await change(api, 422, **fields)


async def test_contradictions_are_shown_where_they_belong(api: httpx.AsyncClient):
    assert (await make(api, notes=[NOTE]))["notes"] == [NOTE]
    assert (await make(api, 200, notes=[NOTE]))["notes"] == [NOTE]
    assert (await change(api, notes=[]))["notes"] == []
    put = {"title": "x", "notes": [NOTE]}
    for path in ("priorities/workforce", "actions/workforce-1"):
        assert (await api.put(f"/pledges/v1/{path}", json=put)).json()["notes"] == [NOTE]
        assert (await api.get(f"/pledges/v1/{path}")).json()["notes"] == [NOTE]
    changed = await api.patch("/pledges/v1/actions/workforce-1", json={"notes": [NOTE, NOTE]})
    assert len(changed.json()["notes"]) == 2


async def revisions(database: Database, subject: str) -> list[Any]:
    async with database.connect() as connection:
        wanted = select(StateRevision.__table__).where(StateRevision.subject == subject).order_by(StateRevision.id)
        return list((await connection.execute(wanted)).all())


async def test_every_change_is_recorded_with_its_business_date(
    api: httpx.AsyncClient, database: Database, move_to: MoveTo
):
    await make(api)
    await move_to(date(2018, 7, 2))
    await change(api, delivery="in_progress", reason="The plan is out")
    await change(api, delivery="in_progress")
    await api.put("/pledges/v1/pledges/46/links", json={"links": [{"indicator": "dtoc", "area": "E06000026"}]})
    rows = await revisions(database, "2018-46")
    assert [(row.kind, row.business_date, row.actor) for row in rows] == [
        ("pledge", date(2018, 2, 28), "officer"),
        ("pledge", date(2018, 7, 2), "officer"),
        ("pledge", date(2018, 7, 2), "officer"),
    ]
    assert [row.state["delivery"] for row in rows] == ["not_started", "in_progress", "in_progress"]
    assert all(row.recorded_at.year > 2018 for row in rows), "the real time"
    assert [len(row.state["links"]) for row in rows] == [0, 0, 1]
    found = await database.read(lambda tx: list_entries(tx, AuditFilter(subject="2018-46"), PageRequest(10)))
    made, moved, linked = found.items
    assert (made.action, made.before, made.business_date) == ("pledge.made", None, date(2018, 2, 28))
    assert (moved.action, moved.before, moved.after, moved.reason) == (
        "pledge.amended",
        {"delivery": "not_started"},
        {"delivery": "in_progress"},
        "The plan is out",
    )
    assert linked.after == {"links": [{"indicator": "dtoc", "area": "E06000026", "breakdown": ""}]}


async def test_actions_and_priorities_are_recorded_too(api: httpx.AsyncClient, database: Database):
    for _ in range(2):
        await api.put("/pledges/v1/priorities/mental-health", json={"title": "Mental health"})
        await api.put("/pledges/v1/actions/cafe", json={"title": "A cafe", "weight": "2.50"})
    await api.patch("/pledges/v1/actions/cafe", json={"delivery": "delivered", "reason": "It opened"})
    assert len(await revisions(database, "mental-health")) == 1
    first, second = await revisions(database, "cafe")
    assert (first.state["delivery"], first.state["weight"]) == ("not_started", "2.50")
    assert (second.state["delivery"], second.state["closed_on"]) == ("delivered", "2018-02-28")


async def sweep(database: Database) -> None:
    for each in SPEC.sweeps:
        await database.write(each)


async def test_what_the_calendar_moves_is_published_once(
    api: httpx.AsyncClient, database: Database, published: Published, move_to: MoveTo
):
    await make(api, due="2018-06-30")
    await make(api, number="47", due="2018-06-30")
    await make(api, number="48")
    await sign(api, "47")
    schedules = []
    for day in (date(2018, 3, 31), date(2018, 4, 1), date(2018, 6, 30), date(2018, 7, 1), date(2019, 1, 1)):
        await move_to(day)
        await sweep(database)
        await sweep(database)
        schedules.append(json.loads((await published("46"))[-1].body)["data"]["schedule"])
    assert schedules == ["on_time", "due", "due", "overdue", "overdue"]
    assert [row.version for row in await published("46")] == [1, 2, 3]
    assert [len(await published(number)) for number in ("47", "48")] == [2, 1]
    await move_to(date(2018, 4, 2))
    await sweep(database)
    assert json.loads((await published("46"))[-1].body)["data"]["schedule"] == "due"
