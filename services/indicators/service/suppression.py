"""Hiding small numbers where figures are published: everywhere but in status and observations, events and audit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.gaps import end_series
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.domain.suppression import as_suppressed, states, suppressed
from services.indicators.repository import indicators, observations, quality, series

Hidden = set[tuple[SeriesKey, Period]]


async def published(tx: Tx, revisions: Iterable[Revision], defined: Mapping[str, Indicator]) -> list[Revision]:
    """These revisions as they are published: those that are not carry ``[c]``."""
    seen = list(revisions)
    return as_published(seen, await get_hidden(tx, seen, defined))


def as_published(revisions: Sequence[Revision], hidden: Hidden) -> list[Revision]:
    """These revisions; those that are ``hidden`` carry ``[c]``."""
    return [
        replace(each, observation=as_suppressed(each.observation)) if where(each) in hidden else each
        for each in revisions
    ]


def where(revision: Revision) -> tuple[SeriesKey, Period]:
    """What is hidden in all of its revisions, or in none."""
    return revision.series, revision.period


async def hide_small(tx: Tx, inputs: SeriesInputs) -> None:
    """Have inputs carry ``[c]`` where a value is not published. One statement, and three more where a rule is set."""
    revisions = [each for found in inputs.revisions.values() for each in found.values()]
    for each in await published(tx, revisions, inputs.indicators):
        inputs.put_revision(each)


async def get_hidden(tx: Tx, revisions: Iterable[Revision], defined: Mapping[str, Indicator]) -> Hidden:
    """Which of these are not published, by the rules that hold now.

    What was hidden in any state that was ever recorded is hidden in all of them, whatever was known when: two exports
    of different moments, or one with history, say no more together than each by itself.
    """
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
    hidden = _hidden(await _get_recorded(tx, ends), below, counted)
    return {where(each) for each in seen if _is_hidden(each, defined, hidden)}


Recorded = Mapping[tuple[str, str, Period], Collection[Revision]]


async def _get_recorded(tx: Tx, ends: Mapping[tuple[str, str], set[date]]) -> Recorded:
    """Every revision of all breakdowns, by indicator, area and period."""
    keys = await series.list_keys_of(tx, {code for code, _ in ends}, {area for _, area in ends})
    wanted = [(key, end) for key in keys for end in ends.get((key.indicator, key.area), ())]
    found: dict[tuple[str, str, Period], list[Revision]] = {}
    for each in await observations.list_revisions_ending(tx, wanted):
        found.setdefault((each.series.indicator, each.series.area, each.period), []).append(each)
    return found


def _hidden(recorded: Recorded, below: Mapping[str, int], defined: Mapping[str, Indicator]) -> Hidden:
    return {
        (SeriesKey(code, area, breakdown), period)
        for (code, area, period), found in recorded.items()
        for breakdown in suppressed(list(states(found, defined[code], below[code])))
    }


def _is_hidden(revision: Revision, defined: Mapping[str, Indicator], hidden: Hidden) -> bool:
    """Itself, or an end of the gap that it is."""
    gap = defined[revision.series.indicator].gap
    ends = end_series(gap, revision.series) if gap else (revision.series,)
    return any((end, revision.period) in hidden for end in ends)
