"""The pledges service on a real database, its HTTP and its projection."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.units import Resources
from services.pledges.app import create_app

BUSINESS_DATE = date(2018, 2, 28)


@pytest.fixture
async def resources(resources_for: Callable[[str], Awaitable[Resources]]) -> Resources:
    """The service's database, with the business date of the reference data."""
    made = await resources_for("services.pledges")
    await pin(made.database, BUSINESS_DATE)
    return made


@pytest.fixture
async def database(resources: Resources) -> Database:
    return resources.database


@pytest.fixture
async def api(resources: Resources) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(resources))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://pledges", headers={"x-actor": "officer"}
    ) as client:
        yield client


async def pin(database: Database, day: date) -> None:
    async def work(tx: Tx) -> None:
        row = {"name": "business_date", "value": day.isoformat(), "set_at": tx.now}
        await upsert(tx, tx.table("setting"), [row], ("name",), ("value", "set_at"))

    await database.write(work)


@pytest.fixture
def published(database: Database) -> Callable[[str], Awaitable[list[Any]]]:
    """The events in the outbox about an aggregate, oldest first; a bare number is of the set of 2018."""

    async def events(number: str) -> list[Any]:
        outbox = database.metadata.tables["outbox"]
        wanted = (
            select(outbox)
            .where(outbox.c.subject == (number if set(number) & set("-/") else f"2018-{number}"))
            .order_by(outbox.c.id)
        )

        async def work(tx: Tx) -> list[Any]:
            return list((await tx.session.execute(wanted)).all())

        return await database.read(work)

    return events


@pytest.fixture
def move_to(database: Database) -> Callable[[date], Awaitable[None]]:
    return lambda day: pin(database, day)
