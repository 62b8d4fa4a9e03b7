"""What operators ask for and a worker does: jobs of the gateway, each with an entry in its audit record."""

from typing import Final

from chassis.audit import record_change
from chassis.errors import Conflict, NotFound
from chassis.jobs.job import Job, JobState, JobUnknown, NewJob
from chassis.jobs.queue import JobFilter, get_job, list_jobs, save_job
from chassis.paging import PageRequest
from chassis.storage.transaction import Tx

_UNFINISHED: Final = frozenset({JobState.WAITING, JobState.RUNNING})


async def begin_job(tx: Tx, new: NewJob, under_way: type[Conflict] | None = None) -> Job:
    """Have a job done. With ``under_way``, one of its name at a time.

    Raises:
        Conflict: ``under_way``, as another of this name has not ended.
    """
    if under_way:
        newest = await list_jobs(tx, JobFilter(new.name), PageRequest(1))
        if newest.items and newest.items[0].state in _UNFINISHED:
            raise under_way(f"{new.name.capitalize()} {newest.items[0].id} has not ended; wait for it.")
    number = await save_job(tx, new)
    after = {"id": number, **new.arguments}
    record_change(tx, subject=f"{new.name}-{number}", action=f"{new.name}.requested", before=None, after=after)
    return await get_job(tx, number)


async def get_named_job(tx: Tx, name: str, number: int, unknown: type[NotFound]) -> Job:
    """The job of this name and number.

    Raises:
        NotFound: ``unknown``, as there is none.
    """
    refusal = unknown(f"There is no {name} {number}.")
    try:
        job = await get_job(tx, number)
    except JobUnknown:
        raise refusal from None
    if job.name != name:
        raise refusal
    return job
