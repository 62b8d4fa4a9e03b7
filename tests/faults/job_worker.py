"""A process that does jobs on a database until it is killed: ``python -m tests.faults.job_worker URL LOG``.

Each job writes one row in each of its steps, and after it one line into LOG, which stands for another system. While
there is a file LOG.gate, the first attempt at a job waits for its end after a step.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from chassis.jobs.run import JobRun
from chassis.jobs.schedule import Schedule, every
from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from tests.integration.chassis import tally

LOG = Path(sys.argv[-1])
GATE = LOG.with_suffix(".gate")
STEPS = ("read", "check", "write")


async def import_file(run: JobRun) -> int:
    """Three steps with an effect each, and between them something elsewhere that cannot be rolled back."""
    for number, step in enumerate(STEPS, 1):
        await run.step(step, lambda tx: _add_effect(tx, run.key))
        await run.save_progress(number, len(STEPS))
        _write_elsewhere(f"{run.key}/{step}\n")
        while run.job.attempts == 1 and GATE.exists():  # noqa: ASYNC110  another process tells by it
            await asyncio.sleep(0.02)
    return len(STEPS)


def _write_elsewhere(line: str) -> None:
    with LOG.open("a") as log:
        log.write(line)


async def _add_effect(tx: Tx, key: str) -> None:
    await tx.session.execute(tally.effects.insert(), [{"subject": key, "version": 1}])


async def main() -> None:
    database = Database(sys.argv[1], tally.metadata)
    schedules = [Schedule("yearly", "import_file", every(timedelta(days=36500)))]
    settings = ServiceSettings(job_workers=1, job_lease_seconds=1)
    await Worker(database, {"import_file": import_file}, schedules, settings).run()


if __name__ == "__main__":
    asyncio.run(main())
