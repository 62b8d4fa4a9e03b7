"""What an event costs by the size of the register: ``python -m benchmarks.bench_register 200 2000 20000``.

Each size has a database of its own on one PostgreSQL server. A batch is of 100 indicators all over the register, the
first of as many risks, each of which turns and moves its risk; it is applied as the consumer applies it, in one
transaction. The sizes are measured in turns, and the median of the rounds is told. Besides: what re-scoring one risk by
the rules alone takes. A run that misses what is wanted ends as failed.
"""

import asyncio
import statistics
import sys
import time
import timeit
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, select, text

from benchmarks.stage import empty_database, encoded, run_async, updated
from chassis.bus.port import Record
from chassis.events.envelope import Delivery, delivery
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.colours import Colour
from contracts.topics import events_topic
from services.risks.domain.links import IndicatorLink, LinkKey, NewLink, SeriesKey
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import Kind, Mode, RatingInputs, Status, rate
from services.risks.domain.records import Judgement
from services.risks.domain.register import Description, NewRisk
from services.risks.domain.severity import Signal
from services.risks.models import Base, IndicatorSeriesRow, IndicatorSignalRow, RiskLinkRow, RiskRow
from services.risks.projection import SUBSCRIPTION
from services.risks.service.reading import get_matrix
from services.risks.service.register import enter
from suite.engines import PostgresServer

SEED, LINKS, BATCH, ROUNDS = 200, 3, 100, 30
WANTED, WANTED_MICROSECONDS = 1.2, 100.0
AREA = "E06000026"
TURNS = ([Colour.GREEN] * 6, [Colour.GREEN] * 4 + [Colour.RED] * 2)


@dataclass(slots=True)
class Register:
    """A register of so many risks, with its next versions."""

    size: int
    database: Database
    chance: Random
    versions: dict[str, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    def batch(self, indicators: list[str]) -> list[Delivery]:
        return [self._event(indicator) for indicator in indicators]

    def _event(self, indicator: str) -> Delivery:
        version = self.versions[indicator] = self.versions.get(indicator, 0) + 1
        event = updated(indicator, AREA, version, TURNS[version % 2 == 0])
        body, named = encoded(event, f"{indicator}@{version}")
        return delivery(Record(events_topic("indicators"), 0, version, event.subject, body, named, 0))

    async def apply(self, told: list[Delivery]) -> float:
        began = time.perf_counter()
        await self.database.write(lambda tx: SUBSCRIPTION.projection.apply(tx, told))
        return time.perf_counter() - began

    async def measure(self) -> None:
        """A batch of as many risks: the same indicator of a risk turns each time, so that every event moves one."""
        numbers = [risk * LINKS for risk in self.chance.sample(range(self.size), BATCH)]
        self.took.append(await self.apply(self.batch([_name(number) for number in numbers])) / BATCH)


def _name(number: int) -> str:
    """Indicators of a copy have its number at the end, as in :func:`_multiply`."""
    copy, first = divmod(number, SEED * LINKS)
    return f"indicator-{first}" if copy == 0 else f"indicator-{first}-{copy}"


async def opened(postgres: PostgresServer, size: int) -> Register:
    url = await empty_database(postgres, f"register_{size}")
    await asyncio.to_thread(migrate.upgrade, "services.risks", url)
    found = Register(size, Database(url, Base.metadata), Random(size))  # noqa: S311  dice
    for start in range(0, SEED * LINKS, BATCH):
        await found.apply(found.batch([_name(number) for number in range(start, start + BATCH)]))
    for number in range(SEED):
        await found.database.write(lambda tx, number=number: enter(tx, _risk(number)))
    for copy in range(1, size // SEED):
        await found.database.write(lambda tx, copy=copy: _multiply(tx, copy))
    found.versions |= {_name(n): 1 for n in range(SEED * LINKS, size * LINKS)}
    await found.database.write(lambda tx: tx.session.execute(text("ANALYZE")))
    return found


def _risk(number: int) -> NewRisk:
    keys = [SeriesKey(_name(number * LINKS + n), AREA) for n in range(LINKS)]
    return NewRisk(
        ref=f"B{number:05}",
        register="bench",
        kind=Kind.THREAT,
        mode=Mode.AUTO,
        status=Status.OPEN,
        matrix="five-by-five@1",
        description=Description(title=f"Risk {number}"),
        legacy_band=None,
        judgement=Judgement(Rating(4, 3), "Measured"),
        links=[NewLink(LinkKey(key, Signal.TARGET), f"group-{n}") for n, key in enumerate(keys)],
    )


async def _multiply(tx: Tx, copy: int) -> None:
    """Another copy of the first risks, with links to indicators of its own."""
    for model, changed in _copied(copy):
        table = model.__table__
        own = [changed.get(column.name, column).label(column.name) for column in table.c]
        await tx.session.execute(insert(table).from_select(list(table.c), select(*own).where(_is_first(table))))


def _copied(copy: int) -> Iterator[tuple[Any, dict[str, ColumnElement[Any]]]]:
    """Tables, and what of a row is another in a copy."""
    risk, link, of_series, signal = (
        x.__table__.c for x in (RiskRow, RiskLinkRow, IndicatorSeriesRow, IndicatorSignalRow)
    )
    yield RiskRow, {"id": risk.id + copy * SEED, "ref": func.concat(risk.ref, f"-{copy}")}
    yield (
        RiskLinkRow,
        {
            "id": link.id + copy * SEED * LINKS,
            "risk_id": link.risk_id + copy * SEED,
            "indicator": func.concat(link.indicator, f"-{copy}"),
            "subject": _renamed(link.subject, copy),
        },
    )
    yield IndicatorSeriesRow, {"subject": _renamed(of_series.subject, copy)}
    yield IndicatorSignalRow, {"subject": _renamed(signal.subject, copy)}


def _renamed(subject: ColumnElement[str], copy: int) -> ColumnElement[str]:
    return func.replace(subject, f"/{AREA}", f"-{copy}/{AREA}")


def _is_first(table: Table) -> ColumnElement[bool]:
    """Rows of the risks that were entered, whose keys begin at 1."""
    if "risk_id" in table.c:
        return table.c.risk_id <= SEED
    if "id" in table.c:
        return table.c.id <= SEED
    return table.c.subject.op("~")(f"^indicator-[0-9]+/{AREA}$")


async def rescoring(database: Database) -> float:
    """Microseconds that the rules take for one risk of three links."""
    _, matrix = await database.read(lambda tx: get_matrix(tx, "five-by-five@1"))
    return _timed(matrix)


def _timed(matrix: Matrix) -> float:
    inputs = RatingInputs(Kind.THREAT, Mode.AUTO, matrix, Rating(4, 3), target_likelihood=2, override=None)
    keys = [LinkKey(SeriesKey(f"i{n}", AREA), Signal.TARGET) for n in range(LINKS)]
    links = [IndicatorLink(key, f"group-{n}", at=0, now=n % 3) for n, key in enumerate(keys)]
    runs = 20_000
    return min(timeit.repeat(lambda: rate(inputs, links, date(2018, 2, 28)), number=runs, repeat=5)) / runs * 1e6


async def main() -> bool:
    """Measure, print, and say whether what is wanted was met."""
    sizes = [int(size) for size in sys.argv[1:]] or [200, 2000, 20000]
    with PostgresServer() as postgres:
        registers = [await opened(postgres, size) for size in sizes]
        for _ in range(ROUNDS):
            for each in registers:
                await each.measure()
        medians = [statistics.median(each.took[3:]) * 1e6 for each in registers]
        ratios = [median / medians[0] for median in medians]
        for each, median, ratio in zip(registers, medians, ratios, strict=True):
            print(f"{each.size:>6} risks: {median:.0f} microseconds an event, {ratio:.2f} of the smallest's")
        rules = await rescoring(registers[0].database)
        print(f"wanted: within {WANTED}; rules of one risk: {rules:.1f} microseconds")
        for each in registers:
            await each.database.close()
    return max(ratios) <= WANTED and rules <= WANTED_MICROSECONDS


if __name__ == "__main__":
    sys.exit(0 if run_async(main()) else 1)
