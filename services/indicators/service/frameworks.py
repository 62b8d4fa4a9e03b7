"""Frameworks."""

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Framework
from services.indicators.errors import FrameworkDiffers, ReferenceInvalid
from services.indicators.repository import frameworks


async def list_frameworks(tx: Tx, request: PageRequest) -> Page[Framework]:
    return page_of(await frameworks.list_frameworks(tx, request), request, lambda framework: framework.code)


async def get_framework(tx: Tx, code: str) -> Framework:
    """The framework that a body names.

    Raises:
        ReferenceInvalid: it is not known.
    """
    found = await frameworks.get_framework(tx, code)
    if found is None:
        raise ReferenceInvalid("The framework is not known.", [FieldError("framework", f"{code} is not known")])
    return found


async def add_framework(tx: Tx, framework: Framework) -> bool:
    """Add a framework; whether it is new. Its method never changes: colours were made by it.

    Raises:
        FrameworkDiffers: the code has other content.
    """
    new = await frameworks.add_framework(tx, framework)
    if not new and await frameworks.get_framework(tx, framework.code) != framework:
        raise FrameworkDiffers(framework.code)
    return new
