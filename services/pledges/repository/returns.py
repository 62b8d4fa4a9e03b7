"""Quarterly returns and the steps taken with them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, false, func, or_, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import in_parts, insert_many, insert_or_ignore
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from chassis.storage.types import period_columns, row_period
from contracts.colours import Colour
from contracts.period import Period
from services.pledges import models
from services.pledges.domain.formats import read_evidence, write_evidence
from services.pledges.domain.pledges import Assignment
from services.pledges.domain.returns import (
    QuarterlyReturn,
    ReturnFilter,
    ReturnOrder,
    ReturnState,
    Step,
    StepTaken,
    last_closed_quarter,
)
from services.pledges.repository.grouping import grouped

_RETURN = models.Base.metadata.tables["pledge_return"]
_STEP = models.Base.metadata.tables["return_step"]
_ASSIGNMENT = models.Base.metadata.tables["assignment"]
_PLEDGE = models.Base.metadata.tables["pledge"]
_SAVE = update(_RETURN).where(_RETURN.c.id == bindparam("saved"))


async def get_newest_quarter(tx: Tx) -> Period | None:
    """The latest quarter that any return is of."""
    newest = select(_RETURN).order_by(_RETURN.c.period_start.desc()).limit(1)
    row = (await tx.session.execute(newest)).one_or_none()
    return row_period(row) if row else None


async def list_unopened(tx: Tx, quarter: Period, limit: int) -> list[QuarterlyReturn]:
    """A return for each assignment that holds in the quarter, is of a pledge open in it, and has none: the first."""
    assigned, pledge = _ASSIGNMENT.c, _PLEDGE.c
    opened = exists().where(
        _RETURN.c.pledge == assigned.pledge,
        _RETURN.c.ordinal == assigned.ordinal,
        _RETURN.c.period_start == quarter.start,
    )
    wanted = (
        select(_ASSIGNMENT)
        .join(_PLEDGE, pledge.id == assigned.pledge)
        .where(
            ~opened,
            or_(assigned.valid_from.is_(None), assigned.valid_from <= quarter.end),
            or_(assigned.valid_to.is_(None), assigned.valid_to >= quarter.start),
            or_(pledge.closed_on.is_(None), pledge.closed_on >= quarter.start),
        )
        .order_by(assigned.pledge, assigned.ordinal)
        .limit(limit)
    )
    rows = await tx.session.execute(wanted)
    return [QuarterlyReturn(row.pledge, row.ordinal, quarter, _assignment(row)) for row in rows]


def _assignment(row: Any) -> Assignment:
    return Assignment(row.portfolio_holder, row.department, row.director, tuple(row.lead_officers))


async def insert_returns(tx: Tx, returns: Sequence[QuarterlyReturn]) -> None:
    """Insert those that are not there."""
    rows = [{"id": one.id, **_definition(one), **_row(one)} for one in returns]
    await insert_or_ignore(tx, models.PledgeReturn, rows, ("id",))


def _definition(found: QuarterlyReturn) -> dict[str, Any]:
    return {
        "pledge": found.pledge,
        "ordinal": found.ordinal,
        **period_columns(found.quarter),
        "due": found.due,
        "portfolio_holder": found.assignment.portfolio_holder,
        "department": found.assignment.department,
        "director": found.assignment.director,
        "lead_officers": list(found.assignment.lead_officers),
    }


def _row(found: QuarterlyReturn) -> dict[str, Any]:
    return {
        "state": found.state,
        "colour": found.colour,
        "narrative": found.narrative,
        "next_steps": found.next_steps,
        "evidence": write_evidence(found.evidence),
        "submitted_on": found.submitted_on,
        "missing_since": found.missing_since,
        "version": found.version,
    }


async def save_returns(tx: Tx, returns: Sequence[QuarterlyReturn]) -> None:
    """Write the state of locked returns."""
    if returns:
        connection = await tx.session.connection()
        await connection.execute(_SAVE, [{"saved": one.id, **_row(one)} for one in returns])


async def get_return(tx: Tx, code: str) -> QuarterlyReturn | None:
    return await _one(tx, select(_RETURN).where(_RETURN.c.id == code))


async def lock_return(tx: Tx, code: str) -> QuarterlyReturn | None:
    return await _one(tx, select(_RETURN).where(_RETURN.c.id == code).with_for_update())


async def lock_returns(tx: Tx, codes: Collection[str]) -> list[QuarterlyReturn]:
    """The returns of these ids, locked in their order."""
    wanted = select(_RETURN).where(_RETURN.c.id.in_(codes)).order_by(_RETURN.c.id)
    return await _read(tx, wanted.with_for_update())


async def list_ids(tx: Tx) -> Sequence[str]:
    """Of every return that has an event."""
    return (await tx.session.scalars(select(_RETURN.c.id).where(_RETURN.c.version > 0).order_by(_RETURN.c.id))).all()


async def lock_newly_missing(tx: Tx, today: date, most: int) -> list[QuarterlyReturn]:
    """Returns that are missing and whose newest event does not say so, locked in the order of their ids."""
    untold = or_(_RETURN.c.missing_since.is_(None), _RETURN.c.missing_since <= _RETURN.c.submitted_on)
    wanted = select(_RETURN).where(_is_missing(today), untold).order_by(_RETURN.c.id).limit(most)
    return await _read(tx, wanted.with_for_update())


def _is_missing(today: date) -> Any:
    """:meth:`QuarterlyReturn.is_missing` in SQL."""
    never = and_(_RETURN.c.submitted_on.is_(None), _RETURN.c.due < today)
    is_closed = _RETURN.c.period_end < last_closed_quarter(today).start
    return or_(never, and_(_RETURN.c.state == ReturnState.RETURNED, is_closed))


def _is_late() -> Any:
    """:attr:`QuarterlyReturn.is_late` in SQL."""
    return func.coalesce(_RETURN.c.submitted_on > _RETURN.c.due, false())


async def list_returns(tx: Tx, wanted: ReturnFilter, today: date, request: PageRequest) -> Page[QuarterlyReturn]:
    return (await list_page(tx, _found(wanted, today), _ORDERS, request)).of(_return)


async def list_all_returns(tx: Tx, wanted: ReturnFilter, today: date) -> list[QuarterlyReturn]:
    """By id, in one statement."""
    return await _read(tx, _found(wanted, today).order_by(_RETURN.c.id))


def _found(wanted: ReturnFilter, today: date) -> Select[Any]:
    found = select(_RETURN)
    if wanted.quarter is not None:
        found = found.where(_RETURN.c.period_start == wanted.quarter.start, _RETURN.c.period_end == wanted.quarter.end)
    if wanted.state is not None:
        found = found.where(_RETURN.c.state == wanted.state)
    if wanted.pledge is not None:
        found = found.where(_RETURN.c.pledge == wanted.pledge)
    if wanted.missing is not None:
        found = found.where(_is_missing(today) if wanted.missing else ~_is_missing(today))
    if wanted.late is not None:
        found = found.where(_is_late() if wanted.late else ~_is_late())
    if wanted.owner is not None:
        found = found.where(_RETURN.c.portfolio_holder == wanted.owner)
    if wanted.department is not None:
        found = found.where(_RETURN.c.department == wanted.department)
    return found


_ORDERS = Orders((_RETURN.c.id,), {ReturnOrder.ID: (), ReturnOrder.DUE: (_RETURN.c.due,)})


async def _one(tx: Tx, statement: Select[Any]) -> QuarterlyReturn | None:
    found = await _read(tx, statement)
    return found[0] if found else None


async def _read(tx: Tx, statement: Select[Any]) -> list[QuarterlyReturn]:
    return [_return(row) for row in await tx.session.execute(statement)]


def _return(row: Any) -> QuarterlyReturn:
    return QuarterlyReturn(
        pledge=row.pledge,
        ordinal=row.ordinal,
        quarter=row_period(row),
        assignment=_assignment(row),
        state=ReturnState(row.state),
        colour=row.colour and Colour(row.colour),
        narrative=row.narrative,
        next_steps=row.next_steps,
        evidence=read_evidence(row.evidence),
        submitted_on=row.submitted_on,
        missing_since=row.missing_since,
        version=row.version,
    )


async def save_step(tx: Tx, code: str, taken: StepTaken) -> None:
    row = {
        "quarterly_return": code,
        "step": taken.step,
        "by": taken.by,
        "person": taken.person,
        "on_behalf_of": taken.on_behalf_of,
        "reason": taken.reason,
        "at": taken.at,
        "business_date": taken.business_date,
    }
    await insert_many(tx, models.ReturnStep, [row])


async def steps_of(tx: Tx, codes: Collection[str]) -> Mapping[str, tuple[StepTaken, ...]]:
    """By return, oldest first."""
    rows: list[Any] = []
    for part in in_parts(codes):
        wanted = select(_STEP).where(_STEP.c.quarterly_return.in_(part)).order_by(_STEP.c.id)
        rows += await tx.session.execute(wanted)
    return grouped((row.quarterly_return, _step(row)) for row in rows)


def _step(row: Any) -> StepTaken:
    return StepTaken(Step(row.step), row.by, row.at, row.business_date, row.on_behalf_of, row.reason, row.person)
