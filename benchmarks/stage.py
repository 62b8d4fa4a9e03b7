"""What the benchmarks stand on: real engines, the suite's own databases and topics, and figures with their limits."""

import os
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import asyncpg
import uvloop

from chassis.bus.kafka import KafkaBus, KafkaSettings
from chassis.events.envelope import NewEvent, encode, headers
from chassis.storage.database import Database
from contracts.colours import Colour, Polarity
from contracts.indicators import (
    INDICATOR_UPDATED,
    SOURCE,
    AreaState,
    BenchmarkState,
    ChangedPeriod,
    Definition,
    IndicatorUpdated,
    ObservationState,
    ObservationStatus,
    SeriesPoint,
    TargetState,
    TrendState,
    subject,
)
from contracts.period import Period
from suite import compose, distributed
from suite.engines import PostgresServer
from suite.settings import SuiteSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """``ratio`` is value to limit for a rate (more is better) and for a time (less is better)."""

    name: str
    unit: str
    value: float
    limit: float
    wanted: str

    @property
    def ratio(self) -> float:
        return round(self.value / self.limit, 3)

    @property
    def line(self) -> str:
        figures = f"{self.value:,.1f} {self.unit}, limit {self.limit:,.1f}"
        return f"{self.name}: {figures}, ratio {self.ratio} (wanted {self.wanted})"

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        found.pop("wanted")
        return found | {"value": round(self.value, 2), "limit": round(self.limit, 2), "ratio": self.ratio}


class Stage:
    """The environment of a distributed run, and ways into it."""

    def __init__(self, postgres: PostgresServer, brokers: str) -> None:
        self.brokers = brokers
        self.admin_key = "b" * 40
        self.environment, self.ports = distributed.environment(postgres.dsn, brokers, 0, self.admin_key)
        self.environment["LOG_LEVEL"] = "WARNING"

    def prepare(self) -> None:
        """Roles, schemas, migrations and topics."""
        distributed.prepare(self.environment)
        os.environ.update(self.environment)

    def database(self, name: str) -> Database:
        return compose.open_database(name, SuiteSettings())

    async def bus(self) -> KafkaBus:
        bus = KafkaBus(KafkaSettings())
        await bus.start()
        return bus

    def cluster(self) -> distributed.Cluster:
        return distributed.Cluster(self.environment, self.ports)


def updated(indicator: str, area: str, version: int, colours: list[Colour]) -> NewEvent:
    """An event as the indicators service makes it: six periods ending in version's month, latest coloured last."""
    first = Period.month(2010 + version // 12 % 80, version % 12 + 1)
    periods = [first]
    for _ in range(5):
        periods.append(periods[-1].next())
    series = [
        SeriesPoint(
            period=period,
            value=Decimal("79.29") + place,
            revision=1,
            status=ObservationStatus.FINAL,
            benchmark=Colour.WHITE,
            trend=Colour.NONE,
            target=colour,
        )
        for place, (period, colour) in enumerate(zip(periods, colours, strict=True))
    ]
    last = series[-1]
    data = IndicatorUpdated(
        indicator=Definition(
            code=indicator,
            name="A&E four hour wait",
            unit="percentage",
            decimals=2,
            polarity=Polarity.HIGH_IS_GOOD,
            frequency="month",
        ),
        area=AreaState(code=area, name="Plymouth", type="unitary authority"),
        latest=ObservationState(period=last.period, value=last.value, revision=1, status=ObservationStatus.FINAL),
        benchmark=BenchmarkState(
            colour=Colour.WHITE, rule="fifteen_percent", reason="no England value for this period"
        ),
        trend=TrendState(colour=Colour.GREEN, reason="improving by more than 2.5 per cent"),
        target=TargetState(colour=last.target, expected=Decimal(95), reason="against the standard of 95"),
        series=series,
        changed=[ChangedPeriod(period=last.period, value=last.value, revision=1, status=ObservationStatus.FINAL)],
    )
    return NewEvent(INDICATOR_UPDATED, SOURCE, subject(indicator, area), version, data)


def encoded(event: NewEvent, event_id: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of an event."""
    body = encode(event, event_id=event_id, time=datetime.now(UTC), traceparent=None)
    record_headers = headers(
        event_id=event_id, source=SOURCE, type_=event.type, version=event.version, traceparent=None
    )
    return body, record_headers


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run on the loop that the suite runs on: ours and the limits alike."""
    return uvloop.run(work)


async def empty_database(postgres: PostgresServer, name: str) -> str:
    """The address of a new database on a server."""
    connection = await asyncpg.connect(postgres.dsn)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return postgres.dsn.replace("postgresql://", "postgresql+asyncpg://").rsplit("/", 1)[0] + f"/{name}"


def median_pair(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The pair with the median ratio: ours and the limit, measured one after the other."""
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]
