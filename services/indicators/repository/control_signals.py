"""Which series' events carry what process control says of them, and what that follows from."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, select, tuple_

from chassis.storage.bulk import insert_many, table_of
from chassis.storage.transaction import Tx
from services.indicators.domain.control.remarks import RemarkKind
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series_inputs import ChartOf
from services.indicators.models import ProcessControlSignalRow
from services.indicators.repository import observations, remarks
from services.indicators.repository.series_columns import series_columns, series_texts

_OF = table_of(ProcessControlSignalRow).c


def _is(key: SeriesKey) -> ColumnElement[bool]:
    return tuple_(_OF.indicator, _OF.area, _OF.breakdown) == series_texts(key)


async def add_signal(tx: Tx, key: SeriesKey) -> None:
    await insert_many(tx, ProcessControlSignalRow, [{**series_columns(key), "actor": tx.actor, "recorded_at": tx.now}])


async def delete_signal(tx: Tx, key: SeriesKey) -> None:
    await tx.session.execute(delete(ProcessControlSignalRow).where(_is(key)))


async def get_charts(tx: Tx, keys: Collection[SeriesKey]) -> dict[SeriesKey, ChartOf]:
    """Whole series, with people's decisions on their limits. Two statements."""
    charts = {key: ChartOf() for key in keys}
    for revision in await observations.get_whole(tx, keys):
        charts[revision.series].revisions[revision.period] = revision
    for each in await remarks.get_remarks_of(tx, keys, RemarkKind.RECALCULATION):
        charts[each.series].remarks.append(each)
    return charts


async def is_charted(tx: Tx, key: SeriesKey) -> bool:
    """Whether the events of a series carry it."""
    return await tx.session.scalar(select(_OF.actor).where(_is(key))) is not None
