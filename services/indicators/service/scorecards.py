"""Scorecards: defined whole, read for an area."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.envelope import zulu
from services.indicators.domain.comparisons import rank
from services.indicators.domain.definitions import is_code
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.scorecards import (
    Aim,
    Scorecard,
    ScorecardHead,
    ScorecardLine,
    ScorecardQuery,
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
from services.indicators.service.commentaries import get_commentaries_on
from services.indicators.service.comparisons import get_comparison
from services.indicators.service.indicators import get_definitions, get_named_indicators
from services.indicators.service.series_inputs import get_inputs
from services.indicators.service.suppression import hide_small


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


async def get_scorecard(tx: Tx, code: str, wanted: ScorecardQuery) -> ScorecardState:
    """A scorecard for an area, with what was measured up to the end of a period.

    Raises:
        ScorecardUnknown, NotDefinedYet: there is none, or was none at ``as_of``.
        ReferenceInvalid: the area or the comparator is not known, or no area is named and the scorecard has none.
    """
    scorecard = await get_scorecard_definition(tx, code, wanted.as_of)
    shown = wanted.area or scorecard.head.area
    if shown is None:
        raise ReferenceInvalid("This scorecard has no area of its own.", [FieldError("area", "name an area")])
    area = await get_named_area(tx, shown, wanted.as_of)
    comparison = await get_comparison(tx, wanted.comparator, scorecard.head.comparator, area, wanted.as_of)
    inputs = await get_inputs(
        tx,
        (await get_definitions(tx, scorecard.indicators, wanted.as_of)).values(),
        shown,
        {_breakdown(line, wanted) for line in scorecard.lines},
        comparison=comparison,
        as_of=wanted.as_of,
        until=wanted.period.end if wanted.period else None,
    )
    await hide_small(tx, inputs)
    rows = {line: _row(line, inputs, shown, wanted) for line in scorecard.lines}
    latest = [(_key(row, shown), row.state.latest.period) for row in rows.values() if row.state.latest]
    said = await get_commentaries_on(tx, latest, shown, wanted.as_of)
    commented = {line: replace(row, commentary=said.get(_key(row, shown))) for line, row in rows.items()}
    sections = tuple(_section(section, commented) for section in scorecard.sections)
    return ScorecardState(scorecard.head, area, comparison, wanted.period, wanted.as_of, sections)


async def get_scorecard_definition(tx: Tx, code: str, as_of: datetime | None) -> Scorecard:
    """A scorecard as it is defined, or was at ``as_of``.

    Raises:
        ScorecardUnknown, NotDefinedYet: there is none, or was none.
    """
    present = await scorecards.get_scorecard(tx, code) if is_code(code) else None
    if present is None:
        raise ScorecardUnknown(code)
    found = present if as_of is None else await scorecards.get_scorecard(tx, code, as_of)
    if found is None:
        raise NotDefinedYet(code, zulu(as_of) if as_of else "")
    return found


def _breakdown(line: ScorecardLine, wanted: ScorecardQuery) -> Breakdown:
    return line.breakdown if wanted.breakdown is None else wanted.breakdown


def _key(row: ScorecardRow, area: str) -> SeriesKey:
    return SeriesKey(row.line.indicator, area, row.breakdown)


def _section(section: Section[ScorecardLine], rows: Mapping[ScorecardLine, ScorecardRow]) -> Section[ScorecardRow]:
    aims = (Aim(aim.name, tuple(rows[line] for line in aim.rows)) for aim in section.aims)
    return Section(section.code, section.name, tuple(aims))


def _row(line: ScorecardLine, inputs: SeriesInputs, area: str, wanted: ScorecardQuery) -> ScorecardRow:
    """A row; one whose indicator is not broken down so has no figures."""
    key = SeriesKey(line.indicator, area, _breakdown(line, wanted))
    indicator, state = inputs.indicators[line.indicator], inputs.state(key)
    if state.latest is None:
        return ScorecardRow(line, key.breakdown, indicator, state)
    latest = state.latest.observation
    compared = inputs.compared(key, latest.period)
    others = [each.value for each in inputs.of_group(key, latest.period) if each.value is not None]
    standing = rank(latest.value, others, indicator.polarity)
    return ScorecardRow(line, key.breakdown, indicator, state, compared.value if compared else None, standing)
