"""Sums of areas against those that are there: one of fewer parts does not take the place of one of more."""

from collections.abc import Sequence

from chassis.storage.transaction import Tx
from services.indicators.domain.importing.drafts import Draft
from services.indicators.domain.importing.sums import parts_of
from services.indicators.domain.recording import Fault
from services.indicators.service.rows_there import There, get_there


async def drop_fewer_parts(tx: Tx, drafts: Sequence[Draft], area: str) -> tuple[list[Draft], list[tuple[Draft, Fault]]]:
    """The drafts that may be recorded, and the sums into ``area`` that may not, with the reason."""
    sums = [draft for draft in drafts if draft.key.area == area and not draft.lines]
    if not sums:
        return list(drafts), []
    there = await get_there(tx, sums)
    refused = [(draft, fault) for draft in sums if (fault := _fault(draft, there))]
    dropped = {id(draft) for draft, _ in refused}
    return [draft for draft in drafts if id(draft) not in dropped], refused


def _fault(draft: Draft, there: There) -> Fault | None:
    found = there.get((draft.key, draft.period))
    if found is None or found[0].observation.is_withdrawn or found[0].observation.figures == found[1].figures:
        return None
    before, here = parts_of(found[0].observation.note), parts_of(found[1].note)
    if before is None:
        return "area", f"{draft.key.area}, {draft.period}: what is there is no sum, what is here is one of {here} parts"
    if here is not None and before > here:
        return (
            "area",
            f"{draft.key.area}, {draft.period}: what is there is a sum of {before} parts, what is here of {here}",
        )
    return None
