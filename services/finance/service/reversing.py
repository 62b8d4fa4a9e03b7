"""Take back what was entered into the ledger: by a further entry, with an explicit day of effect."""

from dataclasses import replace
from datetime import date
from typing import Final

from chassis.audit import record_unchanged
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.transfers import Layer, RecordedTransfer, Transfer, split_id
from services.finance.errors import EntryDerived, EntryReversed, EntryUnknown, InvalidFinance
from services.finance.repository import funds, transfers
from services.finance.service.auditing import record_reversal
from services.finance.service.fund_publication import emit_funds_moved
from services.finance.service.limits import require_own_lines
from services.finance.service.outturn import check_open, get_lines_and_closed

_SOURCE: Final = {
    Layer.BUDGET: "define the fund with another budget",
    Layer.VIREMENT: "propose a virement the other way",
    Layer.CONTRIBUTION: "record another agreement",
    Layer.PLANNED_LOW: "withdraw the scheme",
    Layer.PLANNED_HIGH: "withdraw the scheme",
    Layer.INDICATED: "record a revision of the observation",
    Layer.NON_CASH: "record a revision of the observation",
    Layer.VALIDATED: "post a correction to the scheme that names it in corrects",
    Layer.BANKED: "post a correction to the scheme that names it in corrects",
    Layer.SHARE: "agree it in the next year: the end of a year is signed off for good",
}
"""What to do instead, of layers whose entries follow from something else."""


async def reverse_entry(tx: Tx, entry_id: str, effective_on: date, reason: str) -> tuple[RecordedTransfer, bool]:
    """Enter the opposite of an entry of outturn. The same reversal again changes nothing (false).

    Raises:
        EntryUnknown: there is no such entry.
        EntryDerived: it follows from something else, or is a reversal itself.
        EntryReversed: it was reversed with another day or reason.
        PeriodClosed: the quarter of the day is closed.
        InvalidFinance: the day is not within the entry's financial year.
    """
    code, number = split_id(entry_id) or ("", 0)
    await funds.lock_fund(tx, code)
    before = await get_entry(tx, entry_id)
    _check_reversible(before)
    wanted = _reversal(before, effective_on, reason)
    there = await transfers.get_reversal(tx, code, number)
    if there is not None:
        if there.transfer != wanted:
            raise EntryReversed(f"{entry_id} was reversed by {there.id} on {there.transfer.effective_on}.")
        record_unchanged(tx)
        return there, False
    return await _enter(tx, wanted), True


async def get_entry(tx: Tx, entry_id: str) -> RecordedTransfer:
    """An entry of a ledger.

    Raises:
        EntryUnknown: there is none.
    """
    code, number = split_id(entry_id) or ("", 0)
    found = await transfers.get_transfer(tx, code, number)
    if found is None:
        raise EntryUnknown(f"There is no entry {entry_id}.")
    return found


async def _enter(tx: Tx, wanted: Transfer) -> RecordedTransfer:
    lines, closed = await get_lines_and_closed(tx, wanted.fund)
    year = wanted.financial_year
    if not year.start <= wanted.effective_on <= year.end.replace(year=year.end.year + 1):
        raise InvalidFinance(f"{wanted.effective_on} is neither within {year} nor within a year after it.")
    require_own_lines(tx, lines, {(year, wanted.debit), (year, wanted.credit)})
    await check_open(tx, wanted.fund, closed, [Period.quarter_of(wanted.effective_on)])
    [recorded] = await transfers.append_transfers(tx, [wanted])
    record_reversal(tx, recorded)
    await emit_funds_moved(tx, [wanted.fund])
    return recorded


def _check_reversible(recorded: RecordedTransfer) -> None:
    transfer = recorded.transfer
    if transfer.reverses is not None:
        raise EntryDerived(f"{recorded.id} is a reversal itself; enter anew what it took back.")
    if transfer.layer in _SOURCE:
        raise EntryDerived(f"{recorded.id} is {transfer.layer}: to change it, {_SOURCE[transfer.layer]}.")


def _reversal(recorded: RecordedTransfer, effective_on: date, reason: str) -> Transfer:
    before = recorded.transfer
    return replace(
        before,
        debit=before.credit,
        credit=before.debit,
        effective_on=effective_on,
        reason=reason,
        reference=None,
        relates_to=f"{recorded.id}, entered by {recorded.actor}",
        reverses=recorded.number,
    )
