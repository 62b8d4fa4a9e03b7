"""The queue: every statement on the tables ``job`` and ``job_step``.

``due_at`` tells when a job may be taken: at its time while it waits, and once its lease has run out while it runs. A
heartbeat moves it on, so a job whose worker is dead or stalled is taken over as one that waits is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, or_, select, update

from chassis import telemetry
from chassis.jobs.job import Job, JobState, JobUnknown, Json, LeaseLost, NewJob, Progress
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx

LONGEST_ERROR = 4000
RECENT = timedelta(days=1)


async def save_job(tx: Tx, new: NewJob) -> int:
    """Have a job done once this transaction has committed. Returns its id, or that of the job that has its key."""
    table = tx.table("job")
    row = {
        "name": new.name,
        "key": new.key,
        "arguments": dict(new.arguments),
        "state": JobState.WAITING.value,
        "attempts": 0,
        "max_attempts": new.max_attempts,
        "due_at": new.due_at or tx.now,
        "is_cancelling": False,
        "schedule": new.schedule,
        "actor": tx.actor,
        "traceparent": telemetry.traceparent(),
        "created_at": tx.now,
    }
    if new.key is None:
        return int((await tx.session.execute(table.insert().values(row).returning(table.c.id))).scalar_one())
    inserted = await insert_or_ignore(tx, table, [row], ["key"], returning=["id"])
    if inserted:
        return int(inserted[0].id)
    return int((await tx.session.execute(select(table.c.id).where(table.c.key == new.key))).scalar_one())


# ---- what a worker does


async def take_due(tx: Tx, names: Sequence[str], lease: str, until: datetime) -> Job | None:
    """Lock the job that has been due longest and save ``lease`` with it; None where none is due.

    One whose attempts are used up, or that was to be cancelled, ends instead, and the next is looked at.
    """
    while (row := await _lock_due(tx, names)) is not None:
        if row.is_cancelling:
            await _end(tx, row.id, JobState.CANCELLED)
        elif row.attempts >= row.max_attempts:
            await _end(tx, row.id, JobState.FAILED, error=f"its worker died or stalled in attempt {row.attempts}")
        else:
            return await _lease(tx, row.id, lease, until)
    return None


async def _lock_due(tx: Tx, names: Sequence[str]) -> Row[Any] | None:
    table = tx.table("job")
    due = (
        select(table)
        .where(table.c.finished_at.is_(None), table.c.due_at <= tx.now, table.c.name.in_(list(names)))
        .order_by(table.c.due_at, table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await tx.session.execute(due)).first()


async def _lease(tx: Tx, number: int, lease: str, until: datetime) -> Job:
    table = tx.table("job")
    taken = (
        update(table)
        .where(table.c.id == number)
        .values(state=JobState.RUNNING.value, attempts=table.c.attempts + 1, lease=lease, due_at=until)
        .returning(table)
    )
    return _job((await tx.session.execute(taken)).one())


async def lock_leased(tx: Tx, job: Job) -> bool:
    """Lock a job that is still leased as ``job`` says; returns whether it is to be cancelled.

    Raises:
        LeaseLost: it is not, so this transaction must roll back.
    """
    table = tx.table("job")
    mine = select(table.c.is_cancelling).where(table.c.id == job.id, table.c.lease == job.lease).with_for_update()
    row = (await tx.session.execute(mine)).first()
    if row is None:
        raise LeaseLost(f"job {job.id} is no longer ours")
    return bool(row.is_cancelling)


async def renew_lease(tx: Tx, job: Job, lasts: timedelta) -> bool:
    """Save a heartbeat; returns whether the job is to be cancelled.

    Raises:
        LeaseLost: somebody else has it.
    """
    is_cancelling = await lock_leased(tx, job)
    await _update(tx, job.id, due_at=tx.now + lasts)
    return is_cancelling


async def get_step(tx: Tx, job: Job, step: str) -> tuple[Json] | None:
    """The result of a step that has been committed, in a tuple; None where it has not."""
    table = tx.table("job_step")
    done = select(table.c.result).where(table.c.job_id == job.id, table.c.name == step)
    row = (await tx.session.execute(done)).first()
    return None if row is None else (row.result,)


async def save_step(tx: Tx, job: Job, step: str, result: Json) -> None:
    row = {"job_id": job.id, "name": step, "result": result, "done_at": tx.now}
    await tx.session.execute(tx.table("job_step").insert().values(row))


async def save_progress(tx: Tx, job: Job, progress: Progress) -> None:
    await lock_leased(tx, job)
    await _update(tx, job.id, progress={"format": 1, "done": progress.done, "total": progress.total})


async def save_success(tx: Tx, job: Job, result: Json) -> None:
    await lock_leased(tx, job)
    await _end(tx, job.id, JobState.SUCCEEDED, result=result)


async def save_cancelled(tx: Tx, job: Job) -> None:
    await lock_leased(tx, job)
    await _end(tx, job.id, JobState.CANCELLED)


async def save_failure(tx: Tx, job: Job, error: str, pause: timedelta | None) -> None:
    """Have a job tried again after ``pause``, or end it where that is None or its attempts are used up."""
    is_cancelling = await lock_leased(tx, job)
    if is_cancelling:
        await _end(tx, job.id, JobState.CANCELLED, error=error[:LONGEST_ERROR])
    elif pause is None or job.attempts >= job.max_attempts:
        await _end(tx, job.id, JobState.FAILED, error=error[:LONGEST_ERROR])
    else:
        waiting = {"state": JobState.WAITING.value, "lease": None, "due_at": tx.now + pause}
        await _update(tx, job.id, error=error[:LONGEST_ERROR], **waiting)


async def save_released(tx: Tx, job: Job) -> None:
    """Give back a job whose worker is told to stop: another may take it now, and the attempt does not count."""
    await lock_leased(tx, job)
    waiting = {"state": JobState.WAITING.value, "lease": None, "due_at": tx.now}
    await _update(tx, job.id, attempts=job.attempts - 1, **waiting)


async def _end(tx: Tx, number: int, state: JobState, **more: Json) -> None:
    await _update(tx, number, state=state.value, lease=None, finished_at=tx.now, **more)


async def _update(tx: Tx, number: int, **values: Json) -> None:
    table = tx.table("job")
    await tx.session.execute(update(table).where(table.c.id == number).values(**values))


# ---- what callers do


async def cancel_job(tx: Tx, number: int) -> Job:
    """End a job that waits, and have one that runs stopped by its worker; one that has ended stays as it is.

    Raises:
        JobUnknown: there is none.
    """
    table = tx.table("job")
    row = (await tx.session.execute(select(table).where(table.c.id == number).with_for_update())).first()
    if row is None:
        raise JobUnknown(f"There is no job {number}.")
    if row.state == JobState.WAITING:
        await _end(tx, number, JobState.CANCELLED)
    elif row.state == JobState.RUNNING:
        await _update(tx, number, is_cancelling=True)
    return await get_job(tx, number)


async def get_job(tx: Tx, number: int) -> Job:
    """The job of this number.

    Raises:
        JobUnknown: there is none.
    """
    table = tx.table("job")
    row = (await tx.session.execute(select(table).where(table.c.id == number))).first()
    if row is None:
        raise JobUnknown(f"There is no job {number}.")
    return _job(row)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are wanted: of a handler, in a state."""

    name: str | None = None
    state: JobState | None = None


async def list_jobs(tx: Tx, wanted: JobFilter, request: PageRequest) -> Page[Job]:
    """Jobs, the newest first."""
    table = tx.table("job")
    query = select(table).order_by(table.c.id.desc()).limit(request.fetch)
    if (after := request.after_number) is not None:
        query = query.where(table.c.id < after)
    if wanted.name is not None:
        query = query.where(table.c.name == wanted.name)
    if wanted.state is not None:
        query = query.where(table.c.state == wanted.state.value)
    return page_of([_job(row) for row in await tx.session.execute(query)], request, lambda job: str(job.id))


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many jobs are in which state, of those that ended within a day, and for how long one has been due."""

    jobs: Mapping[JobState, int]
    oldest_seconds: float


async def count_backlog(tx: Tx) -> Backlog:
    table = tx.table("job")
    recent = or_(table.c.finished_at.is_(None), table.c.finished_at > tx.now - RECENT)
    counted = select(table.c.state, func.count(), func.min(table.c.due_at)).where(recent).group_by(table.c.state)
    rows = (await tx.session.execute(counted)).all()
    due = [since for state, _, since in rows if state == JobState.WAITING]
    oldest = max((tx.now - due[0]).total_seconds(), 0.0) if due else 0.0
    return Backlog({JobState(state): number for state, number, _ in rows}, oldest)


async def count_unfinished(tx: Tx) -> int:
    table = tx.table("job")
    return (await tx.session.execute(select(func.count()).where(table.c.finished_at.is_(None)))).scalar_one()


async def delete_finished(tx: Tx, before: datetime, most: int) -> int:
    """Delete jobs that ended before a moment, with their steps. Returns how many.

    The newest occurrence of a schedule stays: without it, it would be due again.
    """
    job, step = tx.table("job"), tx.table("job_step")
    newer = job.alias("newer")
    is_newest = ~exists().where(newer.c.schedule == job.c.schedule, newer.c.id > job.c.id)
    old = select(job.c.id).where(job.c.finished_at < before, ~and_(job.c.schedule.is_not(None), is_newest)).limit(most)
    numbers = list((await tx.session.scalars(old)).all())
    await tx.session.execute(delete(step).where(step.c.job_id.in_(numbers)))
    await tx.session.execute(delete(job).where(job.c.id.in_(numbers)))
    return len(numbers)


def _job(row: Row[Any]) -> Job:
    values = {name: value for name, value in row._asdict().items() if name != "schedule"}
    progress = values["progress"]
    values["state"] = JobState(values["state"])
    values["is_cancelling"] = bool(values["is_cancelling"])
    values["progress"] = None if progress is None else Progress(progress["done"], progress["total"])
    return Job(**values)


def json_of(value: Json) -> Json:
    """A result as it will be read back, so that a step gives the same whether it ran now or before."""
    return json.loads(json.dumps(value, ensure_ascii=False))
