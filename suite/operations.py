"""What an operator does with events: look at dead letters, replay, rebuild, check topics."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from chassis.bus.port import Bus, TopicPartition
from chassis.errors import Problem
from chassis.events import dead_letters, replay
from chassis.events.dead_letters import DeadLetterState
from chassis.events.subscription import Subscription
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from suite import compose
from suite.settings import BusSettings, SuiteSettings

MAX_OFFSET = 2**62


class NotAnOffset(Exception):  # noqa: N818  named for what it is
    """What was given is neither an offset of the log nor a moment."""


class UnknownConsumer(Exception):  # noqa: N818  named for what it is
    """No service has a consumer of that name."""


def consumers() -> Mapping[str, tuple[str, Subscription]]:
    """Every consumer by name: its service and its subscription."""
    return {each.consumer: (spec.name, each) for spec in compose.SPECS.values() for each in spec.subscriptions}


def consuming_services() -> list[str]:
    """The services that have a consumer."""
    return sorted({service for service, _ in consumers().values()})


def consumers_of(services: Sequence[str]) -> list[str]:
    return [name for name, (service, _) in consumers().items() if service in services]


def consumer_named(name: str) -> tuple[str, Subscription]:
    existing = consumers()
    if name not in existing:
        raise UnknownConsumer(f"There is no consumer {name!r}. There are: {', '.join(sorted(existing))}.")
    return existing[name]


@asynccontextmanager
async def database_of(service: str, settings: SuiteSettings) -> AsyncIterator[Database]:
    database = compose.open_database(service, settings, existing=True)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def bus_for(settings: SuiteSettings) -> AsyncIterator[Bus]:
    bus = compose.open_bus(settings)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.close()


async def list_dead_letters(settings: SuiteSettings, names: Sequence[str], *, every: bool) -> list[tuple[str, Any]]:
    """(service, dead letter) of the consumers of these names, parked ones only unless ``every``."""
    state = None if every else DeadLetterState.PARKED
    found: list[tuple[str, Any]] = []
    for name in names:
        service, _ = consumer_named(name)
        found += [(service, row) for row in await _list_of(settings, service, name, state)]
    return found


async def _list_of(
    settings: SuiteSettings, service: str, consumer: str, state: DeadLetterState | None
) -> Sequence[Any]:
    async with database_of(service, settings) as database:
        return await database.read(lambda tx: dead_letters.list_dead_letters(tx, consumer=consumer, state=state))


async def get_dead_letter(settings: SuiteSettings, consumer: str, number: int) -> Any:
    service, _ = consumer_named(consumer)
    async with database_of(service, settings) as database:
        return await database.read(lambda tx: dead_letters.get_dead_letter(tx, number))


async def retry_dead_letters(settings: SuiteSettings, consumer: str, numbers: Sequence[int]) -> list[str]:
    """Apply parked events through their handler, one transaction each; what still fails stays parked."""
    service, subscription = consumer_named(consumer)
    async with database_of(service, settings) as database:
        return [await _retry_one(database, subscription, number) for number in numbers]


async def _retry_one(database: Database, subscription: Subscription, number: int) -> str:
    try:
        return await replay.retry_dead_letter(database, subscription, number)
    except Problem:
        raise
    except Exception as error:  # whatever a handler raises is what the operator wants to know
        if is_outage(error):
            raise
        return f"still parked: {' '.join(str(error).split())[:300]}"


async def discard_dead_letter(settings: SuiteSettings, consumer: str, number: int, reason: str) -> str:
    service, _ = consumer_named(consumer)
    async with database_of(service, settings) as database:
        return await replay.discard_dead_letter(database, number, reason)


async def replay_from(
    settings: SuiteSettings, consumer: str, start: str, *, anyway: bool = False
) -> Mapping[TopicPartition, int]:
    """Move a consumer back to an offset (in every partition) or to a moment; returns where it starts again.

    Raises:
        LogShortened: a log begins behind that; ``anyway`` starts where it begins.
    """
    service, subscription = consumer_named(consumer)
    moment = None if start.isdecimal() and start.isascii() else _milliseconds(start)
    async with database_of(service, settings) as database, bus_for(settings) as bus:
        begins = await _begin_offsets(bus, subscription)
        asked = await _start_offsets(bus, subscription, moment, start, begins)
        if not anyway:
            replay.require_all_kept(consumer, asked, begins)
        kept = {at: max(begins[at], offset) for at, offset in asked.items()}
        return await replay.replay_from(database, subscription, kept)


async def _begin_offsets(bus: Bus, subscription: Subscription) -> dict[TopicPartition, int]:
    return {at: begin for topic in subscription.topics for at, begin in (await bus.begin_offsets(topic)).items()}


async def _start_offsets(
    bus: Bus, subscription: Subscription, moment: int | None, start: str, begins: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Where a replay is asked to start; below a log's begin where what was there is deleted."""
    if moment is None:
        return dict.fromkeys(begins, min(int(start), MAX_OFFSET))
    found: dict[TopicPartition, int] = {}
    for topic in subscription.topics:
        found |= await bus.offsets_for_time(topic, moment)
    return {at: begins[at] - 1 if 0 < begins[at] == offset else offset for at, offset in found.items()}


def _milliseconds(moment: str) -> int:
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        raise NotAnOffset(f"{moment!r} is neither an offset nor a moment such as 2026-01-31T09:00:00Z.") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


async def rebuild(settings: SuiteSettings, service: str) -> Mapping[str, int]:
    """Make a service's derived state anew; returns the events folded, by consumer."""
    spec = compose.SPECS[service]
    if not spec.subscriptions:
        raise replay.NothingToRebuild(f"{service} keeps nothing that it derives from events.")
    async with database_of(service, settings) as database, bus_for(settings) as bus:
        return {each.consumer: await replay.rebuild(database, bus, each) for each in spec.subscriptions}


async def ensure_topics(settings: SuiteSettings) -> Sequence[str]:
    """Create the suite's topics, or check those that are there; the embedded bus has none to create."""
    if BusSettings().bus != "kafka":
        return []
    async with bus_for(settings) as bus:
        wanted = compose.topics(compacted=bus.compacted)
        await bus.ensure_topics(wanted)
    return wanted
