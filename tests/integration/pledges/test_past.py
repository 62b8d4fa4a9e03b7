"""Pledges as files, now and as they were, and public promises, on a real database."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.business_dates import pin_business_date
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.pledges.service.openings import open_returns
from tests.integration.pledges.making import ROOT, make, officer, rows
from tests.integration.pledges.signing import sign

MoveTo = Callable[[date], Awaitable[None]]


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
    (line,) = (await api.get(f"{ROOT}/pledge-lines", params={"quarter": "2017-18-Q4"})).json()["pledges"]
    assert (line["id"], line["wording"], line["delivery"]) == ("2018-9", "Promise 9", "not_started")
    assert (line["state_on"], line["schedule"], line["last_evidence_on"]) == ("2018-03-31", "on_time", None)
    assert [one["portfolio_holder"] for one in line["assignments"]] == ["A"]
    lines = (await api.get(f"{ROOT}/pledge-lines")).json()["pledges"]
    assert [one["wording"] for one in lines] == ["Promise 9, sooner", "Promise 10"]
    ahead = await api.get(f"{ROOT}/pledge-lines", params={"quarter": "2018-19-Q2"})
    assert (ahead.status_code, ahead.json()["type"]) == (422, "/problems/quarter-ahead")
    for ending in ("xlsx", "ods"):
        assert (await api.get(f"{ROOT}/pledges.{ending}")).content[:2] == b"PK"


async def test_a_schedule_as_it_was_known_is_that_of_its_day(api: httpx.AsyncClient, database: Database):
    async def pinned(day: date) -> None:
        await database.write(lambda tx: pin_business_date(tx, day))

    await pinned(date(2018, 3, 1))
    await make(api, "9", officer("A", valid_to="2018-03-31"), officer("B", valid_from="2018-04-01"), due="2018-05-01")
    before = datetime.now(UTC).isoformat()
    await pinned(date(2018, 5, 2))
    (then,) = await rows(api, as_of=before)
    assert (then["schedule"], then["portfolio_holder"], then["state_on"]) == ("on_time", "A", "2018-03-01")
    (now,) = await rows(api)
    assert (now["schedule"], now["portfolio_holder"], now["state_on"]) == ("overdue", "B", "2018-05-02")


async def test_a_pledge_with_a_return_of_the_quarter_is_in_it(
    api: httpx.AsyncClient, database: Database, move_to: MoveTo
):
    await make(api, "9", officer("A"))
    await make(api, "10", officer("A", valid_from="2018-01-01"))
    assert await rows(api, quarter="2017-18-Q3") == []
    before = datetime.now(UTC).isoformat()
    await database.write(open_returns)
    await move_to(date(2018, 4, 2))
    assert (await api.patch(f"{ROOT}/pledges/9", json={"delivery": "in_progress"})).status_code == 200
    (then,) = await rows(api, quarter="2017-18-Q3")
    assert (then["number"], then["delivery"], then["state_on"]) == ("9", "not_started", "2017-12-31")
    assert await rows(api, quarter="2017-18-Q3", as_of=before) == [then]
    assert await rows(api, quarter="2017-18-Q2") == []
    assert [one["delivery"] for one in await rows(api, quarter="2017-18-Q4")] == ["not_started", "not_started"]


async def test_evidence_that_was_handed_back_does_not_count(
    api: httpx.AsyncClient, database: Database, move_to: MoveTo
):
    async def step(name: str, actor: str, **body: str) -> None:
        answer = await api.post(f"{path}/{name}", json=body, headers={"x-actor": actor})
        assert answer.status_code == 200, answer.text

    await make(api, "9", officer("A"))
    await database.write(open_returns)
    path = f"{ROOT}/returns/2018-9.2017-18-Q3.1"
    assert (await api.patch(path, json={"colour": "red", "narrative": "Ill"})).status_code == 200
    await step("submit", "writer")
    await step("return", "holder", reason="By what evidence?")
    evidence = [{"title": "Survey", "url": "https://example.org/survey"}]
    assert (await api.patch(path, json={"evidence": evidence})).status_code == 200
    assert [one["last_evidence_on"] for one in await rows(api)] == [""]
    assert (await api.get(f"{ROOT}/pledges/9")).json()["last_evidence_on"] is None
    await move_to(date(2018, 3, 2))
    await step("submit", "writer")
    assert [one["last_evidence_on"] for one in await rows(api)] == ["2018-03-02"]
    await step("approve", "holder")
    found = (await api.get(f"{ROOT}/pledges/9")).json()
    listed = (await api.get(f"{ROOT}/pledges")).json()["items"]
    assert [one["last_evidence_on"] for one in (found, *listed)] == ["2018-03-02", "2018-03-02"]
    assert [one["last_evidence_on"] for one in await rows(api)] == ["2018-03-02"]


@pytest.mark.both_engines
async def test_a_later_step_changes_no_past_answer_about_evidence(
    api: httpx.AsyncClient, database: Database, move_to: MoveTo
):
    async def step(name: str, actor: str, **body: str) -> str:
        answer = await api.post(f"{path}/{name}", json=body, headers={"x-actor": actor})
        assert answer.status_code == 200, answer.text
        return datetime.now(UTC).isoformat()

    await make(api, "9", officer("A"))
    await database.write(open_returns)
    path, evidence = f"{ROOT}/returns/2018-9.2017-18-Q3.1", [{"title": "Survey", "url": "https://example.org/survey"}]
    said = {"colour": "red", "narrative": "Ill", "evidence": evidence}
    assert (await api.patch(path, json=said)).status_code == 200
    moments = [await step("submit", "writer")]
    await move_to(date(2018, 3, 2))
    moments.append(await step("return", "holder", reason="Whose survey?"))
    await move_to(date(2018, 3, 5))
    moments += [await step("submit", "writer"), await step("approve", "holder")]
    known = ["2018-02-28", "", "2018-03-05", "2018-03-05"]
    assert [(await rows(api, as_of=moment))[0]["last_evidence_on"] for moment in moments] == known


@pytest.mark.both_engines
async def test_evidence_counts_that_a_return_linked_to_then(
    api: httpx.AsyncClient, database: Database, move_to: MoveTo
):
    async def send(method: str, name: str, actor: str, **body: Any) -> str:
        answer = await api.request(method, f"{path}{name}", json=body, headers={"x-actor": actor})
        assert answer.status_code == 200, answer.text
        return datetime.now(UTC).isoformat()

    async def known() -> list[str]:
        return [(await rows(api, as_of=moment))[0]["last_evidence_on"] for moment in moments]

    await make(api, "9", officer("A"))
    await database.write(open_returns)
    path, moments = f"{ROOT}/returns/2018-9.2017-18-Q3.1", list[str]()
    surveys: list[list[dict[str, str]]] = [[], [{"title": "Survey", "url": "https://example.org/survey"}], []]
    for day, evidence in enumerate(surveys, 1):
        await move_to(date(2018, 3, day))
        await send("PATCH", "", "writer", colour="red", narrative="Ill", evidence=evidence)
        moments.append(await send("POST", "/submit", "writer"))
        await send("POST", "/return", "holder", reason="Another?")
    assert await known() == ["", "2018-03-02", ""]
    await database.write(forget_states)
    await send("PATCH", "", "writer", evidence=surveys[1])
    assert await known() == ["2018-03-01", "2018-03-02", "2018-03-03"], "as no state of then is recorded"


async def forget_states(tx: Tx) -> None:
    """Have nothing recorded of returns, as before their changes were."""
    states = tx.table("state_revision")
    await tx.session.execute(states.delete().where(states.c.kind == "return"))


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
    published = (await api.get(f"{ROOT}/published-promises")).json()
    assert published["quarter"] == "2017/18 Q4"
    short = {"id", "delivery", "evidence", "schedule", "last_evidence_on"}
    assert [one.pop("text") for one in published["promises"]] == ["Promise 9", "Promise 10"]
    assert published["promises"] == [{name: one[name] for name in one if name in short} for one in found]


async def put(api: httpx.AsyncClient, path: str, **body: Any) -> None:
    answer = await api.put(f"{ROOT}/{path}", json={"title": "Something"} | body)
    assert answer.is_success, answer.text


async def get(api: httpx.AsyncClient, path: str, status: int = 200, **query: Any) -> dict[str, Any]:
    answer = await api.get(f"{ROOT}/{path}", params=query)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


SERIES = {"indicator": "dementia-diagnosis-rate", "area": "E38000129", "breakdown": {"sex": "male"}}


async def make_plan(api: httpx.AsyncClient) -> None:
    """A priority with three actions, the second of which waits for the first, and the third for a partner."""
    await put(api, "priorities/minds", title="Minds", leads=["A"])
    await put(api, "actions/b-first", priority="minds", due="2018-03-20", weight="3", indicators=[SERIES])
    await put(api, "actions/a-second", priority="minds", depends_on=["b-first"], phase=1)
    await put(api, "actions/c-third", priority="minds", due="2018-06-30")
    await put(api, "dependencies/room", kind="resource", action="c-third", needed_by="2018-03-15")


async def test_priorities_and_actions_as_they_were_at_the_end_of_a_quarter(api: httpx.AsyncClient, move_to: MoveTo):
    await make_plan(api)
    known, then = datetime.now(UTC).isoformat(), {"quarter": "2017-18-Q4"}
    await move_to(date(2018, 5, 2))
    await put(api, "priorities/minds", title="Sound minds")
    await put(api, "priorities/new")
    await put(api, "actions/b-first", priority="minds", delivery="delivered")
    await put(api, "actions/new", priority="minds")
    now = await get(api, "priorities/minds")
    assert (now["title"], now["state_on"], now["roll_up"]["delivered"]) == ("Sound minds", None, "25.00")
    was = await get(api, "priorities/minds", **then)
    assert (was["title"], was["leads"], was["state_on"]) == ("Minds", ["A"], "2018-03-31")
    assert (was["roll_up"]["actions"], was["roll_up"]["overdue"], was["roll_up"]["not_started"]) == (3, 1, "100.00")
    assert [one["code"] for one in was["actions"]] == ["a-second", "b-first", "c-third"]
    second, first, third = was["actions"]
    assert (first["schedule"], first["delivery"], first["weight"]) == ("overdue", "not_started", "3")
    assert second["blocked_by"] == [{"kind": "action", "code": "b-first"}]
    assert third["blocked_by"] == [{"kind": "dependency", "code": "room"}]
    assert await get(api, "actions/b-first", **then) == first
    assert (first["state_on"], first["version"]) == ("2018-03-31", None), "how many events there were is not kept"
    (link,) = first["indicators"]
    assert {name: link[name] for name in SERIES} == SERIES
    assert (link["value"], link["benchmark"], link["pending"]) == (None, None, False)
    listed = await get(api, "priorities", **then)
    assert listed["items"] == [{name: was[name] for name in was if name != "actions"}]
    assert [one["title"] for one in (await get(api, "priorities", as_of=known))["items"]] == ["Minds"]
    assert (await get(api, "actions/b-first", as_of=known))["delivery"] == "not_started"
    for path in ("priorities/new", "actions/new", "priorities/none"):
        assert (await get(api, path, 404, **then))["type"].endswith("-unknown")
    for path in ("priorities", "priorities/minds", "actions", "actions/b-first"):
        assert (await get(api, path, 422, quarter="2018-19-Q2"))["type"] == "/problems/quarter-ahead"


@pytest.mark.both_engines
async def test_lists_of_a_past_quarter_are_filtered_ordered_and_paged_as_those_of_today(
    api: httpx.AsyncClient, move_to: MoveTo
):
    async def read(**query: Any) -> tuple[list[str], int | None]:
        found = await get(api, "actions", **query)
        return [one["code"] for one in found["items"]], found["total"]

    await make_plan(api)
    await move_to(date(2018, 3, 31))
    asked: list[dict[str, Any]] = [
        {"sort": "due", "total": True},
        {"sort": "schedule", "descending": True},
        {"priority": "minds", "kind": "must_do", "delivery": "not_started"},
        {"phase": 1},
        {"schedule": "overdue"},
        {"blocked": True},
        {"blocked": False, "part_of": "b-first"},
    ]
    now = [await read(**query) for query in asked]
    assert [codes for codes, _ in now[:2]] == [["b-first", "c-third", "a-second"], ["a-second", "c-third", "b-first"]]
    await move_to(date(2018, 5, 2))
    await put(api, "actions/b-first", delivery="delivered")
    assert [await read(**query, quarter="2017-18-Q4") for query in asked] == now
    page = {"quarter": "2017-18-Q4", "sort": "due", "limit": 2}
    following = (await get(api, "actions", **page))["next"]
    rest = await get(api, "actions", **page, cursor=following)
    assert ([one["code"] for one in rest["items"]], rest["next"]) == (["a-second"], None)
    await get(api, "actions", 400, sort="due", cursor=following)


async def test_a_file_costs_the_same_however_long(api: httpx.AsyncClient, database: Database):
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))

    async def cost() -> int:
        statements.clear()
        await rows(api, quarter="2017-18-Q4")
        await get(api, "priorities", quarter="2017-18-Q4")
        return len([sent for sent in statements if "SELECT" in sent])

    await make(api, "1", officer("A"))
    few = await cost()
    for number in range(2, 8):
        await make(api, f"{number}", officer("A"))
        await put(api, f"priorities/p{number}")
        await put(api, f"actions/a{number}", priority=f"p{number}")
    assert await cost() == few
