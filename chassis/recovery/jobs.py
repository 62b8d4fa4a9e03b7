"""The jobs of a service, as an operator looks at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx

from chassis.jobs.job import Job, JobState
from chassis.jobs.queue import JobFilter, list_jobs
from chassis.paging import PageRequest
from chassis.recovery.remote import ask
from chassis.storage.database import Database


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A job, without what it was asked and what came of it."""

    id: int
    name: str
    state: JobState
    attempts: int
    max_attempts: int
    due_at: datetime
    done: int | None
    total: int | None
    error: str | None
    actor: str
    created_at: datetime
    finished_at: datetime | None


class JobStore(Protocol):
    """The jobs of one service.

    Raises:
        StoresUnreachable: the service or its database does not answer.
    """

    async def list_jobs(self, state: JobState | None, below: int | None, most: int) -> Sequence[JobInfo]:
        """Those numbered below ``below``, the newest first."""


@dataclass(frozen=True, slots=True)
class LocalJobs:
    """By the service's own database."""

    database: Database

    async def list_jobs(self, state: JobState | None, below: int | None, most: int) -> Sequence[JobInfo]:
        request = PageRequest(most, None if below is None else str(below))
        page = await self.database.read(lambda tx: list_jobs(tx, JobFilter(state=state), request))
        return [_info(job) for job in page.items]


def _info(job: Job) -> JobInfo:
    progress = job.progress
    return JobInfo(
        id=job.id,
        name=job.name,
        state=job.state,
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        due_at=job.due_at,
        done=progress.done if progress else None,
        total=progress.total if progress else None,
        error=job.error,
        actor=job.actor,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


@dataclass(frozen=True, slots=True)
class RemoteJobs:
    """Over HTTP; ``auth`` proves who asks, and says for whom."""

    service: str
    client: httpx.AsyncClient
    auth: httpx.Auth | None

    async def list_jobs(self, state: JobState | None, below: int | None, most: int) -> Sequence[JobInfo]:
        arguments: Mapping[str, Any] = {"state": state, "below": below, "most": most}
        found: Sequence[JobInfo] = await ask(JobStore, "list_jobs", arguments, at=self)
        return found
