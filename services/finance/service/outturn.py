"""Post what was spent on the lines of a fund, and forecast what a year comes to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chassis.audit import record_unchanged
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.budget import BudgetLine
from services.finance.domain.forecast import Forecast
from services.finance.domain.ledger import posting_quarter
from services.finance.domain.outturn import (
    MOST_FAULTS,
    OutturnFault,
    OutturnPosting,
    OutturnRecorded,
    fault_of,
    is_same_posting,
    outturn_transfer,
    repeated_references,
)
from services.finance.domain.transfers import RecordedTransfer
from services.finance.errors import FundUnknown, InvalidFinance, PeriodClosed
from services.finance.repository import funds, transfers
from services.finance.repository.closed_quarters import get_closed_quarter, get_closed_quarters
from services.finance.service.auditing import record_outturn
from services.finance.service.fund_publication import emit_funds_moved
from services.finance.service.limits import require_own_lines
from services.finance.service.positions import get_fund_position


@dataclass(frozen=True, slots=True)
class OutturnCall:
    """What was sent at once: all of it is recorded, or nothing.

    ``place_of`` names the field of a posting to whoever sent it; ``into_open`` has what belongs to a closed quarter
    entered in the first open one; ``dry_run`` only says what would be done.
    """

    postings: Sequence[OutturnPosting]
    place_of: Callable[[int, str], str]
    into_open: bool = False
    dry_run: bool = False


async def post_outturn(tx: Tx, code: str, call: OutturnCall) -> OutturnRecorded:
    """Enter what was spent. What was posted under its reference before, with the same content, is left as it is.

    Raises:
        FundUnknown: there is no such fund.
        InvalidFinance: a posting cannot be right; each is named.
        PeriodClosed: one belongs to a quarter that is closed, and was not to fall in an open one.
    """
    if not await funds.lock_fund(tx, code, shared=True):
        raise FundUnknown(f"There is no fund {code}.")
    heads = await transfers.lock_heads(tx, [code])
    tx.catch_up()
    lines, closed = await get_lines_and_closed(tx, code)
    there = await transfers.get_referenced(tx, code, {one.reference for one in call.postings})
    _check(call, [*_faults(call.postings, lines, await tx.business_date()), *_differing(call.postings, there)])
    require_own_lines(tx, lines, {(one.year, one.line) for one in call.postings})
    new = [one for one in call.postings if one.reference not in there]
    if not call.into_open:
        await check_open(tx, code, closed, [one.quarter for one in new])
    if call.dry_run or not new:
        record_unchanged(tx)
        return _recorded(code, call.postings, new, [])
    entered = [outturn_transfer(one, code, closed) for one in new]
    recorded = await transfers.append_transfers(tx, entered, heads)
    record_outturn(tx, recorded)
    await emit_funds_moved(tx, [code])
    return _recorded(code, call.postings, new, recorded)


def _recorded(
    fund: str,
    postings: Sequence[OutturnPosting],
    new: Sequence[OutturnPosting],
    recorded: Sequence[RecordedTransfer],
) -> OutturnRecorded:
    amount = sum((one.amount for one in new), Decimal(0))
    return OutturnRecorded(fund, len(new), len(postings) - len(new), amount, tuple(recorded))


def _faults(postings: Sequence[OutturnPosting], there: Sequence[BudgetLine], today: date) -> list[OutturnFault]:
    lines = {line.key for line in there}
    found = list(repeated_references(postings))
    for place, posting in enumerate(postings):
        fault = fault_of(posting, lines, today)
        found += [] if fault is None else [OutturnFault(place, *fault)]
    return found


def _differing(postings: Sequence[OutturnPosting], there: Mapping[str, RecordedTransfer]) -> list[OutturnFault]:
    return [
        OutturnFault(place, "reference", f"{one.reference} was posted with other content")
        for place, one in enumerate(postings)
        if one.reference in there and not is_same_posting(there[one.reference], one)
    ]


def _check(call: OutturnCall, faults: Sequence[OutturnFault]) -> None:
    if faults:
        ordered = sorted(faults, key=lambda fault: fault.place)
        errors = [FieldError(call.place_of(one.place, one.field), one.fault) for one in ordered[:MOST_FAULTS]]
        raise InvalidFinance(f"{len(ordered)} postings cannot be entered; nothing was.", errors)


async def get_lines_and_closed(tx: Tx, code: str) -> tuple[Sequence[BudgetLine], Collection[Period]]:
    """All that posting asks of a fund that is there: its lines, of every year, and its closed quarters."""
    return await funds.list_lines(tx, code), (await get_closed_quarters(tx, [code]))[code].quarters


async def check_open(tx: Tx, code: str, closed: Collection[Period], quarters: Collection[Period]) -> None:
    """Refuse what falls in a closed quarter of a fund, saying by whom it was closed and where it would fall instead.

    Raises:
        PeriodClosed
    """
    for quarter in sorted(set(quarters) & set(closed)):
        found = await get_closed_quarter(tx, code, quarter)
        by = "" if found is None else f" by {found.closed_by} on {found.business_date}"
        open_quarter = posting_quarter(quarter, closed)
        raise PeriodClosed(
            f"{quarter} of {code} was closed{by}. The first open quarter after it is {open_quarter}: "
            f"with post_in=open it takes effect on {open_quarter.start}."
        )


async def get_forecast(tx: Tx, code: str, wanted: Period | None) -> Forecast:
    """What a year is expected to come to, by default the latest that has budget lines.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it.
    """
    return (await get_fund_position(tx, code, wanted)).forecast
