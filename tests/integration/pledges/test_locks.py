"""Writers that meet wait for one another, and then see what the other one wrote."""

import asyncio

import httpx
import pytest
from sqlalchemy import text

from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.pledges.domain.actions import ActionDefinition, ActionInput
from services.pledges.domain.board_decisions import DecisionAsked, Outcome, Taking
from services.pledges.service.actions import put_action
from services.pledges.service.board_decisions import ask_decision, take_decision

pytestmark = pytest.mark.both_engines

ROOT = "/pledges/v1"
_WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
)  # unlike pg_stat_activity, seen anew by each statement


async def _somebody_waits(database: Database) -> None:
    async with asyncio.timeout(10), database.connect() as connection:
        while not await connection.scalar(_WAITING):  # noqa: ASYNC110  the server offers nothing else to wait for
            await asyncio.sleep(0.01)


async def test_a_change_that_waited_for_a_new_action_finds_it(api: httpx.AsyncClient, database: Database):
    assert (await api.put(f"{ROOT}/actions/old", json={"title": "Old"})).status_code == 201
    if database.dialect == "sqlite":
        return  # one writer at a time
    is_written = asyncio.Event()

    async def add(tx: Tx) -> None:
        await put_action(tx, "new", ActionInput(ActionDefinition("New")))
        is_written.set()
        await _somebody_waits(database)

    async def change() -> httpx.Response:
        await is_written.wait()
        return await api.put(f"{ROOT}/actions/old", json={"title": "Old", "depends_on": ["new"]})

    async def patch() -> httpx.Response:
        await is_written.wait()
        return await api.patch(f"{ROOT}/actions/new", json={"delivery": "in_progress"})

    _, changed, patched = await asyncio.gather(database.write(add), change(), patch())
    assert (changed.status_code, patched.status_code) == (200, 200), changed.text + patched.text
    assert changed.json()["blocked_by"] == [{"kind": "action", "code": "new"}]


async def test_of_two_codes_in_other_case_at_once_one_is_refused(api: httpx.AsyncClient):
    answers = await asyncio.gather(*(api.put(f"{ROOT}/boards/{code}", json={"title": "B"}) for code in ("HWB", "hwb")))
    assert sorted(one.status_code for one in answers) == [201, 409]


async def test_a_decision_taken_beside_its_first_put_stays_taken(api: httpx.AsyncClient, database: Database):
    if database.dialect == "sqlite":
        return  # one writer at a time
    is_asked = asyncio.Event()

    async def ask(tx: Tx) -> None:
        await ask_decision(tx, "1", DecisionAsked("Pool"))
        is_asked.set()
        await _somebody_waits(database)
        day = await tx.business_date()
        await take_decision(tx, "1", Taking(Outcome.AGREED, day))

    async def ask_too() -> httpx.Response:
        await is_asked.wait()
        return await api.put(f"{ROOT}/decisions/1", json={"title": "Pool all"})

    _, answer = await asyncio.gather(database.write(ask), ask_too())
    assert (answer.status_code, answer.json()["outcome"]) == (200, "agreed")
