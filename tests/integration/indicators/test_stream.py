"""Observations in batches: what a batch costs does not depend on how much was recorded before it."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.period import Period
from services.indicators.domain.observations import Observation, ReadObservation, SeriesKey
from services.indicators.service.observations import Sent, record_observations
from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api
from tests.integration.indicators.test_service import count_statements, emitting

pytestmark = pytest.mark.both_engines

AGES = [f"{n:02d}" for n in range(40)]
CODE = "by-age"
INDICATOR: dict[str, Any] = {
    "code": CODE,
    "name": "By age",
    "unit": "days",
    "calculation": "other",
    "polarity": "low_is_good",
    "frequency": "month",
    "dimensions": {"age": AGES},
}


def batch(year: int, ages: list[str], area: str = PLYMOUTH) -> list[Sent]:
    """Every month of a year, of each age."""
    keys = [SeriesKey(CODE, area, Breakdown({"age": age})) for age in ages]
    return [(key, _reading(Period.month(year, month))) for key in keys for month in range(1, 13)]


def _reading(period: Period) -> ReadObservation:
    return lambda _kind: Observation(period, Decimal(period.start.month))


@pytest.fixture
async def by_age(api: Api) -> Api:
    await api.post("/indicators", INDICATOR)
    return api


async def record(api: Api, sent: list[Sent]) -> None:
    await api.database.write(lambda tx: record_observations(tx, sent))


async def test_a_batch_takes_the_same_statements_for_any_number(by_age: Api) -> None:
    seen, costs = count_statements(by_age), []
    for area in (PLYMOUTH, ENGLAND):
        for ages in (AGES[:2], AGES[2:]):
            seen.clear()
            await record(by_age, batch(2016, ages, area))
            costs.append(len([s for s in seen if not s.startswith("BEGIN")]))
    assert costs[0] == costs[1] <= 11 + emitting(by_age)
    assert costs[2] == costs[3] <= costs[0]


GROW = """
INSERT INTO area (code, name, type) SELECT 'G' || n, 'Grown', 'area' FROM generate_series(1, 500) AS n;
INSERT INTO series (indicator, area, breakdown, version)
    SELECT 'by-age', code, 'age=' || lpad(age::text, 2, '0'), 1 FROM area, generate_series(0, 7) AS age
    WHERE code LIKE 'G%';
INSERT INTO observation (indicator, area, breakdown, period_end, period_start, revision, period_kind, value, status,
        actor, recorded_at)
    SELECT indicator, area, breakdown, day + 27, day, 1, 'month', 1, 'final', 'test', now()
    FROM series, generate_series(0, 4) AS n, LATERAL (SELECT date '2015-01-01' + n * 31 AS day) AS days
    WHERE area LIKE 'G%';
"""
READS = text(
    "SELECT relname, coalesce(seq_tup_read, 0) AS scanned, coalesce(idx_tup_fetch, 0) AS fetched"
    " FROM pg_stat_xact_user_tables WHERE relname IN ('observation', 'series', 'target')"
)


async def _reads(api: Api, sent: list[Sent]) -> dict[str, tuple[int, int]]:
    """How many rows of each table a batch reads one after the other, and by an index."""

    async def counted(tx: Tx) -> dict[str, tuple[int, int]]:
        before = await _read_so_far(tx)  # of transactions before, too, where the server has not taken them over yet
        await record_observations(tx, sent)
        after = await _read_so_far(tx)
        return {name: (scanned - before[name][0], found - before[name][1]) for name, (scanned, found) in after.items()}

    return await api.database.write(counted)


async def _read_so_far(tx: Tx) -> dict[str, tuple[int, int]]:
    return {row.relname: (row.scanned, row.fetched) for row in await tx.session.execute(READS)}


async def _execute(api: Api, *statements: str) -> None:
    async def run(tx: Tx) -> None:
        for statement in statements:
            await tx.session.execute(text(statement))

    await api.database.write(run)


async def test_a_batch_reads_no_more_where_tables_were_analysed_while_small(by_age: Api) -> None:
    """A connection keeps the plans of its statements: those made while a table is small would read it whole."""
    if by_age.database.dialect == "sqlite":
        return  # plans every statement anew, and has no statistics
    tables = ("observation", "series", "target", "area", "indicator")
    await _execute(by_age, *(f"ALTER TABLE {name} SET (autovacuum_enabled = false)" for name in tables))
    for year in range(2000, 2008):  # often enough for a plan to be kept
        await record(by_age, batch(year, AGES[:8]))
        await _execute(by_age, *(f"ANALYZE {name}" for name in tables if year == 2000))
    small = await _reads(by_age, batch(2008, AGES[:8]))
    await _execute(by_age, *(each for each in GROW.split(";") if each.strip()))
    grown = await _reads(by_age, batch(2009, AGES[:8]))
    assert {name: scanned for name, (scanned, _) in grown.items()} == dict.fromkeys(grown, 0)
    assert small["observation"][1] > 0
    for name, (_, fetched) in grown.items():
        assert fetched <= small[name][1] + 50, name
