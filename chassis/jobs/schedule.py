"""Jobs that the clock asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from chassis.clock import LONDON
from chassis.jobs.job import NewJob

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A handler that is asked for again and again; ``latest`` gives the last moment at or before one that it was due.

    Of occurrences that were missed while nothing ran, the latest is made up for, once.
    """

    name: str
    job: str
    latest: Callable[[datetime], datetime]

    def occurrence(self, now: datetime) -> NewJob:
        """The job that is due by ``now``; every instance gives the same, and its key lets it be saved once."""
        moment = self.latest(now).astimezone(UTC)
        return NewJob(
            self.job,
            {"due": moment.isoformat()},
            key=f"schedule:{self.name}:{moment.isoformat()}",
            due_at=moment,
            schedule=self.name,
        )


def every(interval: timedelta) -> Callable[[datetime], datetime]:
    """Due at every whole multiple of ``interval`` since the year 2000."""
    return lambda now: now - (now - _EPOCH) % interval


def daily(at: time) -> Callable[[datetime], datetime]:
    """Due each day at that time in England, whatever its clocks do."""

    def latest(now: datetime) -> datetime:
        local = now.astimezone(LONDON)
        today = datetime.combine(local.date(), at, LONDON)
        return today if today <= local else datetime.combine(local.date() - timedelta(days=1), at, LONDON)

    return latest
