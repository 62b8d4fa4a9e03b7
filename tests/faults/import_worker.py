"""A process that does the imports of an indicators database until it is killed: ``... import_worker URL``."""

import asyncio
import sys
from functools import partial

from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from services.indicators.app import SPEC
from services.indicators.models import Base
from services.indicators.service.importing import JOB, run_import


async def main() -> None:
    jobs = {**SPEC.jobs, JOB: partial(run_import, batch_size=40)}  # so that a small file is many batches
    database = Database(sys.argv[1], Base.metadata)
    await Worker(database, jobs, (), ServiceSettings(job_workers=1, job_lease_seconds=1)).run()


if __name__ == "__main__":
    asyncio.run(main())
