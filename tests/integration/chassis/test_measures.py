"""What a member tells of its pool and its jobs, as monitoring reads it."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from chassis.jobs import queue
from chassis.jobs.job import Job, NewJob
from chassis.measures import measure_member
from chassis.storage.database import Database
from chassis.storage.transaction import Tx

NAME = "measured"


def told(measure: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(measure, {"member": NAME, **labels})


async def test_jobs_are_told_by_state_and_how_long_one_has_been_due(database: Database) -> None:
    await measure_member(NAME, database)
    assert [told("suite_jobs", state=state) for state in ("waiting", "running", "failed")] == [0, 0, 0]
    assert told("suite_jobs_oldest_seconds") == 0

    async def ask(tx: Tx) -> None:
        for minutes in (-10, 20):
            await queue.save_job(tx, NewJob("openings", due_at=tx.now + timedelta(minutes=minutes)))

    await database.write(ask)
    await measure_member(NAME, database)
    assert told("suite_jobs", state="waiting") == 2
    assert told("suite_jobs_oldest_seconds") == pytest.approx(600, abs=60)

    async def fail(tx: Tx) -> None:
        job = await queue.take_due(tx, ["openings"], "lease", tx.now + timedelta(minutes=1))
        assert isinstance(job, Job)
        await queue.save_failure(tx, job, "ValueError: no", None)

    await database.write(fail)
    await measure_member(NAME, database)
    assert [told("suite_jobs", state=state) for state in ("waiting", "running", "failed")] == [1, 0, 1]
    assert told("suite_jobs_oldest_seconds") == 0, "the one that waits is not due yet"


async def test_connections_in_use_are_counted(database: Database) -> None:
    async with database.connect():
        await measure_member(NAME, database)
        assert (told("suite_database_connections") or 0) >= 1
    most = told("suite_database_connections_most") or 0
    await measure_member(NAME, database)
    assert told("suite_database_connections") == 0
    assert most >= 5
