"""Remarks on charts: revisions are only ever added, and the highest one of a kind and period is the current one."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import given_rows, given_values, insert_many, look_up, table_of
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from chassis.storage.types import period_columns, row_period
from contracts.breakdown import Breakdown
from services.indicators.domain.control.remarks import RecordedRemark, Remark, RemarkFilter, RemarkKind, kind_of
from services.indicators.domain.formats import remark_from_json, remark_to_json
from services.indicators.domain.observations import SeriesKey
from services.indicators.models import ChartRemarkRow
from services.indicators.repository.series_columns import series_columns, series_of_row, series_texts

_TABLE = table_of(ChartRemarkRow)
_OF = _TABLE.c
_NEWEST = _TABLE.alias("newest")
_SERIES = (_OF.indicator, _OF.area, _OF.breakdown)
_KEY = (*_SERIES, _OF.kind, _OF.period_end, _OF.period_start)
_ORDER = (_OF.area, _OF.breakdown, _OF.period_end, _OF.period_start, _OF.revision)


async def get_remarks(
    tx: Tx, indicators: Collection[str], area: str, breakdown: Breakdown, as_of: datetime | None = None
) -> list[RecordedRemark]:
    """The current remarks on these charts, of those known at ``as_of``, in order of their periods."""
    named = (_OF.indicator.in_(indicators), _OF.area == area, _OF.breakdown == breakdown.text)
    query = select(*_OF).where(*named, *_current(as_of)).order_by(_OF.period_end, _OF.period_start)
    return [_recorded(row) for row in await tx.session.execute(query)]


async def get_remarks_of(tx: Tx, keys: Collection[SeriesKey], kind: RemarkKind) -> list[RecordedRemark]:
    """The current remarks of a kind on the charts of these series, however many, in order of their periods."""
    given = given_rows(tx.dialect, "given", _SERIES)
    found, on = look_up(tx.dialect, given, ChartRemarkRow, _SERIES, _OF.kind == kind.value, *_current(None))
    query = select(*found.c).select_from(given.join(found, on)).order_by(found.c.period_end, found.c.period_start)
    rows = await tx.session.execute(query, given_values(tx, "given", _SERIES, map(series_texts, keys)))
    return [_recorded(row) for row in rows]


async def get_remark(tx: Tx, key: SeriesKey, remark: Remark) -> RecordedRemark | None:
    """The current revision of what ``remark`` is one of."""
    named = (*series_columns(key).values(), kind_of(remark).value, *remark.period.sort_key)
    query = select(*_OF).where(*(column == value for column, value in zip(_KEY, named, strict=True)))
    row = (await tx.session.execute(query.order_by(_OF.revision.desc()).limit(1))).one_or_none()
    return None if row is None else _recorded(row)


async def list_remarks(
    tx: Tx, page: PageRequest, indicator: str, kind: RemarkKind, wanted: RemarkFilter
) -> Page[RecordedRemark]:
    """By area, breakdown and period."""
    query = select(*_OF).where(_OF.indicator == indicator, _OF.kind == kind.value)
    if not wanted.revisions:
        query = query.where(*_current(wanted.as_of))
    elif wanted.as_of is not None:
        query = query.where(_OF.recorded_at <= wanted.as_of)
    if wanted.area is not None:
        query = query.where(_OF.area == wanted.area)
    if wanted.breakdown is not None:
        query = query.where(_OF.breakdown == wanted.breakdown.text)
    return (await list_page(tx, query, Orders(_ORDER), page)).of(_recorded)


def _current(as_of: datetime | None) -> list[ColumnElement[bool]]:
    same = (_NEWEST.c[column.name] == column for column in _KEY)
    highest = select(func.max(_NEWEST.c.revision)).where(*same).correlate(_TABLE)
    if as_of is not None:
        highest = highest.where(_NEWEST.c.recorded_at <= literal(as_of, _OF.recorded_at.type))
    return [_OF.revision == highest.scalar_subquery()]


async def add_remark(tx: Tx, recorded: RecordedRemark) -> None:
    row = {
        **series_columns(recorded.series),
        **period_columns(recorded.remark.period),
        "kind": kind_of(recorded.remark).value,
        "revision": recorded.number,
        "content": remark_to_json(recorded.remark),
        "actor": recorded.actor,
        "recorded_at": recorded.recorded_at,
    }
    await insert_many(tx, ChartRemarkRow, [row])


def _recorded(row: Row[Any]) -> RecordedRemark:
    remark = remark_from_json(row.content, RemarkKind(row.kind), row_period(row))
    return RecordedRemark(series_of_row(row), remark, row.revision, row.actor, row.recorded_at)
