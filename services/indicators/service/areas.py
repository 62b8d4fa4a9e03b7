"""Areas as others name them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.indicators.domain.areas import Area, area_faults
from services.indicators.errors import AreaDiffers, AreaInvalid, AreaUnknown, ReferenceInvalid
from services.indicators.repository import areas
from services.indicators.service.auditing import record_area


async def list_areas(tx: Tx, request: PageRequest, type_: str | None) -> Page[Area]:
    return await areas.list_areas(tx, request, type_)


async def get_area(tx: Tx, code: str) -> Area:
    """The area of a path.

    Raises:
        AreaUnknown: there is none.
    """
    found = (await areas.get_areas(tx, [code])).get(code)
    if found is None:
        raise AreaUnknown(code)
    return found


async def get_named_area(tx: Tx, code: str, as_of: datetime | None = None) -> Area:
    """The area that a query names, as it was known at ``as_of``, or now where it was not known then.

    Raises:
        ReferenceInvalid: it is not known.
    """
    found = (await areas.get_areas(tx, [code])).get(code)
    if found is None:
        raise ReferenceInvalid("The area is not known.", [FieldError("area", f"{code} is not known")])
    return found if as_of is None else await areas.get_area_as_of(tx, code, as_of) or found


async def require_areas(tx: Tx, codes: Collection[str], field: str = "area") -> None:
    """See that areas named in a body are known.

    Raises:
        ReferenceInvalid: names every one that is not.
    """
    refuse_unknown(set(codes) - set(await areas.get_areas(tx, codes)), field)


def refuse_unknown(codes: Collection[str], field: str = "area") -> None:
    if codes:
        errors = [FieldError(field, f"{code} is not known") for code in sorted(codes)]
        raise ReferenceInvalid("An area is not known; add it first.", errors)


async def add_area(tx: Tx, area: Area) -> bool:
    """Add an area; whether it is new. The same content again changes nothing.

    Raises:
        AreaInvalid: it names itself, or ends before it begins.
        ReferenceInvalid: a parent or a successor is not known.
        AreaDiffers: the code has other content.
    """
    await refuse_faults(tx, area)
    new = await areas.add_area(tx, area)
    if new:
        record_area(tx, None, area)
    elif (await areas.get_areas(tx, [area.code]))[area.code] != area:
        raise AreaDiffers(area.code)
    return new


async def add_areas(tx: Tx, wanted: Sequence[Area]) -> list[str]:
    """Add those of the areas whose codes nobody has taken; their codes, sorted. In a few statements for any number.

    Raises:
        AreaInvalid: one names itself, or ends before it begins.
        ReferenceInvalid: a parent or a successor is not known.
    """
    if not wanted:
        return []
    for area in wanted:
        _refuse_itself(area)
    await _require_links(tx, wanted)
    new = await areas.add_areas(tx, wanted)
    for area in wanted:
        if area.code in new:
            record_area(tx, None, area)
    return sorted(new)


async def refuse_faults(tx: Tx, area: Area) -> None:
    _refuse_itself(area)
    await _require_links(tx, [area])


def _refuse_itself(area: Area) -> None:
    faults = area_faults(area)
    if faults:
        raise AreaInvalid("The area cannot be so.", [FieldError(field, message) for field, message in faults])


async def _require_links(tx: Tx, wanted: Sequence[Area]) -> None:
    await require_areas(tx, {code for area in wanted for code in area.parents}, "parents")
    await require_areas(tx, {code for area in wanted for code in area.successors}, "successors")
