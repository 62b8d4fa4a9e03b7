"""A stream of observations into PostgreSQL, in batches, while the tables grow: is the last as fast as the first?

The tables are analysed while they are small and never again, so that nothing but the statements themselves keeps
their plans from reading what was recorded before. Each batch opens a hundred series and continues the hundred that
the one before opened: as much work for every batch, whatever lies behind it. ``python -m benchmarks.bench_stream``.
"""

import asyncio
import json
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from benchmarks.stage import run_async
from chassis.logging import configure_logging
from chassis.memory import settle_memory
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.period import Period, PeriodKind
from services.indicators.app import SPEC
from services.indicators.domain.areas import Area
from services.indicators.domain.definitions import Calculation, Indicator, Unit
from services.indicators.domain.observations import Observation, SeriesKey
from services.indicators.service.areas import add_area
from services.indicators.service.definitions import add_indicator
from services.indicators.service.observations import Sent, record_observations
from suite.engines import PostgresServer

OBSERVATIONS, BATCH, OPENED, PERIODS = 100_000, 2_000, 100, 10
FIFTH = OBSERVATIONS // BATCH // 5
RESULTS = Path(__file__).parent / "results" / "stream.json"
RATE_WITHIN, MEMORY_WITHIN = 1.25, 1.1
SEXES, AREAS = ("male", "female"), 200
INDICATORS = -(-OBSERVATIONS // BATCH * OPENED // (AREAS * len(SEXES))) + 1
TABLES = ("observation", "series", "target", "area", "indicator", "outbox", "unpublished")


@dataclass(frozen=True, slots=True)
class Fifth:
    """Observations a second by the median of its batches, which a busy moment does not move; processor time of this
    process in microseconds an observation; and the most memory it has had until then, in MiB."""

    rate: float
    processor: float
    memory: float


def run() -> tuple[Fifth, Fifth]:
    """The first and the last fifth of the stream."""
    with PostgresServer() as postgres:
        return run_async(_measure(postgres.dsn))


async def _measure(dsn: str) -> tuple[Fifth, Fifth]:
    url = await _migrated(dsn)
    database = Database(url, SPEC.metadata)
    await database.write(_define)
    await _record(database, _batch(0))
    await database.write(_analyse)
    settle_memory()
    measured = [await _measured(database, number) for number in range(1, OBSERVATIONS // BATCH + 1)]
    await database.close()
    return _fifth(measured[:FIFTH]), _fifth(measured[-FIFTH:])


async def _measured(database: Database, number: int) -> tuple[float, float, float]:
    """Seconds that a batch took, those of them at work here, and the memory after it."""
    sent = _batch(number)
    began, worked = time.perf_counter(), time.process_time()
    await _record(database, sent)
    return time.perf_counter() - began, time.process_time() - worked, _memory()


def _fifth(measured: Sequence[tuple[float, float, float]]) -> Fifth:
    seconds, worked, memory = zip(*measured, strict=True)
    return Fifth(BATCH / statistics.median(seconds), statistics.median(worked) / BATCH * 1e6, memory[-1])


async def _migrated(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE DATABASE stream")
    await connection.close()
    address = make_url(dsn).set(drivername="postgresql+asyncpg", database="stream")
    url = address.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    return url


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _define(tx: Tx) -> None:
    for n in range(AREAS):
        await add_area(tx, Area(f"T{n:03d}", f"Area {n}", "area"))
    for n in range(INDICATORS):
        await add_indicator(tx, _indicator(n))


def _indicator(number: int) -> Indicator:
    return Indicator(
        code=f"indicator-{number}",
        name="Healthy life expectancy",
        unit=Unit.YEARS,
        decimals=1,
        polarity=Polarity.HIGH_IS_GOOD,
        frequency=PeriodKind.CALENDAR_YEAR,
        calculation=Calculation.MODELLED,
        dimensions={"sex": SEXES},
    )


async def _analyse(tx: Tx) -> None:
    for name in TABLES:
        await tx.session.execute(text(f"ALTER TABLE {name} SET (autovacuum_enabled = false)"))
        await tx.session.execute(text(f"ANALYZE {name}"))


async def _record(database: Database, sent: Sequence[Sent]) -> None:
    await database.write(lambda tx: record_observations(tx, sent))


def _batch(number: int) -> list[Sent]:
    """The first ten periods of a hundred series, and the ten after of those that the batch before opened."""
    opened = [(n, 0) for n in range(number * OPENED, (number + 1) * OPENED)]
    continued = [(n, PERIODS) for n in range((number - 1) * OPENED, number * OPENED) if number]
    return [
        (_key(n), partial(_observation, n, first + period))
        for n, first in (*continued, *opened)
        for period in range(PERIODS)
    ]


def _key(number: int) -> SeriesKey:
    rest, sex = divmod(number, len(SEXES))
    indicator, area = divmod(rest, AREAS)
    return SeriesKey(f"indicator-{indicator}", f"T{area:03d}", Breakdown({"sex": SEXES[sex]}))


def _observation(series: int, period: int, _kind: PeriodKind) -> Observation:
    return Observation(
        Period.span(PeriodKind.CALENDAR_YEAR, date(1990 + period, 1, 1), 12), Decimal(60 + (series + period * 7) % 30)
    )


def missed(first: Fifth, last: Fifth) -> list[str]:
    """The ratios of the first and the last fifth that are beyond what is wanted."""
    ratios = [("rates", first.rate / last.rate, RATE_WITHIN), ("memory", last.memory / first.memory, MEMORY_WITHIN)]
    return [f"ratio of {name} {ratio:.3f}, wanted within {within}" for name, ratio, within in ratios if ratio > within]


def main() -> None:
    configure_logging(level="WARNING")
    first, last = run()
    for name, each in (("first", first), ("last", last)):
        costs = f"{each.processor:,.0f} microseconds of processor an observation, {each.memory:,.1f} MiB"
        print(f"stream, {name} fifth: {each.rate:,.0f} observations/s, {costs}")
    print(f"ratio of rates {first.rate / last.rate:.2f} (wanted within {RATE_WITHIN})")
    print(f"ratio of memory {last.memory / first.memory:.2f} (wanted within {MEMORY_WITHIN})")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"first": asdict(first), "last": asdict(last)}, indent=2) + "\n")
    if beyond := missed(first, last):
        raise SystemExit("; ".join(beyond))


if __name__ == "__main__":
    main()
