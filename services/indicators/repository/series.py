"""Series: their locks and versions, and the targets set on them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, tuple_, update

from chassis.storage.bulk import insert_many, insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from services.indicators.models import AreaRow, FrameworkRow, IndicatorRow, SeriesRow, TargetRow
from services.indicators.repository.definitions import INDICATOR

Key = tuple[str, str]
"""(indicator, area)."""

_SERIES = (SeriesRow.indicator, SeriesRow.area, SeriesRow.version)

_OF_SERIES, _OF_INDICATOR, _OF_AREA = SeriesRow.__table__, IndicatorRow.__table__, AreaRow.__table__
_OF_FRAMEWORK, _OF_TARGET = FrameworkRow.__table__, TargetRow.__table__

_RAISED = (
    update(_OF_SERIES)  # type: ignore[arg-type]  # a mapped table
    .where(_OF_SERIES.c.indicator == bindparam("of_indicator"), _OF_SERIES.c.area == bindparam("of_area"))
    .values(version=_OF_SERIES.c.version + 1)
    .returning(_OF_SERIES.c.version)
)
"""Built once and on the bare table, as the statements every observation needs are: the session's work for mapped
classes costs as much as the statement."""


async def take_next_version(tx: Tx, key: Key) -> int | None:
    """Lock a series by raising its version; the version before, or None where the series is not open yet."""
    connection = await tx.session.connection()
    raised = await connection.execute(_RAISED, {"of_indicator": key[0], "of_area": key[1]})
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
    connection = await tx.session.connection()
    return list(await connection.execute(_context(whole=areas is None), values))


@cache
def _context(*, whole: bool) -> Select[Any]:
    """The statement of :func:`context`, built once: building costs more than running it."""
    query = (
        select(
            *INDICATOR,
            *(_OF_AREA.c[name].label(f"area_{name}") for name in ("code", "name", "type", "valid_from", "valid_to")),
            *(_OF_TARGET.c[name].label(f"target_{name}") for name in ("version", "content")),
        )
        .select_from(_OF_SERIES)
        .join(_OF_INDICATOR, _OF_INDICATOR.c.code == _OF_SERIES.c.indicator)
        .join(_OF_AREA, _OF_AREA.c.code == _OF_SERIES.c.area)
        .outerjoin(_OF_FRAMEWORK, _OF_FRAMEWORK.c.code == _OF_INDICATOR.c.framework)
        .outerjoin(
            _OF_TARGET, and_(_OF_TARGET.c.indicator == _OF_SERIES.c.indicator, _OF_TARGET.c.area == _OF_SERIES.c.area)
        )
        .where(_OF_SERIES.c.indicator.in_(bindparam("indicators", expanding=True)))
    )
    return query if whole else query.where(_OF_SERIES.c.area.in_(bindparam("areas", expanding=True)))


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
