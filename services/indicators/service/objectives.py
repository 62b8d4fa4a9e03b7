"""Outcomes and objectives, gaps of the system and priorities: kept, and rolled up for an area."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.envelope import zulu
from services.indicators.domain.objectives import (
    AS_THEY_ARE,
    PART_OF,
    PARTS,
    Objective,
    ObjectiveKind,
    ObjectivesQuery,
    ObjectiveView,
    RolledUp,
    RollUpQuery,
    roll_up,
)
from services.indicators.domain.observations import SeriesKey
from services.indicators.errors import NotDefinedYet, ObjectiveUnknown, ReferenceInvalid
from services.indicators.repository import objectives
from services.indicators.service.areas import get_named_area
from services.indicators.service.auditing import record_objective
from services.indicators.service.indicators import get_definitions, get_named_indicators
from services.indicators.service.series_inputs import get_inputs
from services.indicators.service.suppression import hide_small


async def list_objectives(
    tx: Tx, kind: ObjectiveKind, request: PageRequest, wanted: ObjectivesQuery = AS_THEY_ARE
) -> Page[ObjectiveView]:
    """A page of one kind, each with its parts, rolled up where an area is wanted.

    Raises:
        ReferenceInvalid: the area is not known.
    """
    page = await objectives.list_objectives(tx, kind, request, wanted.as_of)
    return page.with_items(await _views(tx, kind, page.items, wanted))


async def get_objective(tx: Tx, kind: ObjectiveKind, code: str, wanted: ObjectivesQuery = AS_THEY_ARE) -> ObjectiveView:
    """One of a kind, with its parts, rolled up where an area is wanted.

    Raises:
        ObjectiveUnknown, NotDefinedYet: there is none, or was none.
        ReferenceInvalid: the area is not known.
    """
    present = await objectives.get_objective(tx, kind, code)
    if present is None:
        raise ObjectiveUnknown(code)
    as_of = wanted.as_of
    found = present if as_of is None else await objectives.get_objective(tx, kind, code, as_of)
    if found is None:
        raise NotDefinedYet(code, zulu(as_of) if as_of else "")
    return (await _views(tx, kind, [found], wanted))[0]


async def _views(
    tx: Tx, kind: ObjectiveKind, found: Sequence[Objective], wanted: ObjectivesQuery
) -> list[ObjectiveView]:
    codes, parts = [each.code for each in found], list[Objective]()
    if kind in PARTS:
        parts = await objectives.list_parts(tx, PARTS[kind], codes, wanted.as_of)
    views = [ObjectiveView(each, tuple(part for part in parts if part.part_of == each.code)) for each in found]
    return views if wanted.roll_up is None else await _rolled_up(tx, views, wanted.roll_up)


async def _rolled_up(tx: Tx, views: Sequence[ObjectiveView], wanted: RollUpQuery) -> list[ObjectiveView]:
    """By totals. As many statements for all of them as for one."""
    await get_named_area(tx, wanted.area, wanted.as_of)
    codes = {code for view in views for code in view.indicators}
    defined = await get_definitions(tx, codes, wanted.as_of)
    until = wanted.period.end if wanted.period else None
    total = [Breakdown.TOTAL]
    inputs = await get_inputs(tx, defined.values(), wanted.area, total, as_of=wanted.as_of, until=until)
    await hide_small(tx, inputs)
    rows = {code: RolledUp(each, inputs.state(SeriesKey(code, wanted.area))) for code, each in defined.items()}
    return [replace(view, roll_up=roll_up(wanted, (rows[code] for code in view.indicators))) for view in views]


async def save_objective(tx: Tx, kind: ObjectiveKind, objective: Objective) -> tuple[ObjectiveView, bool]:
    """Put one in place; it and whether it is new. The same content again changes nothing.

    Raises:
        ReferenceInvalid: names every indicator that is not known, or what it cannot be part of.
    """
    await get_named_indicators(tx, objective.indicators)
    await _refuse_unknown_whole(tx, kind, objective.part_of)
    before = await objectives.get_objective(tx, kind, objective.code)
    if before != objective:
        await objectives.save_objective(tx, kind, objective)
    record_objective(tx, kind, before, objective)
    return (await _views(tx, kind, [objective], AS_THEY_ARE))[0], before is None


async def _refuse_unknown_whole(tx: Tx, kind: ObjectiveKind, code: str | None) -> None:
    if code is None:
        return
    whole = PART_OF.get(kind)
    if whole is None:
        raise ReferenceInvalid("It is part of nothing.", [FieldError("part_of", f"nothing holds a {kind} here")])
    if await objectives.get_objective(tx, whole, code) is None:
        raise ReferenceInvalid("What it is part of is not known.", [FieldError("part_of", f"{code} is not known")])
