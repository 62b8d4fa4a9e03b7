"""Observations: revisions are only ever added, and the highest one of a period stands."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from chassis.db import Tx
from chassis.sql import insert_many
from contracts.indicators import ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.entry import Entry, Observation
from services.indicators.domain.state import REACH
from services.indicators.models import ObservationRow

Place = tuple[str, date, date, int]
"""Where an observation stands in a listing: area, end, start, revision."""

_COLUMNS = tuple(ObservationRow.__table__.c)


def _standing(as_of: datetime | None) -> list[ColumnElement[bool]]:
    """Conditions for the highest revision, of those known at ``as_of``."""
    newer = aliased(ObservationRow)
    same = and_(
        newer.indicator == ObservationRow.indicator,
        newer.area == ObservationRow.area,
        newer.period_end == ObservationRow.period_end,
        newer.period_start == ObservationRow.period_start,
        newer.revision > ObservationRow.revision,
    )
    if as_of is None:
        return [~exists().where(same)]
    return [~exists().where(same, newer.recorded_at <= as_of), ObservationRow.recorded_at <= as_of]


async def latest(
    tx: Tx,
    indicators: Collection[str],
    areas: Collection[str] | None,
    comparator: str,
    *,
    ends: Collection[date] = (),
    as_of: datetime | None = None,
    until: date | None = None,
) -> list[Observation]:
    """What the states of these series are made of, in one query.

    Standing observations of the latest periods (up to ``until``) of every series, and of periods that end on one of
    ``ends``; with the comparator's of the same periods. ``areas`` None means all.
    """
    place = func.row_number().over(
        partition_by=(ObservationRow.indicator, ObservationRow.area),
        order_by=(ObservationRow.period_end.desc(), ObservationRow.period_start.desc()),
    )
    query = select(*_COLUMNS, place.label("place")).where(ObservationRow.indicator.in_(indicators), *_standing(as_of))
    if areas is not None:
        query = query.where(ObservationRow.area.in_(areas))
    if until is not None:
        query = query.where(ObservationRow.period_end <= until)
    ranked = query.cte("ranked")
    local = select(ranked).where(or_(ranked.c.place <= REACH, ranked.c.period_end.in_(ends))).cte("local")
    found = await tx.session.execute(union_all(select(local), _of(comparator, indicators, local, ends, as_of)))
    return [_observation(row) for row in found]


def _of(
    comparator: str, indicators: Collection[str], local: Any, ends: Collection[date], as_of: datetime | None
) -> Select[Any]:
    """The comparator's standing observations of the periods in ``local``, and of those ending on ``ends``."""
    matched = exists().where(
        local.c.indicator == ObservationRow.indicator,
        local.c.period_end == ObservationRow.period_end,
        local.c.period_start == ObservationRow.period_start,
    )
    return select(*_COLUMNS, literal(0).label("place")).where(
        ObservationRow.indicator.in_(indicators),
        ObservationRow.area == comparator,
        or_(matched, ObservationRow.period_end.in_(ends)),
        *_standing(as_of),
    )


async def listing(
    tx: Tx,
    indicator: str,
    *,
    area: str | None,
    period: Period | None,
    status: ObservationStatus | None,
    as_of: datetime | None,
    revisions: bool,
    after: Place | None,
    limit: int,
) -> list[Observation]:
    """Standing observations, or every revision, by area, period and revision."""
    query = select(*_COLUMNS).where(ObservationRow.indicator == indicator)
    if not revisions:
        query = query.where(*_standing(as_of))
    elif as_of is not None:
        query = query.where(ObservationRow.recorded_at <= as_of)
    if area is not None:
        query = query.where(ObservationRow.area == area)
    if period is not None:
        query = query.where(ObservationRow.period_start == period.start, ObservationRow.period_end == period.end)
    if status is not None:
        query = query.where(ObservationRow.status == status.value)
    order = (
        ObservationRow.area,
        ObservationRow.period_end,
        ObservationRow.period_start,
        ObservationRow.revision,
    )
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return [_observation(row) for row in await tx.session.execute(query.order_by(*order).limit(limit))]


async def add(tx: Tx, observations: Sequence[Observation]) -> None:
    await insert_many(tx, ObservationRow, list(_rows(observations)))


def _rows(observations: Iterable[Observation]) -> Iterable[dict[str, Any]]:
    for o in observations:
        e = o.entry
        yield {
            "indicator": o.indicator,
            "area": e.area,
            "period_end": e.period.end,
            "period_start": e.period.start,
            "revision": o.revision,
            "period_kind": e.period.kind.value,
            "value": e.value,
            "count": e.count,
            "denominator": e.denominator,
            "lower": e.lower,
            "upper": e.upper,
            "status": e.status.value,
            "note": e.note,
            "basis": e.basis,
            "reason": e.reason,
            "actor": o.actor,
            "recorded_at": o.recorded_at,
        }


def _observation(row: Row[Any]) -> Observation:
    entry = Entry(
        area=row.area,
        period=Period(PeriodKind(row.period_kind), row.period_start, row.period_end),
        value=row.value,
        status=ObservationStatus(row.status),
        count=row._mapping["count"],  # noqa: SLF001  a row's own count() hides the column
        denominator=row.denominator,
        lower=row.lower,
        upper=row.upper,
        note=row.note,
        basis=row.basis,
        reason=row.reason,
    )
    return Observation(row.indicator, entry, row.revision, row.actor, row.recorded_at)
