"""What waits for people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, literal, or_, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime
from services.subscriptions.domain.deliveries import WaitingState
from services.subscriptions.domain.notices import KINDS_OF_SERVICE, OWN, Notice, NoticeFilter, NoticeKind, Told
from services.subscriptions.domain.subscriptions import Reason, Status
from services.subscriptions.models import Base, NoticeRow
from services.subscriptions.repository.mailboxes import count_lost

_NOTICE: Final = Base.metadata.tables["notice"]
_OWNER: Final = Base.metadata.tables["recipient_owner"]
_HEAD: Final = Base.metadata.tables["notice_head"]
_SUBSCRIPTION: Final = Base.metadata.tables["subscription"]
_WAITING: Final = Base.metadata.tables["waiting_aggregate"]
_FAILED: Final = (Reason.GONE.value, Reason.UNREACHABLE.value)


async def get_position(tx: Tx) -> int:
    """Up to which position of the feed notices are made."""
    return int(await tx.session.scalar(select(_HEAD.c.position)) or 0)


async def lock_position(tx: Tx) -> int:
    """The same, and nobody else makes notices or messages until the transaction ends."""
    return int(await tx.session.scalar(select(_HEAD.c.position).with_for_update()) or 0)


async def save_position(tx: Tx, position: int) -> None:
    await tx.session.execute(update(_HEAD).values(position=position))


async def list_open(tx: Tx, subjects: Collection[str]) -> Sequence[Notice]:
    """Open notices of these subjects, of whatever kind and service."""
    row = _NOTICE.c
    return await _list(tx, _with_recipient().where(row.closed_at.is_(None), row.subject.in_(subjects)))


async def list_open_of_subscriptions(tx: Tx) -> Sequence[Notice]:
    row = _NOTICE.c
    return await _list(tx, _with_recipient().where(row.closed_at.is_(None), row.service == OWN))


async def insert_notices(tx: Tx, told: Sequence[Told]) -> None:
    """Open a notice of each: of none of these things there is an open one."""
    rows = [_content(each) | {**_thing(each), "opened_at": tx.now} for each in told]
    await insert_many(tx, NoticeRow, rows)


def _thing(told: Told) -> dict[str, Any]:
    return {"kind": told.kind.value, "service": told.service, "subject": told.subject}


def _content(told: Told) -> dict[str, Any]:
    return {"owner": told.owner, "title": told.title, "due": told.due, "from_day": told.from_day}


async def save_content(tx: Tx, notice: int, told: Told, *, is_another: bool) -> None:
    """What is told of a thing that waits already; ``is_another``: so that whoever was told is told again."""
    values = _content(told)
    if is_another:
        values |= {"told_at": None, "reminded_at": None, "escalated_at": None, "opened_at": tx.now}
    await tx.session.execute(update(_NOTICE).where(_NOTICE.c.id == notice).values(values))


async def close(tx: Tx, notices: Collection[int]) -> None:
    if notices:
        await tx.session.execute(update(_NOTICE).where(_NOTICE.c.id.in_(notices)).values(closed_at=tx.now))


async def list_untold(tx: Tx, told: Mapping[frozenset[str], Sequence[str]], today: date, most: int) -> Sequence[Notice]:
    """Open notices that nobody was told of, the oldest first. ``told``: for whom they are, by the services they are of.

    What others wait for, or are not told of, takes none of ``most``.
    """
    if not told:
        return ()
    theirs = or_(*(_of(recipients, services) for services, recipients in told.items()))
    query = _with_recipient().where(*_waiting(today), _NOTICE.c.told_at.is_(None), theirs)
    return await _list(tx, query.order_by(_NOTICE.c.id).limit(most))


async def list_waiting_for(
    tx: Tx, recipient: str, services: Collection[str], today: date, most: int
) -> Sequence[Notice]:
    """Open notices of these services that a recipient is told of, the oldest first."""
    query = _with_recipient().where(*_waiting(today), _of([recipient], services))
    return await _list(tx, query.order_by(_NOTICE.c.id).limit(most))


def _of(recipients: Collection[str], services: Collection[str]) -> ColumnElement[bool]:
    return and_(_OWNER.c.recipient.in_(recipients), _NOTICE.c.service.in_(sorted(services)))


async def get_services(tx: Tx, notices: Collection[int]) -> Mapping[int, str]:
    """Of which service each of these notices is."""
    row = _NOTICE.c
    found = await tx.session.execute(select(row.id, row.service).where(row.id.in_(notices)))
    return {each.id: each.service for each in found}


def _waiting(today: date) -> Sequence[Any]:
    return _NOTICE.c.closed_at.is_(None), or_(_NOTICE.c.from_day.is_(None), _NOTICE.c.from_day <= today)


async def save_told(tx: Tx, notices: Collection[int]) -> None:
    """Say that a message has these: the first, or one of those that remind."""
    row = _NOTICE.c
    values = {"told_at": func.coalesce(row.told_at, literal(tx.now, UtcDateTime)), "reminded_at": tx.now}
    await tx.session.execute(update(_NOTICE).where(row.id.in_(notices)).values(values))


async def save_escalated(tx: Tx, notices: Collection[int]) -> None:
    await tx.session.execute(update(_NOTICE).where(_NOTICE.c.id.in_(notices)).values(escalated_at=tx.now))


async def list_notices(tx: Tx, wanted: NoticeFilter, today: date, request: PageRequest) -> Page[Notice]:
    """By number: as they came up."""
    query = _filtered(_with_recipient(), wanted, today)
    return (await list_page(tx, query, Orders((_NOTICE.c.id,)), request)).of(notice_of)


async def list_all(tx: Tx, wanted: NoticeFilter, today: date) -> Sequence[Notice]:
    return await _list(tx, _filtered(_with_recipient(), wanted, today).order_by(_NOTICE.c.id))


def _filtered(query: Select[Any], wanted: NoticeFilter, today: date) -> Select[Any]:
    row = _NOTICE.c
    own = and_(row.service == OWN, row.owner.in_(sorted(wanted.names)))
    found = query.where(or_(row.service.in_(sorted(wanted.services)), own))
    if wanted.kind is not None:
        found = found.where(row.kind == wanted.kind.value)
    if wanted.owner is not None:
        found = found.where(row.owner == wanted.owner)
    if wanted.is_open is not None:
        is_open = and_(*_waiting(today))
        found = found.where(is_open if wanted.is_open else row.closed_at.is_not(None))
    if wanted.reached is not None:
        reached = _OWNER.c.recipient.is_not(None)
        found = found.where(reached if wanted.reached else ~reached)
    return found


def _with_recipient() -> Select[Any]:
    joined = _NOTICE.outerjoin(_OWNER, _OWNER.c.owner == _NOTICE.c.owner)
    return select(_NOTICE, _OWNER.c.recipient).select_from(joined)


async def _list(tx: Tx, query: Select[Any]) -> Sequence[Notice]:
    return [notice_of(row) for row in await tx.session.execute(query)]


def notice_of(row: Any) -> Notice:
    """The notice in a row that has the columns of the table, and ``recipient``."""
    return Notice(
        id=row.id,
        kind=NoticeKind(row.kind),
        service=row.service,
        subject=row.subject,
        owner=row.owner,
        title=row.title,
        due=row.due,
        from_day=row.from_day,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        told_at=row.told_at,
        reminded_at=row.reminded_at,
        escalated_at=row.escalated_at,
        recipient=row.recipient,
    )


async def list_told_of_subscriptions(tx: Tx) -> Sequence[Told]:
    """What waits in subscriptions: events that a receiver never took, and messages that nobody collected.

    And subscriptions that ended by a receiver.
    """
    row, counted = _SUBSCRIPTION.c, func.count(_WAITING.c.subject)
    dead = and_(_WAITING.c.subscription_id == row.id, _WAITING.c.state == WaitingState.DEAD.value)
    lost = count_lost(row.id)
    query = select(row.id, row.owner, row.person, row.name, row.status, row.reason, counted.label("dead"))
    query = query.add_columns(lost.label("lost"))
    query = query.select_from(_SUBSCRIPTION.outerjoin(_WAITING, dead)).group_by(row.id)
    ended = and_(row.status == Status.DISABLED.value, row.reason.in_(_FAILED))
    rows = await tx.session.execute(query.having(or_(counted > 0, lost > 0, ended)).order_by(row.id))
    return [told for each in rows for told in _told_of(each)]


def _told_of(row: Any) -> Sequence[Told]:
    kinds = KINDS_OF_SERVICE[OWN]
    owner, subject = row.person or row.owner, f"subscription/{row.id}"
    words = (f"{row.dead} aggregates wait", row.reason, f"{row.lost} messages")
    holds = (row.dead > 0, row.status == Status.DISABLED.value and row.reason in _FAILED, row.lost > 0)
    return [
        Told(kind, OWN, subject, is_open=True, owner=owner, title=f"{row.name}: {said}")
        for kind, said, is_so in zip(kinds, words, holds, strict=True)
        if is_so
    ]


async def count_open(tx: Tx, today: date) -> tuple[int, int]:
    """How many notices are open, and of how many of them nobody is told."""
    unreached = func.sum(case((_OWNER.c.recipient.is_(None), 1), else_=0))
    joined = _NOTICE.outerjoin(_OWNER, _OWNER.c.owner == _NOTICE.c.owner)
    found = await tx.session.execute(select(func.count(), unreached).select_from(joined).where(*_waiting(today)))
    count, none = found.one()
    return int(count), int(none or 0)


async def delete_closed(tx: Tx, before: datetime, most: int) -> int:
    """Delete so many notices that were closed before a moment; returns how many there were."""
    old = list(await tx.session.scalars(select(_NOTICE.c.id).where(_NOTICE.c.closed_at < before).limit(most)))
    if old:
        await tx.session.execute(delete(_NOTICE).where(_NOTICE.c.id.in_(old)))
    return len(old)
