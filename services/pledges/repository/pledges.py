"""Pledges with their assignments and amendments."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.formats import read_definition, read_published, write_definition, write_published
from services.pledges.domain.pledges import (
    Amendment,
    Assignment,
    NewWording,
    Pledge,
    PledgeDefinition,
    PledgeFilter,
)
from services.pledges.domain.status import Delivery, Evidence, Progress
from services.pledges.repository.grouping import grouped
from services.pledges.repository.schedules import schedule_is

_TABLE = models.Base.metadata.tables["pledge"]
_STORED = [column for column in _TABLE.c if column.name != "definition"]
_SAVE = update(_TABLE).where(_TABLE.c.number == bindparam("saved"))
"""Sets the columns it is given; built once, since events of a linked indicator save by it."""


async def insert_pledge(tx: Tx, definition: PledgeDefinition, pledge: Pledge) -> bool:
    """Insert a pledge with its assignments unless its number is there; whether it was inserted."""
    row = {"number": pledge.number, "definition": write_definition(definition), **_row(pledge)}
    if not await insert_or_ignore(tx, models.Pledge, [row], ("number",), returning=("number",)):
        return False
    await insert_many(tx, models.Assignment, _assignment_rows(definition))
    return True


def _assignment_rows(definition: PledgeDefinition) -> list[dict[str, Any]]:
    return [
        {
            "pledge": definition.number,
            "ordinal": ordinal,
            "portfolio_holder": one.portfolio_holder,
            "department": one.department,
            "director": one.director,
            "lead_officers": list(one.lead_officers),
        }
        for ordinal, one in enumerate(definition.assignments, 1)
    ]


async def save_pledges(tx: Tx, pledges: Sequence[Pledge]) -> None:
    """Write the state of locked pledges."""
    connection = await tx.session.connection()
    await connection.execute(_SAVE, [{"saved": one.number, **_row(one)} for one in pledges])


def _row(pledge: Pledge) -> dict[str, Any]:
    return {
        "theme": pledge.theme,
        "title": pledge.title,
        "top": pledge.top,
        "due": pledge.due,
        "delivery": pledge.progress.delivery,
        "closed_on": pledge.progress.closed_on,
        "evidence": pledge.evidence,
        "version": pledge.version,
        "published": write_published(pledge.published),
    }


def _pledge(row: Any) -> Pledge:
    return Pledge(
        number=row.number,
        theme=row.theme,
        title=row.title,
        top=row.top,
        due=row.due,
        progress=Progress(Delivery(row.delivery), row.closed_on),
        evidence=Evidence(row.evidence),
        version=row.version,
        published=read_published(row.published),
    )


async def get_pledge(tx: Tx, number: str) -> Pledge | None:
    found = await _read(tx, select(*_STORED).where(_TABLE.c.number == number))
    return found[0] if found else None


async def get_definition(tx: Tx, number: str) -> PledgeDefinition:
    """The definition a pledge was made with."""
    stored = await tx.session.scalars(select(models.Pledge.definition).where(_TABLE.c.number == number))
    return read_definition(stored.one())


async def lock_pledges(tx: Tx, numbers: Collection[str]) -> list[Pledge]:
    """The pledges, locked in the order of their numbers."""
    return await _read(
        tx, select(*_STORED).where(_TABLE.c.number.in_(numbers)).order_by(_TABLE.c.number).with_for_update()
    )


async def list_pledges(tx: Tx, wanted: PledgeFilter, today: date, page: PageRequest) -> list[Pledge]:
    """Pledges by number, 9 before 10: numbers are text, so shorter ones come first."""
    found = select(*_STORED).order_by(func.length(_TABLE.c.number), _TABLE.c.number).limit(page.fetch)
    for name in ("theme", "delivery", "evidence", "top"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(getattr(models.Pledge, name) == value)
    if wanted.schedule:
        found = found.where(schedule_is(models.Pledge, wanted.schedule, today))
    if wanted.indicator:
        linked = select(models.IndicatorLink.pledge).where(models.IndicatorLink.indicator == wanted.indicator)
        found = found.where(_TABLE.c.number.in_(linked))
    if page.after is not None:
        longer, same = func.length(_TABLE.c.number) > len(page.after), func.length(_TABLE.c.number) == len(page.after)
        found = found.where(or_(longer, and_(same, _TABLE.c.number > page.after)))
    return await _read(tx, found)


async def _read(tx: Tx, statement: Select[Any]) -> list[Pledge]:
    return [_pledge(row) for row in await tx.session.execute(statement)]


async def assignments(tx: Tx, numbers: Collection[str]) -> Mapping[str, tuple[Assignment, ...]]:
    table = models.Assignment.__table__
    wanted = select(table).where(table.c.pledge.in_(numbers)).order_by(table.c.pledge, table.c.ordinal)
    return grouped((row.pledge, _assignment(row)) for row in await tx.session.execute(wanted))


def _assignment(row: Any) -> Assignment:
    return Assignment(row.portfolio_holder, row.department, row.director, tuple(row.lead_officers))


async def amendments(tx: Tx, numbers: Collection[str]) -> Mapping[str, tuple[Amendment, ...]]:
    """By pledge, oldest first."""
    table = models.PledgeAmendment.__table__
    wanted = select(table).where(table.c.pledge.in_(numbers)).order_by(table.c.id)
    rows = await tx.session.execute(wanted)
    return grouped((row.pledge, Amendment(row.text, row.reason, row.by, row.at)) for row in rows)


async def save_amendment(tx: Tx, number: str, wording: NewWording) -> None:
    row = {"pledge": number, "text": wording.text, "reason": wording.reason, "by": tx.actor, "at": tx.now}
    await insert_many(tx, models.PledgeAmendment, [row])
