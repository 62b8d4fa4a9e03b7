"""The ledgers of schemes: entries are appended and read, never changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, period_columns, row_period
from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.ledger import Basis, Entry, PostedAmounts, RecordedEntry, State
from services.finance.domain.savings import Amounts
from services.finance.models import EntryRow

_SUMMED = ("scheme", "state", *PERIOD, "posted_quarter", "cash", "non_cash")
_NO_BASIS: Mapping[str, None] = dict.fromkeys(("indicator", "area", "revision", "rule_version", "event_id"))


async def append_entries(tx: Tx, entries: Sequence[Entry]) -> None:
    """Append entries. One that is there already is an error: it would count twice."""
    await insert_many(tx, EntryRow, [_row_of(tx, entry) for entry in entries])


def _row_of(tx: Tx, entry: Entry) -> dict[str, Any]:
    posted = entry.posted
    return {
        "scheme": entry.scheme,
        "state": posted.state.value,
        **period_columns(posted.period),
        "posted_quarter": posted.quarter.start,
        "corrects": entry.corrects,
        "cash": to_penny(posted.amounts.cash),
        "non_cash": to_penny(posted.amounts.non_cash),
        **_basis_columns(entry.basis),
        "reference": entry.reference,
        "reason": entry.reason,
        "actor": tx.actor,
        "at": tx.now,
    }


def _basis_columns(basis: Basis | None) -> Mapping[str, Any]:
    if basis is None:
        return _NO_BASIS
    return {
        "indicator": basis.indicator,
        "area": basis.area,
        "revision": basis.revision,
        "rule_version": basis.rule_version,
        "event_id": basis.event_id,
    }


def _recorded(row: EntryRow) -> RecordedEntry:
    entry = Entry(
        scheme=row.scheme,
        posted=_posted(row),
        corrects=row.corrects,
        reason=row.reason,
        basis=_basis(row),
        reference=row.reference,
    )
    return RecordedEntry(row.id, entry, row.actor, row.at)


def _posted(row: Any) -> PostedAmounts:
    amounts = Amounts(row.cash, row.non_cash)
    return PostedAmounts(State(row.state), row_period(row), Period.quarter_of(row.posted_quarter), amounts)


def _basis(row: EntryRow) -> Basis | None:
    if row.indicator is None or row.area is None:
        return None
    return Basis(row.indicator, row.area, row.revision or 0, row.rule_version or "", row.event_id)


async def get_posted(tx: Tx, schemes: Collection[str]) -> Mapping[str, Sequence[PostedAmounts]]:
    """What the ledgers of these schemes add up."""
    found: dict[str, list[PostedAmounts]] = defaultdict(list)
    columns = [EntryRow.__table__.c[name] for name in _SUMMED]
    for row in await tx.session.execute(select(*columns).where(EntryRow.scheme.in_(schemes))):
        found[row.scheme].append(_posted(row))
    return found


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
