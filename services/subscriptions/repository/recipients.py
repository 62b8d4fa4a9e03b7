"""The people who are told of what waits."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.cases import refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.subscriptions.domain.recipients import Recipient, definition_to_json, recipient_of_json
from services.subscriptions.models import Base, RecipientOwnerRow, RecipientRow

_RECIPIENT: Final = Base.metadata.tables["recipient"]
_OWNER: Final = Base.metadata.tables["recipient_owner"]


async def get_recipient(tx: Tx, code: str, *, lock: bool = False) -> Recipient | None:
    query = select(_RECIPIENT).where(_RECIPIENT.c.code == code)
    row = (await tx.session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else recipient_of(row)


async def list_recipients(tx: Tx, request: PageRequest) -> Page[Recipient]:
    """By code."""
    return (await list_page(tx, select(_RECIPIENT), Orders((_RECIPIENT.c.code,)), request)).of(recipient_of)


async def get_all(tx: Tx) -> Mapping[str, Recipient]:
    """Every recipient by code: there are as many as people who answer for something."""
    rows = await tx.session.execute(select(_RECIPIENT).order_by(_RECIPIENT.c.code))
    return {each.code: recipient_of(each) for each in rows}


async def save_recipient(tx: Tx, recipient: Recipient) -> bool:
    """Insert a recipient, or replace the one of this code; whether it was inserted.

    Raises:
        CodeInOtherCase
    """
    row = {
        "code": recipient.code,
        "definition": definition_to_json(recipient),
        "url": recipient.url,
        "revision": recipient.revision,
        "updated_at": tx.now,
        "look_at": recipient.next_look(tx.now),
    }
    created = bool(await insert_or_ignore(tx, RecipientRow, [row], ("code",), returning=("code",)))
    if created:
        await refuse_other_case(tx, _RECIPIENT.c.code, recipient.code)
    else:
        del row["code"]
        await tx.session.execute(update(_RECIPIENT).where(_RECIPIENT.c.code == recipient.code).values(row))
    await tx.session.execute(delete(_OWNER).where(_OWNER.c.recipient == recipient.code))
    owners = [{"owner": owner, "recipient": recipient.code} for owner in sorted(recipient.owners)]
    await insert_many(tx, RecipientOwnerRow, owners)
    return created


async def list_taken(tx: Tx, owners: Collection[str], code: str) -> Mapping[str, str]:
    """Of these owners, those that another recipient than ``code`` is told for, with that one."""
    query = select(_OWNER.c.owner, _OWNER.c.recipient).where(_OWNER.c.owner.in_(owners), _OWNER.c.recipient != code)
    return {each.owner: each.recipient for each in await tx.session.execute(query)}


async def save_look(tx: Tx, code: str, at: datetime) -> None:
    await tx.session.execute(update(_RECIPIENT).where(_RECIPIENT.c.code == code).values(look_at=at))


async def delete_recipient(tx: Tx, code: str) -> None:
    await tx.session.execute(delete(_OWNER).where(_OWNER.c.recipient == code))
    await tx.session.execute(delete(_RECIPIENT).where(_RECIPIENT.c.code == code))


def recipient_of(row: Any) -> Recipient:
    """The recipient in a row that has the columns of the table."""
    more = {"revision": row.revision, "updated_at": row.updated_at, "look_at": row.look_at}
    return recipient_of_json(row.code, row.definition, row.url, **more)
