"""Observations: revisions are only ever added, and the highest one of a period is the current one."""

from collections.abc import Collection, Iterable
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

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from chassis.storage.types import period_columns, row_period
from contracts.indicators import ObservationStatus
from services.indicators.domain.observations import Observation, ObservationFilter, Revision, SeriesKey
from services.indicators.domain.series import REACH
from services.indicators.models import ObservationRow
from services.indicators.repository.sort_keys import parse_sort_key, sort_key

_TABLE = ObservationRow.__table__
_OF = _TABLE.c
_NEWER = _TABLE.alias("newer")


def _current(as_of: ColumnElement[datetime] | None) -> list[ColumnElement[bool]]:
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


async def get_latest(
    tx: Tx,
    indicators: Collection[str],
    areas: Collection[str] | None,
    comparator: str,
    *,
    ends: Collection[date] = (),
    as_of: datetime | None = None,
    until: date | None = None,
) -> list[Revision]:
    """What the states of these series are made of, in one query.

    Current revisions of the latest periods (up to ``until``) of every series, and of periods that end on one of
    ``ends``; with the comparator's of the same periods. ``areas`` None means all.
    """
    optional = {"areas": None if areas is None else list(areas), "as_of": as_of, "until": until}
    given = {name: value for name, value in optional.items() if value is not None}
    values = {**given, "indicators": list(indicators), "ends": list(ends), "comparator": comparator}
    connection = await tx.session.connection()
    found = await connection.execute(_latest(frozenset(given)), values)
    return [_revision(row) for row in found]


@cache
def _latest(given: frozenset[str]) -> CompoundSelect[Any]:
    """The statement of :func:`get_latest`, built once for each set of options: building costs more than running it."""
    as_of = bindparam("as_of", type_=_OF.recorded_at.type) if "as_of" in given else None
    current = [_OF.indicator.in_(bindparam("indicators", expanding=True)), *_current(as_of)]
    recency = func.row_number().over(
        partition_by=(_OF.indicator, _OF.area), order_by=(_OF.period_end.desc(), _OF.period_start.desc())
    )
    query = select(*_OF, recency.label("recency")).where(*current)
    if "areas" in given:
        query = query.where(_OF.area.in_(bindparam("areas", expanding=True)))
    if "until" in given:
        query = query.where(_OF.period_end <= bindparam("until"))
    ranked = query.cte("ranked")
    ends: BindParameter[Any] = bindparam("ends", expanding=True)
    local = select(ranked).where(or_(ranked.c.recency <= REACH, ranked.c.period_end.in_(ends))).cte("local")
    matched = exists().where(
        local.c.indicator == _OF.indicator,
        local.c.period_end == _OF.period_end,
        local.c.period_start == _OF.period_start,
    )
    comparators = select(*_OF, literal(0).label("recency")).where(
        *current, _OF.area == bindparam("comparator"), or_(matched, _OF.period_end.in_(ends))
    )
    return union_all(select(local), comparators)


async def list_revisions(tx: Tx, page: PageRequest, indicator: str, wanted: ObservationFilter) -> list[Revision]:
    """By area, period and revision."""
    order = (_OF.area, _OF.period_end, _OF.period_start, _OF.revision)
    query = select(*_OF).where(_OF.indicator == indicator, *_conditions(wanted)).order_by(*order).limit(page.fetch)
    if page.after is not None:
        query = query.where(tuple_(*order) > parse_sort_key(page.after, str, date, date, int))
    return [_revision(row) for row in await tx.session.execute(query)]


def _conditions(wanted: ObservationFilter) -> list[ColumnElement[bool]]:
    as_of, period = wanted.as_of, wanted.period
    conditions: list[ColumnElement[bool]] = []
    if not wanted.revisions:
        conditions += _current(None if as_of is None else literal(as_of, _OF.recorded_at.type))
    elif as_of is not None:
        conditions.append(_OF.recorded_at <= as_of)
    if wanted.area is not None:
        conditions.append(_OF.area == wanted.area)
    if period is not None:
        conditions += [_OF.period_start == period.start, _OF.period_end == period.end]
    if wanted.status is not None:
        conditions.append(_OF.status == wanted.status.value)
    return conditions


def revision_sort_key(revision: Revision) -> str:
    period = revision.period
    return sort_key(revision.series.area, period.end, period.start, revision.number)


async def add_revisions(tx: Tx, revisions: Iterable[Revision]) -> None:
    await insert_many(tx, ObservationRow, [_values(revision) for revision in revisions])


def _values(revision: Revision) -> dict[str, Any]:
    observed = revision.observation
    return {
        **revision.series._asdict(),
        **period_columns(observed.period),
        "revision": revision.number,
        "value": observed.value,
        "count": observed.count,
        "denominator": observed.denominator,
        "lower": observed.lower,
        "upper": observed.upper,
        "status": observed.status.value,
        "note": observed.note,
        "basis": observed.basis,
        "reason": observed.reason,
        "actor": revision.actor,
        "recorded_at": revision.recorded_at,
    }


def _revision(row: Row[Any]) -> Revision:
    observed = Observation(
        period=row_period(row),
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
    return Revision(SeriesKey(row.indicator, row.area), observed, row.revision, row.actor, row.recorded_at)
