"""Migrations on real databases: one at a time, in one transaction, and a line where the database is another's."""

import asyncio
import re

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.migrate import SchemaDrift, UnknownRevision
from chassis.storage.tables import service_metadata

RISKS, FINANCE, PLEDGES = "services.risks", "services.finance", "services.pledges"
POSTGRES = pytest.mark.parametrize(
    "database_for", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


async def address(database_for, service):
    database = await database_for(service)
    return database.url.render_as_string(hide_password=False)


async def execute(url, *statements):
    database = Database(url, service_metadata())
    try:
        async with database.transaction() as connection:
            results = [await connection.execute(text(statement)) for statement in statements]
            return results[-1].all() if results[-1].returns_rows else None
    finally:
        await database.close()


async def emptied(database_for, service):
    """The address of a database that nobody has migrated."""
    url = await address(database_for, service)
    await asyncio.to_thread(migrate.downgrade, service, url)
    await execute(url, "DROP TABLE alembic_version")
    return url


async def test_several_at_once_wait_for_one_another(database_for):
    url = await emptied(database_for, RISKS)
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, RISKS, url) for _ in range(4)))
    await asyncio.to_thread(migrate.check, RISKS, url)


@POSTGRES
async def test_no_session_of_who_migrated_compiles_statements(database_for):
    url = await emptied(database_for, RISKS)
    await asyncio.to_thread(migrate.upgrade, RISKS, url)
    assert [tuple(row) for row in await execute(url, "SHOW jit")] == [("off",)]


async def test_an_upgrade_that_breaks_leaves_nothing(database_for):
    """A table is in the way of the last revision: the ones before it are taken back with it."""
    url = await emptied(database_for, RISKS)
    await execute(url, "CREATE TABLE feed (id int)")
    before = await standing(url)
    with pytest.raises(DBAPIError, match="already exists"):
        await asyncio.to_thread(migrate.upgrade, RISKS, url)
    assert await standing(url) == before


async def standing(url):
    postgres = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
    return await execute(url, postgres if url.startswith("postgresql") else sqlite)


async def test_a_newer_version_of_another_is_told_in_a_line(database_for):
    url = await address(database_for, FINANCE)
    await execute(url, "UPDATE alembic_version SET version_num = '0999'")
    for action in (migrate.upgrade, migrate.check):
        with pytest.raises(UnknownRevision) as refused:
            await asyncio.to_thread(action, RISKS, url)
        assert "0999" in str(refused.value)
        assert "another service's database" in str(refused.value)
        assert "\n" not in str(refused.value)


async def test_the_database_of_another_is_told_by_its_tables(database_for):
    url = await address(database_for, PLEDGES)
    ours = await address(database_for, RISKS)
    ((head,),) = await execute(ours, "SELECT version_num FROM alembic_version")
    await execute(url, f"UPDATE alembic_version SET version_num = '{head}'")  # noqa: S608  a revision of ours
    with pytest.raises(SchemaDrift) as refused:
        await asyncio.to_thread(migrate.check, RISKS, url)
    said = str(refused.value)
    assert re.search(r"missing [a-z_, ]*\brisk\b", said)
    assert re.search(r"unknown [a-z_, ]*\bpledge\b", said)
    assert "another service's database" in said
    assert len(said) < 1000
    assert "\n" not in said
    assert not re.search(r"Column|Table|\(", said)


async def test_a_changed_column_and_a_lost_index_name_their_tables(database_for):
    url = await address(database_for, PLEDGES)
    await execute(url, "ALTER TABLE pledge ADD COLUMN extra int", "CREATE INDEX surplus ON outbox (id)")
    with pytest.raises(SchemaDrift, match="not what the models say: different outbox, pledge"):
        await asyncio.to_thread(migrate.check, PLEDGES, url)


async def test_a_check_changes_nothing(database_for):
    url = await emptied(database_for, RISKS)
    with pytest.raises(SchemaDrift, match="not up to date"):
        await asyncio.to_thread(migrate.check, RISKS, url)
    assert await standing(url) == []


@POSTGRES
@pytest.mark.parametrize("prepared", [True, False])
async def test_statements_stay_prepared_only_where_they_may(database_for, monkeypatch, prepared):
    """An older PgBouncer would answer a name that comes again with `prepared statement does not exist`."""
    monkeypatch.setenv("DATABASE_PREPARED_STATEMENTS", str(prepared))
    url = await emptied(database_for, RISKS)
    names = set()

    def upgrade_and_look(config):
        command.upgrade(config, "head")
        look = "SELECT name FROM pg_prepared_statements"
        names.update(config.attributes["connection"].exec_driver_sql(look).scalars())

    await asyncio.to_thread(migrate._run_on, RISKS, url, upgrade_and_look)
    kept = {name for name in names if not name.startswith("s_")}
    assert bool(kept) == prepared
