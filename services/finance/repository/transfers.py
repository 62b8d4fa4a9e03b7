"""The ledgers of funds: transfers are appended to the chain of their fund and read, never changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, func, or_, select

from chassis.paging import PageRequest
from chassis.storage.bulk import add_to, insert_many, insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.ledger_check import UnreadableRowError
from services.finance.domain.transfers import (
    CONTROL,
    ENTRY_LAYERS,
    MOVING,
    NO_HASH,
    ChainEnd,
    Layer,
    RecordedTransfer,
    Transfer,
    chained,
)
from services.finance.models import EntryRow, LedgerBalanceRow, LedgerHeadRow, LineBalanceRow, TransferRow

_BALANCE_KEY = ("fund", "financial_year", "layer", "account", "period", "effective_on")
_ADDED = ("debit", "credit")
_LINE_KEY = ("fund", "financial_year", "line", "layer", "period")


async def insert_head(tx: Tx, fund: str) -> None:
    """Begin the chain of a new fund."""
    await insert_or_ignore(tx, LedgerHeadRow, [{"fund": fund, "number": 0, "hash": NO_HASH}], ("fund",))


async def lock_heads(tx: Tx, funds: Collection[str]) -> dict[str, ChainEnd]:
    """Lock the chains of these funds, in one order for everybody, until the transaction ends.

    Whoever has not locked the fund alone catches up then: what is entered later is not recorded earlier.
    """
    query = select(LedgerHeadRow.fund, LedgerHeadRow.number, LedgerHeadRow.hash).where(LedgerHeadRow.fund.in_(funds))
    rows = await tx.session.execute(query.order_by(LedgerHeadRow.fund).with_for_update())
    return {fund: ChainEnd(number, digest) for fund, number, digest in rows}


async def append_transfers(
    tx: Tx, transfers: Sequence[Transfer], heads: dict[str, ChainEnd] | None = None
) -> list[RecordedTransfer]:
    """Append transfers in order, and add them to the balances: in five statements, however many.

    One more where they move budget lines. Their chains are locked first, unless ``heads`` are the ends of those that
    are locked already.
    """
    if not transfers:
        return []
    heads = await lock_heads(tx, {one.fund for one in transfers}) if heads is None else heads
    recorded = await _chain(tx, transfers, heads)
    await insert_many(tx, TransferRow, [_row_of(one) for one in recorded])
    await _save_heads(tx, heads)
    balances = _balance_rows(transfers)
    await add_to(tx, LedgerBalanceRow, balances, _BALANCE_KEY, _ADDED)
    await add_to(tx, LineBalanceRow, _line_rows(balances), _LINE_KEY, _ADDED)
    return recorded


async def _chain(tx: Tx, transfers: Iterable[Transfer], heads: dict[str, ChainEnd]) -> list[RecordedTransfer]:
    """Number and chain transfers; ``heads`` moves along."""
    found, today = [], await tx.business_date()
    for transfer in transfers:
        before = heads[transfer.fund]
        bare = RecordedTransfer(before.number + 1, transfer, tx.actor, tx.now, today, "")
        one = replace(bare, hash=chained(before, bare))
        heads[transfer.fund] = ChainEnd(one.number, one.hash)
        found.append(one)
    return found


async def _save_heads(tx: Tx, heads: Mapping[str, ChainEnd]) -> None:
    rows = [{"fund": fund, "number": head.number, "hash": head.hash} for fund, head in sorted(heads.items())]
    await upsert(tx, LedgerHeadRow, rows, ("fund",), ("number", "hash"))


def _balance_rows(transfers: Iterable[Transfer]) -> list[dict[str, Any]]:
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for one in transfers:
        for place, account in enumerate((one.debit, one.credit)):
            period = "" if one.period is None else one.period.label
            key = (one.fund, one.financial_year.label, one.layer.value, account, period, one.effective_on)
            sums[key][place] += one.pence
    return _rows_of(_BALANCE_KEY, sums)


def _line_rows(balances: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What balances of days say of budget lines that they move, day or no day."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for one in balances:
        if one["layer"] in MOVING and one["account"] != CONTROL:
            of_line = sums[one["fund"], one["financial_year"], one["account"], one["layer"], one["period"]]
            of_line[0] += one["debit"]
            of_line[1] += one["credit"]
    return _rows_of(_LINE_KEY, sums)


def _rows_of(key: Sequence[str], sums: Mapping[tuple[Any, ...], Sequence[int]]) -> list[dict[str, Any]]:
    """Rows with what they are debited and credited, in the order of their keys."""
    return [
        {**dict(zip(key, values, strict=True)), **dict(zip(_ADDED, added, strict=True))}
        for values, added in sorted(sums.items())
    ]


def _row_of(recorded: RecordedTransfer) -> dict[str, Any]:
    one = recorded.transfer
    return {
        "fund": one.fund,
        "number": recorded.number,
        "financial_year": one.financial_year.label,
        "layer": one.layer.value,
        "debit": one.debit,
        "credit": one.credit,
        "pence": one.pence,
        "effective_on": one.effective_on,
        "period": None if one.period is None else one.period.label,
        "reason": one.reason,
        "reference": one.reference,
        "relates_to": one.relates_to,
        "entry": one.entry,
        "event_id": one.event_id,
        "reverses": one.reverses,
        "actor": recorded.actor,
        "recorded_at": recorded.recorded_at,
        "business_date": recorded.business_date,
        "hash": recorded.hash,
    }


def _recorded(row: TransferRow) -> RecordedTransfer:
    """A transfer as its row says.

    Raises:
        UnreadableRowError: it says what is never written.
    """
    try:
        transfer = _transfer(row)
    except ValueError as error:
        raise UnreadableRowError("transfer", f"{row.fund}.{row.number}") from error
    return RecordedTransfer(row.number, transfer, row.actor, row.recorded_at, row.business_date, row.hash)


def _transfer(row: TransferRow) -> Transfer:
    return Transfer(
        fund=row.fund,
        financial_year=Period.parse(row.financial_year),
        layer=Layer(row.layer),
        debit=row.debit,
        credit=row.credit,
        pence=row.pence,
        effective_on=row.effective_on,
        reason=row.reason,
        period=None if row.period is None else Period.parse(row.period),
        reference=row.reference,
        relates_to=row.relates_to,
        entry=row.entry,
        event_id=row.event_id,
        reverses=row.reverses,
    )


async def list_transfers(
    tx: Tx, fund: str, request: PageRequest, *, layer: Layer | None = None, account: str | None = None
) -> list[RecordedTransfer]:
    """Transfers of a fund in the order of their numbers, as many as the page needs; of an account by either side."""
    query = select(TransferRow).where(TransferRow.fund == fund).order_by(TransferRow.number).limit(request.fetch)
    if layer is not None:
        query = query.where(TransferRow.layer == layer.value)
    if account is not None:
        query = query.where(or_(TransferRow.debit == account, TransferRow.credit == account))
    if request.after_number is not None:
        query = query.where(TransferRow.number > request.after_number)
    return [_recorded(row) for row in await tx.session.scalars(query)]


async def list_after(tx: Tx, fund: str, number: int, limit: int) -> list[RecordedTransfer]:
    """The next transfers of a chain, from one on."""
    query = select(TransferRow).where(and_(TransferRow.fund == fund, TransferRow.number > number))
    rows = await tx.session.scalars(query.order_by(TransferRow.number).limit(limit))
    return [_recorded(row) for row in rows]


async def list_of_layer(tx: Tx, fund: str, layer: Layer) -> list[RecordedTransfer]:
    """All transfers of a layer that few have."""
    query = select(TransferRow).where(TransferRow.fund == fund, TransferRow.layer == layer.value)
    query = query.order_by(TransferRow.number)
    return [_recorded(row) for row in await tx.session.scalars(query)]


async def list_without_entry(tx: Tx, fund: str) -> list[RecordedTransfer]:
    """Transfers that would have to stand for an entry, and name none."""
    layers = {layer.value for layer in ENTRY_LAYERS}
    query = select(TransferRow).where(
        TransferRow.fund == fund, TransferRow.layer.in_(layers), TransferRow.entry.is_(None)
    )
    return [_recorded(row) for row in await tx.session.scalars(query.order_by(TransferRow.number))]


async def get_transfer(tx: Tx, fund: str, number: int) -> RecordedTransfer | None:
    row: TransferRow | None = await tx.session.get(TransferRow, (fund, number))
    return None if row is None else _recorded(row)


async def get_reversal(tx: Tx, fund: str, number: int) -> RecordedTransfer | None:
    """The transfer that takes this one back, if any."""
    query = select(TransferRow).where(TransferRow.fund == fund, TransferRow.reverses == number)
    row: TransferRow | None = await tx.session.scalar(query)
    return None if row is None else _recorded(row)


async def get_referenced(tx: Tx, fund: str, references: Collection[str]) -> dict[str, RecordedTransfer]:
    """The transfers of a fund that have these references."""
    found: dict[str, RecordedTransfer] = {}
    ordered = sorted(references)
    for start in range(0, len(ordered), _AT_ONCE):
        part = ordered[start : start + _AT_ONCE]
        query = select(TransferRow).where(TransferRow.fund == fund, TransferRow.reference.in_(part))
        found |= {row.reference: _recorded(row) for row in await tx.session.scalars(query) if row.reference}
    return found


_AT_ONCE = 5000


async def list_of_entries(tx: Tx, first: int, last: int) -> Mapping[int, Sequence[RecordedTransfer]]:
    """The transfers that stand for entries of these ids, both included, by the entry."""
    found: dict[int, list[RecordedTransfer]] = defaultdict(list)
    query = select(TransferRow).where(TransferRow.entry.between(first, last))
    for row in await tx.session.scalars(query.order_by(TransferRow.entry, TransferRow.number)):
        found[row.entry or 0].append(_recorded(row))
    return found


async def list_newest_of_scheme(tx: Tx, scheme: str, request: PageRequest) -> list[RecordedTransfer]:
    """Transfers that stand for entries of a scheme, the newest first, as many as the page needs."""
    query = select(TransferRow).join(EntryRow, EntryRow.id == TransferRow.entry).where(EntryRow.scheme == scheme)
    if request.after_number is not None:
        query = query.where(TransferRow.number < request.after_number)
    rows = await tx.session.scalars(query.order_by(TransferRow.number.desc()).limit(request.fetch))
    return [_recorded(row) for row in rows]


async def count_of_scheme(tx: Tx, scheme: str) -> int:
    """How many transfers stand for entries of a scheme."""
    query = select(func.count()).select_from(TransferRow).join(EntryRow, EntryRow.id == TransferRow.entry)
    return await tx.session.scalar(query.where(EntryRow.scheme == scheme)) or 0
