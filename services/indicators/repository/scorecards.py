"""Scorecards with their sections, aims and lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select

from chassis.storage.bulk import insert_many, insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from services.indicators.models import AimRow, Base, ScorecardLineRow, ScorecardRow, SectionRow

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a scorecard holds, as rows in order."""

    sections: Rows
    aims: Rows
    lines: Rows


async def scorecard(tx: Tx, code: str, *, lock: bool = False) -> Row[Any] | None:
    query = select(*ScorecardRow.__table__.c).where(ScorecardRow.code == code)
    return (await tx.session.execute(query.with_for_update() if lock else query)).one_or_none()


async def list_scorecards(tx: Tx, after: str | None, limit: int) -> list[Row[Any]]:
    query = select(*ScorecardRow.__table__.c).order_by(ScorecardRow.code).limit(limit)
    if after is not None:
        query = query.where(ScorecardRow.code > after)
    return list(await tx.session.execute(query))


async def open_scorecard(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Whether it is new."""
    return bool(await insert_or_ignore(tx, ScorecardRow, [values], ["code"], returning=["code"]))


async def parts(tx: Tx, code: str) -> Parts:
    return Parts(
        await _all(tx, SectionRow, code, "section"),
        await _all(tx, AimRow, code, "section", "aim"),
        await _all(tx, ScorecardLineRow, code, "section", "aim", "line"),
    )


async def _all(tx: Tx, table: type[Base], code: str, *order: str) -> Rows:
    columns = table.__table__.c
    query = select(*columns).where(columns["scorecard"] == code).order_by(*(columns[name] for name in order))
    return [dict(row) for row in (await tx.session.execute(query)).mappings()]


async def replace(tx: Tx, values: Mapping[str, Any], new: Parts) -> None:
    """Put a definition in place of the one before. The caller holds the scorecard."""
    await upsert(tx, ScorecardRow, [values], ["code"], [name for name in values if name != "code"])
    for table in (ScorecardLineRow, AimRow, SectionRow):
        await tx.session.execute(
            delete(table)
            .where(table.__table__.c["scorecard"] == values["code"])
            .execution_options(synchronize_session=False)
        )
    await insert_many(tx, SectionRow, new.sections)
    await insert_many(tx, AimRow, new.aims)
    await insert_many(tx, ScorecardLineRow, new.lines)
