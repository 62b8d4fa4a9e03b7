"""Series: their locks and versions, and the targets set on them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, tuple_, update

from chassis.db import Tx
from chassis.sql import insert_many, insert_or_ignore, upsert
from services.indicators.models import AreaRow, FrameworkRow, IndicatorRow, SeriesRow, TargetRow
from services.indicators.repository.definitions import INDICATOR

Key = tuple[str, str]
"""(indicator, area)."""

_SERIES = (SeriesRow.indicator, SeriesRow.area, SeriesRow.version)


async def take_next_version(tx: Tx, key: Key) -> int | None:
    """Lock a series by raising its version; the version before, or None where the series is not open yet."""
    indicator, area = key
    raised = await tx.session.execute(
        update(SeriesRow)
        .where(SeriesRow.indicator == indicator, SeriesRow.area == area)
        .values(version=SeriesRow.version + 1)
        .returning(SeriesRow.version)
        .execution_options(synchronize_session=False)
    )
    version: int | None = raised.scalar_one_or_none()
    return None if version is None else version - 1


async def lock_series(tx: Tx, keys: Collection[Key], whole: Collection[str]) -> dict[Key, int]:
    """Lock the series of ``keys``, and every series of the ``whole`` indicators, in one order; their versions."""
    wanted = [SeriesRow.indicator.in_(whole)] if whole else []
    rest = sorted(key for key in keys if key[0] not in whole)
    if rest:
        wanted.append(tuple_(SeriesRow.indicator, SeriesRow.area).in_(rest))
    query = select(*_SERIES).where(or_(*wanted)).order_by(SeriesRow.indicator, SeriesRow.area)
    return {(r.indicator, r.area): r.version for r in await tx.session.execute(query.with_for_update())}


async def open_keys(tx: Tx, keys: Collection[Key]) -> set[Key]:
    """Which of ``keys`` are open, without locking."""
    query = select(SeriesRow.indicator, SeriesRow.area).where(
        tuple_(SeriesRow.indicator, SeriesRow.area).in_(sorted(keys))
    )
    return {(r.indicator, r.area) for r in await tx.session.execute(query)}


async def open_series(tx: Tx, keys: Iterable[Key]) -> None:
    """Open series at version 0. The caller holds their indicators."""
    rows = [{"indicator": indicator, "area": area, "version": 0} for indicator, area in sorted(keys)]
    await insert_or_ignore(tx, SeriesRow, rows, ["indicator", "area"])


async def set_versions(tx: Tx, versions: Mapping[Key, int]) -> None:
    """Set the versions of locked series."""
    rows = [{"indicator": i, "area": a, "version": version} for (i, a), version in sorted(versions.items())]
    await upsert(tx, SeriesRow, rows, ["indicator", "area"], ["version"])


async def version(tx: Tx, key: Key) -> int:
    query = select(SeriesRow.version).where(SeriesRow.indicator == key[0], SeriesRow.area == key[1])
    return await tx.session.scalar(query) or 0


async def has_series(tx: Tx, indicator: str) -> bool:
    query = select(SeriesRow.area).where(SeriesRow.indicator == indicator).limit(1)
    return await tx.session.scalar(query) is not None


async def context(tx: Tx, indicators: Collection[str], areas: Collection[str] | None) -> list[Row[Any]]:
    """Definition, area and target versions of open series, one row a target version (at least one a series).

    ``areas`` None means all of them. Columns of the area carry ``area_``, of the target ``target_``.
    """
    values = {"indicators": list(indicators)} | ({} if areas is None else {"areas": list(areas)})
    return list(await tx.session.execute(_context(whole=areas is None), values))


@cache
def _context(*, whole: bool) -> Select[Any]:
    """The statement of :func:`context`, built once: building costs more than running it."""
    query = (
        select(
            *INDICATOR,
            AreaRow.code.label("area_code"),
            AreaRow.name.label("area_name"),
            AreaRow.type.label("area_type"),
            AreaRow.valid_from.label("area_valid_from"),
            AreaRow.valid_to.label("area_valid_to"),
            TargetRow.version.label("target_version"),
            TargetRow.content.label("target_content"),
        )
        .select_from(SeriesRow)
        .join(IndicatorRow, IndicatorRow.code == SeriesRow.indicator)
        .join(AreaRow, AreaRow.code == SeriesRow.area)
        .outerjoin(FrameworkRow, FrameworkRow.code == IndicatorRow.framework)
        .outerjoin(TargetRow, and_(TargetRow.indicator == SeriesRow.indicator, TargetRow.area == SeriesRow.area))
        .where(SeriesRow.indicator.in_(bindparam("indicators", expanding=True)))
    )
    return query if whole else query.where(SeriesRow.area.in_(bindparam("areas", expanding=True)))


async def targets(
    tx: Tx, indicators: Collection[str], area: str | None, as_of: datetime | None = None
) -> list[Row[Any]]:
    """Target versions, oldest first within a series."""
    query = select(*TargetRow.__table__.c).where(TargetRow.indicator.in_(indicators))
    if area is not None:
        query = query.where(TargetRow.area == area)
    if as_of is not None:
        query = query.where(TargetRow.recorded_at <= as_of)
    query = query.order_by(TargetRow.indicator, TargetRow.area, TargetRow.version)
    return list(await tx.session.execute(query))


async def list_targets(
    tx: Tx, indicator: str, area: str | None, after: tuple[str, int] | None, limit: int
) -> list[Row[Any]]:
    query = select(*TargetRow.__table__.c).where(TargetRow.indicator == indicator)
    if area is not None:
        query = query.where(TargetRow.area == area)
    if after is not None:
        query = query.where(tuple_(TargetRow.area, TargetRow.version) > after)
    return list(await tx.session.execute(query.order_by(TargetRow.area, TargetRow.version).limit(limit)))


async def add_target(tx: Tx, key: Key, number: int, content: Mapping[str, Any]) -> None:
    row = {"indicator": key[0], "area": key[1], "version": number, "content": dict(content)}
    await insert_many(tx, TargetRow, [{**row, "actor": tx.actor, "recorded_at": tx.now}])
