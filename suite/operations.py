"""What an operator does with events: replay, rebuild, check topics; and the consumers and databases there are."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import typer

from chassis.bus.port import Bus
from chassis.events.subscription import Subscription
from chassis.recovery.replays import (
    MAX_OFFSET,
    LocalReplays,
    Rebuilt,
    Replayed,
    Start,
    nothing_to_rebuild,
    rebuildable,
)
from chassis.storage.database import Database
from suite import compose, configuration
from suite.settings import BusSettings, SuiteSettings


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


async def replay_from(settings: SuiteSettings, consumer: str, start: Start) -> Replayed:
    """Move a consumer back to an offset (in every partition) or to a moment."""
    service, _ = consumer_named(consumer)
    async with database_of(service, settings) as database, bus_for(settings) as bus:
        replayed = await _replays(service, database, bus).replay_consumer(consumer, start)
    assert replayed is not None  # noqa: S101  it was found by name
    return replayed


def _replays(service: str, database: Database, bus: Bus) -> LocalReplays:
    return LocalReplays(service, compose.SPECS[service].subscriptions, database, bus)


def start_of(text: str) -> int | datetime:
    """An offset or a moment.

    Raises:
        NotAnOffset: the text is neither.
    """
    if text.isdecimal() and text.isascii():
        return min(int(text), MAX_OFFSET)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotAnOffset(f"{text!r} is neither an offset nor a moment such as 2026-01-31T09:00:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def rebuild(settings: SuiteSettings, service: str) -> Rebuilt:
    """Make a service's derived state anew."""
    if not rebuildable(compose.SPECS[service].subscriptions):
        return nothing_to_rebuild(service)
    async with database_of(service, settings) as database, bus_for(settings) as bus:
        return await _replays(service, database, bus).rebuild_consumers()


async def ensure_topics(settings: SuiteSettings) -> Sequence[str]:
    """Create the suite's topics, or check those that are there; the embedded bus has none to create."""
    if BusSettings().bus != "kafka":
        return []
    async with bus_for(settings) as bus:
        wanted = compose.topics(compacted=bus.compacted)
        await bus.ensure_topics(wanted)
    return wanted
