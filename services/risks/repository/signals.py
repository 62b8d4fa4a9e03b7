"""The newest state of indicators' series, linked or not: a small row for each, and one for each of its signals."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, Table, and_, bindparam, delete, func, or_, select, tuple_

from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, period_columns, row_period_or_none
from services.risks.domain.links import FUND, SeriesSignals
from services.risks.domain.severity import Confirmed, Signal, SignalSeverities
from services.risks.models import IndicatorSeriesRow, IndicatorSignalRow

_UPDATED = ("generation", "version", "event_id", *PERIOD, "received_at", "points", "severities")
_SEVERITIES = ("severity", "unconfirmed", "counting_severity", "counting_unconfirmed")

_READ = ("subject", "generation", "version", "event_id", *PERIOD)
_SERIES, _SIGNAL = IndicatorSeriesRow.__table__, IndicatorSignalRow.__table__
_GET = (
    select(*(_SERIES.c[name] for name in _READ), _SIGNAL.c.signal, *(_SIGNAL.c[name] for name in _SEVERITIES))
    .outerjoin_from(_SERIES, _SIGNAL, _SERIES.c.subject == _SIGNAL.c.subject)
    .where(_SERIES.c.subject.in_(bindparam("subjects", expanding=True)))
)


def _is_newer(table: Table, excluded: Any) -> ColumnElement[bool]:
    stored, new = tuple_(table.c.generation, table.c.version), tuple_(excluded.generation, excluded.version)
    newer: ColumnElement[bool] = stored < new
    return newer


def _differs(table: Table, excluded: Any) -> ColumnElement[bool]:
    return or_(*(table.c[name].is_distinct_from(excluded[name]) for name in _SEVERITIES))


async def save_newest_signals(tx: Tx, signals: Sequence[SeriesSignals]) -> list[str]:
    """Save signals, one a subject, wherever they are newer than what is stored.

    Returns the subjects whose severities that changed. All series stay locked until the transaction ends.
    """
    by_subject = {one.subject: one for one in sorted(signals, key=lambda one: one.subject)}
    rows = [_series_row(tx, one) for one in by_subject.values()]
    newer = await upsert(
        tx, IndicatorSeriesRow, rows, ["subject"], _UPDATED, _is_newer, ["subject", "moved"], ("moved", "severities")
    )
    moved = sorted(row.subject for row in newer if row.moved)
    severities = [row for subject in moved for row in _signal_rows(by_subject[subject])]
    keys = ["subject", "signal"]
    changed = await upsert(tx, IndicatorSignalRow, severities, keys, _SEVERITIES, _differs, returning=["subject"])
    return sorted({row.subject for row in changed})


def _series_row(tx: Tx, signals: SeriesSignals) -> dict[str, Any]:
    return {
        "subject": signals.subject,
        "generation": signals.generation,
        "version": signals.version,
        "event_id": signals.event_id,
        **period_columns(signals.latest),
        "received_at": tx.now,
        "points": signals.points or None,
        "severities": _in_short(signals.severities) or None,
        "moved": bool(signals.severities),
    }


def _in_short(severities: Mapping[Signal, SignalSeverities]) -> str:
    """All severities of a series as one text, which is another if one of them is."""
    found = (each for _, two in sorted(severities.items()) for each in (two.ignoring, two.counting))
    return ",".join(f"{'-' if each.severity is None else each.severity}{'u' * each.unconfirmed}" for each in found)


def _signal_rows(signals: SeriesSignals) -> Iterator[dict[str, Any]]:
    for signal, found in sorted(signals.severities.items()):
        yield {
            "subject": signals.subject,
            "signal": signal.value,
            "severity": found.ignoring.severity,
            "unconfirmed": found.ignoring.unconfirmed,
            "counting_severity": found.counting.severity,
            "counting_unconfirmed": found.counting.unconfirmed,
        }


async def lock_or_add_series(tx: Tx, subjects: Collection[str]) -> dict[str, SeriesSignals]:
    """Lock series by subject, adding those without an event yet with version 0; returns their signals.

    An event on one of them waits until this transaction ends, and then sees its links.
    """
    rows = [_series_row(tx, SeriesSignals(name, 0, 0, None, None, {})) for name in sorted(subjects)]
    await upsert(tx, IndicatorSeriesRow, rows, ["subject"], update=["subject"])
    return await get_signals(tx, subjects)


async def get_signals(tx: Tx, subjects: Collection[str]) -> dict[str, SeriesSignals]:
    """What is stored of these series, by subject."""
    connection = await tx.session.connection()
    found: dict[str, SeriesSignals] = {}
    severities: dict[str, dict[Signal, SignalSeverities]] = {}
    for row in await connection.execute(_GET, {"subjects": list(subjects)}):
        of_series = severities.setdefault(row.subject, {})
        if row.signal is not None:
            of_series[Signal(row.signal)] = read_severities(row)
        found[row.subject] = SeriesSignals(
            subject=row.subject,
            generation=row.generation,
            version=row.version,
            event_id=row.event_id,
            latest=row_period_or_none(row),
            severities=of_series,
        )
    return found


def read_severities(row: Any) -> SignalSeverities:
    """The severities of a row that has their columns."""
    return SignalSeverities(
        ignoring=Confirmed(row.severity, row.unconfirmed),
        counting=Confirmed(row.counting_severity, row.counting_unconfirmed),
    )


def is_below(column: SQLColumnExpression[str], subject: str) -> ColumnElement[bool]:
    """Whether it names something of ``subject``, such as a line of a fund; LIKE alone knows no case on SQLite."""
    start = f"{subject}/"
    return and_(column.startswith(start, autoescape=True), func.substr(column, 1, len(start)) == start)


async def list_places_of_funds(tx: Tx, funds: Collection[str]) -> dict[str, list[str]]:
    """By subject of a fund, the subjects of it and of its lines that are on record; not of those without an event."""
    series = _SERIES.c.subject
    places = (or_(series == fund, is_below(series, fund)) for fund in sorted(funds))
    found: dict[str, list[str]] = {fund: [] for fund in funds}
    for subject in await tx.session.scalars(select(series).where(_SERIES.c.version > 0, or_(*places))):
        found[subject.partition("/")[0]].append(subject)
    return found


async def delete_signals_of(tx: Tx, subjects: Collection[str]) -> None:
    """Have these series be as before their first event; they stay locked, and linked, until the transaction ends."""
    rows = [_series_row(tx, SeriesSignals(name, 0, 0, None, None, {})) for name in sorted(subjects)]
    await upsert(tx, IndicatorSeriesRow, rows, ["subject"], _UPDATED)
    await tx.session.execute(delete(IndicatorSignalRow).where(IndicatorSignalRow.subject.in_(subjects)))


async def delete_signals(tx: Tx, *, of_funds: bool) -> None:
    """Have no event of any series be known, or of any fund."""
    for table in (IndicatorSignalRow, IndicatorSeriesRow):
        is_fund = table.subject.startswith(FUND)
        await tx.session.execute(delete(table).where(is_fund if of_funds else ~is_fund))
