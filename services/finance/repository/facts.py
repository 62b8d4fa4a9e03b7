"""What finance hears of indicators: one row an indicator and area, one row a period."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, bindparam, delete, select, tuple_

from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from services.finance.models import IndicatorArea, IndicatorFact, Scheme

Pair = tuple[str, str]
"""An indicator and an area."""

CHUNK = 1000
"""Pairs a statement names: PostgreSQL makes a condition of each, one within the other, and its stack is not endless."""

PERIOD: Final = ("period_kind", "period_start", "period_end")
FACT_KEY: Final = ("indicator", "area", *PERIOD)


_LOCKED = (  # built once, as every statement here that an event needs: building costs more than running it
    select(IndicatorArea)
    .where(tuple_(IndicatorArea.indicator, IndicatorArea.area).in_(bindparam("pairs", expanding=True)))
    .order_by(IndicatorArea.indicator, IndicatorArea.area)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_SCHEME = Scheme.__table__.c
_SCHEMES_ON = select(_SCHEME.code, _SCHEME.indicator, _SCHEME.area).where(
    _SCHEME.indicator.in_(bindparam("indicators", expanding=True))
)


async def lock_pairs(tx: Tx, pairs: Collection[Pair]) -> dict[Pair, IndicatorArea]:
    """Lock the rows of these indicators and areas, making those that are missing, in one order for everybody."""
    ordered = sorted(pairs)
    stubs = [{"indicator": i, "area": a, "version": 0, "polarity": None, "polarity_since": 0} for i, a in ordered]
    await insert_or_ignore(tx, IndicatorArea, stubs, ("indicator", "area"))
    found: dict[Pair, IndicatorArea] = {}
    for start in range(0, len(ordered), CHUNK):
        rows = await tx.session.scalars(_LOCKED, {"pairs": ordered[start : start + CHUNK]})
        found |= {(row.indicator, row.area): row for row in rows}
    return found


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
    connection = await tx.session.connection()
    rows = await connection.execute(_SCHEMES_ON, {"indicators": list({i for i, _ in pairs})})
    return sorted(row.code for row in rows if (row.indicator, row.area) in pairs)


async def all_linked_schemes(tx: Tx) -> list[str]:
    rows = await tx.session.scalars(select(Scheme.code).where(Scheme.indicator.is_not(None)).order_by(Scheme.code))
    return list(rows)
