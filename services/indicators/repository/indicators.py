"""Indicators, and every definition they had."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, Unit
from services.indicators.domain.formats import indicator_from_json, indicator_to_json
from services.indicators.models import FrameworkRow, IndicatorRevisionRow, IndicatorRow

METHOD = func.coalesce(FrameworkRow.__table__.c.benchmark_method, BenchmarkMethod.FIFTEEN_PERCENT.value).label(
    "benchmark_method"
)
COLUMNS = (*IndicatorRow.__table__.c, METHOD)


def indicator_from_row(row: Row[Any]) -> Indicator:
    """The definition in a row that has :data:`COLUMNS`."""
    return Indicator(
        code=row.code,
        name=row.name,
        unit=Unit(row.unit),
        decimals=row.decimals,
        polarity=Polarity(row.polarity),
        frequency=PeriodKind(row.frequency),
        framework=row.framework,
        benchmark_method=BenchmarkMethod(row.benchmark_method),
        owner=row.owner,
        definition=row.definition,
        source=row.source,
    )


def _values(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "name": indicator.name,
        "unit": indicator.unit.value,
        "decimals": indicator.decimals,
        "polarity": indicator.polarity.value,
        "frequency": indicator.frequency.value,
        "framework": indicator.framework,
        "owner": indicator.owner,
        "definition": indicator.definition,
        "source": indicator.source,
    }


def _select() -> Select[Any]:
    return select(*COLUMNS).outerjoin_from(IndicatorRow, FrameworkRow, FrameworkRow.code == IndicatorRow.framework)


async def get_indicators(tx: Tx, codes: Collection[str]) -> dict[str, Indicator]:
    """Definitions by code; what is not defined is absent."""
    found = await tx.session.execute(_select().where(IndicatorRow.code.in_(codes)))
    return {row.code: indicator_from_row(row) for row in found}


async def list_indicators(tx: Tx, page: PageRequest, framework: str | None) -> list[Indicator]:
    query = _select().order_by(IndicatorRow.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(IndicatorRow.code > page.after)
    if framework is not None:
        query = query.where(IndicatorRow.framework == framework)
    return [indicator_from_row(row) for row in await tx.session.execute(query)]


async def add_indicator(tx: Tx, indicator: Indicator) -> bool:
    """Whether it was added; false where the code is taken."""
    return bool(await insert_or_ignore(tx, IndicatorRow, [_values(indicator)], ["code"], returning=["code"]))


async def save_indicator(tx: Tx, indicator: Indicator) -> None:
    await tx.session.execute(update(IndicatorRow).where(IndicatorRow.code == indicator.code).values(_values(indicator)))


async def lock_indicators(tx: Tx, codes: Collection[str]) -> None:
    """Keep others from changing or opening several series of these indicators, in one order for all.

    Not from naming them: a foreign key's check would wait for a stronger lock, held by who waits for its series.
    """
    query = select(IndicatorRow.code).where(IndicatorRow.code.in_(codes)).order_by(IndicatorRow.code)
    await tx.session.execute(query.with_for_update(key_share=True))


async def add_definition(tx: Tx, indicator: Indicator) -> None:
    """Record a definition as the indicator's newest. The caller has locked the indicator."""
    newest = select(func.coalesce(func.max(IndicatorRevisionRow.revision), 0) + 1).where(
        IndicatorRevisionRow.indicator == indicator.code
    )
    content = indicator_to_json(indicator)
    values = {"indicator": indicator.code, "content": content, "actor": tx.actor, "recorded_at": tx.now}
    await tx.session.execute(insert(IndicatorRevisionRow).values(revision=newest.scalar_subquery(), **values))


async def get_definition_as_of(tx: Tx, code: str, as_of: datetime) -> Indicator | None:
    """The definition that was known at a moment."""
    query = select(IndicatorRevisionRow.content).where(
        IndicatorRevisionRow.indicator == code, IndicatorRevisionRow.recorded_at <= as_of
    )
    content = await tx.session.scalar(query.order_by(IndicatorRevisionRow.revision.desc()).limit(1))
    return None if content is None else indicator_from_json(content)
