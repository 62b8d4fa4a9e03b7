"""Groups, objectives and their like in a database without their history: read of every moment as they are."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from chassis.storage import migrate
from chassis.storage.database import Database
from services.indicators.app import SPEC
from services.indicators.domain.comparisons import AreaGroup, GroupKind
from services.indicators.domain.objectives import Objective, ObjectiveKind
from services.indicators.repository import area_groups, objectives

LONG_AGO = datetime(2018, 1, 1, tzinfo=UTC)
BEFORE = (
    (
        "INSERT INTO area_group (code, name, kind, areas, source) VALUES ('near', 'Near', 'nearest_neighbours', "
        """'{"format": 1, "codes": ["E06000026"]}', 'ours')"""
    ),
    """INSERT INTO outcome (code, title, indicators) VALUES ('well', 'Well', '["a", "b"]')""",
    (
        "INSERT INTO priority (code, title, indicators, position, part_of) VALUES ('urgent', 'Urgent', "
        """'{"format": 1, "codes": ["a"]}', 2, 'care')"""
    ),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the revision before, filled, and brought up to date."""
    url = f"sqlite+threads:///{tmp_path / 'former.db'}"
    if request.param == "postgresql":
        url = await new_database(request.getfixturevalue("postgres_admin_dsn"))
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url, "0013")
    former = Database(url, SPEC.metadata)
    for statement in BEFORE:
        escaped = sa.text(statement.replace(": ", "\\: "))
        await former.write(lambda tx, escaped=escaped: tx.session.execute(escaped))
    await former.close()
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    database = Database(url, SPEC.metadata)
    yield database
    await database.close()


async def new_database(dsn: str) -> str:
    name = f"former_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return make_url(dsn).set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)


async def test_what_was_there_is_read_of_every_moment(upgraded: Database):
    kinds = (ObjectiveKind.OUTCOME, "well"), (ObjectiveKind.PRIORITY, "urgent")
    for as_of in (None, LONG_AGO):
        found = [
            await upgraded.read(lambda tx, each=each, as_of=as_of: objectives.get_objective(tx, *each, as_of))
            for each in kinds
        ]
        assert found == [Objective("well", "Well", ("a", "b")), Objective("urgent", "Urgent", ("a",), 2, "care")]
    group = AreaGroup("near", "Near", GroupKind.NEAREST_NEIGHBOURS, ("E06000026",), "ours")
    assert await upgraded.read(lambda tx: area_groups.get_group_as_of(tx, "near", LONG_AGO)) == group
