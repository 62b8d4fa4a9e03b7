"""Observations: revisions are only ever added, and the highest one of a period stands."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Row,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from contracts.indicators import ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.entry import Entry, Observation
from services.indicators.domain.state import REACH
from services.indicators.models import ObservationRow

Place = tuple[str, date, date, int]
"""Where an observation stands in a listing: area, end, start, revision."""

_TABLE = ObservationRow.__table__
_OF = _TABLE.c
_NEWER = _TABLE.alias("newer")


def _standing(as_of: ColumnElement[datetime] | None) -> list[ColumnElement[bool]]:
    """Conditions for the highest revision, of those known at ``as_of``."""
    same = and_(
        _NEWER.c.indicator == _OF.indicator,
        _NEWER.c.area == _OF.area,
        _NEWER.c.period_end == _OF.period_end,
        _NEWER.c.period_start == _OF.period_start,
        _NEWER.c.revision > _OF.revision,
    )
    if as_of is None:
        return [~exists().where(same)]
    return [~exists().where(same, _NEWER.c.recorded_at <= as_of), _OF.recorded_at <= as_of]


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
    optional = {"areas": None if areas is None else list(areas), "as_of": as_of, "until": until}
    given = {name: value for name, value in optional.items() if value is not None}
    values = {**given, "indicators": list(indicators), "ends": list(ends), "comparator": comparator}
    connection = await tx.session.connection()
    found = await connection.execute(_latest(frozenset(given)), values)
    return [_observation(row) for row in found]


@cache
def _latest(given: frozenset[str]) -> CompoundSelect[Any]:
    """The statement of :func:`latest`, built once for each set of options: building costs more than running it."""
    as_of = bindparam("as_of", type_=_OF.recorded_at.type) if "as_of" in given else None
    standing = [_OF.indicator.in_(bindparam("indicators", expanding=True)), *_standing(as_of)]
    place = func.row_number().over(
        partition_by=(_OF.indicator, _OF.area), order_by=(_OF.period_end.desc(), _OF.period_start.desc())
    )
    query = select(*_OF, place.label("place")).where(*standing)
    if "areas" in given:
        query = query.where(_OF.area.in_(bindparam("areas", expanding=True)))
    if "until" in given:
        query = query.where(_OF.period_end <= bindparam("until"))
    ranked = query.cte("ranked")
    ends: BindParameter[Any] = bindparam("ends", expanding=True)
    local = select(ranked).where(or_(ranked.c.place <= REACH, ranked.c.period_end.in_(ends))).cte("local")
    matched = exists().where(
        local.c.indicator == _OF.indicator,
        local.c.period_end == _OF.period_end,
        local.c.period_start == _OF.period_start,
    )
    comparators = select(*_OF, literal(0).label("place")).where(
        *standing, _OF.area == bindparam("comparator"), or_(matched, _OF.period_end.in_(ends))
    )
    return union_all(select(local), comparators)


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
    query = select(*_OF).where(_OF.indicator == indicator)
    if not revisions:
        query = query.where(*_standing(None if as_of is None else literal(as_of, _OF.recorded_at.type)))
    elif as_of is not None:
        query = query.where(_OF.recorded_at <= as_of)
    if area is not None:
        query = query.where(_OF.area == area)
    if period is not None:
        query = query.where(_OF.period_start == period.start, _OF.period_end == period.end)
    if status is not None:
        query = query.where(_OF.status == status.value)
    order = (
        _OF.area,
        _OF.period_end,
        _OF.period_start,
        _OF.revision,
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
