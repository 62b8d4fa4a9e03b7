"""The worker: takes jobs that are due, under a lease that its heartbeat renews, and saves how they ended."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from chassis import telemetry
from chassis.crash_points import crash_point
from chassis.jobs import queue
from chassis.jobs.job import Job, JobRefused, LeaseLost, pause_before_retry
from chassis.jobs.run import Handler, JobRun
from chassis.jobs.schedule import Schedule
from chassis.logging import get_logger
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from chassis.storage.transaction import Tx

log = get_logger()

POLL_SECONDS = 1.0
SCHEDULE_SECONDS = 10.0
HEARTBEATS = 4
"""How many heartbeats a lease outlives: one that is late must not cost the job."""


class Worker:
    """Does the jobs of one service. Any number of instances may work on one database."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        schedules: Sequence[Schedule],
        settings: ServiceSettings,
    ) -> None:
        self.database = database
        self._handlers = handlers
        self._schedules = schedules
        self._at_once = settings.job_workers
        self._looking = asyncio.Lock()
        """One task looks for what is due: looking costs a transaction a second, in every process."""
        self._lease_lasts = timedelta(seconds=settings.job_lease_seconds)

    async def run(self) -> None:
        """Do jobs until cancelled; those under way are then given back."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._at_once):
                tasks.create_task(self._work())
            if self._schedules:
                tasks.create_task(self._keep_schedules())

    async def _work(self) -> None:
        while True:
            try:
                async with self._looking:
                    job = await self._wait_for_due()
                await self._do(job)
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("jobs.waiting", error=str(error)[:200])
                await asyncio.sleep(POLL_SECONDS)

    async def _keep_schedules(self) -> None:
        while True:
            try:
                await self.save_occurrences()
            except Exception as error:
                if not is_outage(error):
                    raise
            await asyncio.sleep(SCHEDULE_SECONDS)

    async def save_occurrences(self) -> None:
        """Save the job of each schedule that is due, unless it is there."""

        async def work(tx: Tx) -> None:
            for schedule in self._schedules:
                await queue.save_job(tx, schedule.occurrence(tx.now))

        await self.database.write(work)

    async def _wait_for_due(self) -> Job:
        while True:
            if job := await self._take_due():
                return job
            await asyncio.sleep(POLL_SECONDS)

    async def do_next(self) -> bool:
        """Do the job that has been due longest; returns whether there was one."""
        job = await self._take_due()
        if job is not None:
            await self._do(job)
        return job is not None

    async def _take_due(self) -> Job | None:
        """Lock the job that has been due longest, under a lease of its own."""
        lease = str(uuid4())
        return await self.database.write(
            lambda tx: queue.take_due(tx, list(self._handlers), lease, tx.now + self._lease_lasts)
        )

    async def _do(self, job: Job) -> None:
        """Run the handler with its heartbeat beside it; told to stop, give the job back."""
        crash_point("jobs.after_take")
        attempt = asyncio.create_task(self._attempt(job))
        try:
            await self._see_through(job, attempt)
        except LeaseLost:
            log.warning("jobs.lease_lost", job=job.id, name=job.name)
        except asyncio.CancelledError:
            await _stop(attempt)
            with suppress(LeaseLost):
                await self.database.write(lambda tx: queue.save_released(tx, job))
            raise
        finally:
            await _stop(attempt)

    async def _see_through(self, job: Job, attempt: "asyncio.Task[None]") -> None:
        if await self._renew_until_done(job, attempt):
            await _stop(attempt)
            await self.database.write(lambda tx: queue.save_cancelled(tx, job))
            log.info("jobs.cancelled", job=job.id, name=job.name)
        elif attempt.cancelled():  # by something in the handler, not by us
            await self._save_failure(
                job, RuntimeError("the handler was cancelled"), pause_before_retry(job.attempts, 0)
            )
        else:
            attempt.result()

    async def _renew_until_done(self, job: Job, attempt: "asyncio.Task[None]") -> bool:
        """Save heartbeats while the handler runs; returns whether the job is to be cancelled."""
        seconds = self._lease_lasts.total_seconds() / HEARTBEATS
        while not (await asyncio.wait({attempt}, timeout=seconds))[0]:
            if await self._renew(job, attempt):
                return True
        return False

    async def _renew(self, job: Job, attempt: "asyncio.Task[None]") -> bool:
        """Save a heartbeat; returns whether the job is to be cancelled. While the database is away nothing is known."""
        try:
            return await self.database.write(lambda tx: queue.renew_lease(tx, job, self._lease_lasts))
        except LeaseLost:
            if not attempt.done():  # or it has just ended, and so has its lease
                raise
        except Exception as error:
            if not is_outage(error):
                raise
        return False

    async def _attempt(self, job: Job) -> None:
        """Run the handler to its end, and save how it ended."""
        with telemetry.request(job.traceparent, None, f"job {job.name}"):
            try:
                result = await self._handlers[job.name](JobRun(self.database, job))
            except LeaseLost:
                raise
            except JobRefused as refusal:
                await self._save_failure(job, refusal, None)
            except Exception as error:  # noqa: BLE001  whatever it is, the job is tried again and its error is saved
                chance = random.random()  # noqa: S311  nothing to be kept secret
                await self._save_failure(job, error, pause_before_retry(job.attempts, chance))
            else:
                crash_point("jobs.before_finish")
                await self.database.write(lambda tx: queue.save_success(tx, job, queue.json_of(result)))
                crash_point("jobs.after_finish")

    async def _save_failure(self, job: Job, error: Exception, pause: timedelta | None) -> None:
        log.warning("jobs.failed", job=job.id, name=job.name, attempt=job.attempts, error=str(error)[:200])
        cause = f"{type(error).__name__}: {error}"
        await self.database.write(lambda tx: queue.save_failure(tx, job, cause, pause))


async def _stop(attempt: "asyncio.Task[None]") -> None:
    attempt.cancel()
    await asyncio.gather(attempt, return_exceptions=True)
