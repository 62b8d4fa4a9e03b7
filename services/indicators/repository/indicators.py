"""Indicators, and every definition they had."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import in_parts, insert_many
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.definitions import (
    BenchmarkMethod,
    Calculation,
    Indicator,
    IndicatorFilter,
    IndicatorOrder,
    Unit,
)
from services.indicators.domain.formats import (
    codes_from_json,
    codes_to_json,
    dimensions_from_json,
    dimensions_to_json,
    gap_from_json,
    gap_to_json,
    indicator_from_json,
    indicator_to_json,
    provenance_from_json,
    provenance_to_json,
)
from services.indicators.models import IndicatorFrameworkRow, IndicatorRevisionRow, IndicatorRow, SeriesRow
from services.indicators.repository.histories import add_revision

COLUMNS = tuple(IndicatorRow.__table__.c)


def indicator_from_row(row: Row[Any]) -> Indicator:
    """The definition in a row that has :data:`COLUMNS`."""
    return Indicator(
        code=row.code,
        name=row.name,
        unit=Unit(row.unit),
        decimals=row.decimals,
        polarity=Polarity(row.polarity),
        frequency=PeriodKind(row.frequency),
        frameworks=codes_from_json(row.frameworks),
        benchmark_method=BenchmarkMethod(row.benchmark_method),
        owner=row.owner,
        definition=row.definition,
        source=row.source,
        own_method=None if row.own_method is None else BenchmarkMethod(row.own_method),
        calculation=Calculation(row.calculation),
        rounded_to=row.rounded_to,
        dimensions=dimensions_from_json(row.dimensions),
        gap=gap_from_json(row.gap),
        gaps=codes_from_json(row.gaps),
        retired_on=row.retired_on,
        provenance=provenance_from_json(row.provenance),
    )


def _values(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "name": indicator.name,
        "unit": indicator.unit.value,
        "decimals": indicator.decimals,
        "polarity": indicator.polarity.value,
        "frequency": indicator.frequency.value,
        "frameworks": _codes(indicator.frameworks),
        "benchmark_method": indicator.benchmark_method.value,
        "own_method": indicator.own_method.value if indicator.own_method else None,
        "owner": indicator.owner,
        "definition": indicator.definition,
        "source": indicator.source,
        "calculation": indicator.calculation.value,
        "rounded_to": indicator.rounded_to,
        "dimensions": dimensions_to_json(indicator.dimensions) or null(),
        "gap": gap_to_json(indicator.gap) or null(),
        "gaps": _codes(indicator.gaps),
        "retired_on": indicator.retired_on,
        "provenance": provenance_to_json(indicator.provenance) or null(),
    }


def _codes(codes: tuple[str, ...]) -> Any:
    return codes_to_json(codes) if codes else null()


async def get_indicators(tx: Tx, codes: Collection[str]) -> dict[str, Indicator]:
    """Definitions by code; what is not defined is absent."""
    found: dict[str, Indicator] = {}
    for part in in_parts(codes):
        rows = await tx.session.execute(select(*COLUMNS).where(IndicatorRow.code.in_(part)))
        found.update((row.code, indicator_from_row(row)) for row in rows)
    return found


async def list_indicators(tx: Tx, page: PageRequest, wanted: IndicatorFilter) -> Page[Indicator]:
    query = select(*COLUMNS).where(*_conditions(wanted))
    return (await list_page(tx, query, _ORDERS, page)).of(indicator_from_row)


_OF = IndicatorRow.__table__.c
_ORDERS = Orders((_OF.code,), {IndicatorOrder.CODE: (), IndicatorOrder.NAME: (_OF.name,)})


def _conditions(wanted: IndicatorFilter) -> list[ColumnElement[bool]]:
    code, link, revision = IndicatorRow.code, IndicatorFrameworkRow, IndicatorRevisionRow
    found: list[ColumnElement[bool]] = []
    if wanted.framework is not None:
        found.append(code.in_(select(link.indicator).where(link.framework == wanted.framework)))
    if wanted.owner is not None:
        found.append(IndicatorRow.owner == wanted.owner)
    if wanted.area is not None:
        found.append(code.in_(select(SeriesRow.indicator).where(SeriesRow.area == wanted.area)))
    if wanted.changed_since is not None:
        found.append(code.in_(select(revision.indicator).where(revision.recorded_at >= wanted.changed_since)))
    return found


async def add_indicator(tx: Tx, indicator: Indicator) -> bool:
    """Whether it was added; false where the code is taken."""
    insert_ = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    query = insert_(IndicatorRow).values(_values(indicator)).on_conflict_do_nothing(index_elements=["code"])
    added = (await tx.session.execute(query.returning(IndicatorRow.code))).one_or_none() is not None
    if added:
        await _save_frameworks(tx, indicator)
    return added


async def save_indicator(tx: Tx, indicator: Indicator) -> None:
    """Save a changed definition. The caller has locked the indicator."""
    await tx.session.execute(update(IndicatorRow).where(IndicatorRow.code == indicator.code).values(_values(indicator)))
    await _save_frameworks(tx, indicator)


async def _save_frameworks(tx: Tx, indicator: Indicator) -> None:
    link = IndicatorFrameworkRow
    await tx.session.execute(delete(link).where(link.indicator == indicator.code))
    rows = [{"framework": code, "indicator": indicator.code} for code in indicator.frameworks]
    await insert_many(tx, link, rows)


async def lock_indicators(tx: Tx, codes: Collection[str]) -> None:
    """Keep others from changing or opening several series of these indicators, in one order for all.

    Not from naming them: a foreign key's check would wait for a stronger lock, held by who waits for its series.
    """
    for part in in_parts(codes):
        query = select(IndicatorRow.code).where(IndicatorRow.code.in_(part)).order_by(IndicatorRow.code)
        await tx.session.execute(query.with_for_update(key_share=True))


async def add_definition(tx: Tx, indicator: Indicator, reason: str | None) -> None:
    """Record a definition as the indicator's newest. The caller has locked the indicator."""
    key, content = {"indicator": indicator.code}, indicator_to_json(indicator)
    await add_revision(tx, IndicatorRevisionRow, key, content, reason=reason)


async def get_definitions_as_of(tx: Tx, codes: Collection[str], as_of: datetime) -> dict[str, Indicator]:
    """The definitions that were known at a moment; what was not defined yet is absent."""
    revision = IndicatorRevisionRow
    query = select(revision.indicator, revision.content).where(
        revision.indicator.in_(codes), revision.recorded_at <= as_of
    )
    found = await tx.session.execute(query.order_by(revision.revision))
    newest = {row.indicator: row.content for row in found}
    return {code: indicator_from_json(content) for code, content in newest.items()}
