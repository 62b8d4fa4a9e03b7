"""Whom people delegate to, and whether a caller acts for a person."""

from datetime import date

from chassis.errors import FieldError, SamePerson
from chassis.identity import Caller
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.delegations import DelegateKind, Delegation
from services.pledges.domain.formats import write_delegation_state
from services.pledges.errors import DelegationMissing, DelegationUnknown
from services.pledges.repository import delegations as stored
from services.pledges.service.history import record_state


async def put_delegation(tx: Tx, delegation: Delegation) -> tuple[Delegation, bool]:
    """Make or replace a delegation; and whether it is new. It is ended by its last day.

    Raises:
        SamePerson: the delegate gives it to themselves.
        DelegationMissing: a caller who is known as a person gives what is another's to give, or takes its place.
    """
    before = await stored.lock_delegation(tx, delegation.code)
    if before != delegation:
        _check_giver(tx, delegation)
        if before is not None:
            require_in_own_name(tx, before.person, "person")
    created = await stored.save_delegation(tx, delegation)
    former = write_delegation_state(before) if before else None
    after = write_delegation_state(delegation)
    today = await tx.business_date()
    await record_state(tx, "delegation.put", delegation.code, former, after, today, delegation.reason)
    return delegation, created


def _check_giver(tx: Tx, delegation: Delegation) -> None:
    """See that nobody gives it to themselves, and that one who is known as a person gives their own."""
    if _is_delegate(tx.caller, delegation) and not tx.caller.is_named(delegation.person):
        raise SamePerson(f"{tx.caller.name} would act for {delegation.person}: another person gives that.")
    require_in_own_name(tx, delegation.person, "person")


def _is_delegate(caller: Caller, delegation: Delegation) -> bool:
    if delegation.kind is DelegateKind.PERSON:
        return caller.person == delegation.delegate
    return caller.is_same(delegation.delegate)


async def require_delegated(tx: Tx, person: str, field: str, today: date) -> None:
    """See that a person has delegated to the caller, by whatever key that one calls, or is the caller.

    Raises:
        DelegationMissing: neither is so, which is said of ``field``.
    """
    if tx.caller.is_named(person) or await stored.is_delegated(tx, person, tx.caller, today):
        return
    fault = f"has delegated nothing to {tx.caller.full_name or tx.actor} on {today}"
    raise DelegationMissing(f"Not on behalf of {person}.", [FieldError(field, fault)])


async def require_signer(tx: Tx, person: str, field: str, today: date) -> None:
    """See that a caller who is known as a person is the one who signs, or that this one delegated to them.

    A key that no person is entered with stands for whoever the council gave it to, so its scopes alone say.

    Raises:
        DelegationMissing: as :func:`require_delegated`.
    """
    if tx.caller.full_name is not None:
        await require_delegated(tx, person, field, today)


def require_in_own_name(tx: Tx, person: str, field: str) -> None:
    """See that a caller who is known as a person is this one, who is to act in their own name.

    Raises:
        DelegationMissing: it is another, which is said of ``field``.
    """
    if tx.caller.full_name is not None and not tx.caller.is_named(person):
        needed = "is needed: " if field == "on_behalf_of" else ""
        fault = f"{needed}{tx.caller.full_name} is not {person}"
        raise DelegationMissing(f"This is for {person} to do.", [FieldError(field, fault)])


async def get_delegation(tx: Tx, code: str) -> Delegation:
    found = await stored.get_delegation(tx, code)
    if found is None:
        raise DelegationUnknown(f"There is no delegation {code}.")
    return found


async def list_delegations(tx: Tx, person: str | None, page: PageRequest) -> Page[Delegation]:
    """By code."""
    return await stored.list_delegations(tx, person, page)
