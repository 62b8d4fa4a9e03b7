"""Delegations."""

from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from chassis.identity import Caller
from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.cases import refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.delegations import DelegateKind, Delegation

_TABLE = models.Base.metadata.tables["delegation"]
_CHANGING = ("person", "delegate", "kind", "valid_from", "valid_to", "reason")


async def save_delegation(tx: Tx, delegation: Delegation) -> bool:
    """Insert a delegation, or replace the one of its code; whether it was inserted.

    Raises:
        CodeInOtherCase
    """
    row = {"code": delegation.code, **{name: getattr(delegation, name) for name in _CHANGING}}
    if await insert_or_ignore(tx, models.Delegation, [row], ("code",), returning=("code",)):
        await refuse_other_case(tx, _TABLE.c.code, delegation.code)
        return True
    await upsert(tx, models.Delegation, [row], ("code",), _CHANGING)
    return False


async def lock_delegation(tx: Tx, code: str) -> Delegation | None:
    return await _one(tx, select(_TABLE).where(_TABLE.c.code == code).with_for_update())


async def get_delegation(tx: Tx, code: str) -> Delegation | None:
    return await _one(tx, select(_TABLE).where(_TABLE.c.code == code))


async def _one(tx: Tx, statement: Any) -> Delegation | None:
    row = (await tx.session.execute(statement)).one_or_none()
    return _delegation(row) if row else None


async def list_delegations(tx: Tx, person: str | None, request: PageRequest) -> Page[Delegation]:
    wanted = select(_TABLE)
    if person is not None:
        wanted = wanted.where(_TABLE.c.person == person)
    return (await list_page(tx, wanted, Orders((_TABLE.c.code,)), request)).of(_delegation)


async def is_delegated(tx: Tx, person: str, caller: Caller, today: date) -> bool:
    """:meth:`Delegation.holds` for any of one person to the caller: to any name of theirs, or to them as a person."""
    columns = _TABLE.c
    to_name = and_(columns.kind == DelegateKind.NAME, columns.delegate.in_({caller.name, *caller.names}))
    to_person = and_(columns.kind == DelegateKind.PERSON, columns.delegate == caller.person)
    wanted = select(columns.code).where(
        columns.person == person,
        or_(to_name, to_person),
        columns.valid_from <= today,
        or_(columns.valid_to.is_(None), columns.valid_to >= today),
    )
    return await tx.session.scalar(wanted.limit(1)) is not None


def _delegation(row: Any) -> Delegation:
    kind = DelegateKind(row.kind)
    return Delegation(row.code, row.person, row.delegate, row.valid_from, row.valid_to, row.reason, kind)
