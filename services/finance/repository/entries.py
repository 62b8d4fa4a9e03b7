"""The ledgers of schemes: entries are appended and read, never changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select

from chassis.paging import PageRequest
from chassis.storage.bulk import add_to, insert_many
from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, period_columns, row_period
from contracts.money import PENNY, to_penny
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.capping import Banked
from services.finance.domain.ledger import Basis, Entry, PostedAmounts, RecordedEntry, State
from services.finance.domain.ledger_check import UnreadableRowError
from services.finance.domain.savings import NO_AMOUNTS, Amounts, add
from services.finance.domain.series import Version
from services.finance.domain.transfers import in_pence
from services.finance.models import EntryRow, EntryTotalRow, SchemeRow
from services.finance.repository.observations import series_columns, series_of
from services.finance.repository.recorded import recorded_by

_SUMMED = ("scheme", "state", *PERIOD, "posted_quarter", "cash", "non_cash")
_NO_BASIS: Mapping[str, Any] = {
    **dict.fromkeys(("indicator", "area", "generation", "revision", "rule_version", "event_id")),
    "breakdown": "",
}


async def append_entries(tx: Tx, entries: Sequence[Entry]) -> list[RecordedEntry]:
    """Append entries to schemes that are locked, and add them to the totals. In the order of their ids.

    One that is there already is an error: it would count twice.
    """
    if not entries:
        return []
    today = await tx.business_date()
    rows = [_row_of(tx, entry, today) for entry in entries]
    by_key = {_key_of(row): entry for row, entry in zip(rows, entries, strict=True)}
    inserted = await insert_many(tx, EntryRow, rows, returning=("id", *_KEY))
    await add_to(tx, EntryTotalRow, _total_rows(entries), _TOTAL_KEY, ("cash", "non_cash"))
    ids = sorted((row.id, by_key[_key_of(row._mapping)]) for row in inserted)  # noqa: SLF001  a row's public mapping
    return [RecordedEntry(number, entry, tx.actor, tx.now, today) for number, entry in ids]


_KEY = ("scheme", "state", *PERIOD, "generation", "revision", "rule_version", "reference")
"""What tells the entries of one call apart."""
_TOTAL_KEY = ("scheme", "state", *PERIOD, "posted_quarter")


def _key_of(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)


def _total_rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    sums: dict[tuple[Any, ...], Amounts] = {}
    for entry in entries:
        posted, period = entry.posted, entry.posted.period
        key = (entry.scheme, posted.state.value, period.kind.value, period.start, period.end, posted.quarter.start)
        sums[key] = add(sums.get(key, NO_AMOUNTS), posted.amounts)
    return [
        {**dict(zip(_TOTAL_KEY, key, strict=True)), "cash": _pence(total.cash), "non_cash": _pence(total.non_cash)}
        for key, total in sorted(sums.items())
    ]


def _pence(amount: Decimal) -> int:
    return in_pence(to_penny(amount))


def _row_of(tx: Tx, entry: Entry, today: date) -> dict[str, Any]:
    posted = entry.posted
    return {
        "scheme": entry.scheme,
        "state": posted.state.value,
        **period_columns(posted.period),
        "posted_quarter": posted.quarter.start,
        "restates": entry.restates,
        "cash": to_penny(posted.amounts.cash),
        "non_cash": to_penny(posted.amounts.non_cash),
        **_basis_columns(entry.basis),
        "reference": entry.reference,
        "corrects": entry.corrects,
        "reason": entry.reason,
        "actor": tx.actor,
        "at": tx.now,
        "business_date": today,
    }


def _basis_columns(basis: Basis | None) -> Mapping[str, Any]:
    if basis is None:
        return _NO_BASIS
    return {
        **series_columns(basis.series),
        "generation": basis.version.generation,
        "revision": basis.version.number,
        "rule_version": basis.rule_version,
        "event_id": basis.event_id,
    }


def _recorded(row: EntryRow) -> RecordedEntry:
    """An entry as its row says.

    Raises:
        UnreadableRowError: it says what is never written.
    """
    try:
        posted, basis = _posted(row), _basis(row)
    except ValueError as error:
        raise UnreadableRowError("entry", str(row.id)) from error
    entry = Entry(
        scheme=row.scheme,
        posted=posted,
        restates=row.restates,
        reason=row.reason,
        basis=basis,
        reference=row.reference,
        corrects=row.corrects,
    )
    return RecordedEntry(row.id, entry, row.actor, row.at, row.business_date)


def _posted(row: Any) -> PostedAmounts:
    amounts = Amounts(row.cash, row.non_cash)
    return PostedAmounts(State(row.state), row_period(row), Period.quarter_of(row.posted_quarter), amounts)


def _basis(row: EntryRow) -> Basis | None:
    """What an entry was made from; null where none of the columns says anything.

    Raises:
        ValueError: only some of them do.
    """
    if all(getattr(row, name) == nothing for name, nothing in _NO_BASIS.items()):
        return None
    if row.indicator is None or row.generation is None or row.revision is None:
        raise ValueError("half of a basis")
    return Basis(series_of(row), Version(row.generation, row.revision), row.rule_version or "", row.event_id)


async def get_posted(tx: Tx, schemes: Collection[str], as_at: AsAt = PRESENT) -> Mapping[str, Sequence[PostedAmounts]]:
    """What the ledgers of these schemes add up: now from totals, of a past state from the entries there were."""
    if as_at.is_present:
        return await get_totals(tx, schemes)
    return await get_posted_of_all(tx, schemes, as_at)


async def get_posted_of_all(
    tx: Tx, schemes: Collection[str], as_at: AsAt = PRESENT
) -> Mapping[str, Sequence[PostedAmounts]]:
    """What every entry of these schemes posted: however many there are, they are read."""
    found: dict[str, list[PostedAmounts]] = defaultdict(list)
    columns = [EntryRow.__table__.c[name] for name in _SUMMED]
    query = select(*columns).where(EntryRow.scheme.in_(schemes), *_posted_by(as_at))
    for row in await tx.session.execute(query):
        found[row.scheme].append(_posted(row))
    return found


async def get_totals(tx: Tx, schemes: Collection[str]) -> Mapping[str, Sequence[PostedAmounts]]:
    """What the entries of these schemes add to, by state, period and quarter.

    Raises:
        UnreadableRowError: a total says what is never written.
    """
    found: dict[str, list[PostedAmounts]] = defaultdict(list)
    query = select(*EntryTotalRow.__table__.c).where(EntryTotalRow.scheme.in_(schemes))
    for row in await tx.session.execute(query):
        found[row.scheme].append(_total(row))
    return found


def _total(row: Any) -> PostedAmounts:
    quarter, amounts = Period.quarter_of(row.posted_quarter), Amounts(row.cash * PENNY, row.non_cash * PENNY)
    try:
        return PostedAmounts(State(row.state), row_period(row), quarter, amounts)
    except ValueError as error:
        named = f"{row.scheme} {row.state} {row.period_start} to {row.period_end} in {quarter}"
        raise UnreadableRowError("entry_total", named) from error


async def list_entries_after(tx: Tx, number: int, limit: int) -> list[RecordedEntry]:
    """The next entries of all schemes, in the order of their ids."""
    query = select(EntryRow).where(EntryRow.id > number).order_by(EntryRow.id).limit(limit)
    return [_recorded(row) for row in await tx.session.scalars(query)]


def _posted_by(as_at: AsAt) -> list[ColumnElement[bool]]:
    return recorded_by(as_at, EntryRow.at, EntryRow.business_date)


LineKey = tuple[str, str, str]
"""A fund, the label of a financial year, and the code of a budget line of it."""


async def get_banked_by_line(
    tx: Tx, lines: Collection[LineKey], as_at: AsAt = PRESENT
) -> Mapping[LineKey, Sequence[Banked]]:
    """What all schemes of these lines banked, quarter by quarter."""
    found: dict[LineKey, list[Banked]] = defaultdict(list)
    line = (SchemeRow.fund, SchemeRow.financial_year, SchemeRow.budget_line)
    of: Any = EntryTotalRow if as_at.is_present else EntryRow
    query = (
        select(*line, of.scheme, of.posted_quarter, of.cash)
        .join(SchemeRow, SchemeRow.code == of.scheme)
        .where(
            of.state == State.BANKED.value,
            SchemeRow.fund.in_({fund for fund, _, _ in lines}),
            SchemeRow.financial_year.in_({year for _, year, _ in lines}),
            *_posted_by(as_at),
        )
    )
    for fund, year, code, scheme, quarter, cash in await tx.session.execute(query):
        amount = cash * PENNY if as_at.is_present else cash
        found[fund, year, code].append(Banked(scheme, Period.quarter_of(quarter), amount))
    return found


async def list_postings(tx: Tx, scheme: str) -> list[Entry]:
    """What finance posted to this scheme by hand, in order."""
    query = select(EntryRow).where(EntryRow.scheme == scheme, EntryRow.reference.is_not(None)).order_by(EntryRow.id)
    return [_recorded(row).entry for row in await tx.session.scalars(query)]


async def list_entries(
    tx: Tx, scheme: str, state: State | None, after: int | None, request: PageRequest
) -> list[RecordedEntry]:
    """Entries after an id, in the order of ids, as many as the page needs."""
    query = select(EntryRow).where(EntryRow.scheme == scheme).order_by(EntryRow.id).limit(request.fetch)
    if state is not None:
        query = query.where(EntryRow.state == state.value)
    if after is not None:
        query = query.where(EntryRow.id > after)
    return [_recorded(row) for row in await tx.session.scalars(query)]


async def get_entry(tx: Tx, scheme: str, reference: str) -> RecordedEntry | None:
    query = select(EntryRow).where(EntryRow.scheme == scheme, EntryRow.reference == reference)
    row: EntryRow | None = await tx.session.scalar(query)
    return None if row is None else _recorded(row)
