"""Replays, rebuilds and the business date of all services."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from chassis.business_dates import BusinessDate, pin_business_date, unpin_business_date
from chassis.jobs.job import Job, JobRefused, JobState, Json, NewJob
from chassis.jobs.queue import JobFilter, list_jobs
from chassis.jobs.run import Handler, JobRun
from chassis.paging import Page, PageRequest
from chassis.recovery.port import StoresUnreachable
from chassis.recovery.replays import Replayed, ReplayStore, Start
from chassis.storage.transaction import Tx
from gateway.operations.asked_jobs import begin_job, get_named_job
from gateway.operations.errors import ConsumerUnknown, RebuildUnderWay, RebuildUnknown, ReplayImpossible
from gateway.operations.services import Services

REBUILD: Final = "rebuild"

Stores = Mapping[str, ReplayStore]
"""Consumers and calendar of each service, by its name."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A rebuild as it is now; ``folded`` has the events by consumer once it has succeeded."""

    job: Job
    service: str
    folded: Mapping[str, int] | None


async def replay(stores: Stores, consumer: str, start: Start) -> Replayed:
    """Have a consumer apply again what its log has from there on.

    Raises:
        ConsumerUnknown: no service has a consumer of that name.
        ReplayImpossible: the log no longer has all of that; nothing was changed.
    """
    for store in stores.values():
        replayed = await store.replay_consumer(consumer, start)
        if replayed is not None:
            if replayed.refused:
                raise ReplayImpossible(replayed.refused)
            return replayed
    raise ConsumerUnknown(f"There is no consumer {consumer!r}.")


async def begin_rebuild(tx: Tx, service: str) -> Rebuild:
    """Have what a service derives from events made anew.

    Raises:
        RebuildUnderWay: another has not ended.
    """
    return _rebuild(await begin_job(tx, NewJob(REBUILD, {"service": service}, max_attempts=1), RebuildUnderWay))


async def get_rebuild(tx: Tx, number: int) -> Rebuild:
    """A rebuild by its number.

    Raises:
        RebuildUnknown: there is none.
    """
    return _rebuild(await get_named_job(tx, REBUILD, number, RebuildUnknown))


async def list_rebuilds(tx: Tx, request: PageRequest) -> Page[Rebuild]:
    """The newest first."""
    return (await list_jobs(tx, JobFilter(REBUILD), request)).of(_rebuild)


def _rebuild(job: Job) -> Rebuild:
    return Rebuild(job, job.arguments["service"], job.result if job.state is JobState.SUCCEEDED else None)


def handlers(services: Services) -> Mapping[str, Handler]:
    """What rebuilds are done by."""

    async def rebuild(run: JobRun) -> Json:
        store = services.replays(run.job.actor)[run.job.arguments["service"]]
        rebuilt = await store.rebuild_consumers()
        if rebuilt.refused:
            raise JobRefused(rebuilt.refused)
        return dict(rebuilt.folded)

    return {REBUILD: rebuild}


async def list_business_dates(stores: Stores) -> dict[str, BusinessDate | None]:
    """By service: alike, unless a move of them was broken off; None of one that does not answer."""
    found = await asyncio.gather(*(_read_business_date(store) for store in stores.values()))
    return dict(zip(stores, found, strict=True))


async def _read_business_date(store: ReplayStore) -> BusinessDate | None:
    try:
        return await store.read_business_date()
    except StoresUnreachable:
        return None


async def set_business_dates(stores: Stores, day: date | None) -> None:
    """Pin the date of every service, or have all follow the calendar.

    Where a service does not answer, those before it are moved, and doing it again moves the rest.
    """
    for store in stores.values():
        await store.set_business_date(day)


async def set_own_business_date(tx: Tx, day: date | None) -> None:
    """The same for the gateway, whose record names it too."""
    await (unpin_business_date(tx) if day is None else pin_business_date(tx, day))
