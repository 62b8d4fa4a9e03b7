"""Sums of areas against those that are there: one of fewer parts does not take the place of one of more."""

from collections.abc import Sequence

from chassis.storage.transaction import Tx
from contracts.period import Period, UnknownPeriodError
from services.indicators.domain.importing.rows import Draft
from services.indicators.domain.importing.sums import parts_of
from services.indicators.domain.observations import Observation, SeriesKey
from services.indicators.domain.recording import Fault
from services.indicators.repository import indicators, observations


async def drop_fewer_parts(tx: Tx, drafts: Sequence[Draft], area: str) -> tuple[list[Draft], list[tuple[Draft, Fault]]]:
    """The drafts that may be recorded, and the sums into ``area`` that may not, with the reason."""
    sums = [draft for draft in drafts if draft.key.area == area and not draft.lines]
    if not sums:
        return list(drafts), []
    there = await _get_there(tx, sums)
    refused = [(draft, fault) for draft in sums if (fault := _fault(draft, there))]
    dropped = {id(draft) for draft, _ in refused}
    return [draft for draft in drafts if id(draft) not in dropped], refused


_There = dict[tuple[SeriesKey, str], tuple[Observation, Observation]]
"""By series and the period as it is written: what is there, and what would take its place."""


async def _get_there(tx: Tx, sums: Sequence[Draft]) -> _There:
    defined = await indicators.get_indicators(tx, {draft.key.indicator for draft in sums})
    sent: dict[tuple[SeriesKey, Period], tuple[str, Observation]] = {}
    for draft in sums:
        if draft.key.indicator in defined:
            try:
                observation = draft.read(defined[draft.key.indicator].frequency)
            except UnknownPeriodError:
                continue
            sent[draft.key, observation.period] = draft.period, observation
    found = await observations.get_ending(tx, {(key, period.end) for key, period in sent})
    there: _There = {}
    for revision in found:
        if (revision.series, revision.period) in sent:
            label, observation = sent[revision.series, revision.period]
            there[revision.series, label] = revision.observation, observation
    return there


def _fault(draft: Draft, there: _There) -> Fault | None:
    found = there.get((draft.key, draft.period))
    if found is None or found[0].is_withdrawn or found[0].figures == found[1].figures:
        return None
    before, here = parts_of(found[0].note), parts_of(found[1].note)
    if before is None:
        return "area", f"{draft.key.area}, {draft.period}: what is there is no sum, what is here is one of {here} parts"
    if here is not None and before > here:
        return (
            "area",
            f"{draft.key.area}, {draft.period}: what is there is a sum of {before} parts, what is here of {here}",
        )
    return None
