"""Scorecards with their sections, aims and lines."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from services.indicators.domain.scorecards import Aim, Scorecard, ScorecardHead, Section
from services.indicators.models import AimRow, Base, ScorecardLineRow, ScorecardRow, SectionRow

_COLUMNS = tuple(ScorecardRow.__table__.c)
_HEAD = ("name", "area", "comparator")

Values = dict[str, Any]


def _head(row: Row[Any]) -> ScorecardHead:
    return ScorecardHead(row.code, row.name, row.area, row.comparator)


async def list_scorecards(tx: Tx, page: PageRequest) -> list[ScorecardHead]:
    query = select(*_COLUMNS).order_by(ScorecardRow.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(ScorecardRow.code > page.after)
    return [_head(row) for row in await tx.session.execute(query)]


async def get_scorecard(tx: Tx, code: str) -> Scorecard | None:
    row = (await tx.session.execute(select(*_COLUMNS).where(ScorecardRow.code == code))).one_or_none()
    return None if row is None else Scorecard(_head(row), await _get_sections(tx, code))


async def _get_sections(tx: Tx, code: str) -> tuple[Section[str], ...]:
    lines: dict[tuple[int, int], list[str]] = {}
    for line in await _all(tx, ScorecardLineRow, code, "section", "aim", "line"):
        lines.setdefault((line.section, line.aim), []).append(line.indicator)
    aims: dict[int, list[Aim[str]]] = {}
    for aim in await _all(tx, AimRow, code, "section", "aim"):
        aims.setdefault(aim.section, []).append(Aim(aim.name, tuple(lines.get((aim.section, aim.aim), ()))))
    sections = await _all(tx, SectionRow, code, "section")
    return tuple(Section(s.code, s.name, tuple(aims.get(s.section, ()))) for s in sections)


async def _all(tx: Tx, table: type[Base], code: str, *order: str) -> Iterable[Row[Any]]:
    columns = table.__table__.c
    query = select(*columns).where(columns["scorecard"] == code).order_by(*(columns[name] for name in order))
    return await tx.session.execute(query)


async def open_scorecard(tx: Tx, head: ScorecardHead) -> bool:
    """Lock the scorecard's row, adding it where it is new; whether it is."""
    new = bool(await insert_or_ignore(tx, ScorecardRow, [asdict(head)], ["code"], returning=["code"]))
    await tx.session.execute(select(ScorecardRow.code).where(ScorecardRow.code == head.code).with_for_update())
    return new


async def save_scorecard(tx: Tx, scorecard: Scorecard) -> None:
    """Put a definition in place of the one before. The caller has locked the scorecard."""
    head = asdict(scorecard.head)
    await upsert(tx, ScorecardRow, [head], ["code"], _HEAD)
    for table in (ScorecardLineRow, AimRow, SectionRow):
        gone = delete(table).where(table.__table__.c["scorecard"] == scorecard.head.code)
        await tx.session.execute(gone.execution_options(synchronize_session=False))
    sections, aims, lines = _values(scorecard)
    await insert_many(tx, SectionRow, sections)
    await insert_many(tx, AimRow, aims)
    await insert_many(tx, ScorecardLineRow, lines)


def _values(scorecard: Scorecard) -> tuple[list[Values], list[Values], list[Values]]:
    sections, aims, lines = list[Values](), list[Values](), list[Values]()
    for s, section in enumerate(scorecard.sections, start=1):
        at = {"scorecard": scorecard.head.code, "section": s}
        sections.append({**at, "code": section.code, "name": section.name})
        for a, aim in enumerate(section.aims, start=1):
            aims.append({**at, "aim": a, "name": aim.name})
            lines += [{**at, "aim": a, "line": n, "indicator": row} for n, row in enumerate(aim.rows, start=1)]
    return sections, aims, lines
