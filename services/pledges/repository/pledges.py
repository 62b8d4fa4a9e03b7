"""Pledges with their assignments and amendments."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, delete, func, or_, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.formats import (
    read_definition,
    read_notes,
    read_published,
    write_definition,
    write_notes,
    write_published,
)
from services.pledges.domain.linked import LinkedKind
from services.pledges.domain.linked_formats import read_elsewhere
from services.pledges.domain.pledges import (
    Amendment,
    Assignment,
    Measure,
    NewWording,
    Pledge,
    PledgeDefinition,
    PledgeFilter,
    PledgeOrder,
    Published,
)
from services.pledges.domain.status import Delivery, Evidence, Progress, Schedule
from services.pledges.repository.grouping import grouped
from services.pledges.repository.schedules import due, pressing, schedule_is

_TABLE = models.Base.metadata.tables["pledge"]
_ASSIGNMENT = models.Base.metadata.tables["assignment"]
_STORED = [column for column in _TABLE.c if column.name != "definition"]
_SAVE = update(_TABLE).where(_TABLE.c.id == bindparam("saved"))
"""Sets the columns it is given; built once, since events of a linked indicator save by it."""


async def insert_pledge(tx: Tx, definition: PledgeDefinition, pledge: Pledge) -> bool:
    """Insert a pledge with its assignments unless its number is there; whether it was inserted."""
    row = {"id": pledge.id, "number": pledge.number, "set_code": pledge.set_code, **_row(pledge)}
    row["definition"] = write_definition(definition)
    if not await insert_or_ignore(tx, models.Pledge, [row], ("id",), returning=("id",)):
        return False
    await insert_many(tx, models.Assignment, _assignment_rows(pledge.id, definition.assignments))
    return True


async def save_assignments(tx: Tx, pledge: str, assignments: Sequence[Assignment]) -> None:
    """Replace the assignments of a pledge."""
    await tx.session.execute(delete(_ASSIGNMENT).where(_ASSIGNMENT.c.pledge == pledge))
    await insert_many(tx, models.Assignment, _assignment_rows(pledge, assignments))


def _assignment_rows(pledge: str, assignments: Sequence[Assignment]) -> list[dict[str, Any]]:
    return [
        {
            "pledge": pledge,
            "ordinal": ordinal,
            "portfolio_holder": one.portfolio_holder,
            "department": one.department,
            "director": one.director,
            "lead_officers": list(one.lead_officers),
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }
        for ordinal, one in enumerate(assignments, 1)
    ]


async def save_pledges(tx: Tx, pledges: Sequence[Pledge]) -> None:
    """Write the state of locked pledges."""
    connection = await tx.session.connection()
    await connection.execute(_SAVE, [{"saved": one.id, **_row(one)} for one in pledges])


def _row(pledge: Pledge) -> dict[str, Any]:
    measure = pledge.measure
    return {
        "theme": pledge.theme,
        "title": pledge.title,
        "top": pledge.top,
        "due": pledge.due,
        "delivery": pledge.progress.delivery,
        "closed_on": pledge.progress.closed_on,
        "evidence": pledge.evidence,
        "measure": measure and measure.measure,
        "baseline": measure and measure.baseline,
        "measured_on": measure and measure.date,
        "unrated_because": pledge.unrated_because,
        "notes": write_notes(pledge.notes),
        "version": pledge.version,
        "published": write_published(pledge.published.indicators, pledge.published.elsewhere),
        "published_schedule": pledge.published.schedule,
    }


def _pledge(row: Any) -> Pledge:
    schedule = row.published_schedule and Schedule(row.published_schedule)
    return Pledge(
        set_code=row.set_code,
        number=row.number,
        theme=row.theme,
        title=row.title,
        top=row.top,
        due=row.due,
        progress=Progress(Delivery(row.delivery), row.closed_on),
        evidence=Evidence(row.evidence),
        measure=Measure(row.measure, row.baseline, row.measured_on) if row.measure else None,
        unrated_because=row.unrated_because,
        notes=read_notes(row.notes),
        version=row.version,
        published=Published(schedule, read_published(row.published), read_elsewhere(row.published)),
    )


async def get_pledge(tx: Tx, pledge: str) -> Pledge | None:
    found = await _read(tx, select(*_STORED).where(_TABLE.c.id == pledge))
    return found[0] if found else None


async def get_definition(tx: Tx, pledge: Pledge) -> PledgeDefinition:
    """The definition a pledge was made with."""
    stored = await tx.session.scalars(select(_TABLE.c.definition).where(_TABLE.c.id == pledge.id))
    return read_definition(stored.one(), pledge.set_code)


async def list_ids(tx: Tx) -> Sequence[str]:
    """Of every pledge."""
    return (await tx.session.scalars(select(_TABLE.c.id).order_by(_TABLE.c.id))).all()


async def list_all_pledges(tx: Tx) -> list[Pledge]:
    return await _read(tx, select(*_STORED).order_by(_TABLE.c.id))


async def lock_pledges(tx: Tx, pledges: Collection[str]) -> list[Pledge]:
    """The pledges of these ids, locked in their order."""
    wanted = select(*_STORED).where(_TABLE.c.id.in_(pledges)).order_by(_TABLE.c.id)
    return await _read(tx, wanted.with_for_update())


async def pledges_moved_by_calendar(tx: Tx, today: date) -> set[str]:
    """Ids of the pledges whose schedule is not the one their newest event carries."""
    published = _TABLE.c.published_schedule
    differs = [
        and_(schedule_is(models.Pledge, each, today), or_(published.is_(None), published != each)) for each in Schedule
    ]
    return set(await tx.session.scalars(select(_TABLE.c.id).where(or_(*differs))))


async def list_pledges(tx: Tx, wanted: PledgeFilter, today: date, request: PageRequest) -> Page[Pledge]:
    found = select(*_STORED)
    for name in ("set_code", "theme", "delivery", "evidence", "top"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(_TABLE.c[name] == value)
    if wanted.schedule:
        found = found.where(schedule_is(models.Pledge, wanted.schedule, today))
    found = found.where(*(_TABLE.c.id.in_(pledges) for pledges in _named_elsewhere(wanted)))
    return (await list_page(tx, found, _orders(today), request)).of(_pledge)


def _orders(today: date) -> Orders:
    """By set and number, 9 before 10: numbers are text, so shorter ones come first."""
    return Orders(
        (_TABLE.c.set_code, func.length(_TABLE.c.number, type_=Integer), _TABLE.c.number),
        {
            PledgeOrder.NUMBER: (),
            PledgeOrder.DUE: (due(models.Pledge),),
            PledgeOrder.SCHEDULE: (pressing(models.Pledge, today), due(models.Pledge)),
        },
    )


def _named_elsewhere(wanted: PledgeFilter) -> list[Select[str]]:
    """Ids of pledges by their links, their assignments and their history."""
    link, elsewhere = models.IndicatorLink, models.ElsewhereLink
    assignment, history = models.Assignment, models.StateRevision
    found: list[Select[str]] = []
    if wanted.indicator:
        found.append(select(link.pledge).where(link.indicator == wanted.indicator))
    if wanted.area:
        found.append(select(link.pledge).where(link.area == wanted.area))
    for kind, code in ((LinkedKind.RISK, wanted.risk), (LinkedKind.SCHEME, wanted.scheme)):
        if code:
            found.append(select(elsewhere.pledge).where(elsewhere.kind == kind, elsewhere.code == code))
    if wanted.owner:
        found.append(select(assignment.pledge).where(assignment.portfolio_holder == wanted.owner))
    if wanted.changed_since:
        since = history.recorded_at >= wanted.changed_since
        found.append(select(history.subject).where(history.kind == "pledge", since))
    return found


async def _read(tx: Tx, statement: Select[Any]) -> list[Pledge]:
    return [_pledge(row) for row in await tx.session.execute(statement)]


async def assignments(tx: Tx, pledges: Collection[str]) -> Mapping[str, tuple[Assignment, ...]]:
    """By pledge, in their printed order."""
    columns = _ASSIGNMENT.c
    wanted = select(_ASSIGNMENT).where(columns.pledge.in_(pledges)).order_by(columns.pledge, columns.ordinal)
    return grouped((row.pledge, _assignment(row)) for row in await tx.session.execute(wanted))


def _assignment(row: Any) -> Assignment:
    officers = tuple(row.lead_officers)
    return Assignment(row.portfolio_holder, row.department, row.director, officers, row.valid_from, row.valid_to)


async def amendments(tx: Tx, pledges: Collection[str]) -> Mapping[str, tuple[Amendment, ...]]:
    """By pledge, oldest first."""
    table = models.PledgeAmendment.__table__
    wanted = select(table).where(table.c.pledge.in_(pledges)).order_by(table.c.id)
    rows = await tx.session.execute(wanted)
    return grouped((row.pledge, Amendment(row.text, row.reason, row.by, row.at)) for row in rows)


async def save_amendment(tx: Tx, pledge: str, wording: NewWording) -> None:
    row = {"pledge": pledge, "text": wording.text, "reason": wording.reason, "by": tx.actor, "at": tx.now}
    await insert_many(tx, models.PledgeAmendment, [row])
