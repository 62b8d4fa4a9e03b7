"""Scorecards: defined whole, read for an area."""

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.indicators.domain.definitions import is_code
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.scorecards import (
    Aim,
    Scorecard,
    ScorecardHead,
    ScorecardRow,
    ScorecardState,
    Section,
)
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.errors import ReferenceInvalid, ScorecardUnknown
from services.indicators.repository import scorecards
from services.indicators.service.areas import get_area, require_areas
from services.indicators.service.indicators import get_indicators
from services.indicators.service.series_inputs import get_inputs


async def list_scorecards(tx: Tx, request: PageRequest) -> Page[ScorecardHead]:
    return page_of(await scorecards.list_scorecards(tx, request), request, lambda head: head.code)


async def save_scorecard(tx: Tx, scorecard: Scorecard) -> bool:
    """Put a scorecard in place, whole; whether it is new.

    Raises:
        ReferenceInvalid: an indicator or the area is not known.
    """
    head = scorecard.head
    await get_indicators(tx, scorecard.indicators)
    await require_areas(tx, {head.area} if head.area else set())
    new = await scorecards.open_scorecard(tx, head)
    await scorecards.save_scorecard(tx, scorecard)
    return new


async def get_scorecard(tx: Tx, code: str, area: str | None, period: Period | None) -> ScorecardState:
    """A scorecard for an area (its own unless another is named), with what was measured up to the end of ``period``.

    Raises:
        ScorecardUnknown: there is none.
        ReferenceInvalid: the area is not known, or none is named and the scorecard has none.
    """
    scorecard = await scorecards.get_scorecard(tx, code) if is_code(code) else None
    if scorecard is None:
        raise ScorecardUnknown(code)
    head = scorecard.head
    shown = area or head.area
    if shown is None:
        raise ReferenceInvalid("This scorecard has no area of its own.", [FieldError("area", "name an area")])
    found = await get_area(tx, shown)
    indicators = await get_indicators(tx, scorecard.indicators)
    until = period.end if period else None
    inputs = await get_inputs(tx, indicators.values(), shown, comparator=head.comparator, until=until)
    sections = tuple(_section(section, inputs, shown) for section in scorecard.sections)
    return ScorecardState(head, found, period, sections)


def _section(section: Section[str], inputs: SeriesInputs, area: str) -> Section[ScorecardRow]:
    aims = (Aim(aim.name, tuple(_row(code, inputs, area) for code in aim.rows)) for aim in section.aims)
    return Section(section.code, section.name, tuple(aims))


def _row(code: str, inputs: SeriesInputs, area: str) -> ScorecardRow:
    return ScorecardRow(inputs.indicators[code], inputs.state(SeriesKey(code, area)))
