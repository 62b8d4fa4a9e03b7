"""Boards, papers, registers and providers: put as a whole, one or many at once, read, and listed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TypeVar

from chassis.errors import CodeInOtherCase, FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.circles import circular
from services.pledges.domain.governance import (
    Board,
    Meeting,
    PutCounts,
    RecordFilter,
    RecordKind,
    Report,
    Responsibility,
)
from services.pledges.domain.governance_formats import KINDS, Record, Whole, kind_of, write_record
from services.pledges.domain.providers import Contract, QualityReview, RatedHomes, Rating, rated_homes
from services.pledges.domain.registers import AssessedKind, Benefit, Consultation, ImpactAssessment, OptionsAppraisal
from services.pledges.errors import DependencyCircular, RecordsRefused, RecordUnknown, ReferenceUnknown
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import governance as stored
from services.pledges.service.history import record_state

Put = TypeVar("Put", bound=Whole)
Named = tuple[str, RecordKind, str]
"""A field, and the record that it names."""


async def put_record(tx: Tx, record: Put) -> tuple[Put, bool]:
    """Make or replace a record; and whether it is new. The same again changes nothing.

    Raises:
        ReferenceUnknown: a record or an action that it names does not exist.
        DependencyCircular: a board would report to itself.
        CodeInOtherCase
    """
    return record, await _put(tx, record) is None


async def _put(tx: Tx, record: Whole) -> Record | None:
    """The record as it was before, None where it was made."""
    await check_references(tx, _named_by(record))
    await check_actions(tx, *_actions_named_by(record))
    await check_no_circle(tx, record)
    before = await stored.insert_or_lock_record(tx, record)
    await save_and_record(tx, before, record, "put")
    return before


async def put_records(tx: Tx, records: Sequence[Whole]) -> PutCounts:
    """Make or replace many, in their order, all of them or none.

    Raises:
        SeveralInvalid: what is wrong with each, by its code.
    """
    created, changed = 0, 0
    errors: list[FieldError] = []
    for record in records:
        try:
            before = await _put(tx, record)
        except (ReferenceUnknown, DependencyCircular, CodeInOtherCase) as error:
            errors += [FieldError(f"{kind_of(record)}/{record.code}/{one.field}", one.message) for one in error.errors]
            continue
        created += before is None
        changed += before is not None and before != record
    if errors:
        raise RecordsRefused("Nothing was saved.", errors)
    return PutCounts(created, changed, len(records) - created - changed)


async def save_and_record(tx: Tx, before: Record | None, after: Record, verb: str, reason: str | None = None) -> None:
    """Save a record that was inserted, or locked as it is ``before``, with its audit entry and its revision."""
    if before is not None and before != after:
        await stored.save_records(tx, [after])
    kind, today = kind_of(after), await tx.business_date()
    former = write_record(before) if before else None
    await record_state(tx, f"{kind}.{verb}", after.code, former, write_record(after), today, reason)


def _named_by(record: Whole) -> Iterable[Named]:
    yield from _named_by_register(record)
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


def _named_by_register(record: Whole) -> Iterable[Named]:
    match record:
        case ImpactAssessment(subject_kind=AssessedKind.REPORT | AssessedKind.DECISION):
            yield "subject", RecordKind(record.subject_kind), record.subject
        case Contract() | QualityReview():
            yield "provider", RecordKind.PROVIDER, record.provider
        case Rating(provider=str(provider)):
            yield "provider", RecordKind.PROVIDER, provider
        case Benefit(board=str(board)):
            yield "board", RecordKind.BOARD, board
        case OptionsAppraisal(report=str(report)):
            yield "report", RecordKind.REPORT, report
        case Consultation():
            named = (("board", RecordKind.BOARD, record.board), ("report", RecordKind.REPORT, record.report))
            yield from ((field, kind, code) for field, kind, code in named if code)


def _actions_named_by(record: Whole) -> tuple[str, Collection[str]]:
    """The field that names actions, and their codes."""
    match record:
        case ImpactAssessment(subject_kind=AssessedKind.ACTION):
            return "subject", (record.subject,)
        case QualityReview():
            return "actions", record.actions
    return "", ()


async def check_actions(tx: Tx, field: str, codes: Collection[str]) -> None:
    if unknown := sorted(set(codes) - await stored_actions.list_there(tx, codes)):
        errors = [FieldError(field, f"there is no action {one}") for one in unknown]
        raise ReferenceUnknown("Make it first.", errors)


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


async def get_record(tx: Tx, of: type[Put], code: str) -> Put:
    found = await stored.get_record(tx, KINDS[of], code)
    if not isinstance(found, of):
        raise RecordUnknown(f"There is no {KINDS[of]} {code}.")
    return found


async def list_records(tx: Tx, of: type[Put], wanted: RecordFilter, page: PageRequest) -> Page[Put]:
    """By code."""
    found = await stored.list_records(tx, KINDS[of], wanted, page)
    return found.with_items([one for one in found.items if isinstance(one, of)])


async def export_records(tx: Tx, of: type[Put], wanted: RecordFilter) -> list[Put]:
    """All that :func:`list_records` lists, in one statement."""
    found = await stored.export_records(tx, KINDS[of], wanted)
    return [one for one in found if isinstance(one, of)]


async def get_rated_homes(tx: Tx, on: date | None) -> RatedHomes:
    """How many homes have each grade on a day, the business date where none is given."""
    ratings = await export_records(tx, Rating, RecordFilter())
    return rated_homes(ratings, on or await tx.business_date())
