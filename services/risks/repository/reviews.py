"""Reviews that are open, with the change that opened each, and how often people touched a risk."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, Table, func, select

from chassis.paging import Page, PageRequest
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.risks.domain.reviews import OpenReview, Review, ReviewFilter
from services.risks.models import HistoryRow, RiskRow
from services.risks.repository.json_formats import read_rating
from services.risks.repository.register import REVIEW

_RISK, _HISTORY = cast("Table", RiskRow.__table__).c, cast("Table", HistoryRow.__table__)
_OPENING = _HISTORY.alias("opening").c
_NEWEST = (
    select(func.max(_OPENING.id))
    .where(_OPENING.risk_id == _RISK.id, _OPENING.at == _RISK.review_opened_at)
    .correlate(RiskRow)
    .scalar_subquery()
)
"""The change that was recorded when the review opened."""
_ORDER = (_RISK.review_due, _RISK.ref)


def _open(today: date, wanted: ReviewFilter, ref: str | None = None) -> Select[Any]:
    columns = (_RISK.ref, _RISK.title, _RISK.owner, *(_RISK[name] for name in REVIEW))
    changes = _HISTORY.c
    query = select(*columns, changes.before, changes.after, changes.why).select_from(RiskRow)
    query = query.outerjoin(_HISTORY, changes.id == _NEWEST).where(_RISK.review_due.is_not(None))
    conditions = {_RISK.owner: wanted.owner, _RISK.ref: ref}
    query = query.where(*(column == value for column, value in conditions.items() if value is not None))
    return query.where(_RISK.review_due < today) if wanted.only_overdue else query


async def list_open(tx: Tx, today: date, wanted: ReviewFilter, page: PageRequest) -> Page[OpenReview]:
    """By the day they are due."""
    found = await list_page(tx, _open(today, wanted), Orders(_ORDER), page)
    return found.with_items(await _reviews(tx, found.items, today))


async def list_all_open(tx: Tx, today: date, wanted: ReviewFilter) -> list[OpenReview]:
    """By the day they are due; two statements for any number of them."""
    rows = (await tx.session.execute(_open(today, wanted).order_by(*_ORDER))).all()
    return await _reviews(tx, rows, today)


async def get_open(tx: Tx, ref: str, today: date) -> OpenReview | None:
    rows = (await tx.session.execute(_open(today, ReviewFilter(), ref))).all()
    return next(iter(await _reviews(tx, rows, today)), None)


async def _reviews(tx: Tx, rows: Sequence[Any], today: date) -> list[OpenReview]:
    touches = await get_touches(tx, [row.ref for row in rows])
    return [
        OpenReview(
            ref=row.ref,
            title=row.title,
            owner=row.owner,
            review=Review(row.review_opened_at, row.review_opened_on, row.review_due, row.review_published),
            before=read_rating(row.before) if row.before else None,
            after=read_rating(row.after) if row.after else None,
            why=row.why,
            touches=touches[row.ref][0] if row.ref in touches else 0,
            today=today,
        )
        for row in rows
    ]


async def get_touches(tx: Tx, refs: Collection[str]) -> Mapping[str, tuple[int, datetime]]:
    """By reference, how often people changed something of risks, and when last: what moves by itself is not audited."""
    if not refs:
        return {}
    entry = tx.table("audit_entry").c
    query = select(entry.subject, func.count().label("times"), func.max(entry.changed_at).label("last"))
    rows = await tx.session.execute(query.where(entry.subject.in_(refs)).group_by(entry.subject))
    return {row.subject: (row.times, row.last) for row in rows}
