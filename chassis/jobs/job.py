"""What a job is, and when it is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chassis.errors import NotFound

Json = Any
"""What JSON can say: numbers as strings where they must be exact."""

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
MAX_ATTEMPTS = 10


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobUnknown(NotFound):
    type_, title = "job-unknown", "No such job"


class JobRefused(Exception):  # noqa: N818  named for what it is
    """What a handler raises where no further attempt would help: the job has failed."""


class LeaseLost(Exception):  # noqa: N818  named for what it is
    """Somebody else has the job, or it has ended: nothing more may be written for it here."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be done by the handler called ``name``.

    A ``key`` names what is to be done once: a second job with it is none. ``due_at`` is the earliest moment, now where
    it is None. ``schedule`` is set by the schedule that the job is an occurrence of.
    """

    name: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    key: str | None = None
    due_at: datetime | None = None
    max_attempts: int = MAX_ATTEMPTS
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a job is done: ``done`` of ``total``, in whatever its handler counts."""

    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its row tells it. ``attempts`` counts the present one; ``due_at`` is when it may be taken next."""

    id: int
    name: str
    key: str | None
    arguments: Mapping[str, Json]
    state: JobState
    attempts: int
    max_attempts: int
    due_at: datetime
    lease: str | None
    is_cancelling: bool
    progress: Progress | None
    result: Json
    error: str | None
    actor: str
    traceparent: str | None
    created_at: datetime
    finished_at: datetime | None


def pause_before_retry(attempts: int, chance: float) -> timedelta:
    """How long to wait after that many attempts: twice as long each time, up to ten minutes, less up to a half.

    Args:
        attempts: how many have failed, from 1.
        chance: from 0 to 1, drawn by the caller; it keeps jobs that failed together from being retried together.
    """
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 20)
    longest = min(doubled, LONGEST_PAUSE)
    return longest * (1 - chance / 2)
