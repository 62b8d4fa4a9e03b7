"""What events of series showed, kept past the newest: a row for each first period, by its newest event."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, or_, select, tuple_

from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from services.risks.domain.links import SeriesWindow
from services.risks.models import IndicatorSeriesRow, SeriesWindowRow

_WINDOW = SeriesWindowRow.__table__
_KEYS = ("subject", "first_period")
_SHOWN = ("generation", "version", "points")
_OF = select(*_WINDOW.c).where(_WINDOW.c.subject.in_(bindparam("subjects", expanding=True)))


def _is_newer(table: Table, excluded: Any) -> ColumnElement[bool]:
    stored, new = tuple_(table.c.generation, table.c.version), tuple_(excluded.generation, excluded.version)
    newer: ColumnElement[bool] = stored < new
    return newer


async def save_windows(tx: Tx, windows: Iterable[SeriesWindow]) -> None:
    """Keep what events showed, whatever their order: one that is older than the one that is kept changes nothing."""
    newest: dict[tuple[str, str], SeriesWindow] = {}
    for one in windows:
        key = (one.subject, one.first_period)
        if key not in newest or newest[key].order < one.order:
            newest[key] = one
    rows = [{name: getattr(one, name) for name in (*_KEYS, *_SHOWN)} for _, one in sorted(newest.items())]
    await upsert(tx, SeriesWindowRow, rows, _KEYS, _SHOWN, _is_newer)


async def get_windows(tx: Tx, subjects: Collection[str]) -> dict[str, list[SeriesWindow]]:
    """What is kept of these series, by subject, in one query."""
    found = defaultdict[str, list[SeriesWindow]](list)
    connection = await tx.session.connection()
    for row in await connection.execute(_OF, {"subjects": list(subjects)}):
        found[row.subject].append(SeriesWindow(row.subject, row.generation, row.version, row.first_period, row.points))
    return found


async def list_totals_of(tx: Tx, areas: Collection[str], most: int) -> Sequence[str]:
    """Subjects of the series of these areas, not broken down, that an event told of: that many, by subject."""
    series = IndicatorSeriesRow.__table__.c
    ends = [series.subject.endswith(f"/{area}", autoescape=True) for area in sorted(areas)]
    query = select(series.subject).where(series.version > 0, or_(*ends)).order_by(series.subject).limit(most)
    return (await tx.session.scalars(query)).all()


async def delete_windows_of(tx: Tx, subjects: Collection[str]) -> None:
    await tx.session.execute(delete(SeriesWindowRow).where(SeriesWindowRow.subject.in_(subjects)))
