"""Series: their locks and versions, and what their states follow from besides observations."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Row,
    Select,
    String,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
    union,
    update,
)

from chassis.storage.bulk import (
    Columns,
    given_rows,
    given_values,
    insert_columns,
    insert_or_ignore,
    look_up,
    table_of,
    upsert,
)
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.indicators.domain.areas import Area
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.formats import target_from_json
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs, WholeIndicators
from services.indicators.models import AreaRow, IndicatorRow, ProcessControlSignalRow, SeriesRow, TargetRow
from services.indicators.repository.indicators import COLUMNS, indicator_from_row
from services.indicators.repository.series_columns import series_columns, series_of_row, series_texts

_OF_SERIES, _OF_INDICATOR, _OF_AREA = table_of(SeriesRow), table_of(IndicatorRow), table_of(AreaRow)
_OF_TARGET = table_of(TargetRow).c
_KEY_OF_TARGET = (_OF_TARGET.indicator, _OF_TARGET.area, _OF_TARGET.breakdown)
_KEY = (_OF_SERIES.c.indicator, _OF_SERIES.c.area, _OF_SERIES.c.breakdown)

_RAISED = (
    update(_OF_SERIES)
    .where(*(column == bindparam(f"of_{column.name}") for column in _KEY))
    .values(version=_OF_SERIES.c.version + 1)
    .returning(_OF_SERIES.c.version)
)
"""Built once and on the bare table, as the statements every observation needs are: the session's work for mapped
classes costs as much as the statement."""


async def lock_and_raise_version(tx: Tx, key: SeriesKey) -> int | None:
    """Lock a series by raising its version; the version before, or None where the series is not open yet."""
    connection = await tx.session.connection()
    values = {f"of_{name}": value for name, value in series_columns(key).items()}
    version: int | None = (await connection.execute(_RAISED, values)).scalar_one_or_none()
    return None if version is None else version - 1


async def lock_series(tx: Tx, keys: Collection[SeriesKey], whole: WholeIndicators) -> dict[SeriesKey, int]:
    """Lock the series of ``keys``, and those of the ``whole`` indicators, in one order; their versions."""
    if not keys and not whole.codes:
        return {}
    given = given_rows(tx.dialect, "given", _KEY)
    named = given if not whole.codes else union(select(given), _whole(whole)).subquery("each")
    ordered = select(named).order_by(*_in_order(tx, named)).subquery("named")
    found, on = look_up(tx.dialect, ordered, SeriesRow, _KEY, lock=True)
    query = select(*_key(found), found.c.version).join_from(ordered, found, on)
    rows = await tx.session.execute(query, given_values(tx, "given", _KEY, map(series_texts, keys)))
    return {series_of_row(row): row.version for row in rows}


def _in_order(tx: Tx, named: FromClause) -> list[ColumnElement[str]]:
    """The order that series are locked in, as an import takes them: byte by byte, whatever order the database has."""
    collation = "C" if tx.dialect == "postgresql" else "BINARY"
    return [named.c[name].collate(collation) for name in ("indicator", "breakdown", "area")]


def _key(found: FromClause) -> list[ColumnElement[Any]]:
    return [found.c[column.name] for column in _KEY]


def _whole(whole: WholeIndicators) -> Select[Any]:
    query = select(*_KEY).where(_OF_SERIES.c.indicator.in_(whole.codes))
    if whole.breakdowns is None:
        return query
    return query.where(_OF_SERIES.c.breakdown.in_([breakdown.text for breakdown in whole.breakdowns]))


async def lock_series_of_area(tx: Tx, area: str) -> dict[SeriesKey, int]:
    """Lock every series of an area, in the one order; their versions. The caller has locked the area."""
    query = select(*_KEY, _OF_SERIES.c.version).where(_OF_SERIES.c.area == area).order_by(*_in_order(tx, _OF_SERIES))
    return {series_of_row(row): row.version for row in await tx.session.execute(query.with_for_update())}


async def get_open_keys(tx: Tx, keys: Collection[SeriesKey]) -> set[SeriesKey]:
    """Which of ``keys`` are open, without locking."""
    given = given_rows(tx.dialect, "given", _KEY)
    found, on = look_up(tx.dialect, given, SeriesRow, _KEY)
    query = select(*_key(found)).join_from(given, found, on)
    rows = await tx.session.execute(query, given_values(tx, "given", _KEY, map(series_texts, keys)))
    return {series_of_row(row) for row in rows}


async def open_series(tx: Tx, keys: Iterable[SeriesKey]) -> None:
    """Open series at version 0. The caller has locked their indicators.

    Where the transaction sees one moment throughout, and another opened one after it, it is tried again.
    """
    rows = [{**series_columns(key), "version": 0} for key in sorted(keys)]
    await insert_or_ignore(tx, SeriesRow, rows, ["indicator", "area", "breakdown"])


async def add_series(tx: Tx, versions: Mapping[SeriesKey, int]) -> None:
    """As :func:`save_versions`, where none is open: at less cost, and on PostgreSQL by COPY where they are many."""
    keys = sorted(versions)
    columns: dict[str, Sequence[Any]] = {
        "indicator": [key.indicator for key in keys],
        "area": [key.area for key in keys],
        "breakdown": [key.breakdown.text for key in keys],
        "version": [versions[key] for key in keys],
    }
    await insert_columns(tx, SeriesRow, Columns(columns))


async def save_versions(tx: Tx, versions: Mapping[SeriesKey, int]) -> None:
    """Set the versions of locked series, opening those that are not open. The caller has locked their indicators."""
    rows = [{**series_columns(key), "version": version} for key, version in sorted(versions.items())]
    await upsert(tx, SeriesRow, rows, ["indicator", "area", "breakdown"], ["version"])


async def get_version(tx: Tx, key: SeriesKey) -> int:
    named = tuple_(*_KEY) == tuple(series_columns(key).values())
    return await tx.session.scalar(select(_OF_SERIES.c.version).where(named)) or 0


async def has_series(tx: Tx, indicator: str) -> bool:
    query = select(_OF_SERIES.c.area).where(_OF_SERIES.c.indicator == indicator).limit(1)
    return await tx.session.scalar(query) is not None


async def list_subjects(tx: Tx) -> list[str]:
    """Of the series that have an event."""
    query = select(*_KEY).where(_OF_SERIES.c.version > 0).order_by(*_KEY)
    found = [SeriesKey(code, area, Breakdown.parse(text)) for code, area, text in await tx.session.execute(query)]
    return [key.subject for key in found]


async def list_keys_of_area(tx: Tx, area: str) -> list[SeriesKey]:
    """The open series of an area, in order."""
    query = select(*_KEY).where(_OF_SERIES.c.area == area).order_by(*_KEY)
    return [series_of_row(row) for row in await tx.session.execute(query)]


async def list_keys_after(tx: Tx, after: SeriesKey | None, most: int) -> list[SeriesKey]:
    """At most ``most`` open series that follow one, of all there are."""
    query = select(*_KEY).order_by(*_KEY).limit(most)
    if after is not None:
        query = query.where(tuple_(*_KEY) > series_texts(after))
    return [series_of_row(row) for row in await tx.session.execute(query)]


async def list_keys_of(tx: Tx, indicators: Collection[str], areas: Collection[str] | None = None) -> list[SeriesKey]:
    """The open series of these indicators, in these areas only where some are named, in order."""
    query = select(*_KEY).where(_OF_SERIES.c.indicator.in_(indicators)).order_by(*_KEY)
    if areas is not None:
        query = query.where(_OF_SERIES.c.area.in_(areas))
    return [series_of_row(row) for row in await tx.session.execute(query)]


async def get_breakdowns(tx: Tx, indicator: str) -> set[Breakdown]:
    """Those of its open series."""
    query = select(_OF_SERIES.c.breakdown).where(_OF_SERIES.c.indicator == indicator).distinct()
    return {Breakdown.parse(text) for text in await tx.session.scalars(query)}


async def list_indicators_of_area(tx: Tx, area: str, breakdown: Breakdown) -> list[Indicator]:
    """Definitions of the indicators with an open series of this area and breakdown, by code."""
    of = (_OF_SERIES.c.area == area, _OF_SERIES.c.breakdown == breakdown.text)
    query = select(*COLUMNS).where(_OF_INDICATOR.c.code.in_(select(_OF_SERIES.c.indicator).where(*of)))
    return [indicator_from_row(row) for row in await tx.session.execute(query.order_by(_OF_INDICATOR.c.code))]


async def get_inputs(tx: Tx, keys: Collection[SeriesKey], new: Container[SeriesKey] = frozenset()) -> SeriesInputs:
    """Definitions, areas and all target versions of series, of which ``new`` have nothing of their own. One query."""
    connection = await tx.session.connection()
    inputs, values = SeriesInputs(), given_values(tx, "given", _GIVEN, _given(keys, new))
    for row in await connection.execute(_inputs(tx.dialect), values):
        _put_row(inputs, row)
    return inputs


_ONCE: Final = (Column("once_indicator", String), Column("once_area", String))
_GIVEN: Final = (*_KEY, *_ONCE)


def _given(keys: Collection[SeriesKey], new: Container[SeriesKey]) -> Iterator[tuple[str | None, ...]]:
    """Each series, the first of an indicator or an area with its code once more: its definition is read with it.

    A new one is left out where it is the first of neither.
    """
    indicators, areas = set[str](), set[str]()
    for key in keys:
        indicator = None if key.indicator in indicators else key.indicator
        area = None if key.area in areas else key.area
        indicators.add(key.indicator)
        areas.add(key.area)
        if indicator is not None or area is not None or key not in new:
            yield (*series_texts(key), indicator, area)


def _put_row(inputs: SeriesInputs, row: Row[Any]) -> None:
    """A row is a target version of a series, or has a definition, an area, or that its events carry a chart."""
    if row.code is not None and row.code not in inputs.indicators:
        inputs.indicators[row.code] = indicator_from_row(row)
    if row.area_code is not None and row.area_code not in inputs.areas:
        inputs.areas[row.area_code] = Area(
            row.area_code, row.area_name, row.area_type, row.area_valid_from, row.area_valid_to
        )
    if row.charted_by is None and row.target_version is None:
        return
    key = SeriesKey(row.of_indicator, row.of_area, Breakdown.parse(row.of_breakdown))
    if row.charted_by is not None:
        inputs.charted.add(key)
    if row.target_version is not None:
        inputs.put_target(key, target_from_json(row.target_content, row.target_version))


_AREA = ("code", "name", "type", "valid_from", "valid_to")
"""What events and rules read of an area: its parents and successors are not among it."""


@cache
def _inputs(dialect: str) -> Select[Any]:
    """The statement of :func:`get_inputs`, built once: building costs more than running it.

    Of many series most have nothing of their own: an import of one month would read a definition with each of its rows.
    """
    given = given_rows(dialect, "given", _GIVEN)
    found, on = look_up(dialect, given, TargetRow, _KEY_OF_TARGET)
    charts = table_of(ProcessControlSignalRow)
    charted = charts.c
    said = (_OF_INDICATOR.c.code, _OF_AREA.c.code, found.c.version, charted.actor)
    return (
        select(
            *COLUMNS,
            *(_OF_AREA.c[name].label(f"area_{name}") for name in _AREA),
            *(given.c[column.name].label(f"of_{column.name}") for column in _KEY),
            *(found.c[name].label(f"target_{name}") for name in ("version", "content")),
            charted.actor.label("charted_by"),
        )
        .select_from(given)
        .outerjoin(_OF_INDICATOR, _OF_INDICATOR.c.code == given.c.once_indicator)
        .outerjoin(_OF_AREA, _OF_AREA.c.code == given.c.once_area)
        .outerjoin(found, on)
        .outerjoin(charts, and_(*(charted[each.name] == given.c[each.name] for each in _KEY)))
        .where(or_(*(column.is_not(None) for column in said)))
    )
