"""What opening a quarter's returns takes, and finding them all missing, by how many there are.

``make bench-returns``, or ``python -m benchmarks.bench_returns 2000 20000``.

Each size has a database of its own, in a temporary folder: a pledge of so many assignments. The job that the service
asks for itself opens a return for each assignment and publishes each as missing, a page in a transaction. Its memory is
measured in a second run, since measuring that makes it slower.
"""

import asyncio
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from chassis.business_dates import pin_business_date
from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.bulk import insert_many
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.app import SPEC
from services.pledges.domain.pledges import Assignment, PledgeDefinition
from services.pledges.service.openings import save_openings
from services.pledges.service.pledges import make_pledge

DAY = date(2018, 2, 28)
WHO = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}
WANTED_SECONDS = 5
"""For 2,000 returns."""


@dataclass(frozen=True, slots=True)
class Cost:
    returns: int
    seconds: float
    peak_mebibytes: float

    def __str__(self) -> str:
        return f"{self.returns:>8} returns: {self.seconds:.2f} s, at most {self.peak_mebibytes:.1f} MiB at a time"


async def measured(returns: int) -> Cost:
    seconds, _ = await _run(returns, traced=False)
    _, peak = await _run(returns, traced=True)
    return Cost(returns, seconds, peak / 2**20)


async def _run(returns: int, *, traced: bool) -> tuple[float, int]:
    """Seconds, and the most bytes that were held at a time of what this made; nought where that is not traced."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+threads:///{Path(folder) / 'pledges.db'}"
        await asyncio.to_thread(migrate.upgrade, "services.pledges", url)
        database = Database(url, models.Base.metadata)
        try:
            await _fill(database, returns)
            if traced:
                tracemalloc.start()
            began = time.perf_counter()
            await _open(database)
            took = time.perf_counter() - began
            peak = tracemalloc.get_traced_memory()[1] if traced else 0
            await database.read(lambda tx: _check(tx, returns))
            return took, peak
        finally:
            tracemalloc.stop()
            await database.close()


async def _fill(database: Database, returns: int) -> None:
    await database.write(lambda tx: pin_business_date(tx, DAY))
    definition = PledgeDefinition(None, "1", "Theme", "Promise", (Assignment("A", "B", "C", ("D",)),))
    await database.write(lambda tx: make_pledge(tx, definition))
    rows: Sequence[Mapping[str, Any]] = [
        {"pledge": "2018-1", "ordinal": number, "valid_from": None, "valid_to": None, **WHO}
        for number in range(2, returns + 1)
    ]
    await database.write(lambda tx: insert_many(tx, models.Assignment, rows))


async def _open(database: Database) -> None:
    """Ask for the job, as the sweep does, and work until there is none."""
    await database.write(save_openings)
    worker = Worker(database, SPEC.jobs, (), ServiceSettings())
    while await worker.do_next():
        pass


async def _check(tx: Tx, returns: int) -> None:
    of = models.PledgeReturn.__table__.c
    found = await tx.session.scalar(select(func.count()).where(of.missing_since.is_not(None)))
    if found != returns:
        raise SystemExit(f"{found} of {returns} returns were found missing")


async def main() -> None:
    found = [await measured(int(size)) for size in sys.argv[1:] or ["2000", "20000"]]
    for cost in found:
        print(cost)
    print(f"2,000 returns: wanted {WANTED_SECONDS} s")
    print(f"memory, most returns to fewest: {found[-1].peak_mebibytes / found[0].peak_mebibytes:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
