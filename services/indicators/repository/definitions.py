"""Indicators with their definitions, areas and frameworks."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update

from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from services.indicators.domain.readings import BenchmarkMethod
from services.indicators.models import AreaRow, FrameworkRow, IndicatorRevisionRow, IndicatorRow

METHOD = func.coalesce(FrameworkRow.__table__.c.benchmark_method, BenchmarkMethod.FIFTEEN_PERCENT.value).label(
    "benchmark_method"
)
INDICATOR = (*IndicatorRow.__table__.c, METHOD)
AREA = tuple(AreaRow.__table__.c)


def _indicators() -> Select[Any]:
    return select(*INDICATOR).outerjoin_from(IndicatorRow, FrameworkRow, FrameworkRow.code == IndicatorRow.framework)


async def indicators(tx: Tx, codes: Collection[str]) -> dict[str, Row[Any]]:
    """Definitions by code; what is not known is absent."""
    found = await tx.session.execute(_indicators().where(IndicatorRow.code.in_(codes)))
    return {row.code: row for row in found}


async def indicator(tx: Tx, code: str) -> Row[Any] | None:
    return (await indicators(tx, [code])).get(code)


async def list_indicators(tx: Tx, after: str | None, limit: int, framework: str | None) -> list[Row[Any]]:
    query = _indicators().order_by(IndicatorRow.code).limit(limit)
    if after is not None:
        query = query.where(IndicatorRow.code > after)
    if framework is not None:
        query = query.where(IndicatorRow.framework == framework)
    return list(await tx.session.execute(query))


async def add_indicator(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Whether it was added; false where the code is taken."""
    added = await insert_or_ignore(tx, IndicatorRow, [values], ["code"], returning=["code"])
    return bool(added)


async def change_indicator(tx: Tx, code: str, values: Mapping[str, Any]) -> None:
    await tx.session.execute(update(IndicatorRow).where(IndicatorRow.code == code).values(**values))


async def lock_indicators(tx: Tx, codes: Collection[str]) -> None:
    """Keep others from changing or opening several series of these indicators, in one order for all.

    Not from naming them: a foreign key's check would wait for a stronger lock, held by who waits for its series.
    """
    query = select(IndicatorRow.code).where(IndicatorRow.code.in_(codes)).order_by(IndicatorRow.code)
    await tx.session.execute(query.with_for_update(key_share=True))


async def add_definition(tx: Tx, code: str, content: Mapping[str, Any]) -> None:
    """Keep a definition as the indicator's newest. The caller holds the indicator."""
    newest = select(func.coalesce(func.max(IndicatorRevisionRow.revision), 0) + 1).where(
        IndicatorRevisionRow.indicator == code
    )
    values = {"indicator": code, "content": dict(content), "actor": tx.actor, "recorded_at": tx.now}
    await tx.session.execute(insert(IndicatorRevisionRow).values(revision=newest.scalar_subquery(), **values))


async def definition_as_of(tx: Tx, code: str, as_of: datetime) -> dict[str, Any] | None:
    """The definition that was known at a moment."""
    query = select(IndicatorRevisionRow.content).where(
        IndicatorRevisionRow.indicator == code, IndicatorRevisionRow.recorded_at <= as_of
    )
    content: dict[str, Any] | None = await tx.session.scalar(
        query.order_by(IndicatorRevisionRow.revision.desc()).limit(1)
    )
    return content


async def areas(tx: Tx, codes: Collection[str]) -> dict[str, Row[Any]]:
    found = await tx.session.execute(select(*AREA).where(AreaRow.code.in_(codes)))
    return {row.code: row for row in found}


async def list_areas(tx: Tx, after: str | None, limit: int, type_: str | None) -> list[Row[Any]]:
    query = select(*AREA).order_by(AreaRow.code).limit(limit)
    if after is not None:
        query = query.where(AreaRow.code > after)
    if type_ is not None:
        query = query.where(AreaRow.type == type_)
    return list(await tx.session.execute(query))


async def add_area(tx: Tx, values: Mapping[str, Any]) -> bool:
    return bool(await insert_or_ignore(tx, AreaRow, [values], ["code"], returning=["code"]))


async def frameworks(tx: Tx, codes: Collection[str]) -> dict[str, Row[Any]]:
    found = await tx.session.execute(select(*FrameworkRow.__table__.c).where(FrameworkRow.code.in_(codes)))
    return {row.code: row for row in found}


async def list_frameworks(tx: Tx, after: str | None, limit: int) -> list[Row[Any]]:
    query = select(*FrameworkRow.__table__.c).order_by(FrameworkRow.code).limit(limit)
    if after is not None:
        query = query.where(FrameworkRow.code > after)
    return list(await tx.session.execute(query))


async def add_framework(tx: Tx, values: Mapping[str, Any]) -> bool:
    return bool(await insert_or_ignore(tx, FrameworkRow, [values], ["code"], returning=["code"]))
