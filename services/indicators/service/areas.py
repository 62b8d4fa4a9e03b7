"""Areas."""

from collections.abc import Collection

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Area
from services.indicators.errors import AreaDiffers, ReferenceInvalid
from services.indicators.repository import areas


async def list_areas(tx: Tx, request: PageRequest, type_: str | None) -> Page[Area]:
    return page_of(await areas.list_areas(tx, request, type_), request, lambda area: area.code)


async def get_area(tx: Tx, code: str) -> Area:
    """The area that a query names.

    Raises:
        ReferenceInvalid: it is not known.
    """
    found = (await areas.get_areas(tx, [code])).get(code)
    if found is None:
        raise ReferenceInvalid("The area is not known.", [FieldError("area", f"{code} is not known")])
    return found


async def require_areas(tx: Tx, codes: Collection[str]) -> None:
    """See that areas named in a body are known.

    Raises:
        ReferenceInvalid: names every one that is not.
    """
    unknown = sorted(set(codes) - set(await areas.get_areas(tx, codes)))
    if unknown:
        errors = [FieldError("area", f"{code} is not known") for code in unknown]
        raise ReferenceInvalid("An area is not known; add it first.", errors)


async def add_area(tx: Tx, area: Area) -> bool:
    """Add an area; whether it is new. The same content again changes nothing.

    Raises:
        AreaDiffers: the code has other content.
    """
    new = await areas.add_area(tx, area)
    if not new and (await areas.get_areas(tx, [area.code]))[area.code] != area:
        raise AreaDiffers(area.code)
    return new
