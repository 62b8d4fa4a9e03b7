"""What was heard of indicators, one small row each, and the risks that hang on them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, select

from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.risks.domain.severity import Signal
from services.risks.models import IndicatorSignal

Severities = tuple[int | None, int | None, int | None, int | None]
"""Confirmed severities by target, benchmark, trend and best, in that order."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest event of an indicator in an area, reduced to what risks need."""

    subject: str
    version: int
    event_id: str
    latest: Period | None
    severities: Severities


_CARRIED = [
    "version",
    "event_id",
    "period_kind",
    "period_start",
    "period_end",
    "target",
    "benchmark",
    "trend",
    "best",
    "heard_at",
]


_SIGNAL = IndicatorSignal.__table__.c
_KNOWN = (  # built once, as every statement here that an event needs: building costs more than running it
    select(_SIGNAL.subject, _SIGNAL.version, _SIGNAL.target, _SIGNAL.benchmark, _SIGNAL.trend, _SIGNAL.best)
    .where(_SIGNAL.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(_SIGNAL.subject)
    .with_for_update()
)


async def known_severities(tx: Tx, subjects: Collection[str]) -> dict[str, tuple[int, Severities]]:
    """Version and severities of the signals that exist among ``subjects``, locked in order."""
    connection = await tx.session.connection()
    rows = await connection.execute(_KNOWN, {"subjects": list(subjects)})
    return {row[0]: (row[1], (row[2], row[3], row[4], row[5])) for row in rows}


def _row(tx: Tx, heard: Heard) -> dict[str, Any]:
    target, benchmark, trend, best = heard.severities
    latest = heard.latest
    return {
        "subject": heard.subject,
        "version": heard.version,
        "event_id": heard.event_id,
        "period_kind": latest.kind.value if latest else None,
        "period_start": latest.start if latest else None,
        "period_end": latest.end if latest else None,
        "target": target,
        "benchmark": benchmark,
        "trend": trend,
        "best": best,
        "heard_at": tx.now,
    }


def _is_newer(table: Table, heard: Any) -> ColumnElement[bool]:
    newer: ColumnElement[bool] = table.c.version < heard.version
    return newer


async def keep_newest(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keep what was heard wherever it is newer than what is known."""
    await upsert(
        tx,
        IndicatorSignal,
        [_row(tx, one) for one in sorted(heard, key=lambda one: one.subject)],
        keys=["subject"],
        update=_CARRIED,
        where=_is_newer,
    )


async def hold(tx: Tx, subjects: Collection[str]) -> dict[str, dict[Signal, tuple[int | None, int]]]:
    """Lock the signals of ``subjects``, with a row of version 0 for those never heard of.

    An event on one of them waits until this transaction ends, and then sees its links. Returns severity and
    version by signal.
    """
    missing = set(subjects) - (await known_severities(tx, subjects)).keys()
    stubs = [_row(tx, Heard(name, 0, "", None, (None, None, None, None))) for name in sorted(missing)]
    await insert_or_ignore(tx, IndicatorSignal, [row | {"event_id": None} for row in stubs], keys=["subject"])
    known = await known_severities(tx, subjects)
    order = (Signal.TARGET, Signal.BENCHMARK, Signal.TREND, Signal.BEST)
    return {
        name: {signal: (severity, version) for signal, severity in zip(order, severities, strict=True)}
        for name, (version, severities) in known.items()
    }


async def forget(tx: Tx) -> None:
    await tx.session.execute(delete(IndicatorSignal))
