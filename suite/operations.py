"""What an operator does with events: replay, rebuild, check topics; and the consumers and databases there are."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import typer

from chassis.bus.port import Bus, TopicPartition
from chassis.events import replay
from chassis.events.subscription import Subscription
from chassis.storage.database import Database
from suite import compose, configuration
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


def reachable(names: Sequence[str]) -> list[str]:
    """Those whose databases this environment names; the others are said to be left out."""
    here = configuration.reachable(names)
    if away := [name for name in names if name not in here]:
        typer.echo(f"Left out, for want of an address: {', '.join(away)}", err=True)
    return here


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
