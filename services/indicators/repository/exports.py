"""Observations in one order over all indicators, page by page, for files."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_

from chassis.storage.transaction import Tx
from contracts.indicators import ObservationStatus
from services.indicators.domain.exports import Emptiness, ExportFilter
from services.indicators.domain.observations import Revision
from services.indicators.models import ObservationRow
from services.indicators.repository.observations import current_condition, revision_of_row

_OF = ObservationRow.__table__.c
_ORDER = (_OF.indicator, _OF.area, _OF.breakdown, _OF.period_end, _OF.period_start, _OF.revision)
_EXAMPLES = 10

_FILTERS: dict[str, dict[str, Any]] = {
    "indicator": {"indicators": ()},
    "area": {"areas": ()},
    "breakdown": {"breakdown": None},
    "from": {"start": None},
    "to": {"end": None},
    "as_of": {"as_of": None},
    "include_history": {"include_history": True},
}
"""By the name of each filter, what leaves it out; without history what is withdrawn is left out."""


async def list_exported(tx: Tx, wanted: ExportFilter, after: Revision | None, most: int) -> list[Revision]:
    """At most ``most`` revisions that follow ``after``, by indicator, area, breakdown and period."""
    # without history a revision that comes between two pages must not repeat an observation
    order = _ORDER if wanted.include_history else _ORDER[:-1]
    query = select(*_OF).where(*_conditions(wanted)).order_by(*order).limit(most)
    if after is not None:
        query = query.where(tuple_(*order) > _key(after)[: len(order)])
    return [revision_of_row(row) for row in await tx.session.execute(query)]


def _key(revision: Revision) -> tuple[str | date | int, ...]:
    series, period = revision.series, revision.period
    return series.indicator, series.area, series.breakdown.text, period.end, period.start, revision.number


def _conditions(wanted: ExportFilter) -> list[ColumnElement[bool]]:
    as_of = wanted.as_of
    found: list[ColumnElement[bool]] = []
    if not wanted.include_history:
        found += [current_condition(None if as_of is None else literal(as_of, _OF.recorded_at.type))]
        found += [_OF.status != ObservationStatus.WITHDRAWN.value]
    elif as_of is not None:
        found.append(_OF.recorded_at <= as_of)
    if wanted.indicators:
        found.append(_OF.indicator.in_(wanted.indicators))
    if wanted.areas:
        found.append(_OF.area.in_(wanted.areas))
    if wanted.breakdown is not None:
        found.append(_OF.breakdown == wanted.breakdown.text)
    if wanted.start is not None:
        found.append(_OF.period_start >= wanted.start)
    if wanted.end is not None:
        found.append(_OF.period_end <= wanted.end)
    return found


async def explain_empty(tx: Tx, wanted: ExportFilter) -> list[Emptiness]:
    """Each filter without which something would be found, with what it could say instead.

    Where there is none, the pairs of filters that exclude one another, each naming the other; else all of them.
    """
    asked = [name for name, without in _FILTERS.items() if replace(wanted, **without) != wanted]
    for count in sorted({1, min(2, len(asked)), len(asked)}):
        explained = [each for names in combinations(asked, count) for each in await _without(tx, wanted, names)]
        if explained:
            return explained
    return []


async def _without(tx: Tx, wanted: ExportFilter, names: Sequence[str]) -> list[Emptiness]:
    """What would be found without all of these filters."""
    wider = replace(wanted, **{field: value for name in names for field, value in _FILTERS[name].items()})
    found = []
    for name in names:
        instead = await _examples(tx, name, wider)
        if not instead:
            break
        found.append(Emptiness(name, instead, tuple(each for each in names if each != name)))
    return found


async def _examples(tx: Tx, name: str, wider: ExportFilter) -> Sequence[str]:
    query = _EXAMPLE_OF[name]().where(*_conditions(wider))
    values = (await tx.session.scalars(query.limit(_EXAMPLES))).all()
    return [value if isinstance(value, str) else value.isoformat() for value in values if value is not None]


def _distinct(column: ColumnElement[Any]) -> Select[Any]:
    return select(column).distinct().order_by(column)


_EXAMPLE_OF: dict[str, Callable[[], Select[Any]]] = {
    "indicator": lambda: _distinct(_OF.indicator),
    "area": lambda: _distinct(_OF.area),
    "breakdown": lambda: _distinct(_OF.breakdown),
    "from": lambda: select(func.max(_OF.period_start)),
    "to": lambda: select(func.min(_OF.period_end)),
    "as_of": lambda: select(func.min(_OF.recorded_at)),
    "include_history": lambda: select(literal("true")),
}
