"""Boards, responsibilities, meetings, reports and decisions: put as a whole, read, and listed."""

from collections.abc import Iterable
from typing import TypeVar

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.actions import circular
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.governance import Board, Meeting, RecordFilter, RecordKind, Report, Responsibility
from services.pledges.domain.governance_formats import KINDS, Record, kind_of, write_record
from services.pledges.errors import DependencyCircular, RecordUnknown, ReferenceUnknown
from services.pledges.repository import governance as stored
from services.pledges.service.history import record_state

Whole = TypeVar("Whole", Board, Responsibility, Meeting, Report)
Named = tuple[str, RecordKind, str]
"""A field, and the record that it names."""


async def put_record(tx: Tx, record: Whole) -> tuple[Whole, bool]:
    """Make or replace a record; and whether it is new. The same again changes nothing.

    Raises:
        ReferenceUnknown: a board or report that it names does not exist.
        DependencyCircular: a board would report to itself.
        CodeInOtherCase
    """
    await check_references(tx, _named_by(record))
    await check_no_circle(tx, record)
    before = await stored.insert_or_lock_record(tx, record)
    await save_and_record(tx, before, record, "put")
    return record, before is None


async def save_and_record(tx: Tx, before: Record | None, after: Record, verb: str, reason: str | None = None) -> None:
    """Save a record that was inserted, or locked as it is ``before``, with its audit entry and its revision."""
    if before is not None and before != after:
        await stored.save_records(tx, [after])
    kind, today = kind_of(after), await tx.business_date()
    former = write_record(before) if before else None
    await record_state(tx, f"{kind}.{verb}", after.code, former, write_record(after), today, reason)


def _named_by(record: Board | Responsibility | Meeting | Report) -> Iterable[Named]:
    match record:
        case Board(reports_to=str(board)) if board != record.code:
            yield "reports_to", RecordKind.BOARD, board
        case Responsibility():
            for board in record.boards:
                yield "boards", RecordKind.BOARD, board
        case Meeting() | Report():
            yield "board", RecordKind.BOARD, record.board
            if isinstance(record, Meeting) and record.report:
                yield "report", RecordKind.REPORT, record.report


async def check_no_circle(tx: Tx, record: Record) -> None:
    """Refuse a board that would report to itself, or a decision that would depend on itself, through others too.

    Raises:
        DependencyCircular
    """
    field, above = _above(record)
    if not above:
        return
    every = [*await stored.lock_all_records(tx, kind_of(record)), record]
    if way := circular({one.code: _above(one)[1] for one in every}, record.code):
        told = f" {field.replace('_', ' ')} ".join(way)
        raise DependencyCircular(f"{told}.", [FieldError(field, "goes round in a circle")])


def _above(record: Record) -> tuple[str, tuple[str, ...]]:
    """The field that names others of its kind, and their codes."""
    match record:
        case Board(reports_to=str(board)):
            return "reports_to", (board,)
        case BoardDecision():
            return "depends_on", record.asked.depends_on
    return "", ()


async def check_references(tx: Tx, named: Iterable[Named]) -> None:
    errors, wanted = [], list(named)
    for kind in {kind for _, kind, _ in wanted}:
        found = await stored.get_records(tx, kind, {code for _, each, code in wanted if each is kind})
        errors += [
            FieldError(field, f"there is no {kind} {code}")
            for field, each, code in wanted
            if each is kind and code not in found
        ]
    if errors:
        raise ReferenceUnknown("Make what it names first.", errors)


async def get_record(tx: Tx, of: type[Whole], code: str) -> Whole:
    found = await stored.get_record(tx, KINDS[of], code)
    if not isinstance(found, of):
        raise RecordUnknown(f"There is no {KINDS[of]} {code}.")
    return found


async def list_records(tx: Tx, of: type[Whole], wanted: RecordFilter, page: PageRequest) -> Page[Whole]:
    """By code."""
    found = await stored.list_records(tx, KINDS[of], wanted, page)
    return found.with_items([one for one in found.items if isinstance(one, of)])
