"""A recovery, and a verification, of all services: the order of steps, whoever takes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from chassis.errors import NotFound
from chassis.events.inbox import NewestApplied
from chassis.events.outbox import NewestEvent
from chassis.recovery.port import ConsumerInfo, ServiceStores
from chassis.recovery.report import Difference, Recovered, Report

Item = TypeVar("Item")
Suite = Mapping[str, ServiceStores]
"""The stores of every service, by its name."""

CONVERGE_SECONDS = 600.0
POLL_SECONDS = 0.2
AT_ONCE = 200
"""How many aggregates one transaction emits, or forgets."""


class SubjectUnknown(NotFound):
    type_, title = "subject-unknown", "No such aggregate"


class NotConverged(Exception):  # noqa: N818  named for what it is
    """Events are still on their way after the time allowed: relays or consumers are not at work."""


async def recover(suite: Suite, subject: str | None = None, *, within: float = CONVERGE_SECONDS) -> Report:
    """Recover every service that publishes, or those that have an aggregate ``subject``, converge, and verify.

    Raises:
        SubjectUnknown: no service has that aggregate; nothing was changed.
        StoresUnreachable: a service does not answer; running it again is safe.
        NotConverged: relays and consumers did not get to the end in time; running it again is safe.
    """
    report = Report()
    for service in await _services_with(suite, subject) if subject else await _producers(suite):
        report.recovered[service] = await recover_producer(suite[service], subject)
    for stores in suite.values():
        report.rewound |= await stores.recover_consumers()
    await _until_converged(suite, within)
    await _forget_aggregates(suite, report)
    await _until_converged(suite, within)
    report.set_found(await _list_faults(suite), await _list_lasting_differences(suite, within))
    return report


async def verify(suite: Suite, *, within: float = CONVERGE_SECONDS) -> Report:
    """What differs, once whatever is on its way has arrived; where a store went back, at once."""
    report, faults = Report(), await _list_faults(suite)
    if faults:
        report.set_found(faults, await list_differences(suite))
        return report
    await _until_converged(suite, within)
    report.set_found(faults, await _list_lasting_differences(suite, within))
    return report


async def _producers(suite: Suite) -> Sequence[str]:
    return [service for service, stores in suite.items() if await stores.has_events()]


async def recover_producer(stores: ServiceStores, subject: str | None = None) -> Recovered:
    """Begin a generation and emit the present state of all aggregates, or of one, in it.

    Raises:
        SubjectUnknown: the service has no such aggregate; nothing was changed.
    """
    if subject is not None and not await stores.has_aggregate(subject):
        raise SubjectUnknown(f"There is no aggregate {subject!r} here.")
    generation, count = await stores.begin_generation(subject), 0
    async for subjects in _aggregates(stores, subject):
        for first in range(0, len(subjects), AT_ONCE):
            await stores.emit_states(subjects[first : first + AT_ONCE])
        count += len(subjects)
    await stores.end_recovery(generation.number)
    return Recovered(generation.number, count, generation.requeued, generation.outdated)


async def _aggregates(stores: ServiceStores, subject: str | None) -> AsyncIterator[Sequence[str]]:
    if subject is not None:
        yield [subject]
        return
    after = ""
    while page := await stores.list_aggregates(after):
        yield page
        after = page[-1]


async def _services_with(suite: Suite, subject: str) -> Sequence[str]:
    found = [service for service, stores in suite.items() if await stores.has_aggregate(subject)]
    if not found:
        raise SubjectUnknown(f"No service has an aggregate {subject!r}.")
    return found


async def _forget_aggregates(suite: Suite, report: Report) -> None:
    """What no producer told again is of a time that was lost."""
    async for owner, consumer, producer in _pairs(suite):
        published, applied = await _both(suite, owner, consumer, producer)
        gone = [subject for subject in applied if subject not in published]
        for first in range(0, len(gone), AT_ONCE):
            some = gone[first : first + AT_ONCE]
            count = await suite[owner].forget_aggregates(consumer.name, producer, some)
            report.forgotten[consumer.name] = report.forgotten.get(consumer.name, 0) + count


async def _pairs(suite: Suite) -> AsyncIterator[tuple[str, ConsumerInfo, str]]:
    """Every (service that consumes, its consumer, service whose events that reads)."""
    for owner, stores in suite.items():
        for consumer in await stores.list_consumers():
            for producer in consumer.producers:
                yield owner, consumer, producer


async def _both(
    suite: Suite, owner: str, consumer: ConsumerInfo, producer: str
) -> tuple[Mapping[str, NewestEvent], Mapping[str, NewestApplied]]:
    """What was published and applied last of every aggregate."""
    published = await _all_pages(lambda after: suite[producer].list_published(consumer.types, after))
    applied = await _all_pages(lambda after: suite[owner].list_applied(consumer.name, producer, after))
    return published, applied


async def _all_pages(fetch: Callable[[str], Awaitable[Mapping[str, Item]]]) -> Mapping[str, Item]:
    found: dict[str, Item] = {}
    after = ""
    while page := await fetch(after):
        found |= page
        after = list(page)[-1]
    return found


async def _until_converged(suite: Suite, within: float) -> None:
    loop = asyncio.get_running_loop()
    limit = loop.time() + within
    while waiting := [each for stores in suite.values() for each in await stores.list_waiting()]:
        if loop.time() > limit:
            raise NotConverged(f"After {within:.0f} s {'; '.join(waiting)}. Are relays and consumers at work?")
        await asyncio.sleep(POLL_SECONDS)


async def _list_faults(suite: Suite) -> Sequence[str]:
    return [fault for stores in suite.values() for fault in await stores.list_faults()]


# ---- verifying


async def _list_lasting_differences(suite: Suite, within: float) -> Sequence[Difference]:
    """Differences that are the same at a second look: what is on its way meanwhile is none."""
    found = await list_differences(suite)
    if not found:
        return found
    await _until_converged(suite, within)
    again = set(await list_differences(suite))
    return [each for each in found if each in again]


async def list_differences(suite: Suite) -> Sequence[Difference]:
    """Every aggregate whose newest event at a consumer is not its producer's, or whose state is not by that event.

    And whatever a consumer evaluated from such states, and is not what they ask for now.
    """
    found: list[Difference] = []
    async for owner, consumer, producer in _pairs(suite):
        published, applied = await _both(suite, owner, consumer, producer)
        differing = [each for each in sorted({*published, *applied}) if not _agree(published, applied, each)]
        found += [_difference(consumer.name, each, published.get(each), applied.get(each)) for each in differing]
        contradicted = await _list_contradicted(suite, owner, consumer, producer)
        found += [_contradiction(consumer.name, each) for each in contradicted if each not in differing]
    return [*found, *await _list_misjudged(suite)]


def _agree(published: Mapping[str, NewestEvent], applied: Mapping[str, NewestApplied], subject: str) -> bool:
    here, there = applied.get(subject), published.get(subject)
    return here is not None and there is not None and here.event_id == there.event_id


def _difference(
    consumer: str, subject: str, published: NewestEvent | None, applied: NewestApplied | None
) -> Difference:
    here = f"version {applied.order[1]} of generation {applied.order[0]}" if applied else "nothing"
    there = f"version {published.version}" if published else "none"
    detail = f"{consumer} has applied {here} of {subject}, and its producer's newest is {there}."
    return Difference(consumer, subject, detail)


async def _list_contradicted(suite: Suite, owner: str, consumer: ConsumerInfo, producer: str) -> Sequence[str]:
    found: list[str] = []
    after = ""
    while events := await suite[producer].list_events(consumer.types, after):
        found += await suite[owner].list_contradicted(consumer.name, producer, events)
        after = events[-1].subject
    return found


async def _list_misjudged(suite: Suite) -> Sequence[Difference]:
    return [
        Difference(consumer.name, key, f"{consumer.name} has derived of {key} what its stored state does not ask for.")
        for stores in suite.values()
        for consumer in await stores.list_consumers()
        for key, agrees in (await _all_pages(partial(stores.list_evaluated, consumer.name))).items()
        if not agrees
    ]


def _contradiction(consumer: str, subject: str) -> Difference:
    return Difference(consumer, subject, f"{consumer} has stored a state of {subject} that is not its newest event's.")
