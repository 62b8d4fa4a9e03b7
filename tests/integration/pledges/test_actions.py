"""What blocks actions, the dates ahead, and their events, on a real database."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
from sqlalchemy import event

from chassis.storage.database import Database
from services.pledges.app import SPEC
from services.pledges.service.readiness import emit_actions_moved_by_calendar
from services.pledges.service.republication import REPUBLICATION

Published = Callable[[str], Awaitable[list[Any]]]
MoveTo = Callable[[date], Awaitable[None]]
ROOT = "/pledges/v1"


async def put(api: httpx.AsyncClient, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    answer = await api.put(f"{ROOT}/{path}", json={"title": "Something"} | body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def patch(api: httpx.AsyncClient, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await api.patch(f"{ROOT}/{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def events(published: Published, code: str) -> list[tuple[str, str, list[str]]]:
    bodies = [json.loads(row.body) for row in await published(f"action/{code}")]
    assert [body["aggregateversion"] for body in bodies] == list(range(1, len(bodies) + 1))
    return [
        (".".join(body["type"].split(".")[1:3]), body["data"]["schedule"], body["data"]["blocked_by"])
        for body in bodies
    ]


async def codes(api: httpx.AsyncClient, **query: Any) -> list[str]:
    return [one["code"] for one in (await api.get(f"{ROOT}/actions", params=query)).json()["items"]]


async def test_blocked_through_a_chain_until_it_is_delivered(api: httpx.AsyncClient, published: Published):
    await put(api, "actions/first", due="2018-06-30")
    await put(api, "actions/second", depends_on=["first"])
    third = await put(api, "actions/third", depends_on=["second"], due="2018-04-30")
    assert third["blocked"] is True
    assert third["blocked_by"] == [{"kind": "action", "code": "second"}]
    assert third["blocked_at"] == [{"kind": "action", "code": "first"}]
    first = (await api.get(f"{ROOT}/actions/first")).json()
    assert (first["needed_by"], first["needed_for"]) == ("2018-04-30", "third")
    assert await codes(api, blocked="true") == ["second", "third"]
    assert await codes(api, blocked="false") == ["first"]
    await patch(api, "actions/first", delivery="delivered")
    assert await codes(api, blocked="true") == ["third"]
    assert await events(published, "second") == [
        ("action.updated", "unscheduled", ["action/first"]),
        ("action.updated", "unscheduled", ["action/first"]),
        ("action.updated", "unscheduled", []),
    ]
    before = len(await published("action/third"))
    await patch(api, "actions/first", delivery="delivered")
    assert len(await published("action/third")) == before


async def test_dependencies_on_partners_block_and_set_free(api: httpx.AsyncClient, published: Published):
    await put(api, "priorities/primary-care")
    await put(api, "actions/home", priority="primary-care")
    await put(api, "actions/roadmap", kind="roadmap")
    backing = {"kind": "partner", "priority": "primary-care", "partners": ["GP Forum"]}
    made = await put(api, "dependencies/10", **backing)
    assert (made["state"], made["blocking"]) == ("awaited", False)
    assert await put(api, "dependencies/10", 200, **backing) == made
    await put(api, "dependencies/all", kind="approval")
    assert (await patch(api, "dependencies/10", state="broken", reason="Withdrawn"))["blocking"] is True
    shown = (await api.get(f"{ROOT}/actions/home")).json()
    assert shown["blocked_at"] == [{"kind": "dependency", "code": "10"}]
    assert await codes(api, blocked="true") == ["home"]
    await put(api, "dependencies/10", 200, **backing | {"title": "Backing"})
    assert await codes(api, blocked="true") == ["home"]
    await patch(api, "dependencies/10", state="met")
    assert [blockers for _, _, blockers in await events(published, "home")] == [[], ["dependency/10"], []]
    for name, value, found in (("state", "met", ["10"]), ("kind", "approval", ["all"]), ("priority", "other", [])):
        listed = (await api.get(f"{ROOT}/dependencies", params={name: value})).json()["items"]
        assert [one["code"] for one in listed] == found
    refused = await put(api, "dependencies/x", 422, kind="partner", priority="none", action="nothing")
    assert [one["field"] for one in refused["errors"]] == ["priority", "action"]
    assert (await patch(api, "dependencies/none", 404, state="met"))["type"] == "/problems/dependency-unknown"


async def test_the_calendar_makes_overdue_and_blocks(
    api: httpx.AsyncClient, database: Database, published: Published, move_to: MoveTo
):
    await put(api, "actions/cafe", due="2018-04-30")
    await put(api, "dependencies/room", kind="resource", action="cafe", needed_by="2018-03-15")
    for day in (date(2018, 3, 16), date(2018, 4, 30), date(2018, 5, 1), date(2018, 5, 2)):
        await move_to(day)
        for _ in range(2):
            await database.write(emit_actions_moved_by_calendar)
    assert await events(published, "cafe") == [
        ("action.updated", "on_time", []),
        ("action.updated", "on_time", ["dependency/room"]),
        ("action.updated", "due", ["dependency/room"]),
        ("milestone.overdue", "overdue", ["dependency/room"]),
    ]
    assert emit_actions_moved_by_calendar in SPEC.sweeps


async def test_critical_dates_ahead(api: httpx.AsyncClient):
    await put(api, "priorities/minds")
    await put(api, "actions/late", due="2018-01-31", priority="minds")
    await put(api, "actions/before")
    await put(api, "actions/after", depends_on=["before"], due="2018-05-01")
    await put(api, "actions/far", due="2020-01-01")

    async def read(**query: str) -> list[tuple[str, str]]:
        answer = (await api.get(f"{ROOT}/critical-dates", params=query)).json()
        return [(one["needed_by"], one["code"]) for one in answer["items"]]

    assert await read() == [("2018-01-31", "late"), ("2018-05-01", "after"), ("2018-05-01", "before")]
    assert await read(priority="minds") == [("2018-01-31", "late")]
    assert len(await read(until="2020-12-31")) == 4


async def test_what_is_printed_of_a_commitment_is_shown(api: httpx.AsyncClient):
    printed = {
        "kind": "commitment",
        "partners": ["IAPT services"],
        "printed_period": "April 2019",
        "due_basis": "end of the printed period",
        "figure": "350",
        "figure_unit": "placements",
    }
    made = await put(api, "actions/college", **printed)
    assert {name: made[name] for name in printed} == printed
    assert (made["blocked"], made["needed_by"], made["version"]) == (False, None, 1)


async def test_actions_are_published_once_more_after_a_recovery(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await put(api, "actions/cafe", due="2018-04-30")
    subjects = list(await database.read(REPUBLICATION.list_subjects))
    assert subjects == ["action/cafe"]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, subjects))
    first, second = await published("action/cafe")
    assert json.loads(first.body)["data"] == json.loads(second.body)["data"]
    assert (first.version, second.version) == (1, 2)


async def test_a_recovery_after_its_day_tells_that_it_is_overdue(
    api: httpx.AsyncClient, database: Database, published: Published, move_to: MoveTo
):
    await put(api, "actions/cafe", due="2018-04-30")
    await move_to(date(2018, 5, 1))
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, ["action/cafe"]))
    await database.write(emit_actions_moved_by_calendar)
    assert [told for told, _, _ in await events(published, "cafe")] == ["action.updated", "milestone.overdue"]


async def test_what_a_whole_waits_for_is_needed_by_its_parts_day(api: httpx.AsyncClient):
    await put(api, "actions/site")
    await put(api, "actions/hubs", depends_on=["site"])
    await put(api, "actions/hub", part_of="hubs", due="2018-04-30")
    site = (await api.get(f"{ROOT}/actions/site")).json()
    assert (site["needed_by"], site["needed_for"]) == ("2018-04-30", "hub")
    refused = await put(api, "actions/site", 422, depends_on=["hub"])
    assert refused["type"] == "/problems/dependency-circular"


async def test_a_list_costs_the_same_however_long(api: httpx.AsyncClient, database: Database):
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))

    async def cost(path: str) -> int:
        statements.clear()
        assert (await api.get(f"{ROOT}/{path}")).status_code == 200
        return len([sent for sent in statements if "SELECT" in sent])

    await put(api, "actions/a0", due="2018-03-31")
    few = [await cost(path) for path in ("actions", "critical-dates", "dependencies")]
    for n in range(1, 20):
        await put(api, f"actions/a{n}", depends_on=[f"a{n - 1}"], due="2018-03-31")
        await put(api, f"dependencies/d{n}", kind="partner", action=f"a{n}")
    assert [await cost(path) for path in ("actions", "critical-dates", "dependencies")] == few
