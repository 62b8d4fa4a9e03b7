"""Whom areas are compared with, and the groups of areas that serve for it."""

from datetime import datetime

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.areas import is_area_code
from contracts.envelope import zulu
from services.indicators.domain.areas import ENGLAND, Area
from services.indicators.domain.comparisons import ENGLAND_BY_NAME, PARENT, RESERVED, AreaGroup, Comparison
from services.indicators.errors import AreaGroupUnknown, NotDefinedYet, ReferenceInvalid
from services.indicators.repository import area_groups, areas
from services.indicators.service.areas import require_areas
from services.indicators.service.auditing import record_area_group


async def get_comparison(
    tx: Tx, named: str | None, otherwise: str, area: Area, as_of: datetime | None = None
) -> Comparison:
    """What ``area`` is compared with: what a reader named, or else the area ``otherwise``; as known at ``as_of``.

    Raises:
        ReferenceInvalid: neither an area nor a group has that code, or the area is part of no other.
        NotDefinedYet: there was no such group.
    """
    code = _code(named or otherwise, area)
    if not is_area_code(code):
        try:
            return Comparison.with_group(await get_group(tx, code, as_of))
        except AreaGroupUnknown:
            fault = FieldError("comparator", f"{code} is not known")
            raise ReferenceInvalid("The comparator is not known.", [fault]) from None
    found = (await areas.get_areas(tx, [code])).get(code)
    if found is None and named is not None:
        raise ReferenceInvalid("The comparator is not known.", [FieldError("comparator", f"{code} is not known")])
    return Comparison(code, found.name if found else code)


def _code(named: str, area: Area) -> str:
    if named == PARENT and not area.parents:
        fault = FieldError("comparator", f"{area.code} is part of no area that is known")
        raise ReferenceInvalid("The area has no parent.", [fault])
    return {PARENT: area.parents[0] if area.parents else "", ENGLAND_BY_NAME: ENGLAND}.get(named, named)


async def list_groups(tx: Tx, request: PageRequest) -> Page[AreaGroup]:
    return page_of(await area_groups.list_groups(tx, request), request, lambda group: group.code)


async def get_group(tx: Tx, code: str, as_of: datetime | None = None) -> AreaGroup:
    """A group of areas, as it is or as it was known at ``as_of``.

    Raises:
        AreaGroupUnknown, NotDefinedYet: there is none, or was none.
    """
    present = await area_groups.get_group(tx, code)
    if present is None:
        raise AreaGroupUnknown(code)
    found = present if as_of is None else await area_groups.get_group_as_of(tx, code, as_of)
    if found is None:
        raise NotDefinedYet(code, zulu(as_of) if as_of else "")
    return found


async def save_group(tx: Tx, group: AreaGroup) -> bool:
    """Put a group of areas in place; whether it is new. The same content again changes nothing.

    Raises:
        ReferenceInvalid: an area is not known, or the code is what comparators are named by.
    """
    if group.code in RESERVED:
        raise ReferenceInvalid("This code is taken.", [FieldError("code", "names a comparator already")])
    await require_areas(tx, group.areas, "areas")
    before = await area_groups.get_group(tx, group.code)
    if before != group:
        await area_groups.save_group(tx, group)
    record_area_group(tx, before, group)
    return before is None
