"""Projections: revisions are only ever added, and the highest one of a period is the current one."""

from typing import Any

from sqlalchemy import Row, and_, exists, literal, select

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from chassis.storage.types import period_columns, row_period
from services.indicators.domain.formats import provenance_from_json, provenance_to_json
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.projections import Projection, ProjectionFilter, RecordedProjection
from services.indicators.models import ProjectionRow
from services.indicators.repository.series_columns import series_columns, series_of_row

_TABLE = ProjectionRow.__table__
_OF = _TABLE.c
_NEWER = _TABLE.alias("newer")
_KEY = (_OF.indicator, _OF.area, _OF.breakdown, _OF.name, _OF.period_end, _OF.period_start)
_ORDER = (_OF.area, _OF.breakdown, _OF.name, _OF.period_end, _OF.period_start)


async def get_projection(tx: Tx, key: SeriesKey, sent: Projection) -> RecordedProjection | None:
    """The current revision of what ``sent`` is one of."""
    named = (*series_columns(key).values(), sent.name, *sent.period.sort_key)
    query = select(*_OF).where(*(column == value for column, value in zip(_KEY, named, strict=True)))
    row = (await tx.session.execute(query.order_by(_OF.revision.desc()).limit(1))).one_or_none()
    return None if row is None else _recorded(row)


async def list_projections(
    tx: Tx, page: PageRequest, indicator: str, wanted: ProjectionFilter
) -> Page[RecordedProjection]:
    """Current revisions, of those known at ``as_of``, by area, breakdown, name and period."""
    newer = and_(*(_NEWER.c[column.name] == column for column in _KEY), _NEWER.c.revision > _OF.revision)
    query = select(*_OF).where(_OF.indicator == indicator)
    if wanted.as_of is None:
        query = query.where(~exists().where(newer))
    else:
        as_of = literal(wanted.as_of, _OF.recorded_at.type)
        query = query.where(_OF.recorded_at <= as_of, ~exists().where(newer, _NEWER.c.recorded_at <= as_of))
    if wanted.area is not None:
        query = query.where(_OF.area == wanted.area)
    if wanted.breakdown is not None:
        query = query.where(_OF.breakdown == wanted.breakdown.text)
    return (await list_page(tx, query, Orders(_ORDER), page)).of(_recorded)


async def add_projection(tx: Tx, recorded: RecordedProjection) -> None:
    sent = recorded.projection
    row = {
        **series_columns(recorded.series),
        **period_columns(sent.period),
        "name": sent.name,
        "revision": recorded.number,
        "value": sent.value,
        "lower": sent.lower,
        "upper": sent.upper,
        "source": sent.source,
        "note": sent.note,
        "provenance": provenance_to_json(sent.provenance),
        "actor": recorded.actor,
        "recorded_at": recorded.recorded_at,
    }
    await insert_many(tx, ProjectionRow, [row])


def _recorded(row: Row[Any]) -> RecordedProjection:
    projection = Projection(
        name=row.name,
        period=row_period(row),
        value=row.value,
        lower=row.lower,
        upper=row.upper,
        source=row.source,
        note=row.note,
        provenance=provenance_from_json(row.provenance),
    )
    return RecordedProjection(series_of_row(row), projection, row.revision, row.actor, row.recorded_at)
