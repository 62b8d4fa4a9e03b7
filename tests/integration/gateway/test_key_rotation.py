"""Gateways that start together with different keys: one of them stands in the end, and no older one."""

import asyncio

import pytest

from chassis.storage.database import Database
from gateway.access import keys, service
from gateway.access.errors import AdminKeyRevoked
from tests.conftest import DatabaseFor

pytestmark = pytest.mark.both_engines

OLD, ONE, OTHER = "o" * 32, "a" * 32, "b" * 32


async def _good(database: Database) -> list[str]:
    async def opens(key: str) -> bool:
        digest = keys.hash_key(key)
        return await database.read(lambda tx: service.authenticate(tx, digest)) is not None

    return [key for key in (OLD, ONE, OTHER) if await opens(key)]


async def _start(database: Database, key: str) -> None:
    await database.write(lambda tx: service.ensure_first_key(tx, key))


async def test_two_keys_set_at_the_same_time_leave_one(database_for: DatabaseFor) -> None:
    for attempt in range(4):
        database = await database_for("gateway")
        if attempt % 2:
            await _start(database, OLD)
        found = await asyncio.gather(
            *(_start(database, key) for key in (ONE, OTHER) for _ in range(2)), return_exceptions=True
        )
        assert all(error is None or isinstance(error, AdminKeyRevoked) for error in found), found
        good = await _good(database)
        assert len(good) == 1
        assert OLD not in good
