"""Quarterly returns on a real database, over two years of a moving business date."""

import csv
import json
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.audit import record_change
from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from chassis.storage.bulk import insert_many
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.app import SPEC
from services.pledges.service.openings import SOON_SECONDS
from services.pledges.service.republication import REPUBLICATION
from tests.integration.pledges.signing import sign

Published = Callable[[str], Awaitable[list[Any]]]
MoveTo = Callable[[date], Awaitable[None]]
ROOT = "/pledges/v1/returns"


def officer(name: str, **days: str) -> dict[str, Any]:
    return {"portfolio_holder": name, "department": "B", "director": "C", "lead_officers": ["D"]} | days


async def make(api: httpx.AsyncClient, number: str, *assignments: dict[str, Any]) -> None:
    pledge = {"number": number, "theme": "Health", "title": "Faster discharge", "assignments": list(assignments)}
    assert (await api.post("/pledges/v1/pledges", json=pledge)).status_code == 201


async def sweep(database: Database) -> None:
    """Have all done that the calendar asks for, and the jobs that came of it."""
    for each in SPEC.sweeps:
        await database.write(each)
    worker = Worker(database, SPEC.jobs, (), ServiceSettings())
    while await worker.do_next():
        pass


async def delegate(api: httpx.AsyncClient, person: str, status: int = 201, **more: str) -> None:
    body = {"person": person, "delegate": "officer", "valid_from": "2018-01-01"} | more
    of = f"/pledges/v1/delegations/of-{person.split(maxsplit=1)[0]}"
    answer = await api.put(of, json=body, headers={"x-actor": "head"})
    assert answer.status_code == status, answer.text


async def listed(api: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get(ROOT, params={"limit": 200} | query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def send(api: httpx.AsyncClient, path: str, status: int = 200, method: str = "POST", **body: Any) -> Any:
    """A call for a return: another writes and submits than who approves, unless on somebody's behalf."""
    writes = (method == "PATCH" or path.endswith("/submit")) and "on_behalf_of" not in body
    headers = {"x-actor": "writer"} if writes else {}
    answer = await api.request(method, f"{ROOT}/{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def events(published: Published, code: str) -> list[tuple[str, int]]:
    bodies = [json.loads(row.body) for row in await published(code)]
    return [(body["type"].split(".")[2], body["aggregateversion"]) for body in bodies]


async def test_one_is_opened_for_each_assignment_that_holds(api: httpx.AsyncClient, database: Database):
    ended, later = officer("X", valid_to="2017-09-30"), officer("Y", valid_from="2018-01-01")
    await make(api, "46", officer("Sue McDonald"), ended, officer("Ian Tuffin", valid_from="2017-12-31"), later)
    await make(api, "47", officer("A"))
    assert await listed(api) == []
    await sweep(database)
    await sweep(database)
    found = await listed(api)
    assert [(one["id"], one["assignment"]["portfolio_holder"]) for one in found] == [
        ("2018-46.2017-18-Q3.1", "Sue McDonald"),
        ("2018-46.2017-18-Q3.3", "Ian Tuffin"),
        ("2018-47.2017-18-Q3.1", "A"),
    ]
    assert {(one["state"], one["quarter"], one["due"]) for one in found} == {("draft", "2017/18 Q3", "2018-01-31")}
    assert len(await listed(api, pledge="46")) == 2
    assert len(await listed(api, quarter="2017-18-Q3")) == 3
    assert await listed(api, quarter="2017/18 Q4") == await listed(api, state="submitted") == []
    for wrong in ("2017/18", "yesterday", "2018 Q1"):
        refused = (await api.get(ROOT, params={"quarter": wrong})).json()
        assert [one["field"] for one in refused["errors"]] == ["quarter"]


async def test_from_draft_to_approved(api: httpx.AsyncClient, database: Database, published: Published):
    await make(api, "46", officer("Sue McDonald"))
    await sweep(database)
    code = "2018-46.2017-18-Q3.1"
    refused = await send(api, f"{code}/submit", 422)
    assert [one["field"] for one in refused["errors"]] == ["colour", "narrative"]
    evidence = [{"title": "Survey", "url": "https://example.org/survey"}]
    said = {"colour": "amber", "narrative": "Half way", "evidence": evidence, "next_steps": "The other half"}
    written = await send(api, code, method="PATCH", **said)
    assert {name: written[name] for name in said} == said
    await send(api, f"{code}/approve", 409)
    submitted = await send(api, f"{code}/submit")
    assert (submitted["state"], submitted["submitted_on"], submitted["late"], submitted["missing"]) == (
        "submitted",
        "2018-02-28",
        True,
        False,
    )
    assert (await send(api, code, 409, "PATCH", colour="green"))["type"] == "/problems/return-locked"
    await send(api, f"{code}/return", 422)
    refused = await send(api, f"{code}/return", 409, reason="Say which half", on_behalf_of="Sue McDonald")
    assert refused["type"] == "/problems/delegation-missing"
    await delegate(api, "Sue McDonald")
    await send(api, f"{code}/return", reason="Say which half", on_behalf_of="Sue McDonald")
    await send(api, code, method="PATCH", narrative="The first half")
    await send(api, f"{code}/submit")
    own = await api.post(f"{ROOT}/{code}/approve", json={}, headers={"x-actor": "writer"})
    assert (own.status_code, own.json()["type"]) == (409, "/problems/same-person")
    approved = await send(api, f"{code}/approve", on_behalf_of="Sue McDonald")
    steps = [(one["step"], one["by"], one["on_behalf_of"], one["reason"]) for one in approved["steps"]]
    assert steps == [
        ("submit", "writer", None, None),
        ("return", "officer", "Sue McDonald", "Say which half"),
        ("submit", "writer", None, None),
        ("approve", "officer", "Sue McDonald", None),
    ]
    assert {one["business_date"] for one in approved["steps"]} == {"2018-02-28"}
    for step in ("submit", "approve"):
        await send(api, f"{code}/{step}", 409)
    await send(api, code, 409, "PATCH", narrative="Too late")
    assert (await api.get(f"{ROOT}/{code}")).json() == approved
    assert await events(published, code) == [("missing", 1), ("submitted", 2), ("submitted", 3), ("approved", 4)]
    assert json.loads((await published(code))[-1].body)["data"]["colour"] == "amber"


async def test_two_years_of_quarters_late_and_missing_to_the_day(
    api: httpx.AsyncClient, database: Database, published: Published, move_to: MoveTo
):
    """The first is always submitted on the day it is due, the second a day late, the third never."""
    for number in ("1", "2", "3"):
        await make(api, number, officer("A"))
    day, seen = date(2018, 4, 1), set()
    while day < date(2020, 4, 1):
        await move_to(day)
        await sweep(database)
        for number, due in (("1", day), ("2", day - timedelta(days=1))):
            for one in await listed(api, pledge=number, state="draft"):
                if one["due"] == due.isoformat():
                    await send(api, one["id"], method="PATCH", colour="green", narrative="On time")
                    await send(api, f"{one['id']}/submit")
        seen |= {one["id"] for one in await listed(api, missing="true")}
        days = {1: 28, 29: 1, 30: 1, 31: 1}  # to the days around each end of a month, and no others
        day += timedelta(days=days.get(day.day, 1) if day.month in {1, 4, 7, 10} else 15)
    quarters = ["2017-18-Q4", *(f"2018-19-Q{n}" for n in range(1, 5)), *(f"2019-20-Q{n}" for n in range(1, 4))]
    every = await listed(api)
    assert [one["id"] for one in every] == sorted(f"2018-{n}.{quarter}.1" for n in (1, 2, 3) for quarter in quarters)
    by_pledge = {n: [one for one in every if one["pledge"] == f"2018-{n}"] for n in (1, 2, 3)}
    assert {(one["state"], one["late"], one["missing"]) for one in by_pledge[1]} == {("submitted", False, False)}
    assert {(one["state"], one["late"], one["missing"]) for one in by_pledge[2]} == {("submitted", True, False)}
    assert {(one["state"], one["late"], one["missing"]) for one in by_pledge[3]} == {("draft", False, True)}
    for one in every:
        found = [name for name, _ in await events(published, one["id"])]
        assert (
            found == {"2018-1": ["submitted"], "2018-2": ["missing", "submitted"], "2018-3": ["missing"]}[one["pledge"]]
        )
    for one in by_pledge[3]:
        (row,) = await published(one["id"])
        assert json.loads(row.body)["data"]["missing"] is True
    assert seen >= {one["id"] for one in by_pledge[3]}


async def test_a_closed_pledge_owes_no_more_returns(api: httpx.AsyncClient, database: Database, move_to: MoveTo):
    await make(api, "46", officer("A"))
    await sign(api, "46", closed_on="2018-02-10")
    for day in (date(2018, 2, 28), date(2018, 4, 1), date(2018, 7, 1)):
        await move_to(day)
        await sweep(database)
    assert [one["quarter"] for one in await listed(api)] == ["2017/18 Q3", "2017/18 Q4"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"colour": "white"}, {"colour"}),
        ({"colour": "dark_green"}, {"colour"}),
        ({"narrative": ""}, {"narrative"}),
        ({"evidence": None}, {"evidence"}),
        ({"evidence": [{"title": "x", "url": "javascript:alert(1)"}]}, {"evidence.0.url"}),
        ({"state": "approved"}, {"state"}),
    ],
)
async def test_bad_returns_are_refused_by_field(
    api: httpx.AsyncClient, database: Database, body: dict[str, Any], fields: set[str]
):
    await make(api, "46", officer("A"))
    await sweep(database)
    refused = await send(api, "2018-46.2017-18-Q3.1", 422, "PATCH", **body)
    assert {one["field"] for one in refused["errors"]} == fields


@pytest.mark.parametrize("path", ["2018-46.2017-18-Q3.9", "nothing"])
async def test_an_unknown_return_is_a_404(api: httpx.AsyncClient, path: str):
    assert (await api.get(f"{ROOT}/{path}")).json()["type"] == "/problems/return-unknown"
    await send(api, f"{path}/submit", 404)


async def test_a_step_on_behalf_of_somebody_needs_a_delegation_that_holds(api: httpx.AsyncClient, database: Database):
    await make(api, "46", officer("Sue McDonald"))
    await sweep(database)
    code = "2018-46.2017-18-Q3.1"
    await send(api, code, method="PATCH", colour="green", narrative="Done")
    await delegate(api, "D", valid_to="2018-02-27")
    for person in ("D", "Sue McDonald", "Somebody"):
        refused = await send(api, f"{code}/submit", 409, on_behalf_of=person)
        assert [one["field"] for one in refused["errors"]] == ["on_behalf_of"]
    await delegate(api, "D", 200, valid_to="2018-02-28")
    await send(api, f"{code}/submit", on_behalf_of="D")
    refused = await send(api, f"{code}/approve", 409, on_behalf_of="D")
    assert "none of Sue McDonald" in refused["errors"][0]["message"]
    (only,) = (await api.get("/pledges/v1/delegations", params={"person": "D"})).json()["items"]
    assert (await api.get("/pledges/v1/delegations/of-D")).json() == only
    assert (await api.get("/pledges/v1/delegations/none")).json()["type"] == "/problems/delegation-unknown"
    body = {"person": "D", "delegate": "x", "valid_from": "2018-02-01", "valid_to": "2018-01-01"}
    assert (await api.put("/pledges/v1/delegations/wrong", json=body)).status_code == 422


async def test_a_quarter_closes_by_itself(api: httpx.AsyncClient, database: Database, move_to: MoveTo):
    await make(api, "46", officer("A"))
    await make(api, "47", officer("A"))
    await sweep(database)
    late, never = "2018-46.2017-18-Q3.1", "2018-47.2017-18-Q3.1"
    await move_to(date(2018, 3, 31))
    await send(api, late, method="PATCH", colour="red", narrative="Late, and not well")
    assert (await send(api, f"{late}/submit"))["locked"] is False
    await move_to(date(2018, 4, 1))
    assert [(one["id"], one["locked"]) for one in await listed(api)] == [(late, True), (never, True)]
    for path, method, said in (
        (never, "PATCH", {"colour": "green"}),
        (f"{never}/submit", "POST", {}),
        (f"{late}/return", "POST", {"reason": "Say more"}),
    ):
        assert (await send(api, path, 409, method, **said))["type"] == "/problems/return-locked"
    assert (await send(api, f"{late}/approve"))["state"] == "approved"
    assert [one["id"] for one in await listed(api, late="true")] == [late]
    assert [one["id"] for one in await listed(api, late="false")] == [never]
    assert len(await listed(api, owner="A", department="B")) == 2
    assert await listed(api, owner="B") == []


async def test_one_that_was_handed_back_and_not_sent_again_is_missing(
    api: httpx.AsyncClient, database: Database, published: Published, move_to: MoveTo
):
    await make(api, "46", officer("A"))
    await sweep(database)
    code = "2018-46.2017-18-Q3.1"
    await move_to(date(2018, 3, 31))
    await send(api, code, method="PATCH", colour="red", narrative="Late, and not well")
    await send(api, f"{code}/submit")
    await send(api, f"{code}/return", reason="Say more")
    assert await listed(api, missing="true") == []
    await move_to(date(2018, 4, 1))
    await sweep(database)
    await sweep(database)
    assert [(one["missing"], one["late"], one["state"]) for one in await listed(api, missing="true")] == [
        (True, True, "returned")
    ]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, [code]))
    assert await events(published, code) == [("missing", 1), ("submitted", 2), ("missing", 3), ("missing", 4)]


async def test_returns_are_given_out_as_tables(api: httpx.AsyncClient, database: Database):
    await make(api, "46", officer("Sue McDonald"))
    await make(api, "47", officer("=Ian"))
    await sweep(database)
    answer = await api.get(f"{ROOT}.csv", params={"quarter": "2017-18-Q3"})
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["id"], row["portfolio_holder"], row["lateness"]) for row in rows] == [
        ("2018-46.2017-18-Q3.1", "Sue McDonald", "missing"),
        ("2018-47.2017-18-Q3.1", "'=Ian", "missing"),
    ]
    for ending in ("xlsx", "ods"):
        assert (await api.get(f"{ROOT}.{ending}")).content[:2] == b"PK"
    assert len((await api.get(f"{ROOT}.csv", params={"pledge": "46"})).text.splitlines()) == 2


async def test_returns_are_published_once_more_after_a_recovery(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "46", officer("A"))
    await sweep(database)
    subjects = list(await database.read(REPUBLICATION.list_subjects))
    assert subjects == ["2018-46", "2018-46.2017-18-Q3.1"]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, subjects))
    assert await events(published, subjects[1]) == [("missing", 1), ("missing", 2)]


async def test_one_job_opens_a_quarter_and_another_what_came_later(api: httpx.AsyncClient, database: Database):
    await make(api, "46", officer("A"))
    for _ in range(3):
        for each in SPEC.sweeps:
            await database.write(each)
    jobs = database.metadata.tables["job"]
    of_sweeps = jobs.select().where(~jobs.c.key.contains(":soon:"))

    async def count(tx: Tx) -> int:
        return len((await tx.session.execute(of_sweeps)).all())

    assert await database.read(count) == 1
    await sweep(database)
    await make(api, "47", officer("A"))
    await sweep(database)
    assert (await database.read(count), len(await listed(api))) == (2, 2)


async def test_what_a_pledge_owes_is_opened_within_seconds_by_one_job(api: httpx.AsyncClient, database: Database):
    """Without any sweep, as right after a load."""
    for number in ("46", "47"):
        await make(api, number, officer("A"))
    await api.put("/pledges/v1/pledges/47/assignments", json={"assignments": [officer("A"), officer("B")]})
    jobs = database.metadata.tables["job"]

    async def bring_forward(tx: Tx) -> list[Any]:
        found = list((await tx.session.execute(jobs.select())).all())
        await tx.session.execute(jobs.update().values(due_at=tx.now))
        return found

    waiting = await database.write(bring_forward)
    assert len(waiting) == len({one.due_at for one in waiting}), "one for all changes of the same seconds"
    assert all(timedelta(0) < one.due_at - one.created_at <= timedelta(seconds=SOON_SECONDS) for one in waiting)
    worker = Worker(database, SPEC.jobs, (), ServiceSettings())
    while await worker.do_next():
        pass
    assert [one["id"] for one in await listed(api, missing="true")] == [
        "2018-46.2017-18-Q3.1",
        "2018-47.2017-18-Q3.1",
        "2018-47.2017-18-Q3.2",
    ]


async def test_two_thousand_are_opened_in_one_go(api: httpx.AsyncClient, database: Database, move_to: MoveTo):
    await move_to(date(2018, 1, 15))
    await make(api, "1", officer("A"))
    columns = {"pledge": "2018-1", "portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}
    rows = [columns | {"ordinal": n, "valid_from": None, "valid_to": None} for n in range(2, 2001)]

    async def more(tx: Tx) -> None:
        await insert_many(tx, models.Assignment, rows)

    await database.write(more)
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))
    await sweep(database)
    assert len([sent for sent in statements if "pledge_return" in sent]) < 25, statements
    async with database.connect() as connection:
        assert len((await connection.execute(models.PledgeReturn.__table__.select())).all()) == 2000
    statements.clear()
    await move_to(date(2018, 2, 1))
    await sweep(database)
    assert len([sent for sent in statements if "pledge_return" in sent]) < 25, statements
    assert (await api.get("/pledges/v1/returns?missing=true&limit=1&total=true")).json()["total"] == 2000


async def test_who_wrote_it_long_ago_does_not_approve_it(api: httpx.AsyncClient, database: Database):
    await make(api, "46", officer("Sue McDonald"))
    await sweep(database)
    code = "2018-46.2017-18-Q3.1"

    async def note(tx: Tx) -> None:
        for n in range(600):
            record_change(tx, subject=code, action="return.noted", before=None, after={"n": n})

    await database.write(note)
    said = {"colour": "amber", "narrative": "Half way"}
    assert (await api.patch(f"{ROOT}/{code}", json=said, headers={"x-actor": "early"})).status_code == 200
    await send(api, f"{code}/submit")
    refused = await api.post(f"{ROOT}/{code}/approve", json={}, headers={"x-actor": "early"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/same-person")
