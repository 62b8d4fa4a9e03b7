"""Recovering from a store that went back in time, and verifying that nothing differs."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from chassis.bus.port import Bus
from chassis.events import outbox, recovery
from chassis.events.recovery import Difference, Recovered, SubjectUnknown
from chassis.events.store_checks import find_feed_fault, find_offset_fault
from chassis.events.subscription import Subscription
from chassis.runtime import lag
from chassis.storage.database import Database
from contracts.topics import SERVICES
from suite import compose, operations, serving
from suite.settings import BusSettings, SuiteSettings

CONVERGE_SECONDS = 600.0
POLL_SECONDS = 0.2


class NotConverged(Exception):  # noqa: N818  named for what it is
    """Events are still on their way after the time allowed: relays or consumers are not at work."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Every database of a service, and the bus."""

    databases: Mapping[str, Database]
    bus: Bus


@dataclass(slots=True)
class Report:
    """What a recovery did, by service and consumer, and what differs after it."""

    recovered: dict[str, Recovered] = field(default_factory=dict)
    rewound: dict[str, int] = field(default_factory=dict)
    forgotten: dict[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()
    differences: Sequence[Difference] = ()

    @property
    def count(self) -> int:
        return len(self.faults) + len(self.differences)

    @property
    def is_clean(self) -> bool:
        return not self.count


@asynccontextmanager
async def open_stores(settings: SuiteSettings) -> AsyncIterator[Stores]:
    """The stores, with relays and consumers at work: started for a stopped data folder, elsewhere those that run."""
    if BusSettings().bus == "embedded":
        async with serving.unattended(settings) as running:
            assert running.bus is not None  # noqa: S101  everything in one process has one
            yield Stores({name: running.databases[name] for name in SERVICES}, running.bus)
        return
    async with AsyncExitStack() as stack:
        opened = {name: await stack.enter_async_context(operations.database_of(name, settings)) for name in SERVICES}
        yield Stores(opened, await stack.enter_async_context(operations.bus_for(settings)))


async def recover(stores: Stores, subject: str | None = None, *, within: float = CONVERGE_SECONDS) -> Report:
    """Recover every producer, or those that have an aggregate ``subject``, and converge.

    Raises:
        SubjectUnknown: no service has that aggregate.
        NotConverged: relays and consumers did not get to the end in time; running it again is safe.
    """
    report = Report()
    for service in await _services_with(stores, subject) if subject else SERVICES:
        report.recovered[service] = await _recover_producer(stores, service, subject)
    for owner, subscription in _consumers():
        rewound = await recovery.recover_consumer(stores.databases[owner], stores.bus, subscription)
        report.rewound[subscription.consumer] = len(rewound)
    await _until_converged(stores, within)
    await _forget_aggregates(stores, report)
    await _until_converged(stores, within)
    report.faults, report.differences = await find_faults(stores), await list_differences(stores)
    return report


async def _services_with(stores: Stores, subject: str) -> Sequence[str]:
    found = []
    for service, database in stores.databases.items():
        if subject in await recovery.list_subjects(database, compose.SPECS[service].republication):
            found.append(service)
    if not found:
        raise SubjectUnknown(f"No service has an aggregate {subject!r}.")
    return found


async def _recover_producer(stores: Stores, service: str, subject: str | None) -> Recovered:
    republication = compose.SPECS[service].republication
    return await recovery.recover_producer(stores.databases[service], stores.bus, service, republication, subject)


def _consumers() -> Sequence[tuple[str, Subscription]]:
    return list(operations.consumers().values())


async def _forget_aggregates(stores: Stores, report: Report) -> None:
    """What no producer told again is of a time that was lost."""
    for owner, subscription in _consumers():
        for service in _producers(subscription):
            found = await recovery.list_differences(
                stores.databases[service], stores.databases[owner], subscription, service
            )
            gone = [each.subject for each in found if each.published is None]
            count = await recovery.forget_aggregates(stores.databases[owner], subscription, service, gone)
            report.forgotten[subscription.consumer] = report.forgotten.get(subscription.consumer, 0) + count


def _producers(subscription: Subscription) -> Sequence[str]:
    return [topic.split(".")[1] for topic in subscription.topics]


async def _until_converged(stores: Stores, within: float) -> None:
    loop = asyncio.get_running_loop()
    limit = loop.time() + within
    while waiting := [*await _list_unpublished(stores), *await _list_behind(stores)]:
        if loop.time() > limit:
            raise NotConverged(f"After {within:.0f} s {'; '.join(waiting)}. Are relays and consumers at work?")
        await asyncio.sleep(POLL_SECONDS)


async def _list_unpublished(stores: Stores) -> Sequence[str]:
    found = []
    for service, database in stores.databases.items():
        async with database.connect() as connection:
            count, _ = await outbox.count_unpublished(connection)
        if count:
            found.append(f"{count} events of {service} are not published")
    return found


async def _list_behind(stores: Stores) -> Sequence[str]:
    found = []
    for owner, subscription in _consumers():
        behind = await lag(stores.databases[owner], stores.bus, subscription)
        if behind:
            found.append(f"{subscription.consumer} is {behind} events behind")
    return found


async def find_faults(stores: Stores) -> Sequence[str]:
    """Which stores went back in time relative to each other, one sentence each."""
    faults = []
    for service, database in stores.databases.items():
        async with database.connect() as connection:
            faults.append(await find_feed_fault(connection, stores.bus, service))
    for owner, subscription in _consumers():
        faults.append(await find_offset_fault(stores.databases[owner], stores.bus, subscription))
    return [fault for fault in faults if fault]


async def list_differences(stores: Stores) -> Sequence[Difference]:
    """Every aggregate whose newest event at a consumer is not its producer's."""
    found: list[Difference] = []
    for owner, subscription in _consumers():
        for service in _producers(subscription):
            found += await recovery.list_differences(
                stores.databases[service], stores.databases[owner], subscription, service
            )
    return found


async def verify(stores: Stores, *, within: float = CONVERGE_SECONDS) -> Report:
    """What differs, once whatever is on its way has arrived; where a store went back, at once."""
    faults = await find_faults(stores)
    if not faults:
        await _until_converged(stores, within)
    return Report(faults=faults, differences=await list_differences(stores))


def lines(report: Report) -> list[str]:
    """A report as an operator reads it."""
    found = [
        f"{service}: generation {done.generation}, {done.aggregates} aggregates published again"
        + (f", {done.requeued} events that the bus had lost as well" if done.requeued else "")
        + (f"; {done.outdated} older ones are no longer kept" if done.outdated else "")
        for service, done in report.recovered.items()
    ]
    found += [f"{name}: reads {count} partitions from their begin" for name, count in report.rewound.items() if count]
    found += [f"{name}: forgot {count} aggregates of a lost time" for name, count in report.forgotten.items() if count]
    found += [*report.faults, *map(str, report.differences)]
    return [*found, "Nothing differs." if report.is_clean else f"{report.count} differences."]
