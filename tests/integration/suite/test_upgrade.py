"""A database that version 0.1 filled keeps every figure when it is brought up to date, on both engines.

``tests/fixtures/version_0_1`` holds the four databases of a suite that loaded its reference data and was then sent a
thousand observations, targets, links, an override, postings in an open and a closed quarter, and what its services
answered then, by path (a collection's items whole). Where a rule changed since, ``CHANGED`` says which fields and why.
"""

import asyncio
import json
import lzma
import re
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.app import build_app
from chassis.web.units import Resources
from contracts.period import Period
from services.finance.domain.fund_position import FundPosition
from services.finance.domain.transfers import CONTROL
from services.finance.service.ledger import get_trial_balance, verify_ledger
from services.finance.service.positions import get_fund_position
from suite.compose import SPECS
from tests.integration.finance.world import unbalanced

pytestmark = pytest.mark.rest

BEFORE = Path(__file__).parents[2] / "fixtures" / "version_0_1"
HEADS = {"indicators": "0002", "risks": "0002", "finance": "0003", "pledges": "0002"}
"""The newest revisions of version 0.1."""

CHANGED: dict[str, str] = {
    r"/pledges/v1/priorities/(3|integrated-care-partnership)/roll_up/actions: was 20, is 10$": (
        "the eleven steps of the workforce plan weigh as one action with parts"
    ),
    r"/finance/v1/schemes/[^/]+/position/held/(indicated|validated): ": "only banked money is capped at a line",
    r'/indicators/v1/.+/trend/reason: was "(.+); gap: no value from 2017-08 to 2017-11", is "\1"$': (
        "a trend reads those six periods, none of them before the gap"
    ),
}
"""Fields (``path/field``, as patterns) that a rule has changed since, with the reason."""


def answers() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lzma.decompress((BEFORE / "answers.json.xz").read_bytes()))
    return found


def unpacked(service: str, folder: Path) -> Path:
    path = folder / f"{service}.db"
    path.write_bytes(lzma.decompress((BEFORE / f"{service}.db.xz").read_bytes()))
    return path


@pytest.fixture(params=list(HEADS))
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def upgraded(request: pytest.FixtureRequest, service: str, tmp_path: Path) -> AsyncIterator[Database]:
    """The database of ``service`` as version 0.1 left it, brought up to date."""
    source, spec = unpacked(service, tmp_path), SPECS[service]
    url = f"sqlite+threads:///{source}"
    if request.param == "postgresql":
        url = await new_postgres_database(request.getfixturevalue("postgres_admin_dsn"))
        await asyncio.to_thread(migrate.upgrade, spec.package, url, HEADS[service])
        await copy_rows(source, url)
    await asyncio.to_thread(migrate.upgrade, spec.package, url)
    database = Database(url, spec.metadata)
    yield database
    await database.close()


async def new_postgres_database(dsn: str) -> str:
    name = f"upgrade_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return make_url(dsn).set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)


async def copy_rows(source: Path, url: str) -> None:
    """Every row of a SQLite file into a PostgreSQL database of the same revision."""
    engine, file = create_async_engine(url), sqlite3.connect(source)
    file.row_factory = sqlite3.Row
    found = sa.MetaData()
    async with engine.begin() as connection:
        await connection.run_sync(found.reflect)
        for table in reversed(found.sorted_tables):  # a migration may have filled some
            if table.name != "alembic_version":
                await connection.execute(table.delete())
        for table in found.sorted_tables:
            rows = file.execute(f'SELECT * FROM "{table.name}"').fetchall()  # noqa: S608  a name of our own tables
            if rows and table.name != "alembic_version":
                await connection.execute(table.insert(), [typed(table, row) for row in rows])
            for column in table.columns:
                if column.server_default is not None or column.identity is not None:
                    await connection.execute(sa.text(AFTER_COPY.format(table=table.name, column=column.name)))
    file.close()
    await engine.dispose()


AFTER_COPY = """
SELECT setval(
    pg_get_serial_sequence('{table}', '{column}'), coalesce((SELECT max({column}) FROM {table}), 0) + 1, false)
WHERE pg_get_serial_sequence('{table}', '{column}') IS NOT NULL
"""


def typed(table: sa.Table, row: sqlite3.Row) -> dict[str, Any]:
    return {name: _typed(table.c[name].type, row[name]) for name in row.keys()}  # noqa: SIM118  a row is no mapping


def _typed(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """A value as SQLite keeps it, as PostgreSQL's driver takes it."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(kind, sa.JSON):
        return json.loads(value)
    readers = {sa.DateTime: datetime.fromisoformat, sa.Date: date.fromisoformat, sa.Numeric: Decimal, sa.Boolean: bool}
    reader = next((read for type_, read in readers.items() if isinstance(kind, type_)), None)
    return reader(value) if reader else value


async def test_every_figure_is_kept(service: str, upgraded: Database):
    before = {path: answer for path, answer in answers().items() if path.startswith(f"/{service}/")}
    assert len(before) > 20
    app = build_app(SPECS[service], Resources(upgraded, ServiceSettings().model_copy(update={"gateway_keys": None})))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://suite") as client:
        lost = [line for path, old in before.items() for line in differences(path, old, await read(client, path, old))]
    unexplained = [line for line in lost if not any(re.match(pattern, line) for pattern in CHANGED)]
    assert not unexplained, f"{len(unexplained)} of {len(before)} answers differ:\n" + "\n".join(unexplained[:40])


async def test_the_models_are_what_the_database_is(service: str, upgraded: Database):
    url = upgraded.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.check, SPECS[service].package, url)


@pytest.mark.parametrize("service", ["finance"], indirect=True)
@pytest.mark.usefixtures("service")
async def test_every_figure_is_in_the_ledger(upgraded: Database):
    """Budgets and savings are what positions say, and it is as if it had been written so from the beginning."""
    check = await upgraded.read(verify_ledger)
    assert (check.faults, check.funds) == ((), 1)
    assert check.entries > 0
    found = await upgraded.read(lambda tx: get_trial_balance(tx, "plymouth-integrated", None, None))
    assert (found.difference, unbalanced(found)) == (0, [])
    for year, position in {one: await _position(upgraded, one) for one in ("2017/18", "2018/19")}.items():
        of_layer: dict[str, Decimal] = defaultdict(Decimal)
        for one in found.accounts:
            if one.account.financial_year.label == year and one.account.owner != CONTROL:
                of_layer[one.account.layer] += one.balance
        assert of_layer["budget"] == position.budget
        assert (of_layer["indicated"], of_layer["validated"]) == (
            position.savings.indicated,
            position.savings.validated,
        )


async def _position(database: Database, year: str) -> FundPosition:
    return await database.read(lambda tx: get_fund_position(tx, "plymouth-integrated", Period.parse(year)))


async def read(client: httpx.AsyncClient, path: str, old: Any) -> Any:
    """The answer of today; of a collection, all its items."""
    if not isinstance(old, list):
        return (await client.get(path)).json()
    items: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(path, params={**httpx.URL(path).params, "limit": 200, **cursor})).json()
        items += page["items"]
        if not page["next"]:
            return items
        cursor = {"cursor": page["next"]}


def within_six(series: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The points of a series with a value that lie in the six periods ending at the latest of them."""
    valued = [point for point in series if point["value"] is not None]
    shown = [Period.parse(valued[-1]["period"])]
    while len(shown) < 6:
        shown.append(shown[-1].previous())
    return [point for point in valued if Period.parse(point["period"]) in shown]


def differences(path: str, old: Any, new: Any) -> Iterator[str]:
    """Where ``new`` does not hold what ``old`` did; what was added is no difference.

    A series was the six latest observations, and is what of them was observed in the six periods that end at the
    latest.
    """
    if path.endswith("/series") and isinstance(old, list) and isinstance(new, list) and len(old) != len(new):
        old = within_six(old)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name, value in old.items():
            yield from differences(f"{path}/{name}", value, new.get(name, "(missing)"))
    elif isinstance(old, list) and isinstance(new, Sequence) and len(old) == len(new):
        for n, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(f"{path}/{n}", one, other)
    elif old != new:
        yield f"{path}: was {json.dumps(old)[:120]}, is {json.dumps(new)[:120]}"
