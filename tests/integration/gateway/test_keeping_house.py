"""The gateway keeps its own house: answers and jobs of long ago go, keys and what was done with them stay."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import func, select

from chassis.audit import AuditFilter, list_entries
from chassis.clock import system_clock
from chassis.jobs import queue
from chassis.jobs.job import NewJob
from chassis.paging import PageRequest
from chassis.runtime import MemberRuntime
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.answers import Answer
from chassis.web.idempotency import KeyedRequest, save_answer
from gateway.access import service
from tests.conftest import DatabaseFor
from tests.eventually import eventually
from tests.integration.gateway.conftest import admin


async def count(database: Database, name: str) -> int:
    async with database.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(database.metadata.tables[name])) or 0)


async def fill(tx: Tx) -> None:
    await service.create_key(tx, admin("etl"))
    await queue.cancel_job(tx, await queue.save_job(tx, NewJob("verification")))
    await save_answer(tx, KeyedRequest("etl", "k", "f"), Answer(202, [], b"{}"))


async def test_what_is_outdated_goes_and_keys_stay(database_for: DatabaseFor) -> None:
    database = await database_for("gateway")
    await database.write(fill)
    database.clock = lambda: system_clock() + timedelta(days=400)
    at_work = asyncio.create_task(MemberRuntime("gateway", database, ServiceSettings(retention_seconds=0.1), {}).run())

    async def is_kept() -> bool:
        return await count(database, "idempotency_key") == await count(database, "job") == 0

    await eventually(is_kept)
    at_work.cancel()
    with suppress(asyncio.CancelledError):
        await at_work
    assert [key.name for key in await database.read(service.list_keys)] == ["etl"]
    entries = (await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(9)))).items
    assert [entry.action for entry in entries] == ["key.created"]
