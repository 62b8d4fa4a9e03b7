"""Scorecards, and every definition they had."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import scorecard_from_json, scorecard_to_json
from services.indicators.domain.scorecards import Scorecard, ScorecardHead
from services.indicators.models import ScorecardRevisionRow, ScorecardRow
from services.indicators.repository.histories import add_revision, get_content

_COLUMNS = tuple(ScorecardRow.__table__.c)


async def list_scorecards(tx: Tx, page: PageRequest) -> list[ScorecardHead]:
    query = select(*_COLUMNS).order_by(ScorecardRow.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(ScorecardRow.code > page.after)
    found = await tx.session.execute(query)
    return [ScorecardHead(row.code, row.name, row.area, row.comparator) for row in found]


async def get_scorecard(tx: Tx, code: str, as_of: datetime | None = None) -> Scorecard | None:
    """The definition, as it is or as it was known at ``as_of``."""
    content = await get_content(tx, ScorecardRevisionRow, {"scorecard": code}, as_of)
    return None if content is None else scorecard_from_json(content)


async def list_definitions(tx: Tx, as_of: datetime | None = None) -> list[Scorecard]:
    """Every scorecard as it is, or as it was known at ``as_of``; what was not defined yet is absent."""
    row, newest = ScorecardRevisionRow, aliased(ScorecardRevisionRow)
    highest = select(func.max(newest.revision)).where(newest.scorecard == row.scorecard)
    if as_of is not None:
        highest = highest.where(newest.recorded_at <= as_of)
    query = select(row.content).where(row.revision == highest.scalar_subquery()).order_by(row.scorecard)
    return [scorecard_from_json(content) for content in await tx.session.scalars(query)]


async def open_scorecard(tx: Tx, head: ScorecardHead) -> bool:
    """Lock the scorecard's row, adding it where it is new; whether it is."""
    new = bool(await insert_or_ignore(tx, ScorecardRow, [asdict(head)], ["code"], returning=["code"]))
    await tx.session.execute(select(ScorecardRow.code).where(ScorecardRow.code == head.code).with_for_update())
    return new


async def save_scorecard(tx: Tx, scorecard: Scorecard) -> None:
    """Save a definition as the newest. The caller has locked the scorecard."""
    code = scorecard.head.code
    await tx.session.execute(update(ScorecardRow).where(ScorecardRow.code == code).values(asdict(scorecard.head)))
    await add_revision(tx, ScorecardRevisionRow, {"scorecard": code}, scorecard_to_json(scorecard))
