"""One attempt at a job, as its handler sees it.

A handler may run more than once: its worker can die at any moment, and a worker that stalled is taken over. What a
*step* writes is there once, whatever happens, because the step is recorded in the transaction of its effects and not
run again; a worker that lost its lease can commit nothing. What a handler does elsewhere, such as a request to another
system, happens at least once: send it with :attr:`JobRun.key` so that the other side can tell.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chassis.crash_points import crash_point
from chassis.jobs import queue
from chassis.jobs.job import Job, Json, Progress
from chassis.storage.database import Database
from chassis.storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class JobRun:
    """The job, and what its handler may do with its database."""

    database: Database
    job: Job

    @property
    def key(self) -> str:
        """What names this job to other systems: the same in every attempt."""
        return self.job.key or f"job-{self.job.id}"

    async def step(self, name: str, work: Callable[[Tx], Awaitable[Json]]) -> Json:
        """Run ``work`` in a transaction and record its result with it; where it is recorded already, give that.

        ``name`` is unique in the job, and the same in every attempt. On SQLite ``work`` may await nothing but ``tx``.

        Raises:
            LeaseLost: another worker has the job; nothing was written.
        """

        async def recorded(tx: Tx) -> Json:
            await queue.lock_leased(tx, self.job)
            before = await queue.get_step(tx, self.job, name)
            if before is not None:
                return before[0]
            result = queue.json_of(await work(tx))
            await queue.save_step(tx, self.job, name, result)
            crash_point("jobs.in_step")
            return result

        result = await self.database.write(recorded, actor=self.job.actor)
        crash_point("jobs.after_step")
        return result

    async def result_of(self, name: str) -> tuple[Json] | None:
        """The result of a step that is done, in a tuple; None where it is not."""
        return await self.database.read(lambda tx: queue.get_step(tx, self.job, name))

    async def long_step(self, name: str, work: Callable[[Tx], Awaitable[Json]]) -> Json:
        """A step that takes longer than a heartbeat: the job is locked at its end, not throughout.

        So heartbeats and progress go on beside it. Otherwise as :meth:`step`: two workers may run it at once, and one
        of them commits.
        """

        async def recorded(tx: Tx) -> Json:
            result = queue.json_of(await work(tx))
            await queue.lock_leased(tx, self.job)
            await queue.save_step(tx, self.job, name, result)
            crash_point("jobs.in_step")
            return result

        done = await self.result_of(name)
        result = done[0] if done is not None else await self.database.write(recorded, actor=self.job.actor)
        crash_point("jobs.after_step")
        return result

    async def save_progress(self, done: int, total: int | None = None) -> None:
        """Save how much is done, for those who look."""
        await self.database.write(lambda tx: queue.save_progress(tx, self.job, Progress(done, total)))
        crash_point("jobs.after_progress")


Handler = Callable[[JobRun], Awaitable[Json]]
"""Does a job. What it returns is the job's result. It raises ``JobRefused`` where no further attempt would help."""
