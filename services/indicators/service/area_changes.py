"""Changing areas: closing and renaming them, and saying what came in their place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chassis.errors import ReasonNeeded
from chassis.storage.transaction import Tx
from services.indicators.domain.areas import Area
from services.indicators.errors import AreaUnknown
from services.indicators.repository import areas, series
from services.indicators.service.areas import refuse_faults
from services.indicators.service.auditing import record_area
from services.indicators.service.publishing import emit_changes, published_states
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import LockedSeries

_IN_EVENTS = ("name", "type")


async def change_area(tx: Tx, code: str, changes: Mapping[str, Any], reason: str | None) -> Area:
    """Change fields of an area, and emit its series where their events name what changed. Returns the area.

    The same content again changes nothing.

    Raises:
        AreaUnknown: there is none.
        AreaInvalid: it would name itself, or end before it begins.
        ReferenceInvalid: a parent or a successor is not known.
        ReasonNeeded: something changes, and it is not said why.
    """
    before = await areas.lock_area(tx, code)
    if before is None:
        raise AreaUnknown(code)
    after = replace(before, **changes)
    if after == before:
        return before
    if not reason:
        raise ReasonNeeded
    await refuse_faults(tx, after)
    await _save(tx, before, after, reason)
    return after


async def _save(tx: Tx, before: Area, after: Area, reason: str) -> None:
    record_area(tx, before, after, reason)
    if all(getattr(before, name) == getattr(after, name) for name in _IN_EVENTS):
        tx.catch_up()
        await areas.save_area(tx, after, reason)
        return
    versions = await series.lock_series_of_area(tx, after.code)
    tx.catch_up()
    inputs = await get_inputs_of_locked(tx, versions)
    published = published_states(inputs, versions)
    await areas.save_area(tx, after, reason)
    inputs.areas[after.code] = after
    await emit_changes(tx, LockedSeries(versions, versions), inputs, {}, published)
