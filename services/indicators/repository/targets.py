"""Targets: versions are only ever added."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, tuple_

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import target_from_json, target_to_json
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.targets import RecordedTarget
from services.indicators.models import TargetRow
from services.indicators.repository.sort_keys import parse_sort_key, sort_key

_OF = TargetRow.__table__.c
_ORDER = (_OF.indicator, _OF.area, _OF.version)


def _recorded(row: Row[Any]) -> RecordedTarget:
    target = target_from_json(row.content, row.version)
    return RecordedTarget(SeriesKey(row.indicator, row.area), target, row.actor, row.recorded_at)


async def get_targets(
    tx: Tx, indicators: Collection[str], area: str, as_of: datetime | None = None
) -> list[RecordedTarget]:
    """All versions for these indicators in an area, oldest first within a series."""
    query = select(*_OF).where(_OF.indicator.in_(indicators), _OF.area == area).order_by(*_ORDER)
    if as_of is not None:
        query = query.where(_OF.recorded_at <= as_of)
    return [_recorded(row) for row in await tx.session.execute(query)]


async def list_targets(tx: Tx, page: PageRequest, indicator: str, area: str | None) -> list[RecordedTarget]:
    query = select(*_OF).where(_OF.indicator == indicator).order_by(*_ORDER).limit(page.fetch)
    if area is not None:
        query = query.where(_OF.area == area)
    if page.after is not None:
        query = query.where(tuple_(_OF.area, _OF.version) > parse_sort_key(page.after, str, int))
    return [_recorded(row) for row in await tx.session.execute(query)]


def target_sort_key(recorded: RecordedTarget) -> str:
    return sort_key(recorded.series.area, recorded.target.version)


async def add_target(tx: Tx, recorded: RecordedTarget) -> None:
    row = {
        **recorded.series._asdict(),
        "version": recorded.target.version,
        "content": target_to_json(recorded.target),
        "actor": recorded.actor,
        "recorded_at": recorded.recorded_at,
    }
    await insert_many(tx, TargetRow, [row])
