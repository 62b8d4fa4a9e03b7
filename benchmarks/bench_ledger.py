"""What a position and a trial balance cost by the length of the ledger.

``make bench-ledger``, or ``python -m benchmarks.bench_ledger 1000 100000 1000000``.

Embedded and on PostgreSQL, each size with a database of its own: a fund of two lines, and so many random entries on
them, of outturn in the months of a year and of virements on any day of it, of either sign, a tenth of them reversed on
any other day. Beside the median of each read stands that of a plain read of the rows it is made of. At the end the
trial balance has to be nought, layer by layer. A run ends as failed where it is not, where a position takes more than
three times a plain read of its rows, or where it is not flat in the length of the ledger, in milliseconds. All sizes
are filled first and then read in turns, in another order each time, so that what else the machine does, and what this
process did before, meets all of them alike.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import text

from benchmarks.stage import empty_database
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
from suite.engines import PostgresServer

YEAR = Period.parse("2017/18")
MONTHS = [Period.parse(f"2017-{month:02d}") for month in range(4, 13)]
AT_ONCE = 5000
VIRED, REVERSED = 0.2, 0.1
"""Parts of the entries."""
RUNS = 301
MOST_TIMES, FLAT = 3.0, 1.25
"""At most: a position over a plain read of its rows, and one of the longest ledger over one of the shortest."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians in milliseconds, with so many entries in the ledger."""

    entries: int
    position: float
    position_rows: float
    trial_balance: float
    rows: float

    @property
    def times(self) -> float:
        return self.position / self.position_rows

    def __str__(self) -> str:
        return (
            f"{self.entries:>9} entries: position {self.position:.2f} ms, "
            f"{self.times:.1f} times a plain read of its rows ({self.position_rows:.2f} ms), "
            f"trial balance {self.trial_balance:.2f} ms, "
            f"{self.trial_balance / self.rows:.1f} times its ({self.rows:.2f} ms)"
        )


async def measured(*sizes: int, runs: int = RUNS, postgres: PostgresServer | None = None) -> list[Cost]:
    """What reads cost in ledgers of so many entries, each with a database of its own, all of them in turns.

    Embedded, unless there is a server of PostgreSQL.
    """
    async with AsyncExitStack() as stack:
        ledgers = [await stack.enter_async_context(_ledger(entries, postgres)) for entries in sizes]
        took = iter(await _medians([partial(ledger.read, work) for ledger in ledgers for work in _READS], runs))
        for ledger in ledgers:
            await ledger.read(_check)
    return [Cost(entries, *islice(took, len(_READS))) for entries in sizes]


@asynccontextmanager
async def _ledger(entries: int, postgres: PostgresServer | None) -> AsyncIterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+threads:///{Path(folder) / 'finance.db'}"
        if postgres is not None:
            url = await empty_database(postgres, f"ledger_{entries}")
        await asyncio.to_thread(migrate.upgrade, "services.finance", url)
        database = Database(url, Base.metadata)
        try:
            await _fill(database, entries)
            yield database
        finally:
            await database.close()


async def _fill(database: Database, entries: int) -> None:
    lines = [BudgetLine(YEAR, "d", "d", code, Budget(code, Decimal(10**6), *[Decimal(0)] * 3)) for code in ("a", "b")]
    fund = FundDefinition("Pool", "PCC", [Partner("PCC", "The council")], None, lines, [])
    await database.write(lambda tx: define_fund(tx, "pool", fund, "Agreed"))
    chance = random.Random(entries)  # noqa: S311  the same each time
    for start in range(0, entries, AT_ONCE):
        part = list(_operations(chance, start, min(start + AT_ONCE, entries)))
        await database.write(lambda tx, part=part: append_transfers(tx, part))


def _operations(chance: random.Random, first: int, end: int) -> Iterator[Transfer]:
    """Entries of random amounts, lines, layers and months; now and then the opposite of the one before."""
    last: Transfer | None = None
    for number in range(first, end):
        if last is not None and chance.random() < REVERSED:
            last = replace(
                last,
                debit=last.credit,
                credit=last.debit,
                effective_on=_day(chance),
                reference=f"n{number}",
                relates_to="the one before",
            )
        else:
            last = _operation(chance, number)
        yield last


def _operation(chance: random.Random, number: int) -> Transfer:
    month, day = chance.choice(MONTHS), _day(chance)
    pence = chance.randint(-(10**6), 10**6)
    if chance.random() < VIRED:
        giving, receiving = chance.sample("ab", 2)
        return Transfer(
            "pool", YEAR, Layer.VIREMENT, receiving, giving, abs(pence), day, "Measured", reference=f"n{number}"
        )
    debit, credit, pence = sides(chance.choice("ab"), Decimal(pence) / 100)
    return Transfer(
        "pool", YEAR, Layer.OUTTURN, debit, credit, pence, month.end, "Measured", month, reference=f"n{number}"
    )


def _day(chance: random.Random) -> date:
    return YEAR.start + timedelta(days=chance.randrange((YEAR.end - YEAR.start).days + 1))


async def _check(tx: Tx) -> None:
    """The trial balance of all of it is nought, and so is that of each layer."""
    found = await get_trial_balance(tx, "pool", None, None)
    layers: dict[Layer, Decimal] = defaultdict(Decimal)
    for one in found.accounts:
        layers[one.account.layer] += one.balance
    if found.difference or any(layers.values()):
        raise SystemExit(f"the trial balance is off by {found.difference}: {dict(layers)}")


_OF_POSITION = (
    "fund",
    "fund_partner",
    "budget_line",
    "printed_total",
    "fund_agreement",
    "closed_quarter",
    "closed_line",
    "line_balance",
)


async def _read_position(tx: Tx) -> object:
    """The rows that a position of a fund without schemes is made of, as plain as they can be read."""
    return [(await tx.session.execute(text(f"SELECT * FROM {table}"))).all() for table in _OF_POSITION]  # noqa: S608  fixed


async def _read_balances(tx: Tx) -> object:
    return (await tx.session.execute(text("SELECT * FROM ledger_balance"))).all()


async def _get_position(tx: Tx) -> object:
    return await get_fund_position(tx, "pool", YEAR)


async def _get_trial_balance(tx: Tx) -> object:
    return await get_trial_balance(tx, "pool", None, None)


_READS = (_get_position, _read_position, _get_trial_balance, _read_balances)
"""What is timed, in the order of the fields of :class:`Cost`."""


async def _medians(reads: Sequence[Callable[[], Awaitable[object]]], runs: int) -> list[float]:
    """Milliseconds of each read, in turns, once its statements are prepared."""
    took: list[list[float]] = [[] for _ in reads]
    turns, chance = list(zip(took, reads, strict=True)), random.Random(runs)  # noqa: S311  the same each time
    for _ in range(runs + 3):
        chance.shuffle(turns)
        for times, read in turns:
            began = time.perf_counter()
            await read()
            times.append(time.perf_counter() - began)
    return [statistics.median(times[3:]) * 1000 for times in took]


def growth(found: Sequence[Cost]) -> tuple[float, float]:
    """A position in the longest ledger over one in the shortest: in milliseconds, and beside the plain reads."""
    shortest, longest = found[0], found[-1]
    return longest.position / shortest.position, longest.times / shortest.times


def is_wanted(found: Sequence[Cost]) -> bool:
    """Whether no position costs more than is wanted; what the plain reads grow by excuses nothing."""
    return max(cost.times for cost in found) <= MOST_TIMES and growth(found)[0] <= FLAT


async def main() -> None:
    sizes = sorted(int(size) for size in sys.argv[1:] or ["1000", "100000"])
    with PostgresServer() as postgres:
        found = {"embedded": await measured(*sizes), "PostgreSQL": await measured(*sizes, postgres=postgres)}
    for engine, costs in found.items():
        _tell(engine, costs)
    if not all(is_wanted(costs) for costs in found.values()):
        raise SystemExit("a position costs more than is wanted")


def _tell(engine: str, found: Sequence[Cost]) -> None:
    print(f"{engine}:")
    for cost in found:
        print(cost)
    grown, beside = growth(found)
    print(f"position, over a plain read at most: {max(cost.times for cost in found):.2f} (wanted {MOST_TIMES})")
    print(f"longest ledger to shortest: {grown:.2f} (wanted {FLAT}), beside the plain read of each {beside:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
