"""Whether a ledger is what was written: the chain of its transfers, and what is kept of them besides."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from contracts.period import Period
from services.finance.domain.explanation import in_pounds
from services.finance.domain.fund import Fund
from services.finance.domain.ledger import PostedAmounts, RecordedEntry, State
from services.finance.domain.savings import NO_AMOUNTS, Amounts, add
from services.finance.domain.scheme import SchemeDefinition
from services.finance.domain.transfers import (
    CONTROL,
    MOVING,
    Account,
    ChainEnd,
    Layer,
    RecordedTransfer,
    Transfer,
    chained,
    transfers_of_entry,
)
from services.finance.domain.virements import Virement, virement_transfer
from services.finance.domain.year_end import YearEnd, year_end_transfers


class Day(NamedTuple):
    """An account on a day of effect, by the label of the period that it is for, empty for none."""

    account: Account
    period: str
    effective_on: date


class OfLine(NamedTuple):
    """The account of a budget line in a layer that moves it, by the label of the period, empty for none."""

    account: Account
    period: str


class Sums(NamedTuple):
    """Pence."""

    debit: int = 0
    credit: int = 0


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """A row that is not what it was when it was written: of which table, by its key, and what is wrong with it."""

    table: str
    row: str
    fault: str


class UnreadableRowError(ValueError):
    """A row says what the suite never writes, such as a layer that there is not."""

    def __init__(self, table: str, row: str) -> None:
        self.fault = LedgerFault(
            table, row, "cannot be read: it says what is never written; what follows is not checked"
        )
        super().__init__(f"{table} {row}")


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """How many transfers and entries of how many funds were read, and the rows found to be wrong."""

    funds: int
    transfers: int
    entries: int
    faults: tuple[LedgerFault, ...]

    @property
    def is_clean(self) -> bool:
        return not self.faults


@dataclass(slots=True)
class ChainReading:
    """The chain of one fund, read in order: where it is, what it adds to, what was wrong."""

    fund: str
    end: ChainEnd = field(default_factory=ChainEnd)
    sums: dict[Day, Sums] = field(default_factory=lambda: defaultdict(Sums))
    faults: list[LedgerFault] = field(default_factory=list)
    count: int = 0

    def read(self, recorded: RecordedTransfer) -> None:
        """Take the next transfer. After a faulty one the chain goes on from what that one says of itself."""
        self.count += 1
        if recorded.number != self.end.number + 1:
            missing = f"{self.end.number + 1} to {recorded.number - 1}"
            self.faults.append(LedgerFault("transfer", recorded.id, f"transfers {missing} before it are missing"))
        elif chained(self.end, recorded) != recorded.hash:
            self.faults.append(LedgerFault("transfer", recorded.id, "was changed: its hash is not that of its content"))
        self.end = ChainEnd(recorded.number, recorded.hash)
        self._add(recorded)

    def _add(self, recorded: RecordedTransfer) -> None:
        one = recorded.transfer
        for owner, debit, credit in ((one.debit, one.pence, 0), (one.credit, 0, one.pence)):
            period = "" if one.period is None else one.period.label
            key = Day(Account(one.layer, one.financial_year, owner), period, one.effective_on)
            before = self.sums[key]
            self.sums[key] = Sums(before.debit + debit, before.credit + credit)

    @property
    def lines(self) -> dict[OfLine, Sums]:
        """What moved each budget line, by period."""
        found: dict[OfLine, Sums] = defaultdict(Sums)
        for day, sums in self.sums.items():
            if day.account.layer in MOVING and day.account.owner != CONTROL:
                key = OfLine(day.account, day.period)
                found[key] = Sums(found[key].debit + sums.debit, found[key].credit + sums.credit)
        return found

    def close(self, head: ChainEnd, stored: Mapping[Day, Sums], lines: Mapping[OfLine, Sums]) -> None:
        """Compare the end with what is stored of it, and the sums with the balances, of days and of lines."""
        if head != self.end:
            at = f"ends with {self.end.number}, and its head says {head.number}"
            self.faults.append(LedgerFault("ledger_head", self.fund, f"the chain {at}"))
        self.faults += _differing("ledger_balance", self.fund, self.sums, stored)
        self.faults += _differing("line_balance", self.fund, self.lines, lines)


def _differing(table: str, fund: str, sums: Mapping[Any, Sums], stored: Mapping[Any, Sums]) -> Iterator[LedgerFault]:
    """Balances, by :class:`Day` or by :class:`OfLine`, that are not what the transfers add to."""
    for key in sorted({*sums, *stored}, key=str):
        counted, there = sums.get(key, Sums()), stored.get(key, Sums())
        if counted != there:
            (layer, year, owner), *rest = key
            named = " ".join(str(each) for each in (fund, year, layer, owner, *rest))
            yield LedgerFault(table, named, f"says {_in_words(there)}, and the transfers {_in_words(counted)}")


def differing_balances(
    fund: str, agreed: Mapping[Account, Decimal], balances: Mapping[Account, Decimal]
) -> Iterator[LedgerFault]:
    """Budgets, contributions and plans, in pounds, that are not what the ledger has of them."""
    for account in sorted({*agreed, *balances}):
        says, there = agreed.get(account, Decimal(0)), balances.get(account, Decimal(0))
        if says != there:
            row = f"{fund} {account.financial_year} {account.owner}"
            yield LedgerFault(
                _TABLE_OF[account.layer], row, f"says {in_pounds(says)}, and the transfers {in_pounds(there)}"
            )


_TABLE_OF: Final = {
    Layer.BUDGET: "budget_line",
    Layer.CONTRIBUTION: "fund_agreement",
    Layer.PLANNED_LOW: "scheme_plan",
    Layer.PLANNED_HIGH: "scheme_plan",
}


def unfounded(there: Iterable[RecordedTransfer], lacks: str) -> Iterator[LedgerFault]:
    """Transfers that follow from nothing; ``lacks`` is what each would have to follow from."""
    for one in there:
        yield LedgerFault("transfer", one.id, f"follows from no {lacks}")


def virement_faults(approved: Iterable[Virement], there: Sequence[RecordedTransfer]) -> Iterator[LedgerFault]:
    """Approved virements that are not as the transfer says by which each moved, and transfers that are of none."""
    by_id = {one.id: (one.transfer, one.actor, one.recorded_at) for one in there}
    claimed = set()
    for one in approved:
        decided = one.decided
        says = None if decided is None else (virement_transfer(one), decided.by, decided.at)
        claimed.add(one.entry_id)
        if one.entry_id is None or by_id.get(one.entry_id) != says:
            yield LedgerFault("virement", f"{one.fund} {one.reference}", "is not what the ledger says of it")
    yield from unfounded((one for one in there if one.id not in claimed), "virement that is approved")


def year_end_faults(ends: Collection[YearEnd], fund: Fund, there: Sequence[RecordedTransfer]) -> Iterator[LedgerFault]:
    """Ends of years that are not as the transfers say by which each was shared, and transfers of years without an end.

    Their day of effect is left out: since then, other quarters may be closed.
    """
    shared: dict[Period, list[_Shared]] = defaultdict(list)
    for one in there:
        shared[one.transfer.financial_year].append(_Shared(_undated(one.transfer), one.actor, one.recorded_at))
    for end in ends:
        wanted = [_Shared(_undated(one), end.signed.by, end.signed.at) for one in year_end_transfers(end, fund)]
        if shared[end.financial_year] != wanted:
            row = f"{end.fund} {end.financial_year}"
            yield LedgerFault("year_end", row, "is not what the ledger says of it")
    signed = {end.financial_year for end in ends}
    yield from unfounded((one for one in there if one.transfer.financial_year not in signed), "end of a year")


class _Shared(NamedTuple):
    """A part of a variance, by whom it was entered and when."""

    transfer: Transfer
    by: str
    at: datetime


def _undated(transfer: Transfer) -> Transfer:
    return replace(transfer, effective_on=transfer.financial_year.end)


def _in_words(sums: Sums) -> str:
    return f"{sums.debit} pence debited and {sums.credit} credited"


def entry_fault(
    recorded: RecordedEntry, agreed: SchemeDefinition | None, there: Sequence[RecordedTransfer]
) -> LedgerFault | None:
    """What is wrong with an entry, beside the transfers that stand for it; null where it is what was posted."""
    expected = [] if agreed is None else list(transfers_of_entry(recorded, agreed))
    quarter = recorded.entry.posted.quarter
    is_elsewhere = any(Period.quarter_of(one.effective_on) != quarter for one in expected)
    if is_elsewhere or [one.transfer for one in there] != expected:
        return LedgerFault("entry", str(recorded.id), "is not what the ledger says of it")
    noted = {(one.actor, one.recorded_at, one.business_date) for one in there}
    if noted != {(recorded.actor, recorded.at, recorded.business_date)}:
        return LedgerFault("entry", str(recorded.id), "says another author or moment than the ledger")
    return None


def differing_totals(
    scheme: str, entries: Iterable[PostedAmounts], totals: Iterable[PostedAmounts]
) -> Iterator[LedgerFault]:
    """Totals that are not what a scheme's entries add to."""
    counted, there = _added(entries), _added(totals)
    for key in sorted({*counted, *there}, key=str):
        if counted.get(key) != there.get(key):
            state, period, quarter = key
            named = f"{scheme} {state} {period} in {quarter}"
            says, add_to = (_of_amounts(one.get(key, NO_AMOUNTS)) for one in (there, counted))
            yield LedgerFault("entry_total", named, f"says {says}, and the entries {add_to}")


def _of_amounts(amounts: Amounts) -> str:
    return f"{in_pounds(amounts.cash)} cash and {in_pounds(amounts.non_cash)} not cash"


def _added(posted: Iterable[PostedAmounts]) -> dict[tuple[State, Period, Period], Amounts]:
    found: dict[tuple[State, Period, Period], Amounts] = {}
    for one in posted:
        key = (one.state, one.period, one.quarter)
        found[key] = add(found.get(key, NO_AMOUNTS), one.amounts)
    return found
