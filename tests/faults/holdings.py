"""Everything a suite holds, read while nothing moves, and the events that a fold over it starts from."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.bus.port import Bus, Record
from chassis.events.envelope import UnreadableEventError, delivery
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.envelope import CloudEvent
from contracts.indicators import INDICATOR_UPDATED, IndicatorUpdated
from contracts.period import Period, PeriodKind
from contracts.topics import SERVICES, events_topic, state_topic
from suite.compose import SPECS
from tests.faults.world import FOREIGN

CONSUMERS = ("risks", "pledges", "finance")
TODAY = date(2018, 2, 28)

Aggregate = tuple[str, int]
"""A subject and a version of it."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where a suite keeps its state: a database address a service, and its bus."""

    urls: Mapping[str, str]
    open_bus: Callable[[], Bus]


@dataclass(slots=True)
class Holdings:
    """Everything there is, read while nothing moves: tables by service and name, topics as they stand."""

    rows: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    topics: dict[str, list[Record]] = field(default_factory=dict)

    def of(self, service: str, table: str) -> list[Any]:
        return self.rows[service][table]


_TABLES = {
    "indicators": ("outbox", "feed", "observation", "series", "indicator"),
    "risks": (
        "outbox",
        "feed",
        "inbox",
        "dead_letter",
        "risk",
        "risk_link",
        "matrix",
        "indicator_series",
        "indicator_signal",
        "history",
        "proposal",
    ),
    "pledges": ("outbox", "feed", "inbox", "dead_letter", "indicator_colour"),
    "finance": ("outbox", "feed", "inbox", "dead_letter", "scheme", "entry", "observation"),
    "subscriptions": ("feed_event", "aggregate", "dead_letter"),
}


@asynccontextmanager
async def databases(access: Access) -> AsyncIterator[dict[str, Database]]:
    async with AsyncExitStack() as stack:
        opened = {}
        for name, url in access.urls.items():
            opened[name] = Database(url, SPECS[name].metadata, pool_size=2)
            stack.push_async_callback(opened[name].close)
        yield opened


async def holdings(access: Access) -> Holdings:
    held = Holdings()
    async with databases(access) as opened:
        for service, tables in _TABLES.items():
            held.rows[service] = await opened[service].read(lambda tx, names=tables: _rows(tx, names))
    bus = access.open_bus()
    await bus.start()
    try:
        names = [events_topic(service) for service in SERVICES]
        for topic in [*names, *(state_topic(service) for service in SERVICES if bus.compacted)]:
            held.topics[topic] = await read_topic(bus, topic)
    finally:
        await bus.close()
    return held


async def _rows(tx: Tx, names: Iterable[str]) -> dict[str, list[Any]]:
    found = {}
    for name in names:
        table = tx.table(name)
        found[name] = list(await tx.session.execute(select(table).order_by(*table.primary_key.columns)))
    return found


async def read_topic(bus: Bus, topic: str) -> list[Record]:
    ends = await bus.end_offsets(topic)
    found: list[Record] = []
    async for batch in bus.read(topic, dict.fromkeys(ends, 0), ends):
        found += batch.records
    return sorted(found, key=lambda record: (record.partition, record.offset))


@dataclass(frozen=True, slots=True)
class Told:
    """One event of an indicator in an area, once however often it was published."""

    subject: str
    version: int
    event_id: str
    body: bytes

    def data(self) -> IndicatorUpdated:
        return CloudEvent[IndicatorUpdated].model_validate_json(self.body).data


def events_told(held: Holdings) -> list[Told]:
    """The indicators service's outbox, and what a test published in its name on subjects of its own."""
    found = {
        (row.subject, row.version): Told(row.subject, row.version, row.event_id, row.body)
        for row in held.of("indicators", "outbox")
        if row.type == INDICATOR_UPDATED
    }
    for record in held.topics[events_topic("indicators")]:
        if not record.key.startswith(FOREIGN):
            continue
        try:
            event = delivery(record)
        except UnreadableEventError:
            continue
        if event.type == INDICATOR_UPDATED:
            key = (event.subject, event.version)
            found.setdefault(key, Told(*key, event.id, record.value))
    return list(found.values())


def other_events_told(held: Holdings) -> set[Aggregate]:
    """What else the indicators service told: consumers record it as applied, and fold nothing of it."""
    return {(row.subject, row.version) for row in held.of("indicators", "outbox") if row.type != INDICATOR_UPDATED}


def newest(told: Iterable[Told]) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for event in told:
        if event.subject not in found or event.version > found[event.subject].version:
            found[event.subject] = event
    return found


def set_aside(held: Holdings, consumer: str) -> set[Aggregate]:
    letters = [letter for letter in held.of(consumer, "dead_letter") if letter.state != "retried"]
    return {(letter.subject, letter.version) for letter in letters if letter.type == INDICATOR_UPDATED}


def inbox_of(held: Holdings, consumer: str) -> Counter[Aggregate]:
    rows = [row for row in held.of(consumer, "inbox") if (row.consumer, row.source) == (consumer, "/indicators")]
    return Counter((row.subject, row.version) for row in rows)


def period_of(row: Any) -> Period:
    return Period(PeriodKind(row.period_kind), row.period_start, row.period_end)


def differ(what: str, here: Mapping[Any, Any], there: Mapping[Any, Any]) -> list[str]:
    return [
        f"{what} {key}: stands at {here.get(key)}, the fold says {there.get(key)}"
        for key in sorted(here.keys() | there.keys(), key=str)
        if here.get(key) != there.get(key)
    ]
