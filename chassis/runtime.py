"""A service at work: its relay, its consumers and its jobs, watched and restarted, and their health."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from chassis import telemetry
from chassis.bus.port import Bus, BusError
from chassis.events import inbox
from chassis.events.consumer import ConsumerLoop
from chassis.events.dead_letters import count_parked
from chassis.events.relay import Relay
from chassis.events.subscription import Subscription
from chassis.jobs.run import Handler
from chassis.jobs.schedule import Schedule
from chassis.jobs.worker import Worker
from chassis.logging import get_logger
from chassis.measures import measure_member
from chassis.retention import delete_outdated
from chassis.service import Retention, ServiceSpec
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from contracts.topics import events_topic

T = TypeVar("T")
log = get_logger()

BUS_SECONDS = 1.0
"""How long readiness waits for the bus: less than any probe waits for readiness."""

STALLED_SECONDS = 30.0
"""Events that wait so long without progress are a fault, whatever its cause."""

SWEEP_SECONDS = 60.0
MEASURE_SECONDS = 5.0
SETTLED_SECONDS = 60.0
"""What ran for so long and then breaks is started again as if it never had before."""


class MemberRuntime:
    """Runs what every member does besides answering requests: the jobs of its own database, and keeping house there."""

    def __init__(
        self,
        name: str,
        database: Database,
        settings: ServiceSettings,
        jobs: Mapping[str, Handler],
        schedules: Sequence[Schedule] = (),
        retentions: Mapping[str, Retention] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.database = database
        self.worker = Worker(database, jobs, schedules, settings)
        self._has_jobs = bool(jobs)
        self._settings = settings
        self._retentions = retentions

    async def run(self) -> None:
        """Do jobs, keep house and measure until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self._has_jobs:
                tasks.create_task(_restart_broken("jobs", self.name, self.worker.run))
            tasks.create_task(_restart_broken("retention", self.name, self._keep_house))
            tasks.create_task(_restart_broken("measure", self.name, self._measure))

    async def _measure(self) -> None:
        while True:
            with suppress(Exception):  # as of a service
                await measure_member(self.name, self.database)
            await asyncio.sleep(MEASURE_SECONDS)

    async def _keep_house(self) -> None:
        """Delete what is outdated, first some time after the start, when there is most else to do."""
        while True:
            await asyncio.sleep(min(self._settings.retention_seconds, SETTLED_SECONDS))
            deleted = await delete_outdated(self.database, self.name, self._settings, self._retentions)
            if any(deleted.values()):
                log.info("retention.deleted", service=self.name, **deleted)
            await asyncio.sleep(max(0.0, self._settings.retention_seconds - SETTLED_SECONDS))


class ServiceRuntime:
    """Runs what a service does besides answering requests."""

    def __init__(self, spec: ServiceSpec, database: Database, bus: Bus, settings: ServiceSettings) -> None:
        self.spec = spec
        self.database = database
        self.bus = bus
        self.relay = Relay(database, bus, spec.name, batch=settings.relay_batch)
        self.loops = [ConsumerLoop(database, bus, subscription, settings) for subscription in spec.subscriptions]
        self.member = MemberRuntime(spec.name, database, settings, spec.jobs, spec.schedules, spec.retentions)

    async def run(self) -> None:
        """Relay, consume and do jobs until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self.spec.publishes:
                tasks.create_task(_restart_broken("relay", self.spec.name, self.relay.run))
            for task in self.spec.tasks:
                tasks.create_task(_restart_broken("task", self.spec.name, partial(task, self.database)))
            for loop in self.loops:
                tasks.create_task(_restart_broken("consumer", loop.name, partial(consume, loop)))
            tasks.create_task(_restart_broken("measure", self.spec.name, self._measure))
            if self.spec.sweeps:
                tasks.create_task(_restart_broken("sweep", self.spec.name, self._sweep))
            tasks.create_task(self.member.run())

    async def _measure(self) -> None:
        """Refresh the measures on a clock of their own: they matter most when the loops are busy or stand still."""
        while True:
            with suppress(Exception):  # what is away shows elsewhere; the next round tries again
                if self.spec.publishes:
                    await self.relay.measure()
                consumers = await self._consumers()
                for name, seen in consumers.items():
                    telemetry.LAG.labels(name).set(_or_nan(seen["lag"]))
                    telemetry.LAG_SECONDS.labels(name).set(_or_nan(seen["lag_seconds"]))
                    telemetry.AGE.labels(name).set(seen["age_seconds"])
                    telemetry.DEAD_LETTERS.labels(name).set(seen["dead_letters"])
                telemetry.REFUSING.labels(self.spec.name).set(bool(self.refusals()))
                telemetry.BUS.labels(self.spec.name).set(await self._bus_answers(consumers))
            await asyncio.sleep(MEASURE_SECONDS)

    async def _sweep(self) -> None:
        while True:
            for sweep in self.spec.sweeps:
                await self.database.write(sweep)
            await asyncio.sleep(SWEEP_SECONDS)

    async def health(self) -> dict[str, Any]:
        """Detail for readiness.

        The service answers requests even where its bus is away or a consumer is stopped: then it is ``degraded``,
        not unready, since events wait safely in the outbox and on the bus. Where its database or the bus went back in
        time it is not ready: what it acknowledges may reach nobody.
        """
        consumers = await self._consumers()
        unpublished, _ = await self.relay.count_unpublished()
        relay = {"unpublished": unpublished, "failing": self.relay.failing, "refusal": self.relay.refusal}
        answers = await self._bus_answers(consumers)
        degraded = bool(self.relay.failing) or not answers or any(map(_is_troubled, consumers.values()))
        refusals = self.refusals()
        status = "refusing" if refusals else "degraded" if degraded else "ok"
        state = {"status": status, "bus": "ok" if answers else "silent", "refusals": refusals}
        more = await self.spec.detail(self.database) if self.spec.detail else {}
        return {**more, "ready": not refusals, **state, "relay": relay, "consumers": consumers}

    def refusals(self) -> list[str]:
        """Why nothing is published or applied: sentences that say which store went back in time by how much."""
        found = [self.relay.refusal, *(loop.refusal for loop in self.loops)]
        return [refusal for refusal in found if refusal]

    async def _consumers(self) -> dict[str, dict[str, Any]]:
        """All are asked at once: a bus that is silent keeps whoever asks waiting once, not once a consumer."""
        seen = await asyncio.gather(*map(self._consumer, self.loops))
        return {loop.name: one for loop, one in zip(self.loops, seen, strict=True)}

    async def _bus_answers(self, consumers: Mapping[str, Mapping[str, Any]]) -> bool:
        """Whether the bus has told every consumer its lag; a service without one asks for itself."""
        if consumers:
            return all(seen["lag"] is not None for seen in consumers.values())
        return await _answer_in_time(self.bus.end_offsets(events_topic(self.spec.name))) is not None

    async def _consumer(self, loop: ConsumerLoop) -> dict[str, Any]:
        parked = await self.database.read(lambda tx: count_parked(tx, loop.name))
        behind = await _answer_in_time(lag(self.database, self.bus, loop.subscription))
        if behind == 0:
            loop.applier.moved_at, loop.applier.applied_until = time.monotonic(), time.time()
        age = round(time.monotonic() - loop.applier.moved_at, 3) if behind != 0 else 0.0
        seen = {"lag": behind, "lag_seconds": _lag_seconds(loop, behind), "age_seconds": age}
        return {**seen, "dead_letters": parked, "stopped": loop.stopped}


async def consume(loop: ConsumerLoop) -> None:
    """Consume; once a run of failures has stopped that, go on when an operator says so."""
    while True:
        if loop.stopped is None:
            await loop.run()
        await loop.wait_until_allowed()


def _lag_seconds(loop: ConsumerLoop, behind: int | None) -> float | None:
    """By how much time it is behind; None where the bus does not say, or others have all partitions."""
    if behind == 0:
        return 0.0
    if behind is None or not loop.next_offsets:
        return None
    return round(max(time.time() - loop.applier.applied_until, 0.0), 3)


def _or_nan(found: float | None) -> float:
    return math.nan if found is None else found


def _is_troubled(seen: Mapping[str, Any]) -> bool:
    return bool(seen["stopped"] or seen["dead_letters"] or seen["age_seconds"] > STALLED_SECONDS)


async def _answer_in_time(question: Coroutine[Any, Any, T]) -> T | None:
    """The answer, or none where the bus does not give it soon: a silent bus must not keep a probe waiting."""
    task = asyncio.create_task(question)
    await asyncio.wait({task}, timeout=BUS_SECONDS)
    if not task.done():
        task.cancel()
        return None
    try:
        return task.result()
    except BusError:
        return None


async def lag(database: Database, bus: Bus, subscription: Subscription) -> int:
    """Events on the bus that have not had their effect in ``database``; what was deleted is not there to wait for.

    Below zero where a log ends before what was read of it, however much there is to read elsewhere.
    """
    behind: list[int] = []
    for topic in subscription.topics:
        ends = await bus.end_offsets(topic)
        stored = await inbox.get_stored_offsets(database, subscription.consumer, list(ends))
        waiting_in = [partition for partition, end in ends.items() if stored.get(partition, 0) != end]
        begins = await bus.begin_offsets(topic) if waiting_in else {}
        behind += [ends[each] - max(begins[each], stored.get(each, 0)) for each in waiting_in]
    return sum(each for each in behind if each < 0) or sum(behind)


async def _restart_broken(kind: str, name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Start again what broke unexpectedly; what ended by itself (a stopped consumer) stays ended."""
    pause = 1.0
    while True:
        began = time.monotonic()
        try:
            await run()
        except Exception:
            if time.monotonic() - began > SETTLED_SECONDS:
                pause = 1.0
            log.exception("runtime.broke", kind=kind, name=name, again_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30.0)
        else:
            return
