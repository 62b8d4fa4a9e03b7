"""Hiding small numbers where figures are published: in scorecards, roll-ups, exceptions and exports."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.indicators import Missing
from contracts.period import Period
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.gaps import end_series
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.domain.suppression import as_suppressed, count_of, suppressed
from services.indicators.repository import indicators, observations, quality, series

Hidden = set[tuple[SeriesKey, Period]]


async def published(
    tx: Tx, revisions: Iterable[Revision], defined: Mapping[str, Indicator], as_of: datetime | None
) -> list[Revision]:
    """These revisions as they are published: those that are not carry ``[c]``."""
    seen = list(revisions)
    hidden = await get_hidden(tx, seen, defined, as_of)
    return [_as_published(each) if identity(each) in hidden else each for each in seen] if hidden else seen


def _as_published(revision: Revision) -> Revision:
    return replace(revision, observation=as_suppressed(revision.observation))


Identity = tuple[SeriesKey, Period, int]


def identity(revision: Revision) -> Identity:
    """What names a revision."""
    return revision.series, revision.period, revision.number


async def hide_small(tx: Tx, inputs: SeriesInputs, as_of: datetime | None) -> None:
    """Have inputs carry ``[c]`` where a value is not published. One statement, and three more where a rule is set."""
    revisions = [each for found in inputs.revisions.values() for each in found.values()]
    for each in await published(tx, revisions, inputs.indicators, as_of):
        inputs.put_revision(each)


async def get_hidden(
    tx: Tx, revisions: Iterable[Revision], defined: Mapping[str, Indicator], as_of: datetime | None
) -> set[Identity]:
    """Which of these are not published, by the rules that hold now: whatever was known when, a number stays small."""
    seen = list(revisions)
    sources = {code: each.gap.source if each.gap else code for code, each in defined.items()}
    rules = await quality.get_rules(tx, set(sources.values()))
    below = {code: each.suppress_below for code, each in rules.items() if each.suppress_below is not None}
    ends: dict[tuple[str, str], set[date]] = {}
    for each in seen:
        source = sources[each.series.indicator]
        if source in below:
            ends.setdefault((source, each.series.area), set()).add(each.period.end)
    if not ends:
        return set()
    counted = await indicators.get_indicators(tx, below)
    hidden = _hidden(await _get_cells(tx, ends, as_of), below, counted)
    small = {identity(each) for each in seen if _is_small(each, below, counted)}
    return small | {identity(each) for each in seen if _is_hidden(each, defined, hidden)}


def _is_small(revision: Revision, below: Mapping[str, int], defined: Mapping[str, Indicator]) -> bool:
    """By itself, also where a later revision is not."""
    code = revision.series.indicator
    count = count_of(revision.observation, defined[code]) if code in below else None
    return count is not None and 0 < count < below[code]


Cells = Mapping[tuple[str, str, Period], Mapping[Breakdown, Revision]]


async def _get_cells(tx: Tx, ends: Mapping[tuple[str, str], set[date]], as_of: datetime | None) -> Cells:
    """All breakdowns of what is published, by indicator, area and period."""
    keys = await series.list_keys_of(tx, {code for code, _ in ends}, {area for _, area in ends})
    wanted = [(key, end) for key in keys for end in ends.get((key.indicator, key.area), ())]
    found: dict[tuple[str, str, Period], dict[Breakdown, Revision]] = {}
    for each in await observations.get_ending(tx, wanted, as_of=as_of):
        where = (each.series.indicator, each.series.area, each.period)
        found.setdefault(where, {})[each.series.breakdown] = each
    return found


def _hidden(cells: Cells, below: Mapping[str, int], defined: Mapping[str, Indicator]) -> Hidden:
    hidden: Hidden = set()
    for (code, area, period), found in cells.items():
        seen = {breakdown: each.observation for breakdown, each in found.items()}
        counted = {breakdown: count_of(each, defined[code]) for breakdown, each in seen.items()}
        counts = {breakdown: count for breakdown, count in counted.items() if count is not None}
        already = {breakdown for breakdown, each in seen.items() if each.missing is Missing.SUPPRESSED}
        small = suppressed(counts, below[code], already)
        hidden |= {(SeriesKey(code, area, breakdown), period) for breakdown in small}
    return hidden


def _is_hidden(revision: Revision, defined: Mapping[str, Indicator], hidden: Hidden) -> bool:
    """Itself, or an end of the gap that it is."""
    gap = defined[revision.series.indicator].gap
    ends = end_series(gap, revision.series) if gap else (revision.series,)
    return any((end, revision.period) in hidden for end in ends)
