"""Delegations: who may take the steps of returns on whose behalf."""

from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.delegations import Delegation
from services.pledges.domain.formats import write_delegation_state
from services.pledges.errors import DelegationUnknown
from services.pledges.repository import delegations as stored
from services.pledges.service.history import record_state


async def put_delegation(tx: Tx, delegation: Delegation) -> tuple[Delegation, bool]:
    """Make or replace a delegation; and whether it is new. It is ended by its last day."""
    before = await stored.lock_delegation(tx, delegation.code)
    created = await stored.save_delegation(tx, delegation)
    former = write_delegation_state(before) if before else None
    after = write_delegation_state(delegation)
    today = await tx.business_date()
    await record_state(tx, "delegation.put", delegation.code, former, after, today, delegation.reason)
    return delegation, created


async def get_delegation(tx: Tx, code: str) -> Delegation:
    found = await stored.get_delegation(tx, code)
    if found is None:
        raise DelegationUnknown(f"There is no delegation {code}.")
    return found


async def list_delegations(tx: Tx, person: str | None, page: PageRequest) -> Page[Delegation]:
    """By code."""
    return await stored.list_delegations(tx, person, page)
