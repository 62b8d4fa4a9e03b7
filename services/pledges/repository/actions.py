"""Actions and what they wait for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.cases import refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.actions import Action, ActionDefinition, ActionFilter, ActionKind, ActionOrder, plan_order
from services.pledges.domain.formats import (
    read_notes,
    read_published_action,
    write_notes,
    write_published_action,
)
from services.pledges.domain.status import Delivery, Progress
from services.pledges.repository.grouping import grouped
from services.pledges.repository.locks import lock_kind
from services.pledges.repository.schedules import due, pressing, schedule_is

_TABLE = models.Base.metadata.tables["action"]
_SAVE = update(_TABLE).where(_TABLE.c.code == bindparam("saved"))


async def insert_action(tx: Tx, action: Action) -> bool:
    """Insert an action unless its code is there; whether it was inserted.

    Raises:
        CodeInOtherCase
    """
    row = {"code": action.code, **_row(action)}
    new = bool(await insert_or_ignore(tx, models.Action, [row], ("code",), returning=("code",)))
    if new:
        await refuse_other_case(tx, _TABLE.c.code, action.code)
    return new


async def insert_actions(tx: Tx, actions: Sequence[Action]) -> None:
    """Insert actions that are not there, wholes before their parts, while all are locked."""
    await insert_many(tx, models.Action, [{"code": one.code, **_row(one)} for one in actions])


async def save_actions(tx: Tx, actions: Sequence[Action]) -> None:
    """Write the state of locked actions."""
    if actions:
        connection = await tx.session.connection()
        await connection.execute(_SAVE, [{"saved": one.code, **_row(one)} for one in actions])


def _row(action: Action) -> dict[str, Any]:
    definition = action.definition
    return {
        "title": definition.title,
        "priority": definition.priority,
        "kind": definition.kind,
        "due": definition.due,
        "weight": definition.weight,
        "phase": definition.phase,
        "step": definition.step,
        "confirmed": definition.confirmed,
        "source": definition.source,
        "leads": list(definition.leads),
        "depends_on": list(definition.depends_on),
        "part_of": definition.part_of,
        "notes": write_notes(definition.notes),
        "partners": list(definition.partners),
        "printed_period": definition.printed_period,
        "due_basis": definition.due_basis,
        "figure": definition.figure,
        "figure_unit": definition.figure_unit,
        "version": action.version,
        "published": write_published_action(action.published),
        "delivery": action.progress.delivery,
        "closed_on": action.progress.closed_on,
    }


def _action(row: Any) -> Action:
    definition = ActionDefinition(
        title=row.title,
        priority=row.priority,
        kind=ActionKind(row.kind),
        due=row.due,
        weight=row.weight,
        phase=row.phase,
        step=row.step,
        confirmed=row.confirmed,
        source=row.source,
        leads=tuple(row.leads),
        depends_on=tuple(row.depends_on),
        part_of=row.part_of,
        notes=read_notes(row.notes),
        partners=tuple(row.partners),
        printed_period=row.printed_period,
        due_basis=row.due_basis,
        figure=row.figure,
        figure_unit=row.figure_unit,
    )
    progress = Progress(Delivery(row.delivery), row.closed_on)
    return Action(row.code, definition, progress, row.version, read_published_action(row.published))


async def get_action(tx: Tx, code: str) -> Action | None:
    return await _one(tx, select(_TABLE).where(_TABLE.c.code == code))


async def lock_actions(tx: Tx) -> list[Action]:
    """All actions, while nobody else changes or adds one: what one waits for can concern every other."""
    await lock_kind(tx, "action")
    return await get_all(tx)


async def list_there(tx: Tx, codes: Collection[str]) -> set[str]:
    """Those of these codes that there are; nothing is asked where none is named."""
    if not codes:
        return set()
    return set(await tx.session.scalars(select(_TABLE.c.code).where(_TABLE.c.code.in_(codes))))


async def get_all(tx: Tx) -> list[Action]:
    """All actions, by code."""
    return await _read(tx, select(_TABLE).order_by(_TABLE.c.code))


async def list_codes(tx: Tx) -> Sequence[str]:
    """Of every action that has an event."""
    return (await tx.session.scalars(select(_TABLE.c.code).where(_TABLE.c.version > 0).order_by(_TABLE.c.code))).all()


async def list_actions(
    tx: Tx, wanted: ActionFilter, blocked: Collection[str], today: date, request: PageRequest
) -> Page[Action]:
    """``blocked``: codes of the actions that are blocked."""
    found = select(_TABLE)
    if wanted.blocked is not None:
        is_blocked = _TABLE.c.code.in_(blocked)
        found = found.where(is_blocked if wanted.blocked else ~is_blocked)
    for name in ("priority", "kind", "phase", "delivery", "part_of"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(_TABLE.c[name] == value)
    if wanted.schedule:
        found = found.where(schedule_is(models.Action, wanted.schedule, today))
    return (await list_page(tx, found, _orders(today), request)).of(_action)


def _orders(today: date) -> Orders:
    return Orders(
        (_TABLE.c.code,),
        {
            ActionOrder.CODE: (),
            ActionOrder.DUE: (due(models.Action),),
            ActionOrder.SCHEDULE: (pressing(models.Action, today), due(models.Action)),
        },
    )


async def actions_of(tx: Tx, priorities: Collection[str]) -> Mapping[str, tuple[Action, ...]]:
    """The actions of each priority, numbered steps first in their order, then by code."""
    actions = await _read(tx, select(_TABLE).where(_TABLE.c.priority.in_(priorities)))
    return grouped((str(one.definition.priority), one) for one in sorted(actions, key=plan_order))


async def _one(tx: Tx, statement: Select[Any]) -> Action | None:
    found = await _read(tx, statement)
    return found[0] if found else None


async def _read(tx: Tx, statement: Select[Any]) -> list[Action]:
    return [_action(row) for row in await tx.session.execute(statement)]
