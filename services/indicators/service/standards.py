"""Service standards."""

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.indicators.domain.standards import ServiceStandard, standard_faults
from services.indicators.errors import StandardInvalid, StandardUnknown
from services.indicators.repository import standards
from services.indicators.service.auditing import record_standard


async def list_standards(tx: Tx, request: PageRequest) -> Page[ServiceStandard]:
    return page_of(await standards.list_standards(tx, request), request, lambda standard: standard.code)


async def get_standard(tx: Tx, code: str) -> ServiceStandard:
    """A service standard.

    Raises:
        StandardUnknown: there is none.
    """
    found = await standards.get_standard(tx, code)
    if found is None:
        raise StandardUnknown(code)
    return found


async def save_standard(tx: Tx, standard: ServiceStandard) -> bool:
    """Put a service standard in place; whether it is new.

    Raises:
        StandardInvalid: its limits overlap or name a calendar that does not fit.
    """
    faults = standard_faults(standard.limits)
    if faults:
        errors = [FieldError(field, message) for field, message in faults]
        raise StandardInvalid("The limits do not fit together.", errors)
    before = await standards.get_standard(tx, standard.code)
    if before != standard:
        await standards.save_standard(tx, standard)
    record_standard(tx, before, standard)
    return before is None
