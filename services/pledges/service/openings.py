"""Opening quarterly returns: a job, asked for wherever some are to be opened, that opens them a page at a time."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from chassis.jobs.job import Json, NewJob
from chassis.jobs.queue import save_job
from chassis.jobs.run import JobRun
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.pledges.domain.returns import QuarterlyReturn, quarters_to_open
from services.pledges.repository import returns as stored
from services.pledges.service.returns import PAGE, emit_missing

JOB: Final = "open-returns"
SOON_SECONDS: Final = 3
"""How long those who change assignments one after the other are waited for."""


async def save_openings(tx: Tx) -> None:
    """Have what is to be opened opened by a job. The job for it is there once a business date."""
    quarters = await _quarters(tx)
    if first := await _unopened(tx, quarters, limit=1):
        key = f"{JOB}:{await tx.business_date()}:{first[0].id}"
        await save_job(tx, NewJob(JOB, {"quarters": [quarter.path for quarter in quarters]}, key=key))


async def save_opening_soon(tx: Tx) -> None:
    """Have what a change of assignments is owed opened within seconds, by one job for all changes of these seconds.

    It looks again at what is to be opened, and a change that commits later is left to the next sweep.
    """
    number = int(tx.now.timestamp()) // SOON_SECONDS + 1
    due_at = datetime.fromtimestamp(number * SOON_SECONDS, UTC)
    await save_job(tx, NewJob(JOB, {}, key=f"{JOB}:soon:{number}", due_at=due_at))


async def run_opening(run: JobRun) -> Json:
    """Open every return of the quarters that the job names, then find those that are missing already.

    One that names none opens those that are to be opened when it begins.
    """
    named = run.job.arguments.get("quarters") or await run.step("quarters", _paths)
    quarters = [Period.parse(text) for text in named]
    opened = await _all_pages(run, "page", partial(open_returns, quarters=quarters))
    await _all_pages(run, "missing", emit_missing)
    return {"opened": opened}


async def _all_pages(run: JobRun, name: str, work: Callable[[Tx], Awaitable[int]]) -> int:
    """Do it page by page, each in a transaction, until one is not full; how many in all."""
    done, pages = 0, 0
    while True:
        page: int = await run.step(f"{name}-{pages}", work)
        done, pages = done + page, pages + 1
        if page < PAGE:
            return done


async def sweep_missing(tx: Tx) -> int:
    """Publish returns that the calendar made missing. Where there are more than a page, a job does the others."""
    found = await emit_missing(tx)
    if found == PAGE:
        await save_opening_soon(tx)
    return found


async def open_returns(tx: Tx, quarters: Sequence[Period] | None = None) -> int:
    """Open a page of returns, of those quarters that are to be opened where none are named; how many. Repeatable."""
    unopened = await _unopened(tx, await _quarters(tx) if quarters is None else quarters, limit=PAGE)
    await stored.insert_returns(tx, unopened)
    return len(unopened)


async def _paths(tx: Tx) -> Json:
    return [quarter.path for quarter in await _quarters(tx)]


async def _quarters(tx: Tx) -> list[Period]:
    return list(quarters_to_open(await stored.get_newest_quarter(tx), await tx.business_date()))


async def _unopened(tx: Tx, quarters: Sequence[Period], *, limit: int) -> list[QuarterlyReturn]:
    found: list[QuarterlyReturn] = []
    for quarter in quarters:
        if len(found) < limit:
            found += await stored.list_unopened(tx, quarter, limit - len(found))
    return found
