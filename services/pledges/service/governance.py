"""Boards, papers, registers and providers: put as a whole, read, and listed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TypeVar

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.circles import circular
from services.pledges.domain.faults import Fault
from services.pledges.domain.governance import RecordFilter, RecordKind
from services.pledges.domain.governance_formats import KINDS, Record, Whole, kind_of, write_record
from services.pledges.domain.providers import RatedHomes, Rating, rated_homes
from services.pledges.domain.rating_feeds import RatingFeed
from services.pledges.domain.record_names import Named, above, actions_named_by, named_by, told_twice, unknown
from services.pledges.errors import DependencyCircular, RecordExists, RecordUnknown, ReferenceUnknown, SeriesTaken
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import governance as stored
from services.pledges.repository.grouping import grouped
from services.pledges.service.history import record_state
from services.pledges.service.rating_feeds import emit_after

Put = TypeVar("Put", bound=Whole)


async def put_record(tx: Tx, record: Put, *, anew: bool = False) -> tuple[Put, bool]:
    """Make or replace a record; and whether it is new. The same again changes nothing, and ``anew`` replaces nothing.

    Raises:
        RecordExists: ``anew``, and it was made with other content.
        ReferenceUnknown: a record or an action that it names does not exist.
        DependencyCircular: a board would report to itself.
        SeriesTaken: another feed tells of the same indicator and area.
        CodeInOtherCase
    """
    await check_references(tx, named_by(record))
    await check_actions(tx, *actions_named_by(record))
    await check_no_circle(tx, record)
    before = await stored.insert_or_lock_record(tx, record)
    if anew and before is not None and before != record:
        raise RecordExists(f"{record.code} exists; replace it with PUT.")
    if before != record and (faults := await list_told_twice(tx, [record])):
        raise SeriesTaken("End that feed first.", [FieldError(*fault) for _, fault in faults])
    await save_and_record(tx, before, record, "put")
    await emit_after(tx, [record])
    return record, before is None


async def save_and_record(tx: Tx, before: Record | None, after: Record, verb: str, reason: str | None = None) -> None:
    """Save a record that was inserted, or locked as it is ``before``, with its audit entry and its revision."""
    if before is not None and before != after:
        await stored.save_records(tx, [after])
    kind, today = kind_of(after), await tx.business_date()
    former = write_record(before) if before else None
    await record_state(tx, f"{kind}.{verb}", after.code, former, write_record(after), today, reason)


async def list_told_twice(tx: Tx, records: Sequence[Record]) -> list[tuple[int, Fault]]:
    """By its place, what is wrong with each feed of an indicator that another feed tells of, once all feeds are locked.

    Records are inserted, or locked, before: whoever puts any locks in this order.
    """
    if not any(isinstance(one, RatingFeed) for one in records):
        return []
    return list(told_twice(records, await stored.lock_all_records(tx, RecordKind.RATING_FEED)))


async def check_actions(tx: Tx, field: str, codes: Collection[str]) -> None:
    if unknown := sorted(set(codes) - await stored_actions.list_there(tx, codes)):
        errors = [FieldError(field, f"there is no action {one}") for one in unknown]
        raise ReferenceUnknown("Make it first.", errors)


async def check_no_circle(tx: Tx, record: Record) -> None:
    """Refuse a board that would report to itself, or a decision that would depend on itself, through others too.

    Raises:
        DependencyCircular
    """
    field, codes = above(record)
    if not codes:
        return
    every = [*await stored.lock_all_records(tx, kind_of(record)), record]
    if way := circular({one.code: above(one)[1] for one in every}, record.code):
        told = f" {field.replace('_', ' ')} ".join(way)
        raise DependencyCircular(f"{told}.", [FieldError(field, "goes round in a circle")])


async def check_references(tx: Tx, named: Iterable[Named]) -> None:
    wanted = list(named)
    if faults := unknown(wanted, await get_there(tx, wanted)):
        raise ReferenceUnknown("Make what it names first.", [FieldError(*fault) for fault in faults])


async def get_there(tx: Tx, named: Sequence[Named]) -> set[tuple[RecordKind, str]]:
    """The kinds and codes of those that are named and there. A statement for each kind."""
    codes = grouped((kind, code) for _, kind, code in named)
    return {(kind, code) for kind in codes for code in await stored.get_records(tx, kind, set(codes[kind]))}


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
