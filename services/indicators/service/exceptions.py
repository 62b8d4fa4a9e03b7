"""Performance by exception: the series of an area that need to be looked at."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from chassis.storage.transaction import Tx
from services.indicators.domain.exceptions import ExceptionRow, ExceptionsQuery, ExceptionsState, findings
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.scorecards import Scorecard
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.repository import scorecards, series
from services.indicators.service.areas import get_named_area
from services.indicators.service.commentaries import get_commentaries_on
from services.indicators.service.indicators import get_definitions
from services.indicators.service.scorecards import get_scorecard_definition
from services.indicators.service.series_inputs import get_inputs_of
from services.indicators.service.suppression import hide_small


async def get_exceptions(tx: Tx, wanted: ExceptionsQuery) -> ExceptionsState:
    """Of the series of an area, and of what its scorecards show though nothing was recorded, the exceptions.

    The same number of statements whatever there is. Retired indicators are left out.

    Raises:
        ReferenceInvalid: the area is not known.
        ScorecardUnknown, NotDefinedYet: there is no such scorecard, or was none.
    """
    area = await get_named_area(tx, wanted.area, wanted.as_of)
    today = wanted.period.end if wanted.period else await tx.business_date()
    awaited = await _get_awaited(tx, wanted)
    recorded = [] if wanted.scorecard else await series.list_keys_of_area(tx, wanted.area)
    keys = [key for key in sorted({*recorded, *awaited}) if wanted.breakdown in (None, key.breakdown)]
    defined = await get_definitions(tx, {key.indicator for key in keys}, wanted.as_of)
    keys = [key for key in keys if not defined[key.indicator].is_retired(today)]
    until = wanted.period.end if wanted.period else None
    inputs = await get_inputs_of(tx, defined.values(), wanted.area, keys, as_of=wanted.as_of, until=until)
    await hide_small(tx, inputs)
    rows = [row for key in keys if (row := _row(inputs, key, wanted, today, awaited))]
    return ExceptionsState(wanted, area, today, tuple(await _with_commentaries(tx, rows, wanted)))


async def _get_awaited(tx: Tx, wanted: ExceptionsQuery) -> set[SeriesKey]:
    """What scorecards show of the area: those that are its own, or the one that is named."""
    if wanted.scorecard:
        cards = [await get_scorecard_definition(tx, wanted.scorecard, wanted.as_of)]
    else:
        cards = [card for card in await scorecards.list_definitions(tx, wanted.as_of) if card.head.area == wanted.area]
    return {key for card in cards for key in _keys(card, wanted.area)}


def _keys(card: Scorecard, area: str) -> list[SeriesKey]:
    return [SeriesKey(line.indicator, area, line.breakdown) for line in card.lines]


def _row(
    inputs: SeriesInputs, key: SeriesKey, wanted: ExceptionsQuery, today: date, awaited: Collection[SeriesKey]
) -> ExceptionRow | None:
    """None where it is no exception, or was not known then."""
    state = inputs.state(key)
    if not state.points and wanted.as_of is not None and key not in awaited:
        return None
    found = [each for each in findings(state, wanted.period, today) if not wanted.kinds or each.kind in wanted.kinds]
    return ExceptionRow(key, inputs.indicators[key.indicator], state, tuple(found)) if found else None


async def _with_commentaries(tx: Tx, rows: list[ExceptionRow], wanted: ExceptionsQuery) -> list[ExceptionRow]:
    latest = [(row.key, row.state.latest.period) for row in rows if row.state.latest]
    said = await get_commentaries_on(tx, latest, wanted.area, wanted.as_of)
    return [replace(row, commentary=said.get(row.key)) for row in rows]
