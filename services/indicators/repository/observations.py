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
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.formats import provenance_from_json, provenance_to_json
from services.indicators.domain.observations import Observation, ObservationFilter, Revision, SeriesKey
from services.indicators.domain.series import REACH
from services.indicators.domain.series_inputs import SeriesWanted
from services.indicators.models import ObservationRow
from services.indicators.repository.series_columns import series_columns, series_of_row
from services.indicators.repository.sort_keys import parse_sort_key, sort_key

_TABLE = ObservationRow.__table__
_OF = _TABLE.c
_NEWER = _TABLE.alias("newer")


_SERIES = (_OF.indicator, _OF.area, _OF.breakdown)
_PERIOD = (_OF.period_end, _OF.period_start)
_WITHDRAWN = ObservationStatus.WITHDRAWN.value


def _current(as_of: ColumnElement[datetime] | None) -> list[ColumnElement[bool]]:
    """Conditions for the highest revision, of those known at ``as_of``."""
    same = and_(*(_NEWER.c[column.name] == column for column in (*_SERIES, *_PERIOD)), _NEWER.c.revision > _OF.revision)
    if as_of is None:
        return [~exists().where(same)]
    return [~exists().where(same, _NEWER.c.recorded_at <= as_of), _OF.recorded_at <= as_of]


async def get_latest(
    tx: Tx,
    wanted: SeriesWanted,
    comparator: str,
    *,
    ends: Collection[date] = (),
    as_of: datetime | None = None,
    until: date | None = None,
) -> list[Revision]:
    """What the states of these series are made of, in one query.

    Current revisions of the latest periods (up to ``until``) of every series that are not withdrawn, and of all
    periods that end on one of ``ends``; with the comparator's of the same periods.
    """
    optional = {"as_of": as_of, "until": until}
    given = {**wanted.filters, **{name: value for name, value in optional.items() if value is not None}}
    values = {**given, "ends": list(ends), "comparator": comparator}
    connection = await tx.session.connection()
    found = await connection.execute(_latest(frozenset(given)), values)
    return [_revision(row) for row in found]


@cache
def _latest(given: frozenset[str]) -> CompoundSelect[Any]:
    """The statement of :func:`get_latest`, built once for each set of options: building costs more than running it."""
    as_of = bindparam("as_of", type_=_OF.recorded_at.type) if "as_of" in given else None
    current = _current(as_of)
    withdrawn = _OF.status == _WITHDRAWN
    for name, column in (("indicators", _OF.indicator), ("breakdowns", _OF.breakdown)):
        if name in given:
            current.append(column.in_(bindparam(name, expanding=True)))
    recency = func.row_number().over(
        partition_by=(*_SERIES, withdrawn), order_by=tuple(column.desc() for column in _PERIOD)
    )
    query = select(*_OF, recency.label("recency")).where(*current)
    if "areas" in given:
        query = query.where(_OF.area.in_(bindparam("areas", expanding=True)))
    if "until" in given:
        query = query.where(_OF.period_end <= bindparam("until"))
    ranked = query.cte("ranked")
    ends: BindParameter[Any] = bindparam("ends", expanding=True)
    recent = and_(ranked.c.recency <= REACH, ranked.c.status != _WITHDRAWN)
    local = select(ranked).where(or_(recent, ranked.c.period_end.in_(ends))).cte("local")
    matched = exists().where(*(local.c[c.name] == c for c in (_OF.indicator, _OF.breakdown, *_PERIOD)))
    comparators = select(*_OF, literal(0).label("recency")).where(
        *current, _OF.area == bindparam("comparator"), or_(matched, _OF.period_end.in_(ends))
    )
    return union_all(select(local), comparators)


async def get_current(tx: Tx, keys: Collection[SeriesKey], ends: Collection[date] | None) -> list[Revision]:
    """Current revisions of these series: of the periods that end on one of ``ends``, None of all."""
    named = [tuple(series_columns(key).values()) for key in sorted(keys)]
    query = select(*_OF).where(tuple_(*_SERIES).in_(named), *_current(None))
    if ends is not None:
        query = query.where(_OF.period_end.in_(ends))
    return [_revision(row) for row in await tx.session.execute(query)]


async def get_revisions(tx: Tx, wanted: Collection[tuple[SeriesKey, Period, int]]) -> list[Revision]:
    """Revisions by their numbers."""
    keys = [(*series_columns(key).values(), *period.sort_key, number) for key, period, number in wanted]
    query = select(*_OF).where(tuple_(*_SERIES, *_PERIOD, _OF.revision).in_(keys))
    return [_revision(row) for row in await tx.session.execute(query)] if keys else []


async def list_revisions(
    tx: Tx, page: PageRequest, indicator: str, wanted: ObservationFilter, period: Period | None
) -> list[Revision]:
    """By area, breakdown, period and revision; ``period`` is the one that the filter names."""
    order = (_OF.area, _OF.breakdown, *_PERIOD, _OF.revision)
    query = select(*_OF).where(_OF.indicator == indicator, *_conditions(wanted)).order_by(*order).limit(page.fetch)
    if period is not None:
        query = query.where(_OF.period_start == period.start, _OF.period_end == period.end)
    if page.after is not None:
        query = query.where(tuple_(*order) > parse_sort_key(page.after, str, str, date, date, int))
    return [_revision(row) for row in await tx.session.execute(query)]


def _conditions(wanted: ObservationFilter) -> list[ColumnElement[bool]]:
    as_of = wanted.as_of
    conditions: list[ColumnElement[bool]] = []
    if not wanted.revisions:
        conditions += _current(None if as_of is None else literal(as_of, _OF.recorded_at.type))
    elif as_of is not None:
        conditions.append(_OF.recorded_at <= as_of)
    if wanted.area is not None:
        conditions.append(_OF.area == wanted.area)
    if wanted.breakdown is not None:
        conditions.append(_OF.breakdown == wanted.breakdown.text)
    if wanted.status is not None:
        conditions.append(_OF.status == wanted.status.value)
    return conditions


def revision_sort_key(revision: Revision) -> str:
    period = revision.period
    return sort_key(revision.series.area, revision.series.breakdown.text, period.end, period.start, revision.number)


async def add_revisions(tx: Tx, revisions: Iterable[Revision]) -> None:
    await insert_many(tx, ObservationRow, [_values(revision) for revision in revisions])


def _values(revision: Revision) -> dict[str, Any]:
    observed = revision.observation
    return {
        **series_columns(revision.series),
        **period_columns(observed.period),
        "revision": revision.number,
        "value": observed.value,
        "missing": observed.missing.value if observed.missing else None,
        "marks": "".join(mark.value for mark in observed.marks) or None,
        "count": observed.count,
        "denominator": observed.denominator,
        "lower": observed.lower,
        "upper": observed.upper,
        "status": observed.status.value,
        "last_final": revision.last_final,
        "note": observed.note,
        "basis": observed.basis,
        "reason": observed.reason,
        "provenance": provenance_to_json(observed.provenance),
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
        missing=None if row.missing is None else Missing(row.missing),
        marks=_marks(row.marks),
        provenance=provenance_from_json(row.provenance),
    )
    return Revision(series_of_row(row), observed, row.revision, row.actor, row.recorded_at, row.last_final)


def _marks(text: str | None) -> tuple[Mark, ...]:
    """``[e][b]`` as its marks."""
    return tuple(Mark(f"{part}]") for part in text.split("]")[:-1]) if text else ()
