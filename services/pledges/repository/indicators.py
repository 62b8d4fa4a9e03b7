"""Colours of series, and which pledges and actions are linked to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, delete, or_, select, tuple_

from chassis.storage.bulk import insert_many, upsert
from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, period_columns, row_period_or_none
from contracts.breakdown import Breakdown
from contracts.colours import Colour
from services.pledges.domain.indicators import Colours, LinkedIndicator, SeriesKey, SeriesUpdate
from services.pledges.models import ActionLink, IndicatorColour, IndicatorLink
from services.pledges.repository.grouping import grouped

CHUNK = 5000
"""Keys named in one statement: SQLite takes at most 32,766 values, PostgreSQL 32,767."""

Linked = Mapping[str, tuple[LinkedIndicator, ...]]
"""By pledge or action: its indicators, in order of their keys."""

KEY = ("indicator", "area", "breakdown")


async def save_updates(tx: Tx, updates: Collection[SeriesUpdate]) -> None:
    """Store colours that are newer than those stored. Locks the row of every series, in the order of their keys."""
    rows = [_row(one) for one in sorted(updates, key=lambda one: one.key)]
    columns = [name for name in rows[0] if name not in KEY] if rows else []
    await upsert(tx, IndicatorColour, rows, KEY, columns, is_newer)


def is_newer(stored: Table, new: Any) -> ColumnElement[bool]:
    """By (generation, version): a generation rises when the producing database went back in time."""
    later: ColumnElement[bool] = stored.c.generation < new.generation
    return or_(later, and_(stored.c.generation == new.generation, stored.c.version < new.version))


async def lock_series(tx: Tx, keys: Collection[SeriesKey]) -> None:
    """Lock the row of every series, in the order of their keys, making those that no event told of yet."""
    unknown = [_row(SeriesUpdate(key, 0, 0, "", Colours())) for key in sorted(keys)]
    await upsert(tx, IndicatorColour, unknown, KEY, ("version",), is_newer)


def _row(update: SeriesUpdate) -> dict[str, Any]:
    colours = update.colours
    return {
        **_key_columns(update.key),
        "generation": update.generation,
        "version": update.version,
        "event_id": update.event_id or None,
        **period_columns(colours.period),
        **{name: getattr(colours, name) for name in _COLOURS},
    }


def _key_columns(key: SeriesKey) -> dict[str, str]:
    return {"indicator": key.indicator, "area": key.area, "breakdown": key.breakdown.text}


_COLOURS = (
    "benchmark",
    "trend",
    "target",
    "benchmark_provisional",
    "trend_provisional",
    "target_provisional",
    "value",
    "unit",
)


async def delete_colours(tx: Tx) -> None:
    await tx.session.execute(delete(IndicatorColour))


async def delete_colours_of(tx: Tx, keys: Collection[SeriesKey]) -> None:
    colour = IndicatorColour.__table__.c
    named = [tuple(_key_columns(key).values()) for key in keys]
    wanted = tuple_(*(colour[name] for name in KEY)).in_(named)
    await tx.session.execute(delete(IndicatorColour).where(wanted))


_LINK = IndicatorLink.__table__.c
_LINKED_TO = (  # built once, since every event needs it: building costs more than running it
    select(_LINK.pledge)
    .where(tuple_(_LINK.indicator, _LINK.area, _LINK.breakdown).in_(bindparam("keys", expanding=True)))
    .distinct()
)


async def pledges_linked_to(tx: Tx, keys: Sequence[SeriesKey]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        named = [(key.indicator, key.area, key.breakdown.text) for key in keys[start : start + CHUNK]]
        connection = await tx.session.connection()
        found.update((await connection.execute(_LINKED_TO, {"keys": named})).scalars())
    return found


async def linked_pledges(tx: Tx) -> set[str]:
    return set(await tx.session.scalars(select(IndicatorLink.pledge).distinct()))


async def indicators_of_pledges(tx: Tx, numbers: Collection[str]) -> Linked:
    return await _linked(tx, _links_with_colours(IndicatorLink, IndicatorLink.pledge, numbers))


async def indicators_of_actions(tx: Tx, codes: Collection[str]) -> Linked:
    return await _linked(tx, _links_with_colours(ActionLink, ActionLink.action, codes))


def _links_with_colours(link: type[IndicatorLink | ActionLink], owner: Any, wanted: Collection[str]) -> Select[Any]:
    colour = IndicatorColour
    same = and_(*(getattr(colour, name) == getattr(link, name) for name in KEY))
    key = [getattr(link, name) for name in KEY]
    columns = [getattr(colour, name) for name in ("version", *PERIOD, *_COLOURS)]
    return select(owner.label("owner"), *key, *columns).outerjoin(colour, same).where(owner.in_(wanted))


async def _linked(tx: Tx, statement: Select[Any]) -> Linked:
    found = sorted([_link(row) for row in await tx.session.execute(statement)], key=lambda pair: (pair[0], pair[1].key))
    return grouped(found)


def _link(row: Any) -> tuple[str, LinkedIndicator]:
    key = SeriesKey(row.indicator, row.area, Breakdown.parse(row.breakdown))
    if not row.version:
        return row.owner, LinkedIndicator(key, Colours(), pending=True)
    return row.owner, LinkedIndicator(key, _colours(row))


def _colours(row: Any) -> Colours:
    benchmark, trend, target = (colour and Colour(colour) for colour in (row.benchmark, row.trend, row.target))
    provisional = (row.benchmark_provisional, row.trend_provisional, row.target_provisional)
    return Colours(row_period_or_none(row), benchmark, trend, target, *provisional, row.value, row.unit)


async def get_updates(tx: Tx, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, SeriesUpdate]:
    """What is stored of these series, no more of them than one statement names."""
    colour = IndicatorColour.__table__.c
    named = tuple_(*(colour[name] for name in KEY)).in_([tuple(_key_columns(key).values()) for key in keys])
    found = {}
    for row in await tx.session.execute(select(*colour).where(named)):
        key = SeriesKey(row.indicator, row.area, Breakdown.parse(row.breakdown))
        found[key] = SeriesUpdate(key, row.generation, row.version, row.event_id or "", _colours(row))
    return found


async def save_pledge_links(tx: Tx, number: str, keys: Iterable[SeriesKey]) -> None:
    """Replace the links of a pledge."""
    await tx.session.execute(delete(IndicatorLink).where(IndicatorLink.pledge == number))
    await insert_many(tx, IndicatorLink, [_link_row("pledge", number, key) for key in sorted(keys)])


async def save_action_links(tx: Tx, code: str, keys: Iterable[SeriesKey]) -> None:
    """Replace the links of an action."""
    await tx.session.execute(delete(ActionLink).where(ActionLink.action == code))
    await insert_many(tx, ActionLink, [_link_row("action", code, key) for key in sorted(keys)])


def _link_row(column: str, owner: str, key: SeriesKey) -> dict[str, str]:
    return {column: owner, **_key_columns(key)}
