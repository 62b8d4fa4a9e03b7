"""Observations: revisions are only ever added, and the highest one of a period is the current one."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
    true,
    union,
    union_all,
)

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import Columns, given_rows, given_values, insert_columns, look_up, table_of
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from chassis.storage.types import row_period
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.formats import provenance_from_json, provenance_to_json
from services.indicators.domain.observations import (
    Observation,
    ObservationFilter,
    ObservationOrder,
    Revision,
    SeriesKey,
)
from services.indicators.domain.series import REACH
from services.indicators.models import ObservationRow
from services.indicators.repository.series_columns import series_of_row, series_texts

_TABLE = table_of(ObservationRow)
_OF = _TABLE.c
_NEWEST = _TABLE.alias("newest")

_SERIES = (_OF.indicator, _OF.area, _OF.breakdown)
_PERIOD = (_OF.period_end, _OF.period_start)
_ENDING = (*_SERIES, _OF.period_end)
_NUMBERED = (*_SERIES, *_PERIOD, _OF.revision)
_WITHDRAWN = ObservationStatus.WITHDRAWN.value

SeriesEnd = tuple[SeriesKey, date]
"""The periods of a series that end on a day."""


def current_condition(as_of: ColumnElement[datetime] | None = None) -> ColumnElement[bool]:
    """The condition for the highest revision, of those known at ``as_of``: one step in the index for each row.

    None is higher, but ``>=`` is taken to hold of many, ``==`` of hardly any: the latest are then looked for among all.
    """
    same = (_NEWEST.c[column.name] == column for column in (*_SERIES, *_PERIOD))
    highest = select(func.max(_NEWEST.c.revision)).where(*same).correlate(_TABLE)
    if as_of is None:
        return _OF.revision >= highest.scalar_subquery()
    then = highest.where(_NEWEST.c.recorded_at <= as_of)
    return and_(_OF.revision >= then.scalar_subquery(), _OF.recorded_at <= as_of)


async def get_latest(
    tx: Tx,
    series: Collection[SeriesKey],
    comparator: str,
    *,
    ends: Collection[SeriesEnd] = (),
    as_of: datetime | None = None,
    until: date | None = None,
    reach: int = REACH,
) -> list[Revision]:
    """What the states of these series are made of, in one query.

    Current revisions of the latest ``reach`` periods (up to ``until``) of each that are not withdrawn, and of the
    periods that are named in ``ends``; with the comparator's of the same periods. What it costs depends on how many
    series and ends there are, not on how much was ever recorded.
    """
    optional = {"as_of": as_of, "until": until}
    given = {name: value for name, value in optional.items() if value is not None}
    wanted = given_values(tx, "wanted", _SERIES, map(series_texts, series))
    ending = given_values(tx, "ending", _ENDING, ((*series_texts(key), end) for key, end in ends))
    connection = await tx.session.connection()
    values = {**wanted, **ending, **given, "comparator": comparator}
    found = await connection.execute(_latest(tx.dialect, frozenset(given), reach), values)
    return [revision_of_row(row) for row in found]


@cache
def _latest(dialect: str, given: frozenset[str], reach: int) -> CompoundSelect[Any]:
    """The statement of :func:`get_latest`, built once for each set of options: building costs more than running it."""
    as_of = bindparam("as_of", type_=_OF.recorded_at.type) if "as_of" in given else None
    shown = [_OF.status != _WITHDRAWN, current_condition(as_of)]
    if "until" in given:
        shown.append(_OF.period_end <= bindparam("until", type_=_OF.period_end.type))
    ending = given_rows(dialect, "ending", _ENDING)
    recent = _recent(dialect, given_rows(dialect, "wanted", _SERIES), shown, reach)
    local = union_all(recent, _of(dialect, ending, _ENDING, current_condition(as_of))).cte("local")
    places = (_OF.indicator, _OF.breakdown, _OF.period_end)
    compared = union(*(select(*(each.c[place.name] for place in places)) for each in (local, ending))).cte("compared")
    comparators = _of(dialect, compared, places, _OF.area == bindparam("comparator"), current_condition(as_of))
    return union_all(select(local), comparators)


def _recent(dialect: str, wanted: CTE, shown: Sequence[ColumnElement[bool]], reach: int) -> Select[Any]:
    """The latest of each series that are ``shown``: as many steps back in the index."""
    same = and_(*(wanted.c[column.name] == column for column in _SERIES))
    latest = select(*_OF).where(same, *shown).order_by(*(column.desc() for column in _PERIOD)).correlate(wanted)
    if dialect == "postgresql":
        found = latest.limit(reach).lateral("latest")
        return select(*found.c).select_from(wanted.join(found, true()))
    first = latest.with_only_columns(_OF.period_end).offset(reach - 1).limit(1).scalar_subquery()
    since = func.coalesce(first, literal(date.min, _OF.period_end.type)).label("since")
    reaching = select(wanted, since).cte("reaching").prefix_with("MATERIALIZED")
    return _of(dialect, reaching, _SERIES, _OF.period_end >= reaching.c.since, *shown)


def _of(dialect: str, given: CTE, columns: Sequence[Column[Any]], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Revisions that are the same by ``columns`` as some of the rows that are given."""
    found, on = look_up(dialect, given, ObservationRow, columns, *conditions)
    return select(*found.c).select_from(given.join(found, on))


async def get_ending(tx: Tx, ends: Collection[SeriesEnd], *, as_of: datetime | None = None) -> list[Revision]:
    """Current revisions of the periods that are named, of those known at ``as_of``."""
    values = given_values(tx, "given", _ENDING, ((*series_texts(key), end) for key, end in ends))
    moment = None if as_of is None else literal(as_of, _OF.recorded_at.type)
    return await _get_given(tx, _ENDING, values, current_condition(moment))


async def list_revisions_ending(tx: Tx, ends: Collection[SeriesEnd]) -> list[Revision]:
    """Every revision of the periods that are named."""
    return await _get_given(
        tx, _ENDING, given_values(tx, "given", _ENDING, ((*series_texts(key), end) for key, end in ends))
    )


async def get_whole(tx: Tx, series: Collection[SeriesKey], as_of: datetime | None = None) -> list[Revision]:
    """Current revisions, of those known at ``as_of``, of every period of these series."""
    values = given_values(tx, "given", _SERIES, map(series_texts, series))
    then = None if as_of is None else literal(as_of, _OF.recorded_at.type)
    return await _get_given(tx, _SERIES, values, current_condition(then))


async def get_revisions(tx: Tx, wanted: Collection[tuple[SeriesKey, Period, int]]) -> list[Revision]:
    """Revisions by their numbers."""
    rows = [(*series_texts(key), period.end, period.start, number) for key, period, number in wanted]
    return await _get_given(tx, _NUMBERED, given_values(tx, "given", _NUMBERED, rows)) if rows else []


async def _get_given(
    tx: Tx, columns: Sequence[Any], values: dict[str, Any], *conditions: ColumnElement[bool]
) -> list[Revision]:
    query = _of(tx.dialect, given_rows(tx.dialect, "given", columns), columns, *conditions)
    return [revision_of_row(row) for row in await tx.session.execute(query, values)]


async def list_revisions(
    tx: Tx, page: PageRequest, indicator: str, wanted: ObservationFilter, period: Period | None
) -> Page[Revision]:
    """``period`` is the one that the filter names."""
    query = select(*_OF).where(_OF.indicator == indicator, *_conditions(wanted))
    if period is not None:
        query = query.where(_OF.period_start == period.start, _OF.period_end == period.end)
    return (await list_page(tx, query, _ORDERS, page)).of(revision_of_row)


_ORDERS = Orders(
    (_OF.area, _OF.breakdown, *_PERIOD, _OF.revision),
    {ObservationOrder.SERIES: (), ObservationOrder.PERIOD: _PERIOD, ObservationOrder.RECORDED_AT: (_OF.recorded_at,)},
)


def _conditions(wanted: ObservationFilter) -> list[ColumnElement[bool]]:
    as_of = wanted.as_of
    conditions: list[ColumnElement[bool]] = []
    if not wanted.revisions:
        conditions.append(current_condition(None if as_of is None else literal(as_of, _OF.recorded_at.type)))
    elif as_of is not None:
        conditions.append(_OF.recorded_at <= as_of)
    if wanted.changed_since is not None:
        conditions.append(_OF.recorded_at >= wanted.changed_since)
    if wanted.area is not None:
        conditions.append(_OF.area == wanted.area)
    if wanted.breakdown is not None:
        conditions.append(_OF.breakdown == wanted.breakdown.text)
    if wanted.status is not None:
        conditions.append(_OF.status == wanted.status.value)
    return conditions


async def add_revisions(tx: Tx, revisions: Sequence[Revision]) -> None:
    await insert_columns(tx, ObservationRow, _columns(revisions))


def _columns(revisions: Sequence[Revision]) -> Columns:
    keys, observed = [each.series for each in revisions], [each.observation for each in revisions]
    periods = [each.period for each in observed]
    return Columns(
        {
            "indicator": [key.indicator for key in keys],
            "area": [key.area for key in keys],
            "breakdown": [key.breakdown.text for key in keys],
            "period_kind": [str(each.kind) for each in periods],
            "period_start": [each.start for each in periods],
            "period_end": [each.end for each in periods],
            "revision": [each.number for each in revisions],
            "value": [each.value for each in observed],
            "missing": [None if each.missing is None else each.missing.value for each in observed],
            "marks": [_text_of(each.marks) for each in observed],
            "count": [each.count for each in observed],
            "denominator": [each.denominator for each in observed],
            "lower": [each.lower for each in observed],
            "upper": [each.upper for each in observed],
            "status": [str(each.status) for each in observed],
            "last_final": [each.last_final for each in revisions],
            "note": [each.note for each in observed],
            "basis": [each.basis for each in observed],
            "reason": [each.reason for each in observed],
            "provenance": [provenance_to_json(each.provenance) for each in observed],
            "actor": [each.actor for each in revisions],
            "recorded_at": [each.recorded_at for each in revisions],
        }
    )


def _text_of(marks: Sequence[Mark]) -> str | None:
    return "".join(mark.value for mark in marks) if marks else None


def revision_of_row(row: Row[Any]) -> Revision:
    """The revision in a row that has the columns of the table."""
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
