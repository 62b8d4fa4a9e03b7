"""Targets: versions are only ever added."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import target_from_json, target_to_json
from services.indicators.domain.targets import RecordedTarget, TargetFilter
from services.indicators.models import TargetRow
from services.indicators.repository.series_columns import series_columns, series_of_row

_OF = TargetRow.__table__.c
_ORDER = (_OF.indicator, _OF.area, _OF.breakdown, _OF.version)


def _recorded(row: Row[Any]) -> RecordedTarget:
    target = target_from_json(row.content, row.version)
    return RecordedTarget(series_of_row(row), target, row.actor, row.recorded_at)


async def get_targets(
    tx: Tx, indicators: Collection[str], area: str, as_of: datetime | None = None
) -> list[RecordedTarget]:
    """All versions for these indicators in an area, oldest first within a series."""
    query = select(*_OF).where(_OF.indicator.in_(indicators), _OF.area == area).order_by(*_ORDER)
    if as_of is not None:
        query = query.where(_OF.recorded_at <= as_of)
    return [_recorded(row) for row in await tx.session.execute(query)]


async def list_targets(tx: Tx, page: PageRequest, indicator: str, wanted: TargetFilter) -> Page[RecordedTarget]:
    query = select(*_OF).where(_OF.indicator == indicator)
    if wanted.area is not None:
        query = query.where(_OF.area == wanted.area)
    if wanted.breakdown is not None:
        query = query.where(_OF.breakdown == wanted.breakdown.text)
    if wanted.as_of is not None:
        query = query.where(_OF.recorded_at <= wanted.as_of)
    return (await list_page(tx, query, Orders(_ORDER[1:]), page)).of(_recorded)


async def add_target(tx: Tx, recorded: RecordedTarget) -> None:
    row = {
        **series_columns(recorded.series),
        "version": recorded.target.version,
        "content": target_to_json(recorded.target),
        "actor": recorded.actor,
        "recorded_at": recorded.recorded_at,
    }
    await insert_many(tx, TargetRow, [row])
