"""What is known of indicators: a row a series with its polarity, a row a period with its newest revision."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, bindparam, delete, select, tuple_

from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, period_columns
from contracts.colours import Polarity
from contracts.period import Period
from services.finance.domain.savings import Observation
from services.finance.domain.scheme import KnownPolarity
from services.finance.domain.updates import Series
from services.finance.models import ObservationRow, SchemeRow, SeriesRow

CHUNK: Final = 1000
"""Series a statement names: PostgreSQL nests a condition for each, and its stack is not endless."""

SERIES_KEY: Final = ("indicator", "area")
OBSERVATION_KEY: Final = (*SERIES_KEY, *PERIOD)


@dataclass(frozen=True, slots=True)
class KnownSeries:
    """The newest event version of a series, 0 before any, and its polarity."""

    version: int
    polarity: KnownPolarity | None


_LOCK = (  # built once, as every statement here that an event needs: building costs more than running it
    select(SeriesRow)
    .where(tuple_(SeriesRow.indicator, SeriesRow.area).in_(bindparam("series", expanding=True)))
    .order_by(SeriesRow.indicator, SeriesRow.area)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_SCHEME = SchemeRow.__table__.c
_SCHEMES_ON = select(_SCHEME.code, _SCHEME.indicator, _SCHEME.area).where(
    _SCHEME.indicator.in_(bindparam("indicators", expanding=True))
)


async def lock_series(tx: Tx, series: Collection[Series]) -> dict[Series, KnownSeries]:
    """Lock the rows of these series, making those that are missing, in one order for everybody."""
    ordered = sorted(series)
    stubs = [{"indicator": i, "area": a, "version": 0, "polarity": None, "polarity_since": 0} for i, a in ordered]
    await insert_or_ignore(tx, SeriesRow, stubs, SERIES_KEY)
    found: dict[Series, KnownSeries] = {}
    for start in range(0, len(ordered), CHUNK):
        rows = await tx.session.scalars(_LOCK, {"series": ordered[start : start + CHUNK]})
        found |= {(row.indicator, row.area): _known_series(row) for row in rows}
    return found


def _known_series(row: SeriesRow) -> KnownSeries:
    polarity = None if row.polarity is None else KnownPolarity(Polarity(row.polarity), row.polarity_since)
    return KnownSeries(row.version, polarity)


async def save_series(tx: Tx, series: Mapping[Series, tuple[int, KnownPolarity]]) -> None:
    """Write rows that are locked."""
    rows = [
        {
            "indicator": indicator,
            "area": area,
            "version": version,
            "polarity": known.polarity.value,
            "polarity_since": known.since,
        }
        for (indicator, area), (version, known) in sorted(series.items())
    ]
    await upsert(tx, SeriesRow, rows, SERIES_KEY, ("version", "polarity", "polarity_since"))


def _is_a_higher_revision(stored: Table, new: Any) -> ColumnElement[bool]:
    higher: ColumnElement[bool] = new.revision > stored.c.revision
    return higher


async def save_observations(tx: Tx, observations: Mapping[tuple[Series, Period], Observation]) -> None:
    """Write observations; a row moves to a higher revision only."""
    rows = [_observation_row(series, one) for (series, _), one in _in_key_order(observations)]
    changing = ("value", "revision", "status", "event_id")
    await upsert(tx, ObservationRow, rows, OBSERVATION_KEY, changing, where=_is_a_higher_revision)


Keyed = tuple[tuple[Series, Period], Observation]


def _in_key_order(observations: Mapping[tuple[Series, Period], Observation]) -> Iterable[Keyed]:
    """Two writers lock in one order."""

    def key(item: Keyed) -> tuple[Any, ...]:
        (series, period), _ = item
        return (series, period.kind, period.start, period.end)

    return sorted(observations.items(), key=key)


def _observation_row(series: Series, observation: Observation) -> dict[str, Any]:
    return {
        "indicator": series[0],
        "area": series[1],
        **period_columns(observation.period),
        "value": observation.value,
        "revision": observation.revision,
        "status": observation.status.value,
        "event_id": observation.event_id,
    }


async def drop_observations(tx: Tx) -> None:
    await tx.session.execute(delete(ObservationRow))
    await tx.session.execute(delete(SeriesRow))


async def list_schemes_linked_to(tx: Tx, series: Collection[Series]) -> list[str]:
    """Codes of the schemes that these series move."""
    connection = await tx.session.connection()
    rows = await connection.execute(_SCHEMES_ON, {"indicators": list({indicator for indicator, _ in series})})
    return sorted(row.code for row in rows if (row.indicator, row.area) in series)


async def list_linked_schemes(tx: Tx) -> Sequence[str]:
    query = select(SchemeRow.code).where(SchemeRow.indicator.is_not(None)).order_by(SchemeRow.code)
    return list(await tx.session.scalars(query))
