"""Commentaries: revisions are only ever added, and the highest one is the current one."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import given_rows, given_values, insert_many, look_up, table_of
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from chassis.storage.types import period_columns, row_period
from contracts.period import Period
from services.indicators.domain.commentaries import (
    Commentary,
    CommentaryFilter,
    CommentaryHead,
    CommentaryRevision,
    CommentaryState,
)
from services.indicators.domain.observations import SeriesKey
from services.indicators.models import CommentaryRevisionRow, CommentaryRow
from services.indicators.repository.series_columns import series_columns, series_of_row

_HEAD, _REVISION = table_of(CommentaryRow), table_of(CommentaryRevisionRow)
_OF, _STATED = _HEAD.c, _REVISION.c
_NEWEST = _REVISION.alias("newest")
_KEY = (_OF.indicator, _OF.number)
_PUBLIC = [state.value for state in CommentaryState if state.is_public]
_WRITTEN = ("revision", "state", "text", "author", "source", "reason", "actor", "recorded_at")
_ON = ("indicator", "number", "area", "breakdown", "period_kind", "period_start", "period_end")


def _head(row: Row[Any]) -> CommentaryHead:
    return CommentaryHead(row.indicator, row.number, row.version)


def _revision(row: Row[Any]) -> CommentaryRevision:
    written = Commentary(
        series_of_row(row),
        row_period(row),
        CommentaryState(row.state),
        row.text,
        row.author,
        row.source,
        row.reason,
    )
    return CommentaryRevision(row.number, row.revision, written, row.actor, row.recorded_at)


def _newest(as_of: datetime | None, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Of each commentary the highest revision, of those known at ``as_of`` and of what is asked for."""
    same = (_NEWEST.c.indicator == _STATED.indicator, _NEWEST.c.number == _STATED.number)
    highest = select(func.max(_NEWEST.c.revision)).where(*same, *conditions).correlate(_REVISION)
    if as_of is not None:
        highest = highest.where(_NEWEST.c.recorded_at <= literal(as_of, _STATED.recorded_at.type))
    on = (_OF.indicator == _STATED.indicator, _OF.number == _STATED.number)
    columns = (*(_OF[name] for name in _ON), *(_STATED[name] for name in _WRITTEN))
    query = select(*columns).select_from(_HEAD).join(_REVISION, on[0] & on[1])
    return query.where(_STATED.revision == highest.scalar_subquery())


def _newest_public(as_of: datetime | None) -> Select[Any]:
    return _newest(as_of, _NEWEST.c.state.in_(_PUBLIC))


async def lock_commentary(tx: Tx, key: SeriesKey, period: Period) -> CommentaryHead | None:
    """Lock the commentary on a series in a period. The caller has locked the indicator."""
    query = select(*_OF).where(
        *(_OF[name] == value for name, value in series_columns(key).items()),
        _OF.period_end == period.end,
        _OF.period_start == period.start,
    )
    row = (await tx.session.execute(query.with_for_update())).one_or_none()
    return None if row is None else _head(row)


async def add_commentary(tx: Tx, key: SeriesKey, period: Period) -> CommentaryHead:
    """Add one, as the next of its indicator, which the caller has locked."""
    highest = select(func.coalesce(func.max(_OF.number), 0)).where(_OF.indicator == key.indicator)
    number = (await tx.session.execute(highest)).scalar_one() + 1
    row = {**series_columns(key), **period_columns(period), "number": number, "version": 0}
    await insert_many(tx, CommentaryRow, [row])
    return CommentaryHead(key.indicator, number)


async def lock_commentaries(tx: Tx, subjects: Collection[tuple[str, int]]) -> list[CommentaryHead]:
    """Lock commentaries by indicator and number, in one order."""
    given = given_rows(tx.dialect, "given", _KEY)
    ordered = select(given).order_by(given.c.indicator, given.c.number).subquery("named")
    found, on = look_up(tx.dialect, ordered, CommentaryRow, _KEY, lock=True)
    query = select(*found.c).select_from(ordered.join(found, on))
    rows = await tx.session.execute(query, given_values(tx, "given", _KEY, subjects))
    return [_head(row) for row in rows]


async def save_next_versions(tx: Tx, heads: Iterable[CommentaryHead]) -> None:
    """The versions of the next events of locked commentaries. One statement."""
    given = given_rows(tx.dialect, "given", _KEY)
    named = tuple_(*_KEY).in_(select(given.c.indicator, given.c.number))
    values = given_values(tx, "given", _KEY, [(head.indicator, head.number) for head in heads])
    await tx.session.execute(update(_HEAD).where(named).values(version=_OF.version + 1), values)


async def add_revision(tx: Tx, recorded: CommentaryRevision) -> None:
    written = recorded.commentary
    row = {
        "indicator": written.series.indicator,
        "number": recorded.number,
        "revision": recorded.revision,
        "state": written.state.value,
        "text": written.text,
        "author": written.author,
        "source": written.source,
        "reason": written.reason,
        "actor": recorded.actor,
        "recorded_at": recorded.recorded_at,
    }
    await insert_many(tx, CommentaryRevisionRow, [row])


async def get_current(tx: Tx, indicator: str, number: int) -> CommentaryRevision | None:
    query = _newest(None).where(_OF.indicator == indicator, _OF.number == number)
    row = (await tx.session.execute(query)).one_or_none()
    return None if row is None else _revision(row)


async def list_current(
    tx: Tx, page: PageRequest, indicator: str, wanted: CommentaryFilter, period: Period | None
) -> Page[CommentaryRevision]:
    """Current revisions of the commentaries of an indicator, by number; ``period`` is the one that the filter names."""
    query = _newest(wanted.as_of).where(_OF.indicator == indicator)
    if wanted.area is not None:
        query = query.where(_OF.area == wanted.area)
    if wanted.breakdown is not None:
        query = query.where(_OF.breakdown == wanted.breakdown.text)
    if period is not None:
        query = query.where(_OF.period_start == period.start, _OF.period_end == period.end)
    return (await list_page(tx, query, Orders((_OF.number,)), page)).of(_revision)


async def list_revisions(tx: Tx, indicator: str, number: int) -> list[CommentaryRevision]:
    """All of one commentary, oldest first."""
    on = (_OF.indicator == _STATED.indicator, _OF.number == _STATED.number)
    columns = (*(_OF[name] for name in _ON), *(_STATED[name] for name in _WRITTEN))
    query = select(*columns).select_from(_HEAD).join(_REVISION, on[0] & on[1])
    query = query.where(_OF.indicator == indicator, _OF.number == number).order_by(_STATED.revision)
    return [_revision(row) for row in await tx.session.execute(query)]


async def get_public(
    tx: Tx, named: Collection[tuple[str, int]], as_of: datetime | None = None
) -> dict[tuple[str, int], CommentaryRevision]:
    """By indicator and number what is published of commentaries, or was and is withdrawn."""
    given = given_rows(tx.dialect, "given", _KEY)
    query = _newest_public(as_of).where(tuple_(*_KEY).in_(select(given.c.indicator, given.c.number)))
    rows = await tx.session.execute(query, given_values(tx, "given", _KEY, named))
    return {(row.indicator, row.number): _revision(row) for row in rows}


async def list_published(
    tx: Tx, indicators: Collection[str], area: str, since: date, until: date, as_of: datetime | None
) -> Sequence[CommentaryRevision]:
    """What is published on these indicators in an area, on periods that have a part of the days between."""
    query = _newest_public(as_of).where(
        _OF.indicator.in_(indicators), _OF.area == area, _OF.period_end >= since, _OF.period_start <= until
    )
    rows = await tx.session.execute(query.where(_STATED.state == CommentaryState.PUBLISHED.value))
    return [_revision(row) for row in rows]


async def list_subjects(tx: Tx) -> list[str]:
    """Of the commentaries that have an event."""
    query = select(*_OF).where(_OF.version > 0).order_by(*_KEY)
    return [_head(row).subject for row in await tx.session.execute(query)]
