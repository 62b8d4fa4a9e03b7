"""What was last told of indicators, one small row each, linked or not."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, select

from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, period_columns, row_period_or_none
from services.risks.domain.links import IndicatorSignals
from services.risks.domain.severity import Signal
from services.risks.models import IndicatorSignalRow

_COLUMNS = (Signal.TARGET, Signal.BENCHMARK, Signal.TREND, Signal.BEST)
_UPDATED = [
    "version",
    "event_id",
    *PERIOD,
    *(signal.value for signal in _COLUMNS),
    "heard_at",
]

_SIGNAL = IndicatorSignalRow.__table__
_LOCK = (  # built once, as every statement here that an event needs: building costs more than running it
    select(*_SIGNAL.c)
    .where(_SIGNAL.c.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(_SIGNAL.c.subject)
    .with_for_update()
)


async def lock_signals(tx: Tx, subjects: Collection[str]) -> dict[str, IndicatorSignals]:
    """The signals that exist among ``subjects``, locked in order."""
    connection = await tx.session.connection()
    rows = await connection.execute(_LOCK, {"subjects": list(subjects)})
    return {row.subject: _signals(row) for row in rows}


def _signals(row: Any) -> IndicatorSignals:
    return IndicatorSignals(
        subject=row.subject,
        version=row.version,
        event_id=row.event_id,
        latest=row_period_or_none(row),
        severities={signal: getattr(row, signal.value) for signal in _COLUMNS},
    )


def _row(tx: Tx, signals: IndicatorSignals) -> dict[str, Any]:
    return {
        "subject": signals.subject,
        "version": signals.version,
        "event_id": signals.event_id,
        **period_columns(signals.latest),
        **{signal.value: signals.severities[signal] for signal in _COLUMNS},
        "heard_at": tx.now,
    }


def _is_newer(table: Table, excluded: Any) -> ColumnElement[bool]:
    newer: ColumnElement[bool] = table.c.version < excluded.version
    return newer


async def save_newest_signals(tx: Tx, signals: Sequence[IndicatorSignals]) -> None:
    """Save signals, one a subject, wherever they are newer than what is stored."""
    rows = [_row(tx, one) for one in sorted(signals, key=lambda one: one.subject)]
    await upsert(tx, IndicatorSignalRow, rows, keys=["subject"], update=_UPDATED, where=_is_newer)


async def lock_or_add_signals(tx: Tx, subjects: Collection[str]) -> dict[str, IndicatorSignals]:
    """Lock the signals of ``subjects``, with a row of version 0 for those without an event yet.

    An event on one of them waits until this transaction ends, and then sees its links.
    """
    missing = set(subjects) - (await lock_signals(tx, subjects)).keys()
    unknown = dict.fromkeys(_COLUMNS)
    rows = [_row(tx, IndicatorSignals(name, 0, None, None, unknown)) for name in sorted(missing)]
    await insert_or_ignore(tx, IndicatorSignalRow, rows, keys=["subject"])
    return await lock_signals(tx, subjects)


async def delete_signals_of(tx: Tx, subjects: Collection[str]) -> None:
    await tx.session.execute(delete(IndicatorSignalRow).where(IndicatorSignalRow.subject.in_(subjects)))


async def delete_signals(tx: Tx) -> None:
    await tx.session.execute(delete(IndicatorSignalRow))
