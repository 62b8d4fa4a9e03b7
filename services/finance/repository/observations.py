"""Indicators as events tell them: a row a series with its polarity, a row a period with its newest revision."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, bindparam, delete, select, tuple_, update

from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, period_columns, row_period
from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period
from services.finance.domain.savings import Observation
from services.finance.domain.scheme import SeriesPolarity
from services.finance.domain.series import Series, Version
from services.finance.models import ObservationRow, SchemeRow, SeriesRow

CHUNK: Final = 1000
"""Series a statement names: PostgreSQL nests a condition for each, and its stack is not endless."""

SERIES_KEY: Final = ("indicator", "area", "breakdown")
NEVER: Final = Version(1, 0)
"""Where no event was read yet, or no polarity ever turned."""
OBSERVATION_KEY: Final = (*SERIES_KEY, *PERIOD)


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The version of the newest event of a series, its polarity, and the generation that was told whole (0: none)."""

    version: Version
    polarity: SeriesPolarity | None
    complete: int = 0


UNREAD: Final = SeriesState(NEVER, None)
"""A series that no event was read of."""

_LOCK = (  # built once, as every statement here that an event needs: building costs more than running it
    select(SeriesRow)
    .where(tuple_(SeriesRow.indicator, SeriesRow.area, SeriesRow.breakdown).in_(bindparam("series", expanding=True)))
    .order_by(SeriesRow.indicator, SeriesRow.area, SeriesRow.breakdown)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_SCHEME = SchemeRow.__table__.c
_SCHEMES_ON = select(_SCHEME.code, _SCHEME.indicator, _SCHEME.area, _SCHEME.breakdown).where(
    _SCHEME.indicator.in_(bindparam("indicators", expanding=True))
)


async def lock_series(tx: Tx, series: Collection[Series]) -> dict[Series, SeriesState]:
    """Lock the rows of these series, making those that are missing, in one order for everybody."""
    ordered = [series_columns(one) for one in sorted(series)]
    await insert_or_ignore(tx, SeriesRow, [key | _state_columns(UNREAD) for key in ordered], SERIES_KEY)
    found: dict[Series, SeriesState] = {}
    for start in range(0, len(ordered), CHUNK):
        keys = [tuple(key.values()) for key in ordered[start : start + CHUNK]]
        found |= {series_of(row): _series_state(row) for row in await tx.session.scalars(_LOCK, {"series": keys})}
    return found


def series_columns(series: Series) -> dict[str, Any]:
    return {"indicator": series.indicator, "area": series.area, "breakdown": series.breakdown.text}


def series_of(row: Any) -> Series:
    return Series(row.indicator, row.area, Breakdown.parse(row.breakdown))


def _series_state(row: SeriesRow) -> SeriesState:
    return SeriesState(Version(row.generation, row.version), series_polarity(row), row.complete_generation)


def series_polarity(row: Any) -> SeriesPolarity | None:
    if row.polarity is None:
        return None
    turned = Version(row.turned_generation, row.turned_version)
    return SeriesPolarity(Polarity(row.polarity), turned if turned > NEVER else None)


def _state_columns(state: SeriesState) -> dict[str, Any]:
    polarity = state.polarity
    turned = NEVER if polarity is None or polarity.turned is None else polarity.turned
    return {
        "generation": state.version.generation,
        "version": state.version.number,
        "polarity": None if polarity is None else polarity.polarity.value,
        "turned_generation": turned.generation,
        "turned_version": turned.number,
        "complete_generation": state.complete,
    }


async def save_series(tx: Tx, series: Mapping[Series, SeriesState]) -> None:
    """Write rows that are locked."""
    rows = [series_columns(one) | _state_columns(series[one]) for one in sorted(series)]
    await upsert(tx, SeriesRow, rows, SERIES_KEY, tuple(_state_columns(UNREAD)))


def _is_newer(stored: Table, new: Any) -> ColumnElement[bool]:
    """(generation, revision) of the row to write is higher."""
    newer: ColumnElement[bool] = (new.generation > stored.c.generation) | (
        (new.generation == stored.c.generation) & (new.revision > stored.c.revision)
    )
    return newer


async def save_observations(tx: Tx, observations: Mapping[tuple[Series, Period], Observation]) -> None:
    """Write observations; a row moves to a higher generation and revision only."""
    rows = [_observation_row(series, one) for (series, _), one in _in_key_order(observations)]
    changing = ("value", "missing", "generation", "revision", "status", "event_id")
    await upsert(tx, ObservationRow, rows, OBSERVATION_KEY, changing, where=_is_newer)


Keyed = tuple[tuple[Series, Period], Observation]


def _in_key_order(observations: Mapping[tuple[Series, Period], Observation]) -> Iterable[Keyed]:
    """Two writers lock in one order."""

    def key(item: Keyed) -> tuple[Any, ...]:
        (series, period), _ = item
        return (series, period.kind, period.start, period.end)

    return sorted(observations.items(), key=key)


def _observation_row(series: Series, observation: Observation) -> dict[str, Any]:
    return {
        **series_columns(series),
        **period_columns(observation.period),
        "value": observation.value,
        "missing": None if observation.missing is None else observation.missing.value,
        "generation": observation.generation,
        "revision": observation.revision,
        "status": observation.status.value,
        "event_id": observation.event_id,
    }


async def get_observations(tx: Tx, series: Collection[Series]) -> dict[tuple[Series, Period], Observation]:
    """What is stored of these series, no more of them than one statement names."""
    key = tuple_(ObservationRow.indicator, ObservationRow.area, ObservationRow.breakdown)
    named = key.in_([tuple(series_columns(one).values()) for one in series])
    rows = await tx.session.execute(select(*ObservationRow.__table__.c).where(named))
    return {(series_of(row), row_period(row)): observation_of(row) for row in rows}


async def get_polarities(tx: Tx, series: Collection[Series]) -> dict[Series, Polarity]:
    """The polarities of these series, as far as they were told; no more of them than one statement names."""
    key = tuple_(SeriesRow.indicator, SeriesRow.area, SeriesRow.breakdown)
    named = key.in_([tuple(series_columns(one).values()) for one in series])
    found = {series_of(row): series_polarity(row) for row in await tx.session.scalars(select(SeriesRow).where(named))}
    return {one: told.polarity for one, told in found.items() if told is not None}


def observation_of(row: Any) -> Observation:
    return Observation(
        period=row_period(row),
        value=row.value,
        revision=row.revision,
        status=ObservationStatus(row.status),
        event_id=row.event_id,
        generation=row.generation,
        missing=None if row.missing is None else Missing(row.missing),
    )


_WITHDRAWN: Final = {"value": None, "missing": None, "status": ObservationStatus.WITHDRAWN.value}


async def withdraw_older_generations(tx: Tx, complete: Mapping[Series, int]) -> None:
    """Withdraw what was observed of locked series and not repeated by a generation of which all periods were told."""
    for series, generation in complete.items():
        if generation > 1:
            await tx.session.execute(
                update(ObservationRow)
                .where(*_is_of(series), ObservationRow.generation < generation)
                .values(_WITHDRAWN | {"generation": generation, "revision": 0})
            )


def _is_of(series: Series) -> list[ColumnElement[bool]]:
    return [getattr(ObservationRow, name) == value for name, value in series_columns(series).items()]


async def drop_observations(tx: Tx) -> None:
    await tx.session.execute(delete(ObservationRow))
    await tx.session.execute(delete(SeriesRow))


async def delete_series(tx: Tx, series: Collection[Series]) -> None:
    """Delete these series, which are locked, and their observations."""
    keys = [tuple(series_columns(one).values()) for one in series]
    for start in range(0, len(keys), CHUNK):
        for table in (ObservationRow, SeriesRow):
            key = tuple_(table.indicator, table.area, table.breakdown)
            await tx.session.execute(delete(table).where(key.in_(keys[start : start + CHUNK])))


async def list_schemes_linked_to(tx: Tx, series: Collection[Series]) -> list[str]:
    """Codes of the schemes that these series move."""
    connection = await tx.session.connection()
    rows = await connection.execute(_SCHEMES_ON, {"indicators": list({one.indicator for one in series})})
    return sorted(row.code for row in rows if series_of(row) in series)


async def list_linked_schemes(tx: Tx, after: str = "", most: int | None = None) -> Sequence[str]:
    """Codes of schemes that follow an indicator, in their order, those after one and that many."""
    query = select(SchemeRow.code).where(SchemeRow.indicator.is_not(None), SchemeRow.code > after)
    return list(await tx.session.scalars(query.order_by(SchemeRow.code).limit(most)))
