"""Workers killed at every step of a job, on both databases: each job is done, and no step of it twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from chassis.jobs import queue
from chassis.jobs.job import Job, JobState, NewJob, Progress
from chassis.jobs.queue import JobFilter
from chassis.paging import PageRequest
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from tests.eventually import eventually
from tests.faults.job_worker import STEPS
from tests.integration.chassis import tally
from tests.integration.chassis.conftest import database as database_of_tally

pytestmark = pytest.mark.faults

database = database_of_tally
REPOSITORY = Path(__file__).parents[2]
POINTS = [
    "jobs.after_take",
    *(f"jobs.{point}:{step}" for step in (1, 2, 3) for point in ("in_step", "after_step", "after_progress")),
    "jobs.before_finish",
    "jobs.after_finish",
]


class Workers:
    """Processes that do the jobs of a database; killed at the end."""

    def __init__(self, database: Database, other: Path) -> None:
        self.url = database.url.render_as_string(hide_password=False)
        self.other = other
        self.gate = other.with_suffix(".gate")
        self.output = other.with_suffix(".output")
        self.children: list[subprocess.Popen[bytes]] = []

    def start(self, crash_at: str = "") -> subprocess.Popen[bytes]:
        environment = os.environ | {"SUITE_CRASH_AT": crash_at, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-m", "tests.faults.job_worker", self.url, str(self.other)]
        with self.output.open("ab") as output:
            self.children.append(subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=output))
        return self.children[-1]

    def stop(self) -> None:
        for child in self.children:
            child.send_signal(signal.SIGCONT)
            child.kill()
            child.wait()


@pytest.fixture
def workers(database: Database, tmp_path: Path):
    found = Workers(database, tmp_path / "other.log")
    yield found
    found.stop()


async def save_jobs(database: Database, *keys: str) -> None:
    for key in keys:
        await database.write(lambda tx, key=key: queue.save_job(tx, NewJob("import_file", key=key)))


async def list_all(database: Database) -> Sequence[Job]:
    return (await database.read(lambda tx: queue.list_jobs(tx, JobFilter(), PageRequest(100)))).items


async def check_done(database: Database) -> None:
    jobs = await list_all(database)
    assert {(job.state, job.result, job.progress) for job in jobs} == {(JobState.SUCCEEDED, 3, Progress(3, 3))}


async def check_nothing_twice(database: Database, other: Path, kills: int) -> None:
    """Each step has had its effect here once; each kill can have cost one repetition elsewhere."""
    keys = {job.key for job in await list_all(database)}
    effects = await database.read(list_effects)
    assert Counter(effects) == {key: len(STEPS) for key in keys}
    elsewhere = Counter(other.read_text().split())
    assert set(elsewhere) == {f"{key}/{step}" for key in keys for step in STEPS}
    assert elsewhere.total() <= len(elsewhere) + kills * len(STEPS)


async def list_effects(tx: Tx) -> Sequence[str]:
    return (await tx.session.scalars(select(tally.effects.c.subject))).all()


async def test_killed_at_every_step(database: Database, workers: Workers):
    for point in POINTS:
        await save_jobs(database, f"{point}/a", f"{point}/b")
        killed = workers.start(point)
        await eventually(lambda killed=killed: killed.poll() == -signal.SIGKILL, within=60)
    workers.start()
    await eventually(lambda: check_done(database), within=60)
    assert len(await list_all(database)) == 2 * len(POINTS) + 1  # and one of the schedule
    await check_nothing_twice(database, workers.other, kills=len(POINTS))


async def test_two_instances_and_one_of_them_stalled(database: Database, workers: Workers):
    """The stalled one wakes up when all is done, goes on where it was, and can commit nothing."""
    await save_jobs(database, "a", "b")
    workers.gate.touch()
    stalled = workers.start()
    await eventually(lambda: is_at_gate(database), within=60)
    stalled.send_signal(signal.SIGSTOP)
    workers.gate.rename(workers.gate.with_suffix(".open"))
    workers.start()
    await eventually(lambda: check_done(database), within=60)
    stalled.send_signal(signal.SIGCONT)
    await eventually(lambda: "jobs.lease_lost" in workers.output.read_text(), within=60)
    assert stalled.poll() is None
    await check_done(database)
    await check_nothing_twice(database, workers.other, kills=1)


async def is_at_gate(database: Database) -> bool:
    return any(job.progress == Progress(1, 3) for job in await list_all(database))
