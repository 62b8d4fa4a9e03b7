"""What a position and a trial balance cost by the length of the ledger.

``make bench-ledger``, or ``python -m benchmarks.bench_ledger 1000 100000 1000000``.

Each size has a database of its own, in a temporary folder: a fund of two lines, and so many entries of outturn on them
in the months of a year. Beside the median of each read stands that of a plain read of as many balance rows.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import text

from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.budget import Budget, BudgetLine
from services.finance.domain.fund import FundDefinition, Partner
from services.finance.domain.transfers import Layer, Transfer, sides
from services.finance.models import Base
from services.finance.repository.transfers import append_transfers
from services.finance.service.funds import define_fund
from services.finance.service.ledger import get_trial_balance
from services.finance.service.positions import get_fund_position

YEAR = Period.parse("2017/18")
MONTHS = [Period.parse(f"2017-{month:02d}") for month in range(4, 13)]
AT_ONCE = 5000
RUNS = 15


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians in milliseconds, with so many entries in the ledger."""

    entries: int
    position: float
    trial_balance: float
    rows: float

    def __str__(self) -> str:
        return (
            f"{self.entries:>9} entries: position {self.position:.2f} ms, trial balance {self.trial_balance:.2f} ms, "
            f"{self.trial_balance / self.rows:.1f} times a plain read of its rows ({self.rows:.2f} ms)"
        )


async def measured(entries: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+threads:///{Path(folder) / 'finance.db'}"
        await asyncio.to_thread(migrate.upgrade, "services.finance", url)
        database = Database(url, Base.metadata)
        try:
            await _fill(database, entries)
            position = await _median(database, lambda tx: get_fund_position(tx, "pool", YEAR))
            trial = await _median(database, lambda tx: get_trial_balance(tx, "pool", None, None))
            return Cost(entries, position, trial, await _median(database, _read_balances))
        finally:
            await database.close()


async def _fill(database: Database, entries: int) -> None:
    lines = [BudgetLine(YEAR, "d", "d", code, Budget(code, Decimal(10**6), *[Decimal(0)] * 3)) for code in ("a", "b")]
    fund = FundDefinition("Pool", "PCC", [Partner("PCC", "The council")], None, lines, [])
    await database.write(lambda tx: define_fund(tx, "pool", fund, "Agreed"))
    for start in range(0, entries, AT_ONCE):
        part = [_outturn(number) for number in range(start, min(start + AT_ONCE, entries))]
        await database.write(lambda tx, part=part: append_transfers(tx, part))


def _outturn(number: int) -> Transfer:
    debit, credit, pence = sides("ab"[number % 2], Decimal(number % 100 + 1))
    month = MONTHS[number % len(MONTHS)]
    day: date = month.end
    return Transfer("pool", YEAR, Layer.OUTTURN, debit, credit, pence, day, "Measured", month, reference=f"n{number}")


async def _read_balances(tx: Tx) -> object:
    return (await tx.session.execute(text("SELECT * FROM ledger_balance"))).all()


async def _median(database: Database, work: Callable[[Tx], Awaitable[object]]) -> float:
    """Milliseconds of a read, once its statements are prepared."""
    took = []
    for _ in range(RUNS + 3):
        began = time.perf_counter()
        await database.read(work)
        took.append(time.perf_counter() - began)
    return statistics.median(took[3:]) * 1000


async def main() -> None:
    found = [await measured(int(size)) for size in sys.argv[1:] or ["1000", "100000"]]
    for cost in found:
        print(cost)
    print(f"position, longest ledger to shortest: {found[-1].position / found[0].position:.2f} (wanted 1.25)")


if __name__ == "__main__":
    asyncio.run(main())
