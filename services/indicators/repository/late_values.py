"""What was told of late series."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, select

from chassis.storage.bulk import given_rows, given_values, look_up, table_of, upsert
from chassis.storage.transaction import Tx
from chassis.storage.types import period_columns, row_period
from services.indicators.domain.late_values import Reminder
from services.indicators.domain.observations import SeriesKey
from services.indicators.models import LateValueRow
from services.indicators.repository.series_columns import series_columns, series_of_row, series_texts

_OF = table_of(LateValueRow).c
_KEY = (_OF.indicator, _OF.area, _OF.breakdown)
_KEYS = ["indicator", "area", "breakdown"]
_CHANGING = ["period_kind", "period_start", "period_end", "due", "is_late", "version"]


def _reminder(row: Row[Any]) -> Reminder:
    return Reminder(series_of_row(row), row_period(row), row.due, row.is_late, row.version)


async def lock_reminders(tx: Tx, keys: Collection[SeriesKey]) -> dict[SeriesKey, Reminder]:
    """What was told last of these series, locked in one order; where nothing was it is absent."""
    given = given_rows(tx.dialect, "given", _KEY)
    ordered = select(given).order_by(*(given.c[name] for name in _KEYS)).subquery("named")
    found, on = look_up(tx.dialect, ordered, LateValueRow, _KEY, lock=True)
    query = select(*found.c).select_from(ordered.join(found, on))
    rows = await tx.session.execute(query, given_values(tx, "given", _KEY, map(series_texts, keys)))
    return {each.series: each for each in map(_reminder, rows)}


async def save_reminders(tx: Tx, told: Sequence[Reminder]) -> None:
    rows = [
        {
            **series_columns(each.series),
            **period_columns(each.latest),
            "due": each.due,
            "is_late": each.is_late,
            "version": each.version,
        }
        for each in sorted(told, key=lambda each: each.series)
    ]
    await upsert(tx, LateValueRow, rows, _KEYS, _CHANGING)


async def list_subjects(tx: Tx) -> list[str]:
    """Of every series that was late once."""
    rows = await tx.session.execute(select(*_OF).order_by(*_KEY))
    return [_reminder(row).subject for row in rows]
