"""Who is told of what waits, entered and taken out by whoever may say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from chassis.audit import record_change, record_unchanged
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.subscriptions.domain.addresses import REFUSED, AddressPolicy, url_faults
from services.subscriptions.domain.filters import services_of
from services.subscriptions.domain.messages import Message, MessageKind
from services.subscriptions.domain.recipients import Recipient, definition_to_json, recipient_faults
from services.subscriptions.errors import RecipientRefused, RecipientUnknown
from services.subscriptions.repository import messages, notices
from services.subscriptions.repository import recipients as stored
from services.subscriptions.service.deliveries.sending import is_public
from services.subscriptions.service.webhook_secrets import Sealer

_TEST: Final = "A test: this is how you are told of what waits for you."


@dataclass(frozen=True, slots=True)
class RecipientRules:
    """What an operator has set: where webhooks may go, which domains addresses may be of, what seals addresses."""

    policy: AddressPolicy
    domains: Sequence[str]
    sealer: Sealer


async def require_public(url: str | None, policy: AddressPolicy) -> None:
    """Refuse a webhook whose name resolves to what nothing is sent to. Other faults are found with all else.

    Raises:
        RecipientRefused
    """
    if url is None or any(url_faults(url, policy)):
        return
    parts = urlsplit(url)
    if not await is_public(parts.hostname or "", parts.port or 443, policy):
        raise RecipientRefused("Nobody is reached so.", [FieldError("url", REFUSED)])


async def put_recipient(tx: Tx, recipient: Recipient, url: str | None, rules: RecipientRules) -> tuple[Recipient, bool]:
    """Enter a recipient, or replace the one of this code; and whether they are new. The same again changes nothing.

    They are told of things of those services alone that the caller may read.

    Args:
        tx: the unit of work.
        recipient: without ``url`` and ``granted``.
        url: the plain address of their webhook.
        rules: what an operator has set.

    Raises:
        RecipientRefused: they are not reached so, or another recipient is told for one of these owners.
        SecretsUnavailable: there is no key to seal the address of a webhook with.
        CodeInOtherCase
    """
    _allow(tx)
    await notices.lock_position(tx)  # nobody else enters a recipient of the same owner, or writes to this one meanwhile
    before = await stored.get_recipient(tx, recipient.code, lock=True)
    found = replace(recipient, granted=services_of(tx.caller))
    await _require_sound(tx, found, url, rules)
    if before is not None and _is_same(before, found, url, rules.sealer):
        record_unchanged(tx)
        return before, False
    revision = before.revision + 1 if before else 1
    sealed = None if url is None else rules.sealer.seal(_purpose(found.code), url)
    found = replace(found, url=sealed, revision=revision, updated_at=tx.now)
    created = await stored.save_recipient(tx, found)
    _record(tx, "recipient.put", before, found)
    return found, created


async def _require_sound(tx: Tx, found: Recipient, url: str | None, rules: RecipientRules) -> None:
    errors = list(recipient_faults(found, url, rules.policy, rules.domains))
    known = await stored.get_all(tx)
    for field, code in (("escalates_to", found.escalates_to), ("deputy", found.deputy)):
        if code is not None and code != found.code and code not in known:
            errors.append(FieldError(field, "is no recipient's code: enter that one first"))
    for owner, other in sorted((await stored.list_taken(tx, found.owners, found.code)).items()):
        errors.append(FieldError("owners", f"{owner!r} is of {other} already"))
    if errors:
        raise RecipientRefused("This recipient cannot be entered so.", errors)


def _is_same(before: Recipient, found: Recipient, url: str | None, sealer: Sealer) -> bool:
    if definition_to_json(before) != definition_to_json(found):
        return False
    return url_of(before, sealer) == url


def url_of(recipient: Recipient, sealer: Sealer) -> str | None:
    """The plain address of a recipient's webhook.

    Raises:
        SecretsUnavailable: it was sealed with another key than those that are set.
    """
    return None if recipient.url is None else sealer.unseal(_purpose(recipient.code), recipient.url)


def _purpose(code: str) -> str:
    return f"recipient:{code}"


async def get_recipient(tx: Tx, code: str) -> Recipient:
    """One by code.

    Raises:
        RecipientUnknown
    """
    return _existing(await stored.get_recipient(tx, code), code)


async def list_recipients(tx: Tx, request: PageRequest) -> Page[Recipient]:
    """By code."""
    return await stored.list_recipients(tx, request)


async def delete_recipient(tx: Tx, code: str) -> Recipient:
    """Tell somebody no more; what was to be sent to them is not sent. Returns who they were.

    Raises:
        RecipientUnknown
    """
    _allow(tx)
    await notices.lock_position(tx)  # nobody writes to them meanwhile
    before = _existing(await stored.get_recipient(tx, code, lock=True), code)
    await stored.delete_recipient(tx, code)
    await messages.withdraw(tx, code)
    _record(tx, "recipient.deleted", before, None)
    return before


async def send_test(tx: Tx, code: str) -> str:
    """Have a recipient sent a message that says nothing else than that it came; returns its id.

    Raises:
        RecipientUnknown
    """
    _allow(tx)
    found = _existing(await stored.get_recipient(tx, code), code)
    message = Message(
        id=f"msg_{uuid4().hex[:20]}",
        recipient=code,
        on_behalf_of=None,
        kind=MessageKind.TEST,
        notices=(),
        subject="A test",
        text=f"{found.name},\n\n{_TEST}",
        created_at=tx.now,
        due_at=tx.now,
    )
    await messages.insert_messages(tx, [message])
    record_change(tx, subject=code, action="recipient.tested", before=None, after={"message": message.id})
    return message.id


def _existing(found: Recipient | None, code: str) -> Recipient:
    if found is None:
        raise RecipientUnknown(f"There is no recipient {code!r}.")
    return found


def _record(tx: Tx, action: str, before: Recipient | None, after: Recipient | None) -> None:
    subject = after or before
    assert subject is not None  # noqa: S101  one of the two is given
    record_change(tx, subject=subject.code, action=action, before=_told(before), after=_told(after))


def _told(recipient: Recipient | None) -> Mapping[str, Any] | None:
    if recipient is None:
        return None
    return definition_to_json(recipient) | {"revision": recipient.revision}


def _allow(tx: Tx) -> None:
    """Who is told is of whatever areas and directorates the caller may write for."""
    tx.is_within_areas = tx.is_within_directorates = True
