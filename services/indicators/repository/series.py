"""Series: their locks and versions, and what their states follow from besides observations."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, tuple_, update

from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Area
from services.indicators.domain.formats import target_from_json
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.models import AreaRow, FrameworkRow, IndicatorRow, SeriesRow, TargetRow
from services.indicators.repository.indicators import COLUMNS, indicator_from_row

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


async def lock_and_raise_version(tx: Tx, key: SeriesKey) -> int | None:
    """Lock a series by raising its version; the version before, or None where the series is not open yet."""
    connection = await tx.session.connection()
    raised = await connection.execute(_RAISED, {"of_indicator": key[0], "of_area": key[1]})
    version: int | None = raised.scalar_one_or_none()
    return None if version is None else version - 1


async def lock_series(tx: Tx, keys: Collection[SeriesKey], whole: Collection[str]) -> dict[SeriesKey, int]:
    """Lock the series of ``keys``, and every series of the ``whole`` indicators, in one order; their versions."""
    wanted = [SeriesRow.indicator.in_(whole)] if whole else []
    rest = sorted(key for key in keys if key[0] not in whole)
    if rest:
        wanted.append(tuple_(SeriesRow.indicator, SeriesRow.area).in_(rest))
    query = select(*_SERIES).where(or_(*wanted)).order_by(SeriesRow.indicator, SeriesRow.area)
    return {SeriesKey(r.indicator, r.area): r.version for r in await tx.session.execute(query.with_for_update())}


async def get_open_keys(tx: Tx, keys: Collection[SeriesKey]) -> set[SeriesKey]:
    """Which of ``keys`` are open, without locking."""
    query = select(SeriesRow.indicator, SeriesRow.area).where(
        tuple_(SeriesRow.indicator, SeriesRow.area).in_(sorted(keys))
    )
    return {SeriesKey(r.indicator, r.area) for r in await tx.session.execute(query)}


async def open_series(tx: Tx, keys: Iterable[SeriesKey]) -> None:
    """Open series at version 0. The caller has locked their indicators."""
    rows = [{"indicator": indicator, "area": area, "version": 0} for indicator, area in sorted(keys)]
    await insert_or_ignore(tx, SeriesRow, rows, ["indicator", "area"])


async def save_versions(tx: Tx, versions: Mapping[SeriesKey, int]) -> None:
    """Set the versions of locked series."""
    rows = [{"indicator": i, "area": a, "version": version} for (i, a), version in sorted(versions.items())]
    await upsert(tx, SeriesRow, rows, ["indicator", "area"], ["version"])


async def get_version(tx: Tx, key: SeriesKey) -> int:
    query = select(SeriesRow.version).where(SeriesRow.indicator == key[0], SeriesRow.area == key[1])
    return await tx.session.scalar(query) or 0


async def has_series(tx: Tx, indicator: str) -> bool:
    query = select(SeriesRow.area).where(SeriesRow.indicator == indicator).limit(1)
    return await tx.session.scalar(query) is not None


async def get_inputs(tx: Tx, indicators: Collection[str], areas: Collection[str] | None) -> SeriesInputs:
    """Definitions, areas and all target versions of open series; ``areas`` None means all of them. One query."""
    values = {"indicators": list(indicators)} | ({} if areas is None else {"areas": list(areas)})
    connection = await tx.session.connection()
    inputs = SeriesInputs()
    for row in await connection.execute(_inputs(whole=areas is None), values):
        _put_row(inputs, row)
    return inputs


def _put_row(inputs: SeriesInputs, row: Row[Any]) -> None:
    """A row is a target version, at least one a series."""
    if row.code not in inputs.indicators:
        inputs.indicators[row.code] = indicator_from_row(row)
    if row.area_code not in inputs.areas:
        dates = (row.area_valid_from, row.area_valid_to)
        inputs.areas[row.area_code] = Area(row.area_code, row.area_name, row.area_type, *dates)
    if row.target_version is not None:
        target = target_from_json(row.target_content, row.target_version)
        inputs.put_target(SeriesKey(row.code, row.area_code), target)


@cache
def _inputs(*, whole: bool) -> Select[Any]:
    """The statement of :func:`get_inputs`, built once: building costs more than running it."""
    query = (
        select(
            *COLUMNS,
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
