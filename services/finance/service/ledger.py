"""What happens to funds and schemes goes into the ledger of the fund; and the ledger is read and verified."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.agreement import in_force
from services.finance.domain.fund import Fund
from services.finance.domain.ledger import Entry, posting_quarter
from services.finance.domain.ledger_check import (
    ChainReading,
    LedgerCheck,
    LedgerFault,
    UnreadableRowError,
    differing_balances,
    differing_totals,
    entry_fault,
    unfounded,
    virement_faults,
    year_end_faults,
)
from services.finance.domain.scheme import Scheme, SchemeDefinition
from services.finance.domain.transfers import (
    Account,
    Layer,
    RecordedTransfer,
    Transfer,
    TrialBalance,
    effective_day,
    sides,
    transfers_of_entry,
    transfers_to,
)
from services.finance.errors import FundUnknown
from services.finance.repository import funds, ledger_balances, schemes, transfers, virements, year_ends
from services.finance.repository.entries import append_entries, get_posted_of_all, get_totals, list_entries_after

_AT_ONCE: Final = 1000
_MOST_FAULTS: Final = 1000
_AGREED: Final = (Layer.BUDGET, Layer.CONTRIBUTION)
_PLANNED: Final = (Layer.PLANNED_LOW, Layer.PLANNED_HIGH)


async def post_entries(tx: Tx, entries: Sequence[Entry], of: Iterable[Scheme], first: Iterable[Transfer] = ()) -> None:
    """Append entries of these schemes, which are locked, and how each stands in the ledger of its fund.

    The transfers ``first`` are entered before those of the entries, so that the ledger is locked once, and late. All of
    it is recorded from then on, at one moment.
    """
    before, agreed = list(first), {scheme.code: scheme.definition for scheme in of}
    ledgers = {one.fund for one in before} | {agreed[one.scheme].fund for one in entries}
    if not ledgers:
        return
    heads = await transfers.lock_heads(tx, ledgers)
    tx.catch_up()
    recorded = await append_entries(tx, entries)
    moved = [each for one in recorded for each in transfers_of_entry(one, agreed[one.entry.scheme])]
    await transfers.append_transfers(tx, [*before, *moved], heads)


async def post_budgets(tx: Tx, fund: Fund, reason: str) -> None:
    """Bring budgets and contributions in the ledger of a fund, which is locked, to what is agreed by now."""
    wanted = _budgets(fund) | _contributions(fund)
    balances = await ledger_balances.get_balances(tx, fund.summary.code, _AGREED)
    moved = transfers_to(
        fund.summary.code,
        wanted,
        balances,
        closed=fund.closed_quarters,
        reason=reason,
        relates_to="what is agreed of the fund",
    )
    await transfers.append_transfers(tx, moved)


def _budgets(fund: Fund) -> dict[Account, Decimal]:
    return {Account(Layer.BUDGET, line.financial_year, line.code): line.budget.net_budget for line in fund.lines}


def _contributions(fund: Fund) -> dict[Account, Decimal]:
    """What the agreement in force in each year has partners put in."""
    found: dict[Account, Decimal] = defaultdict(Decimal)
    for year in {part.financial_year for one in fund.agreements for part in one.terms.contributions}:
        agreement = in_force(fund.agreements, year)
        for part in () if agreement is None else agreement.terms.contributions:
            if part.financial_year == year:
                found[Account(Layer.CONTRIBUTION, year, part.partner)] += part.amount
    return found


def plan_transfers(agreed: SchemeDefinition, closed: Collection[Period]) -> list[Transfer]:
    """What a new scheme plans, period by period, with effect in quarters of its fund that are open."""
    return list(_plan(agreed, 1, closed, "The scheme is defined"))


def withdrawn_plan_transfers(agreed: SchemeDefinition, closed: Collection[Period], reason: str) -> list[Transfer]:
    """What takes back the plan of a scheme that is withdrawn, in quarters that are open."""
    return list(_plan(agreed, -1, closed, reason))


def _plan(agreed: SchemeDefinition, sign: int, closed: Collection[Period], reason: str) -> Iterable[Transfer]:
    for part in agreed.plan:
        for layer, amount in ((Layer.PLANNED_LOW, part.low), (Layer.PLANNED_HIGH, part.high)):
            debit, credit, pence = sides(agreed.code, sign * amount)
            yield Transfer(
                fund=agreed.fund,
                financial_year=agreed.financial_year,
                layer=layer,
                debit=debit,
                credit=credit,
                pence=pence,
                effective_on=effective_day(part.period, posting_quarter(part.period, closed)),
                reason=reason,
                period=part.period,
                relates_to="the scheme's plan",
            )


async def get_trial_balance(tx: Tx, fund: str, at: date | None, known_at: datetime | None) -> TrialBalance:
    """Every account of a fund with effect up to ``at``, as known at ``known_at``; each null for now.

    Raises:
        FundUnknown: there is no such fund.
    """
    await check_fund(tx, fund)
    return TrialBalance(fund, at, known_at, await ledger_balances.get_trial_balance(tx, fund, at, known_at))


async def check_fund(tx: Tx, fund: str) -> None:
    """See that there is such a fund.

    Raises:
        FundUnknown: there is none.
    """
    if await funds.get_summary(tx, fund) is None:
        raise FundUnknown(f"There is no fund {fund}.")


async def list_transfers(
    tx: Tx, fund: str, request: PageRequest, layer: Layer | None, account: str | None
) -> Page[RecordedTransfer]:
    """The ledger of a fund in the order in which it was written.

    Raises:
        FundUnknown: there is no such fund.
    """
    await check_fund(tx, fund)
    rows = await transfers.list_transfers(tx, fund, request, layer=layer, account=account)
    return page_of(rows, request, key=lambda one: str(one.number))


async def verify_ledger(tx: Tx) -> LedgerCheck:
    """Read every ledger from its beginning: each chain, its balances, all that stands behind it, and totals.

    A row that cannot be read is a fault, and the only one that is told: nothing is added up without it.
    """
    try:
        return await _verify(tx)
    except UnreadableRowError as unreadable:
        return LedgerCheck(0, 0, 0, (unreadable.fault,))


async def _verify(tx: Tx) -> LedgerCheck:
    codes, defined = await funds.list_all_codes(tx), await _get_schemes(tx)
    chains = [await _read_chain(tx, code) for code in codes]
    agreed = [fault for code in codes for fault in await _check_agreed(tx, code, defined.values())]
    count, faults = await _check_entries(tx, defined)
    found = [*(fault for chain in chains for fault in chain.faults), *agreed, *faults, *await _check_totals(tx)]
    return LedgerCheck(len(codes), sum(chain.count for chain in chains), count, tuple(found[:_MOST_FAULTS]))


async def _read_chain(tx: Tx, fund: str) -> ChainReading:
    chain = ChainReading(fund)
    while part := await transfers.list_after(tx, fund, chain.end.number, _AT_ONCE):
        for one in part:
            chain.read(one)
    days, lines = await ledger_balances.get_days(tx, fund), await ledger_balances.get_lines(tx, fund)
    chain.close(await ledger_balances.get_head(tx, fund), days, lines)
    return chain


async def _check_agreed(tx: Tx, code: str, defined: Iterable[Scheme]) -> list[LedgerFault]:
    """What is agreed of a fund and is not as the ledger says, and transfers that follow from nothing agreed."""
    fund = await funds.get_fund(tx, code)
    if fund is None:
        return []
    balances = await ledger_balances.get_balances(tx, code, (*_AGREED, *_PLANNED))
    agreed = _budgets(fund) | _contributions(fund) | _plans(code, defined)
    return [
        *differing_balances(code, agreed, balances),
        *unfounded(await transfers.list_without_entry(tx, code), "entry"),
        *virement_faults(
            await virements.list_approved(tx, code), await transfers.list_of_layer(tx, code, Layer.VIREMENT)
        ),
        *year_end_faults(
            await year_ends.list_year_ends(tx, code), fund, await transfers.list_of_layer(tx, code, Layer.SHARE)
        ),
    ]


def _plans(fund: str, defined: Iterable[Scheme]) -> dict[Account, Decimal]:
    """What the schemes of a fund that are not withdrawn plan, low and high."""
    found: dict[Account, Decimal] = defaultdict(Decimal)
    for scheme in defined:
        agreed = scheme.definition
        for part in agreed.plan if agreed.fund == fund and scheme.withdrawal is None else ():
            for layer, amount in ((Layer.PLANNED_LOW, part.low), (Layer.PLANNED_HIGH, part.high)):
                found[Account(layer, agreed.financial_year, agreed.code)] += amount
    return found


async def _check_entries(tx: Tx, defined: Mapping[str, Scheme]) -> tuple[int, list[LedgerFault]]:
    """How many entries there are, and what is wrong with those that are not as their transfers say, or missing."""
    agreed = {code: scheme.definition for code, scheme in defined.items()}
    last, count, faults = 0, 0, list[LedgerFault]()
    while part := await list_entries_after(tx, last, _AT_ONCE):
        stand_for = dict(await transfers.list_of_entries(tx, last + 1, part[-1].id))
        for one in part:
            fault = entry_fault(one, agreed.get(one.entry.scheme), stand_for.pop(one.id, ()))
            faults += [] if fault is None else [fault]
        faults += _missing(stand_for)
        last, count = part[-1].id, count + len(part)
    return count, faults + _missing(await transfers.list_of_entries(tx, last + 1, 2**53))


def _missing(stand_for: Mapping[int, Sequence[RecordedTransfer]]) -> list[LedgerFault]:
    return [
        LedgerFault("entry", str(number), f"is missing; {there[0].id} stands for it")
        for number, there in stand_for.items()
    ]


async def _get_schemes(tx: Tx) -> Mapping[str, Scheme]:
    return {scheme.code: scheme for scheme in await schemes.get_schemes(tx, await schemes.list_all_codes(tx))}


async def _check_totals(tx: Tx) -> list[LedgerFault]:
    codes, faults = await schemes.list_all_codes(tx), list[LedgerFault]()
    for start in range(0, len(codes), _AT_ONCE):
        part = codes[start : start + _AT_ONCE]
        entries, totals = await get_posted_of_all(tx, part), await get_totals(tx, part)
        for code in part:
            faults += differing_totals(code, entries.get(code, ()), totals.get(code, ()))
    return faults
