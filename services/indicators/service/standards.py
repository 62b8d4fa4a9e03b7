"""Service standards."""

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.indicators.domain.standards import ServiceStandard, standard_faults
from services.indicators.errors import StandardInvalid
from services.indicators.repository import standards


async def list_standards(tx: Tx, request: PageRequest) -> Page[ServiceStandard]:
    return page_of(await standards.list_standards(tx, request), request, lambda standard: standard.code)


async def save_standard(tx: Tx, standard: ServiceStandard) -> bool:
    """Put a service standard in place; whether it is new.

    Raises:
        StandardInvalid: its limits overlap or name a calendar that does not fit.
    """
    faults = standard_faults(standard.limits)
    if faults:
        errors = [FieldError(field, message) for field, message in faults]
        raise StandardInvalid("The limits do not fit together.", errors)
    return await standards.save_standard(tx, standard)
