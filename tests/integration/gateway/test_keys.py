"""Keys over a real database: made, listed, revoked, and who may come in at the first start."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest

from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from gateway.access import keys, repository, service
from gateway.access.errors import AdminKeyRevoked, AdminKeyWeak, KeyNameTaken, KeyUnknown
from gateway.access.models import Base
from gateway.access.tokens import LONGEST_NAME
from tests.conftest import DatabaseFor
from tests.integration.gateway.conftest import admin


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for("gateway")


async def who(database: Database, key: str) -> str | None:
    found = await database.read(lambda tx: service.authenticate(tx, keys.hash_key(key)))
    return found.caller.name if found else None


async def ensure(database: Database, admin_key: str | None = None) -> str | None:
    return await database.write(lambda tx: service.ensure_first_key(tx, admin_key), actor="start")


async def test_a_key_opens_and_is_kept_nowhere(database: Database) -> None:
    key = await database.write(lambda tx: service.create_key(tx, admin("etl")), actor="Ana")
    assert await who(database, key) == "etl"
    async with database.connect() as connection:
        row = (await connection.exec_driver_sql("SELECT * FROM api_key")).one()
    assert key not in str(row)
    assert key.removeprefix("csk_")[4:] not in str(row)
    (listed,) = await database.read(service.list_keys)
    assert (listed.name, listed.prefix, listed.created_by, listed.revoked_at) == ("etl", key[:8], "Ana", None)


@pytest.mark.both_engines
async def test_whoever_makes_a_key_is_named_in_full(database: Database) -> None:
    """The subject of a token may have a hundred characters."""
    await database.write(lambda tx: service.create_key(tx, admin("etl")), actor="x" * LONGEST_NAME)
    (listed,) = await database.read(service.list_keys)
    assert listed.created_by == "x" * LONGEST_NAME


async def test_unknown_keys_open_nothing(database: Database) -> None:
    await database.write(lambda tx: service.create_key(tx, admin("etl")))
    assert await who(database, keys.make_key(secrets.token_bytes(32))) is None


async def test_a_revoked_key_opens_nothing_and_its_name_is_never_given_again(database: Database) -> None:
    key = await database.write(lambda tx: service.create_key(tx, admin("etl")))
    await database.write(lambda tx: service.revoke_key(tx, "etl"))
    first = (await database.read(service.list_keys))[0].revoked_at
    await database.write(lambda tx: service.revoke_key(tx, "etl"))
    assert await who(database, key) is None
    assert first is not None
    assert (await database.read(service.list_keys))[0].revoked_at == first
    with pytest.raises(KeyNameTaken):
        await database.write(lambda tx: service.create_key(tx, admin("etl")))


async def test_revoking_what_is_not_there_says_so(database: Database) -> None:
    with pytest.raises(KeyUnknown):
        await database.write(lambda tx: service.revoke_key(tx, "nobody"))


async def test_the_first_start_makes_a_key_once(database: Database) -> None:
    key = await ensure(database)
    assert key is not None
    assert await who(database, key) == "first"
    assert await ensure(database) is None
    await database.write(lambda tx: service.revoke_key(tx, "first"))
    assert await ensure(database) is None


async def test_automation_sets_its_own_key(database: Database) -> None:
    secret = "s" * 40
    assert await ensure(database, secret) is None
    assert await ensure(database, secret) is None
    assert await who(database, secret) == "admin"
    assert [key.prefix for key in await database.read(service.list_keys)] == ["(set)"]


@pytest.mark.both_engines
async def test_gateways_that_start_at_the_same_time_set_one_key(database: Database) -> None:
    secret = "s" * 40
    assert await asyncio.gather(*(ensure(database, secret) for _ in range(4))) == [None] * 4
    assert [key.name for key in await database.read(service.list_keys)] == ["admin"]
    assert await who(database, secret) == "admin"


@pytest.mark.both_engines
@pytest.mark.parametrize("step", ["get_by_hash", "save_key"])
@pytest.mark.parametrize("database_for", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_a_gateway_that_another_one_overtakes_finds_the_key(
    database: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Both have seen no key; one commits before the other takes its next step. (SQLite lets one begin.)"""
    secret, taken = "s" * 40, getattr(repository, step)

    async def overtaken(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(repository, step, taken)
        await ensure(database, secret)
        return await taken(*arguments, **named)

    monkeypatch.setattr(repository, step, overtaken)
    assert await ensure(database, secret) is None
    assert [key.name for key in await database.read(service.list_keys)] == ["admin"]
    assert await who(database, secret) == "admin"


@pytest.mark.both_engines
@pytest.mark.parametrize("database_for", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_a_gateway_whose_key_is_replaced_while_it_starts_revokes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another gateway has set the same key, then a third one another, before the first looks what to replace."""
    ours, theirs, save, list_all = "s" * 40, "t" * 40, repository.save_key, repository.list_keys

    async def saved_before(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(repository, "save_key", save)
        await ensure(database, ours)
        monkeypatch.setattr(repository, "list_keys", replaced_before)
        return await save(*given, **named)

    async def replaced_before(tx: Tx) -> Any:
        monkeypatch.setattr(repository, "list_keys", list_all)
        await ensure(database, theirs)
        return await list_all(tx)

    monkeypatch.setattr(repository, "save_key", saved_before)
    with pytest.raises(AdminKeyRevoked):
        await ensure(database, ours)
    assert (await who(database, ours), await who(database, theirs)) == (None, "admin-2")


async def test_another_key_of_automation_replaces_the_one_before(database: Database) -> None:
    names = []
    for letter in "abc":
        await ensure(database, letter * 40)
        names.append(await who(database, letter * 40))
    assert names == ["admin", "admin-2", "admin-3"]
    assert await who(database, "a" * 40) is None
    assert await who(database, "b" * 40) is None
    with pytest.raises(AdminKeyRevoked):
        await ensure(database, "a" * 40)


async def test_a_revoked_key_of_automation_does_not_come_back_at_the_next_start(database: Database) -> None:
    await ensure(database, "a" * 40)
    await database.write(lambda tx: service.revoke_key(tx, "admin"))
    with pytest.raises(AdminKeyRevoked):
        await ensure(database, "a" * 40)
    assert await who(database, "a" * 40) is None


async def test_a_key_that_somebody_named_like_automations_is_left_alone(database: Database) -> None:
    made = await database.write(lambda tx: service.create_key(tx, admin("admin-assistant")))
    await ensure(database, "a" * 40)
    assert await who(database, made) == "admin-assistant"


async def test_a_name_that_is_taken_does_not_keep_automation_out(database: Database) -> None:
    await database.write(lambda tx: service.create_key(tx, admin("admin")))
    await ensure(database, "a" * 40)
    assert await who(database, "a" * 40) == "admin-2"


async def test_a_weak_key_of_automation_is_refused(database: Database) -> None:
    with pytest.raises(AdminKeyWeak):
        await ensure(database, "a" * 31)
    assert await database.read(service.list_keys) == []


@pytest.mark.both_engines
async def test_models_and_migrations_agree(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.check, "gateway", url)
    await asyncio.to_thread(migrate.downgrade, "gateway", url)
    await asyncio.to_thread(migrate.upgrade, "gateway", url)


@pytest.mark.both_engines
async def test_keys_of_the_version_before_stay_as_they_are(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    await database.write(lambda tx: service.create_key(tx, admin("etl")), actor="Ana")
    before = await database.read(service.list_keys)
    await asyncio.to_thread(migrate.downgrade, "gateway", url, "0008")
    await asyncio.to_thread(migrate.upgrade, "gateway", url)
    assert await database.read(service.list_keys) == before


async def test_a_key_of_the_version_before_may_do_what_it_could(tmp_path: Path) -> None:
    url, key = f"sqlite+threads:///{tmp_path}/gateway.db", keys.make_key(bytes(32))
    await asyncio.to_thread(migrate.upgrade, "gateway", url, "0005")
    database = Database(url, Base.metadata)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO api_key (name, prefix, hash, created_at, created_by) VALUES ('old', 'csk_AAAA', ?, ?, 'Ana')",
            (keys.hash_key(key), "2018-02-28 09:00:00.000000"),
        )
    await asyncio.to_thread(migrate.upgrade, "gateway", url)
    found = await database.read(lambda tx: service.authenticate(tx, keys.hash_key(key)))
    await database.close()
    assert found is not None
    assert (found.caller.name, found.caller.scopes, found.caller.areas) == ("old", {"admin"}, set())
