"""Scorecards: defined whole, read for an area."""

from datetime import datetime

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.envelope import zulu
from contracts.period import Period
from services.indicators.domain.definitions import is_code
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.scorecards import (
    Aim,
    Scorecard,
    ScorecardHead,
    ScorecardLine,
    ScorecardRow,
    ScorecardState,
    Section,
)
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.errors import NotDefinedYet, ReferenceInvalid, ScorecardUnknown
from services.indicators.repository import scorecards
from services.indicators.service.areas import get_named_area, require_areas
from services.indicators.service.auditing import record_scorecard
from services.indicators.service.breakdowns import refuse_undeclared
from services.indicators.service.indicators import get_definitions, get_named_indicators
from services.indicators.service.series_inputs import get_inputs


async def list_scorecards(tx: Tx, request: PageRequest) -> Page[ScorecardHead]:
    return page_of(await scorecards.list_scorecards(tx, request), request, lambda head: head.code)


async def save_scorecard(tx: Tx, scorecard: Scorecard) -> bool:
    """Put a scorecard in place, whole; whether it is new. The same content again changes nothing.

    Raises:
        ReferenceInvalid: an indicator or the area is not known, or an indicator is not broken down so.
    """
    head = scorecard.head
    found = await get_named_indicators(tx, scorecard.indicators)
    for line in scorecard.lines:
        refuse_undeclared(found[line.indicator], line.breakdown)
    await require_areas(tx, {head.area} if head.area else set())
    new = await scorecards.open_scorecard(tx, head)
    tx.catch_up()
    before = None if new else await scorecards.get_scorecard(tx, head.code)
    if before != scorecard:
        await scorecards.save_scorecard(tx, scorecard)
    record_scorecard(tx, before, scorecard)
    return new


async def get_scorecard(
    tx: Tx, code: str, area: str | None, period: Period | None, as_of: datetime | None = None
) -> ScorecardState:
    """A scorecard for an area (its own unless another is named), with what was measured up to the end of ``period``.

    Raises:
        ScorecardUnknown, NotDefinedYet: there is none, or was none at ``as_of``.
        ReferenceInvalid: the area is not known, or none is named and the scorecard has none.
    """
    scorecard = await _get_definition(tx, code, as_of)
    head = scorecard.head
    shown = area or head.area
    if shown is None:
        raise ReferenceInvalid("This scorecard has no area of its own.", [FieldError("area", "name an area")])
    found = await get_named_area(tx, shown, as_of)
    inputs = await get_inputs(
        tx,
        (await get_definitions(tx, scorecard.indicators, as_of)).values(),
        shown,
        {line.breakdown for line in scorecard.lines},
        comparator=head.comparator,
        as_of=as_of,
        until=period.end if period else None,
    )
    sections = tuple(_section(section, inputs, shown) for section in scorecard.sections)
    return ScorecardState(head, found, period, as_of, sections)


async def _get_definition(tx: Tx, code: str, as_of: datetime | None) -> Scorecard:
    present = await scorecards.get_scorecard(tx, code) if is_code(code) else None
    if present is None:
        raise ScorecardUnknown(code)
    found = present if as_of is None else await scorecards.get_scorecard(tx, code, as_of)
    if found is None:
        raise NotDefinedYet(code, zulu(as_of) if as_of else "")
    return found


def _section(section: Section[ScorecardLine], inputs: SeriesInputs, area: str) -> Section[ScorecardRow]:
    aims = (Aim(aim.name, tuple(_row(line, inputs, area) for line in aim.rows)) for aim in section.aims)
    return Section(section.code, section.name, tuple(aims))


def _row(line: ScorecardLine, inputs: SeriesInputs, area: str) -> ScorecardRow:
    key = SeriesKey(line.indicator, area, line.breakdown)
    return ScorecardRow(line, inputs.indicators[line.indicator], inputs.state(key))
