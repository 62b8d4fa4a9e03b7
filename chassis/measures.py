"""What every member tells of its own database: how much of its pool is in use, and the jobs that wait there."""

from chassis import telemetry
from chassis.jobs import queue
from chassis.jobs.job import JobState
from chassis.storage.database import Database

_SHOWN = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)


async def measure_member(name: str, database: Database) -> None:
    """Refresh the measures of one member's pool and jobs."""
    in_use, most = database.count_connections()
    telemetry.CONNECTIONS.labels(name).set(in_use)
    telemetry.MOST_CONNECTIONS.labels(name).set(most)
    backlog = await database.read(queue.count_backlog)
    for state in _SHOWN:
        telemetry.JOBS.labels(name, state.value).set(backlog.jobs.get(state, 0))
    telemetry.JOBS_AGE.labels(name).set(backlog.oldest_seconds)
