"""Imports on PostgreSQL: beside a plain pipeline, from few rows to many, and what reads wait for meanwhile.

``make bench-import`` (ROWS=1000000) brings a file of 10,000 rows and one of ROWS, each into a database of its own in a
process of its own, and then as many as the first by a plain asyncpg pipeline that writes the same rows
(:mod:`benchmarks.plain_import`), in turns. It tells the ratio of the two, how time a row and memory grow with the file,
and the time of reads before and during an import. SHAPE=month does so with one month of everything instead of two years
of each series. ``benchmarks/results/import-SHAPE.json`` has the figures. A run that misses what is wanted ends as
failed.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from httpx import ASGITransport, AsyncClient
from sqlalchemy.engine import make_url

from benchmarks.import_file import AREAS, SHAPES, define, indicators_of, write_file
from benchmarks.plain_import import import_plainly
from benchmarks.stage import median_pair, run_async
from chassis.jobs.worker import Worker
from chassis.logging import configure_logging
from chassis.memory import settle_memory
from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.units import Resources
from services.indicators.app import SPEC, create_app
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.service.imports import get_import, order_import
from suite.engines import PostgresServer

FEW, ROUNDS = 10_000, 3
RATIO, TIME_WITHIN, MEMORY_WITHIN, READS_WITHIN = 0.5, 1.25, 1.1, 2.0
READS, PAUSE = 200, 0.02
TEMPLATE = "imports_migrated"
RESULTS = Path(__file__).parent / "results"

Found = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large file")
    parser.add_argument("--shape", choices=list(SHAPES), default="deep", help="of the files")
    parser.add_argument("--one", choices=list(_KINDS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    configure_logging(level="WARNING")
    if given.one:
        print(json.dumps(run_async(_KINDS[given.one](given.url, given.file, given.rows))))
        return
    found = measured(given.rows, shape=given.shape)
    print("\n".join(lines_of(found)))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"import-{given.shape}.json").write_text(json.dumps(found, indent=2) + "\n")
    if beyond := missed(found):
        raise SystemExit("; ".join(beyond))


def measured(many: int, few: int = FEW, rounds: int = ROUNDS, shape: str = "deep") -> Found:
    """Every figure, on a server of its own."""
    with PostgresServer() as postgres, TemporaryDirectory() as folder:
        stage = _Stage(postgres.dsn, Path(folder), shape)
        pairs = [(stage.seconds("import", few), stage.seconds("plain", few)) for _ in range(rounds)]
        ours, plain = median_pair(pairs)
        small, large = stage.one("import", few), stage.one("import", many)
        return {
            "rows": [few, many],
            "seconds_of_few": ours,
            "seconds_of_plain": plain,
            "rounds": pairs,
            "microseconds_a_row": [each["seconds"] / rows * 1e6 for each, rows in ((small, few), (large, many))],
            "memory_mib": [small["memory"], large["memory"]],
            "read_ms": stage.one("reads", max(few, min(many, 50_000)))["read_ms"],
        }


@dataclass(frozen=True, slots=True)
class Ratio:
    """What a run is judged by: at most, or `at_least`, as much as is `wanted`."""

    name: str
    found: float
    wanted: float
    at_least: bool = False

    @property
    def is_missed(self) -> bool:
        return self.found < self.wanted if self.at_least else self.found > self.wanted

    def __str__(self) -> str:
        return f"ratio {self.found:.2f} (wanted {'at least' if self.at_least else 'within'} {self.wanted})"


def ratios_of(found: Found) -> list[Ratio]:
    (first, last), (low, high) = found["microseconds_a_row"], found["memory_mib"]
    before, during = found["read_ms"]
    return [
        Ratio("pace", found["seconds_of_plain"] / found["seconds_of_few"], RATIO, at_least=True),
        Ratio("time a row", last / first, TIME_WITHIN),
        Ratio("memory", high / low, MEMORY_WITHIN),
        Ratio("reads", during / before, READS_WITHIN),
    ]


def lines_of(found: Found) -> list[str]:
    few, many = found["rows"]
    (first, last), (low, high) = found["microseconds_a_row"], found["memory_mib"]
    before, during = found["read_ms"]
    ours, plain = (few / found[f"seconds_of_{name}"] for name in ("few", "plain"))
    told = [
        f"import of {few:,} rows: {ours:,.0f} rows/s, plain pipeline {plain:,.0f} rows/s",
        f"time a row, {few:,} and {many:,} rows: {first:,.0f} and {last:,.0f} microseconds",
        f"memory: {low:,.1f} and {high:,.1f} MiB",
        f"reads, p50 before and during an import: {before:.1f} and {during:.1f} ms",
    ]
    return [f"{line}, {ratio}" for line, ratio in zip(told, ratios_of(found), strict=True)]


def missed(found: Found) -> list[str]:
    """What is beyond what is wanted."""
    return [f"{each.name}: {each}" for each in ratios_of(found) if each.is_missed]


class _Stage:
    """Databases with the definitions of a file, each for one measurement in a process of its own."""

    def __init__(self, dsn: str, folder: Path, shape: str) -> None:
        self._dsn, self._folder, self._shape, self._made = dsn, folder, shape, 0
        asyncio.run(_execute(dsn, f"CREATE DATABASE {TEMPLATE}"))
        migrate.upgrade(SPEC.package, self._url(TEMPLATE))

    def _url(self, name: str) -> str:
        address = make_url(self._dsn).set(drivername="postgresql+asyncpg", database=name)
        return address.render_as_string(hide_password=False)

    def seconds(self, kind: str, rows: int) -> float:
        return float(self.one(kind, rows)["seconds"])

    def one(self, kind: str, rows: int) -> Found:
        path, url = self._folder / f"{rows}.csv", self._prepared(rows)
        if not path.exists():
            write_file(path, rows, self._shape)
        command = [sys.executable, "-m", "benchmarks.bench_import", "--one", kind, "--url", url]
        command += ["--file", str(path), "--rows", str(rows)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        found: Found = json.loads(told.splitlines()[-1])
        return found

    def _prepared(self, rows: int) -> str:
        self._made += 1
        name = f"imports_{self._made}"
        url = self._url(name)
        asyncio.run(_execute(self._dsn, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
        asyncio.run(_define(url, indicators_of(rows, self._shape)))
        return url


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def _define(url: str, indicators: int) -> None:
    database = Database(url, SPEC.metadata)
    await database.write(lambda tx: define(tx, indicators))
    await database.close()


async def _ordered(database: Database, path: Path) -> int:
    with path.open("rb") as file:
        order = ImportOrder(path.name, "native")
        found = await database.write(lambda tx: order_import(tx, order, file, path.stat().st_size))
    return found.id


async def _import(url: str, path: Path, rows: int) -> Found:
    database = Database(url, SPEC.metadata)
    number = await _ordered(database, path)
    settle_memory()
    began = time.perf_counter()
    await _do_next(database)
    seconds = time.perf_counter() - began
    await _require_saved(database, number, rows)
    await database.close()
    return {"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


async def _do_next(database: Database) -> None:
    await Worker(database, SPEC.jobs, (), ServiceSettings()).do_next()


async def _require_saved(database: Database, number: int, rows: int) -> None:
    found = await database.read(lambda tx: get_import(tx, number))
    if found.result is None or found.result.rows_saved != rows:
        raise SystemExit(f"{rows} rows were sent and not saved: {found.state} {found.error or found.result}")


async def _plain(url: str, path: Path, rows: int) -> Found:
    settle_memory()
    began = time.perf_counter()
    count = await import_plainly(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), path)
    if count != rows:
        raise SystemExit(f"{rows} rows were sent and {count} written")
    return {"seconds": time.perf_counter() - began}


async def _reads(url: str, path: Path, _rows: int) -> Found:
    """Reads of one service in the process that imports, as ``suite serve indicators`` has them."""
    database = Database(url, SPEC.metadata)
    app = create_app(Resources(database, ServiceSettings().model_copy(update={"gateway_keys": None})))
    await _ordered(database, path)
    settle_memory()
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        await _read_until(client, READS, lambda: False)
        before = await _read_until(client, READS, lambda: False)
        importing = asyncio.create_task(_do_next(database))
        await asyncio.sleep(0.2)
        during = await _read_until(client, READS * 100, importing.done)
        await importing
    await database.close()
    return {"read_ms": [statistics.median(each) * 1000 for each in (before, during)]}


async def _read_until(client: AsyncClient, most: int, is_over: Callable[[], bool]) -> list[float]:
    """Seconds of each read; at least of one, for on a fast machine a few rows are in before the first."""
    taken: list[float] = []
    while not taken or (len(taken) < most and not is_over()):
        area = AREAS[len(taken) % len(AREAS)]
        began = time.perf_counter()
        answer = await client.get("/indicators/v1/indicators/indicator-0/status", params={"area": area})
        answer.raise_for_status()
        taken.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE)
    return taken


_KINDS: dict[str, Callable[[str, Path, int], Awaitable[Found]]] = {"import": _import, "plain": _plain, "reads": _reads}


if __name__ == "__main__":
    main()
