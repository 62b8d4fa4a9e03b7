"""Colours of series, and which pledges and actions are linked to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, delete, select, tuple_

from chassis.storage.bulk import insert_many, upsert
from chassis.storage.transaction import Tx
from chassis.storage.types import period_columns, row_period_or_none
from contracts.colours import Colour
from services.pledges.domain.indicators import Colours, LinkedIndicator, SeriesKey, SeriesUpdate
from services.pledges.models import ActionLink, IndicatorColour, IndicatorLink

CHUNK = 5000
"""Keys named in one statement: SQLite takes at most 32,766 values, PostgreSQL 32,767."""

Linked = Mapping[str, tuple[LinkedIndicator, ...]]
"""By pledge or action: its indicators, in order of their keys."""

KEY = ("indicator", "area")


async def save_updates(tx: Tx, updates: Collection[SeriesUpdate]) -> None:
    """Store colours that are newer than those stored. Locks the row of every series, in the order of their keys."""
    rows = [_row(one) for one in sorted(updates, key=lambda one: one.key)]
    columns = [name for name in rows[0] if name not in KEY] if rows else []
    await upsert(tx, IndicatorColour, rows, KEY, columns, _is_newer)


def _is_newer(stored: Table, new: Any) -> ColumnElement[bool]:
    newer: ColumnElement[bool] = stored.c.version < new.version
    return newer


async def lock_series(tx: Tx, keys: Collection[SeriesKey]) -> None:
    """Lock the row of every series, in the order of their keys, making those that no event told of yet."""
    unknown = [{"indicator": key.indicator, "area": key.area, "version": 0} for key in sorted(keys)]
    await upsert(tx, IndicatorColour, unknown, KEY, ("version",), _is_newer)


def _row(update: SeriesUpdate) -> dict[str, Any]:
    return {
        "indicator": update.key.indicator,
        "area": update.key.area,
        "version": update.version,
        "event_id": update.event_id,
        **period_columns(update.colours.period),
        "benchmark": update.colours.benchmark,
        "trend": update.colours.trend,
        "target": update.colours.target,
    }


async def delete_colours(tx: Tx) -> None:
    await tx.session.execute(delete(IndicatorColour))


_LINK = IndicatorLink.__table__.c
_LINKED_TO = (  # built once, since every event needs it: building costs more than running it
    select(_LINK.pledge).where(tuple_(_LINK.indicator, _LINK.area).in_(bindparam("pairs", expanding=True))).distinct()
)


async def pledges_linked_to(tx: Tx, keys: Sequence[SeriesKey]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        pairs = [(key.indicator, key.area) for key in keys[start : start + CHUNK]]
        connection = await tx.session.connection()
        found.update((await connection.execute(_LINKED_TO, {"pairs": pairs})).scalars())
    return found


async def linked_pledges(tx: Tx) -> set[str]:
    return set(await tx.session.scalars(select(IndicatorLink.pledge).distinct()))


async def indicators_of_pledges(tx: Tx, numbers: Collection[str]) -> Linked:
    return await _linked(tx, _links_with_colours(IndicatorLink, IndicatorLink.pledge, numbers))


async def indicators_of_actions(tx: Tx, codes: Collection[str]) -> Linked:
    return await _linked(tx, _links_with_colours(ActionLink, ActionLink.action, codes))


def _links_with_colours(link: type[IndicatorLink | ActionLink], owner: Any, wanted: Collection[str]) -> Select[Any]:
    colour = IndicatorColour
    same = and_(colour.indicator == link.indicator, colour.area == link.area)
    columns = (colour.period_kind, colour.period_start, colour.period_end, colour.benchmark, colour.trend)
    chosen = select(owner.label("owner"), link.indicator, link.area, *columns, colour.target).outerjoin(colour, same)
    return chosen.where(owner.in_(wanted))


async def _linked(tx: Tx, statement: Select[Any]) -> Linked:
    rows = await tx.session.execute(statement)
    pairs = [(row.owner, LinkedIndicator(SeriesKey(row.indicator, row.area), _colours(row))) for row in rows]
    in_order = sorted(pairs, key=lambda pair: (pair[0], pair[1].key))
    return {owner: tuple(one for _, one in group) for owner, group in groupby(in_order, key=lambda pair: pair[0])}


def _colours(row: Any) -> Colours:
    benchmark, trend, target = (colour and Colour(colour) for colour in (row.benchmark, row.trend, row.target))
    return Colours(row_period_or_none(row), benchmark, trend, target)


async def save_pledge_links(tx: Tx, number: str, keys: Iterable[SeriesKey]) -> None:
    """Replace the links of a pledge."""
    await tx.session.execute(delete(IndicatorLink).where(IndicatorLink.pledge == number))
    await insert_many(tx, IndicatorLink, [_link_row("pledge", number, key) for key in sorted(keys)])


async def save_action_links(tx: Tx, code: str, keys: Iterable[SeriesKey]) -> None:
    """Replace the links of an action."""
    await tx.session.execute(delete(ActionLink).where(ActionLink.action == code))
    await insert_many(tx, ActionLink, [_link_row("action", code, key) for key in sorted(keys)])


def _link_row(column: str, owner: str, key: SeriesKey) -> dict[str, str]:
    return {column: owner, "indicator": key.indicator, "area": key.area}
