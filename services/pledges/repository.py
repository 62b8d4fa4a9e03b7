"""Every query of the pledges service."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, delete, func, or_, select, tuple_

from chassis.storage.bulk import Rows, insert_many, insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from contracts.colours import Colour
from contracts.period import Period, PeriodKind
from services.pledges.domain import Colours, IndicatorKey, Schedule
from services.pledges.models import (
    Action,
    ActionLink,
    Assignment,
    IndicatorColour,
    IndicatorLink,
    Pledge,
    PledgeAmendment,
    Priority,
)

T = TypeVar("T")

NOTHING_HEARD = Colours()

CHUNK = 5000
"""Keys named in one statement: SQLite takes at most 32,766 values, PostgreSQL 32,767."""

Standing = tuple[IndicatorKey, Colours]
Shown = dict[str, list[Standing]]
"""By pledge or action: its indicators, in order, with what each last said."""


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    theme: str | None = None
    delivery: str | None = None
    evidence: str | None = None
    schedule: Schedule | None = None
    top: bool | None = None
    indicator: str | None = None


@dataclass(frozen=True, slots=True)
class ActionFilter:
    priority: str | None = None
    kind: str | None = None
    phase: int | None = None
    delivery: str | None = None
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What an event said of an indicator; version 0 says nothing and only keeps its place."""

    key: IndicatorKey
    version: int = 0
    event_id: str | None = None
    colours: Colours = NOTHING_HEARD


# pledges


async def add_pledge(tx: Tx, row: Mapping[str, Any], assignments: Rows) -> bool:
    """Insert a pledge with its assignments unless its number is there; whether it was inserted."""
    if not await insert_or_ignore(tx, Pledge, [row], ("number",), returning=("number",)):
        return False
    await insert_many(tx, Assignment, assignments)
    return True


async def pledge(tx: Tx, number: str) -> Pledge | None:
    return await tx.session.get(Pledge, number)


async def lock_pledges(tx: Tx, numbers: Collection[str]) -> list[Pledge]:
    """The pledges, locked in the order of their numbers."""
    wanted = select(Pledge).where(Pledge.number.in_(numbers)).order_by(Pledge.number).with_for_update()
    return list(await tx.session.scalars(wanted.execution_options(populate_existing=True)))


async def pledges(tx: Tx, wanted: PledgeFilter, today: date, after: str | None, limit: int) -> Sequence[Pledge]:
    """Pledges by number, 9 before 10: numbers are text, so shorter ones come first."""
    found = select(Pledge).order_by(func.length(Pledge.number), Pledge.number).limit(limit)
    for name in ("theme", "delivery", "evidence", "top"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(getattr(Pledge, name) == value)
    if wanted.schedule:
        found = found.where(_schedule_is(Pledge, wanted.schedule, today))
    if wanted.indicator:
        linked = select(IndicatorLink.pledge).where(IndicatorLink.indicator == wanted.indicator)
        found = found.where(Pledge.number.in_(linked))
    if after is not None:
        longer, same = func.length(Pledge.number) > len(after), func.length(Pledge.number) == len(after)
        found = found.where(or_(longer, and_(same, Pledge.number > after)))
    return (await tx.session.scalars(found)).all()


def _schedule_is(table: type[Pledge | Action], wanted: Schedule, today: date) -> ColumnElement[bool]:
    """:func:`services.pledges.domain.schedule`, in SQL, for filters. The tests hold the two together."""
    late = func.coalesce(table.closed_on, today) > table.due
    soon = and_(table.closed_on.is_(None), table.due <= Period.quarter_of(today).end)
    clauses: dict[Schedule, ColumnElement[bool]] = {
        Schedule.UNSCHEDULED: table.due.is_(None),
        Schedule.OVERDUE: late,
        Schedule.DUE: and_(~late, soon),
        Schedule.ON_TIME: and_(~late, ~soon),
    }
    return clauses[wanted]


async def assignments(tx: Tx, numbers: Collection[str]) -> dict[str, list[Assignment]]:
    wanted = select(Assignment).where(Assignment.pledge.in_(numbers)).order_by(Assignment.pledge, Assignment.place)
    return _grouped((row.pledge, row) for row in await tx.session.scalars(wanted))


async def amendments(tx: Tx, numbers: Collection[str]) -> dict[str, list[PledgeAmendment]]:
    wanted = select(PledgeAmendment).where(PledgeAmendment.pledge.in_(numbers)).order_by(PledgeAmendment.id)
    return _grouped((row.pledge, row) for row in await tx.session.scalars(wanted))


async def add_amendment(tx: Tx, amendment: PledgeAmendment) -> None:
    tx.session.add(amendment)
    await tx.session.flush()


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


# indicators and their colours


async def hear(tx: Tx, heard: Collection[Heard]) -> None:
    """Keep what is newer than what is known, and lock every row named, in the order of their keys."""
    rows = [_colour_row(one) for one in sorted(heard, key=lambda one: one.key)]
    said = [name for name in rows[0] if name not in {"indicator", "area"}] if rows else []
    await upsert(tx, IndicatorColour, rows, ("indicator", "area"), said, _is_newer)


def _is_newer(kept: Table, new: Any) -> ColumnElement[bool]:
    newer: ColumnElement[bool] = kept.c.version < new.version
    return newer


def _colour_row(heard: Heard) -> dict[str, Any]:
    period = heard.colours.period
    return {
        "indicator": heard.key.indicator,
        "area": heard.key.area,
        "version": heard.version,
        "event_id": heard.event_id,
        "period_kind": period and period.kind.value,
        "period_start": period and period.start,
        "period_end": period and period.end,
        "benchmark": heard.colours.benchmark,
        "trend": heard.colours.trend,
        "target": heard.colours.target,
    }


async def forget_colours(tx: Tx) -> None:
    await tx.session.execute(delete(IndicatorColour))


_LINK = IndicatorLink.__table__.c
_LINKED_TO = (  # built once, since every event needs it: building costs more than running it
    select(_LINK.pledge).where(tuple_(_LINK.indicator, _LINK.area).in_(bindparam("pairs", expanding=True))).distinct()
)


async def pledges_linked_to(tx: Tx, keys: Sequence[IndicatorKey]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        pairs = [(key.indicator, key.area) for key in keys[start : start + CHUNK]]
        connection = await tx.session.connection()
        found.update((await connection.execute(_LINKED_TO, {"pairs": pairs})).scalars())
    return found


async def linked_pledges(tx: Tx) -> set[str]:
    return set(await tx.session.scalars(select(IndicatorLink.pledge).distinct()))


async def pledge_indicators(tx: Tx, numbers: Collection[str]) -> Shown:
    return await _shown(tx, _standing(IndicatorLink, IndicatorLink.pledge, numbers))


async def action_indicators(tx: Tx, codes: Collection[str]) -> Shown:
    return await _shown(tx, _standing(ActionLink, ActionLink.action, codes))


def _standing(link: type[IndicatorLink | ActionLink], holder: Any, wanted: Collection[str]) -> Select[Any]:
    kept = IndicatorColour
    known = and_(kept.indicator == link.indicator, kept.area == link.area)
    said = (kept.period_kind, kept.period_start, kept.period_end, kept.benchmark, kept.trend, kept.target)
    chosen = select(holder.label("holder"), link.indicator, link.area, *said).outerjoin(kept, known)
    return chosen.where(holder.in_(wanted))


async def _shown(tx: Tx, statement: Select[Any]) -> Shown:
    rows = await tx.session.execute(statement)
    pairs = [(row.holder, (IndicatorKey(row.indicator, row.area), _colours(row))) for row in rows]
    return _grouped(sorted(pairs, key=lambda pair: (pair[0], pair[1][0])))


def _colours(row: Any) -> Colours:
    kind = row.period_kind
    period = Period(PeriodKind(kind), row.period_start, row.period_end) if kind else None
    benchmark, trend, target = (colour and Colour(colour) for colour in (row.benchmark, row.trend, row.target))
    return Colours(period, benchmark, trend, target)


async def replace_pledge_links(tx: Tx, number: str, keys: Iterable[IndicatorKey]) -> None:
    await tx.session.execute(delete(IndicatorLink).where(IndicatorLink.pledge == number))
    await insert_many(tx, IndicatorLink, [_link_row("pledge", number, key) for key in keys])


async def replace_action_links(tx: Tx, code: str, keys: Iterable[IndicatorKey]) -> None:
    await tx.session.execute(delete(ActionLink).where(ActionLink.action == code))
    await insert_many(tx, ActionLink, [_link_row("action", code, key) for key in keys])


def _link_row(holder: str, name: str, key: IndicatorKey) -> dict[str, str]:
    return {holder: name, "indicator": key.indicator, "area": key.area}


# priorities and actions


async def priority(tx: Tx, code: str) -> Priority | None:
    return await tx.session.get(Priority, code)


async def priorities(tx: Tx, after: str | None, limit: int) -> Sequence[Priority]:
    found = select(Priority).order_by(Priority.code).limit(limit)
    if after is not None:
        found = found.where(Priority.code > after)
    return (await tx.session.scalars(found)).all()


async def add_priority(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Insert a priority unless its code is there; whether it was inserted."""
    return bool(await insert_or_ignore(tx, Priority, [row], ("code",), returning=("code",)))


async def add_action(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Insert an action unless its code is there; whether it was inserted."""
    return bool(await insert_or_ignore(tx, Action, [row], ("code",), returning=("code",)))


async def lock_priority(tx: Tx, code: str) -> Priority | None:
    return await tx.session.get(Priority, code, with_for_update=True, populate_existing=True)


async def lock_action(tx: Tx, code: str) -> Action | None:
    return await tx.session.get(Action, code, with_for_update=True, populate_existing=True)


async def action(tx: Tx, code: str) -> Action | None:
    return await tx.session.get(Action, code)


async def actions(tx: Tx, wanted: ActionFilter, today: date, after: str | None, limit: int) -> Sequence[Action]:
    found = select(Action).order_by(Action.code).limit(limit)
    for name in ("priority", "kind", "phase", "delivery"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(getattr(Action, name) == value)
    if wanted.schedule:
        found = found.where(_schedule_is(Action, wanted.schedule, today))
    if after is not None:
        found = found.where(Action.code > after)
    return (await tx.session.scalars(found)).all()


async def actions_of(tx: Tx, priorities: Collection[str]) -> dict[str, list[Action]]:
    """The actions of each priority, numbered steps first in their order, then by code."""
    wanted = select(Action).where(Action.priority.in_(priorities))
    rows = sorted(await tx.session.scalars(wanted), key=lambda row: (row.step is None, row.step or 0, row.code))
    return _grouped((str(row.priority), row) for row in rows)


async def lock_dependencies(tx: Tx) -> dict[str, list[str]]:
    """What every action waits for. All are locked, so that two changes cannot close a circle between them."""
    wanted = select(Action.code, Action.depends_on).order_by(Action.code).with_for_update()
    return {row.code: row.depends_on for row in await tx.session.execute(wanted)}
