"""An outbox from before it was taken apart is migrated with what waits and what was published, and back."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chassis.events import outbox
from chassis.storage import migrate
from chassis.storage.database import Database
from services.pledges.models import Base

AT = datetime(2018, 2, 28, 9, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest, tmp_path: Path):
    url = f"sqlite+threads:///{tmp_path / 'pledges.db'}"
    if request.param == "postgresql":
        dsn = request.getfixturevalue("postgres_admin_dsn")
        connection = await asyncpg.connect(dsn)
        await connection.execute("DROP DATABASE IF EXISTS apart")
        await connection.execute("CREATE DATABASE apart")
        await connection.close()
        url = make_url(dsn).set(drivername="postgresql+asyncpg", database="apart").render_as_string(hide_password=False)
    database = Database(url, Base.metadata)
    yield database
    await database.close()


async def moved(database: Database, move, revision: str) -> None:
    await asyncio.to_thread(move, "services.pledges", database.url.render_as_string(hide_password=False), revision)
    await database.close()  # what it had prepared is of the tables before


async def run(database: Database, *statements: str):
    async with database.engine.begin() as connection:
        results = [await connection.execute(text(statement)) for statement in statements]
        return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []


async def test_what_waits_and_what_was_published_stay_so(database: Database):
    await moved(database, migrate.upgrade, "0001")
    body = "x'00'" if database.dialect == "sqlite" else "'\\x00'"
    at = f"'{AT.isoformat(timespec='microseconds')}'"
    insert = "INSERT INTO outbox (event_id, type, subject, version, body, created_at, position, published_at) VALUES"
    published = [f"{insert} ('e{n}', 't', 's', {n}, {body}, {at}, {4 - n}, {at})" for n in (1, 2, 3)]
    waiting = [f"{insert} ('e{n}', 't', 's', {n}, {body}, {at}, NULL, NULL)" for n in (4, 5)]
    await run(database, *published, *waiting)

    await moved(database, migrate.upgrade, "head")

    assert await run(database, "SELECT position, outbox_id FROM feed ORDER BY position") == [(1, 3), (2, 2), (3, 1)]
    async with database.transaction() as connection:
        assert [row.event_id for row in await outbox.list_unpublished(connection, 9)] == ["e4", "e5"]
        assert await outbox.count_unpublished(connection) == (2, AT)
        await outbox.save_published(connection, [4], AT)
    assert await run(database, "SELECT position, outbox_id FROM feed WHERE position > 3") == [(4, 4)]

    await moved(database, migrate.downgrade, "0001")
    assert await run(database, "SELECT id, position FROM outbox ORDER BY id") == [
        (1, 3),
        (2, 2),
        (3, 1),
        (4, 4),
        (5, None),
    ]
    await moved(database, migrate.upgrade, "head")
