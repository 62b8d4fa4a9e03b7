"""What finance hears of indicators: one row an indicator and area, one row a period."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from chassis.db import Tx
from chassis.sql import insert_or_ignore, upsert
from services.finance.models import IndicatorArea, IndicatorFact, Scheme

Pair = tuple[str, str]
"""An indicator and an area."""

PERIOD: Final = ("period_kind", "period_start", "period_end")
FACT_KEY: Final = ("indicator", "area", *PERIOD)


async def lock_pairs(tx: Tx, pairs: Collection[Pair]) -> dict[Pair, IndicatorArea]:
    """Lock the rows of these indicators and areas, making those that are missing, in one order for everybody."""
    ordered = sorted(pairs)
    stubs = [{"indicator": i, "area": a, "version": 0, "polarity": None, "polarity_since": 0} for i, a in ordered]
    await insert_or_ignore(tx, IndicatorArea, stubs, ("indicator", "area"))
    key = tuple_(IndicatorArea.indicator, IndicatorArea.area)
    query = select(IndicatorArea).where(key.in_(ordered)).order_by(IndicatorArea.indicator, IndicatorArea.area)
    rows = await tx.session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {(row.indicator, row.area): row for row in rows}


async def put_pairs(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that are locked; sorted by key."""
    await upsert(tx, IndicatorArea, rows, ("indicator", "area"), ("version", "polarity", "polarity_since"))


def _is_a_higher_revision(kept: Table, new: Any) -> ColumnElement[bool]:
    higher: ColumnElement[bool] = new.revision > kept.c.revision
    return higher


async def put_facts(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write facts, sorted by key; a fact moves to a higher revision only."""
    await upsert(
        tx,
        IndicatorFact,
        rows,
        FACT_KEY,
        ("value", "revision", "status", "event_id"),
        where=_is_a_higher_revision,
    )


async def drop(tx: Tx) -> None:
    await tx.session.execute(delete(IndicatorFact))
    await tx.session.execute(delete(IndicatorArea))


async def schemes_linked_to(tx: Tx, pairs: Collection[Pair]) -> list[str]:
    """Codes of the schemes that these indicators and areas move."""
    query = select(Scheme.code, Scheme.indicator, Scheme.area).where(Scheme.indicator.in_({i for i, _ in pairs}))
    rows = await tx.session.execute(query)
    return sorted(row.code for row in rows if (row.indicator, row.area) in pairs)


async def all_linked_schemes(tx: Tx) -> list[str]:
    rows = await tx.session.scalars(select(Scheme.code).where(Scheme.indicator.is_not(None)).order_by(Scheme.code))
    return list(rows)
