"""Boards, responsibilities, meetings, reports and decisions: put as a whole, read, and listed."""

from collections.abc import Iterable
from typing import TypeVar

from chassis.errors import CodeInOtherCase, FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.governance import Board, Meeting, RecordFilter, RecordKind, Report, Responsibility
from services.pledges.domain.governance_formats import KINDS, Record, kind_of, write_record
from services.pledges.errors import RecordUnknown, ReferenceUnknown
from services.pledges.repository import governance as stored
from services.pledges.service.history import record_state

Whole = TypeVar("Whole", Board, Responsibility, Meeting, Report)
Named = tuple[str, RecordKind, str]
"""A field, and the record that it names."""


async def put_record(tx: Tx, record: Whole) -> tuple[Whole, bool]:
    """Make or replace a record; and whether it is new. The same again changes nothing.

    Raises:
        ReferenceUnknown: a board or report that it names does not exist.
        CodeInOtherCase
    """
    await check_references(tx, _named_by(record))
    return record, await save_and_record(tx, record, "put")


async def save_and_record(tx: Tx, record: Record, verb: str, reason: str | None = None) -> bool:
    """Save a record with its audit entry and its revision; whether it is new."""
    kind = kind_of(record)
    before = await stored.lock_record(tx, kind, record.code)
    if before is None and await stored.get_in_other_case(tx, kind, record.code):
        raise CodeInOtherCase(f"There is another {kind} of this code in another case.")
    created = await stored.save_record(tx, record)
    former = write_record(before) if before else None
    today = await tx.business_date()
    await record_state(tx, f"{kind}.{verb}", record.code, former, write_record(record), today, reason)
    return created


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
