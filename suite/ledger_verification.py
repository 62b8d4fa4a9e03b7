"""``suite verify ledger``: whether the ledgers of finance are what was written."""

import asyncio
from collections.abc import Iterator
from enum import StrEnum

from services.finance.domain.ledger_check import LedgerCheck, LedgerFault
from services.finance.service.ledger import verify_ledger
from suite import operations, running_suite
from suite.settings import SuiteSettings


class Verified(StrEnum):
    """What ``suite verify`` can be asked to look at besides what consumers have."""

    LEDGER = "ledger"


def check_ledger(url: str | None, key: str | None) -> LedgerCheck:
    """Read the ledgers: of a running suite where there is a ``url``, else of the databases themselves."""
    return asyncio.run(_ask(url, key) if url else _read())


async def _ask(url: str, key: str | None) -> LedgerCheck:
    async with running_suite.client_of(url, key) as client:
        found = await running_suite.ask(client, "GET", "/finance/v1/ledger-verification", timeout=None)
    faults = tuple(LedgerFault(**each) for each in found["faults"])
    return LedgerCheck(found["funds"], found["transfers"], found["entries"], faults)


async def _read() -> LedgerCheck:
    async with operations.database_of("finance", SuiteSettings()) as database:
        return await database.read(verify_ledger)


def lines(check: LedgerCheck) -> Iterator[str]:
    """What was found, row by row, and how much was read."""
    for one in check.faults:
        yield f"{one.table} {one.row}: {one.fault}"
    read = f"{check.transfers} entries of {check.funds} ledgers, {check.entries} entries of schemes"
    yield f"{read}: {len(check.faults)} rows are wrong" if check.faults else f"{read}: all as they were written"
