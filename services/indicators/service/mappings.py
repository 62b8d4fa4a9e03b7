"""Mappings of files: those that ship with the product, and those that a council has made."""

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.indicators.domain.importing.mapping import FileMapping, mapping_faults
from services.indicators.domain.importing.shipped import SHIPPED
from services.indicators.errors import MappingInvalid, MappingShipped, MappingUnknown
from services.indicators.repository import imports
from services.indicators.service.auditing import record_mapping


async def get_mapping(tx: Tx, name: str) -> FileMapping:
    """The mapping of this name.

    Raises:
        MappingUnknown: there is none.
    """
    found = SHIPPED.get(name) or await imports.get_mapping(tx, name)
    if found is None:
        raise MappingUnknown(name, list(SHIPPED))
    return found


async def list_mappings(tx: Tx, request: PageRequest) -> Page[FileMapping]:
    """By name."""
    after = request.after or ""
    own = await imports.list_mappings(tx, request)
    shipped = [mapping for name, mapping in SHIPPED.items() if name > after]
    both = sorted([*own, *shipped], key=lambda mapping: mapping.name)[: request.fetch]
    return page_of(both, request, lambda mapping: mapping.name)


async def save_mapping(tx: Tx, mapping: FileMapping) -> bool:
    """Put a mapping in place, whole; whether it is new. The same content again changes nothing.

    Raises:
        MappingShipped: it ships with the product, which relies on it.
        MappingInvalid: it names fields that there are not, or does not say where series and periods stand.
    """
    if mapping.name in SHIPPED:
        raise MappingShipped(mapping.name)
    faults = mapping_faults(mapping)
    if faults:
        raise MappingInvalid("The mapping cannot be used.", [FieldError(name, text) for name, text in faults])
    before = await imports.get_mapping(tx, mapping.name)
    if before != mapping:
        await imports.save_mapping(tx, mapping)
    record_mapping(tx, before, mapping)
    return before is None
