"""Subscriptions: made, read, changed and ended by their owners and by operators."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from chassis.audit import record_change, record_unchanged
from chassis.errors import FieldError, InsufficientScope
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.scopes import ADMIN, OPERATE
from contracts.topics import SERVICES
from services.subscriptions.domain import webhooks
from services.subscriptions.domain.addresses import REFUSED, AddressPolicy, url_faults
from services.subscriptions.domain.filters import services_of
from services.subscriptions.domain.mailboxes import SCHEME, Mailbox
from services.subscriptions.domain.subscriptions import (
    Definition,
    Kind,
    Progress,
    Secrets,
    Start,
    Status,
    Subscription,
    definition_faults,
    state_to_json,
)
from services.subscriptions.errors import (
    NotOfThisKind,
    PositionGone,
    SubscriptionExists,
    SubscriptionRefused,
    SubscriptionUnknown,
    TooManySubscriptions,
)
from services.subscriptions.repository import feed
from services.subscriptions.repository import subscriptions as stored
from services.subscriptions.service.deliveries.sending import is_public
from services.subscriptions.service.mailbox_faults import change_faults, mailbox_faults
from services.subscriptions.service.webhook_secrets import Sealer

READ_OTHERS: Final = "operations:read"
"""Who may do this sees everybody's subscriptions."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator has set: where deliveries may go, how many subscriptions one may have, what seals secrets.

    ``has_mesh``: whether it is known where MESH is; ``has_mns``: who publishes in that profile.
    """

    policy: AddressPolicy
    per_owner: int
    sealer: Sealer
    has_mesh: bool = False
    has_mns: bool = False


async def create_subscription(
    tx: Tx, definition: Definition, start: Start, rules: Rules, mailbox: Mailbox | None = None
) -> tuple[Subscription, str | None]:
    """Subscribe, and return the secret that deliveries are signed with, the only time that it is seen.

    To a mailbox goes what is sent from ``mailbox``; nothing is signed there, so that there is no such secret.

    Raises:
        InsufficientScope: the caller may read the events of no service.
        SubscriptionRefused: nothing is delivered to that address, or a service is not the caller's to read.
        SubscriptionExists: the caller has one of this name.
        TooManySubscriptions: the caller has as many as one may have.
        PositionGone: the feed does not go back that far.
        SecretsUnavailable: there is no key to seal the secret with.
    """
    _allow(tx)
    granted = readable(tx)
    _require_sound(definition, granted, rules, mailbox_faults(definition, mailbox, is_offered=rules.has_mesh))
    await stored.lock_owner(tx, tx.caller.name)
    if await stored.count_of_owner(tx, tx.caller.name) >= rules.per_owner:
        raise TooManySubscriptions(f"{tx.caller.name} has {rules.per_owner}: delete one that is not needed.")
    secret, number = None if mailbox else _make_secret(), f"sub_{secrets.token_hex(10)}"
    opening = mailbox.to_text() if mailbox else str(secret)
    found = Subscription(
        id=number,
        owner=tx.caller.name,
        person=tx.caller.person,
        definition=definition,
        granted=granted,
        secrets=Secrets(rules.sealer.seal(number, opening)),
        status=Status.ACTIVE,
        reason=None,
        revision=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if not await stored.insert_subscription(tx, found, await position_of(tx, start)):
        raise SubscriptionExists(f"{found.owner} has a subscription called {definition.name!r}: change that one.")
    if start.resync:
        await begin_resync(tx, found)
    record(tx, "subscription.created", None, found)
    return found, secret


async def position_of(tx: Tx, start: Start) -> int:
    """The position that a subscription goes on after.

    Raises:
        PositionGone: the feed does not go back that far.
    """
    head = await feed.get_head(tx)
    after = head.last_position if start.after is None else start.after
    if not head.has_all_after(after):
        what = f"Not all events after position {after} are here"
        raise PositionGone(what, head.first_position, head.last_position)
    return after


def readable(tx: Tx) -> frozenset[str]:
    """The services whose events the caller may read.

    Raises:
        InsufficientScope: there are none.
    """
    found = services_of(tx.caller)
    if not found:
        raise InsufficientScope([f"{each}:read" for each in sorted(SERVICES)])
    return found


def _require_sound(
    definition: Definition, granted: frozenset[str], rules: Rules, further: Iterable[FieldError]
) -> None:
    faults = url_faults(definition.url, rules.policy) if definition.kind is Kind.WEBHOOK else ()
    errors = [FieldError("url", fault) for fault in faults]
    errors += [*definition_faults(definition, granted, has_mns=rules.has_mns), *further]
    if errors:
        raise SubscriptionRefused("Some of this cannot be delivered.", errors)


def _make_secret() -> str:
    return webhooks.make_secret(secrets.token_bytes(webhooks.ENTROPY_BYTES))


def record(tx: Tx, action: str, before: Subscription | None, after: Subscription | None, **more: Any) -> None:
    """Say in the audit what a subscription was and is. ``more``: what was asked for besides."""
    subject = after or before
    assert subject is not None  # noqa: S101  one of the two is given
    former = None if before is None else state_to_json(before)
    latter = None if after is None else {**state_to_json(after), **more}
    record_change(tx, subject=subject.id, action=action, before=former, after=latter)


async def get_subscription(tx: Tx, subscription: str) -> Subscription:
    """One of the caller's, or of anybody where the caller may see how the suite works.

    Raises:
        SubscriptionUnknown: there is none that the caller may see.
    """
    return _visible(tx, subscription, await stored.get_subscription(tx, subscription), READ_OTHERS, OPERATE)


def _visible(tx: Tx, number: str, found: Subscription | None, *scopes: str) -> Subscription:
    if found is None or not found.is_open_to(tx.caller, *scopes):
        raise SubscriptionUnknown(f"There is no subscription {number} of yours.")
    return found


async def lock_own(tx: Tx, number: str, *scopes: str) -> Subscription:
    """One that the caller may change, locked: their own, or anybody's for whoever has one of these scopes.

    Raises:
        SubscriptionUnknown: there is none that the caller may see.
    """
    _allow(tx)
    return _visible(tx, number, await stored.lock_subscription(tx, number), *scopes)


def _allow(tx: Tx) -> None:
    """What is sent to whom is of whatever areas and directorates the caller may write for."""
    tx.is_within_areas = tx.is_within_directorates = True


async def list_subscriptions(tx: Tx, request: PageRequest) -> Page[Subscription]:
    """The caller's, or everybody's for whoever may see how the suite works, by name."""
    sees_all = tx.caller.may(READ_OTHERS) or tx.caller.may(OPERATE)
    return await stored.list_subscriptions(tx, None if sees_all else tx.caller, request)


async def get_progress(tx: Tx, number: str) -> Progress:
    """How far a subscription has been served.

    Raises:
        SubscriptionUnknown: as of :func:`get_subscription`.
    """
    await get_subscription(tx, number)
    return await stored.get_progress(tx, number, (await feed.get_head(tx)).last_position)


async def change_subscription(
    tx: Tx,
    number: str,
    changes: Mapping[str, Any],
    wanted: Mapping[str, Any],
    rules: Rules,
    mailbox: Mapping[str, Any] | None = None,
) -> Subscription:
    """Change what a subscription is; who changes it with fewer scopes than it was made with narrows it to theirs.

    Args:
        tx: the unit of work.
        number: its id.
        changes: fields of :class:`Definition` other than ``wanted``.
        wanted: fields of its :class:`Wanted`.
        rules: as at creation.
        mailbox: fields of the :class:`Mailbox` that is sent from.

    Raises:
        SubscriptionUnknown, InsufficientScope, SubscriptionRefused, SubscriptionExists: as at creation.
        SecretsUnavailable: what opens the mailbox cannot be read, and not all of it is given.
    """
    before = await lock_own(tx, number, ADMIN)
    definition = replace(before.definition, **changes, wanted=replace(before.definition.wanted, **wanted))
    granted = before.granted & readable(tx)
    if not granted:
        raise InsufficientScope([f"{each}:read" for each in sorted(before.granted)])
    kept = _mailbox_after(before, mailbox, rules)
    _require_sound(definition, granted, rules, change_faults(before.definition, definition, kept, mailbox))
    if await stored.has_name(tx, before.owner, definition.name, other_than=number):
        raise SubscriptionExists(f"{before.owner} has a subscription called {definition.name!r}.")
    after = replace(before, definition=definition, granted=granted)
    if after == before and kept is None:
        record_unchanged(tx)
        return before
    after = replace(after, revision=before.revision + (after != before), updated_at=tx.now)
    more = _heartbeat(tx, before, after)
    if kept is not None:  # what failed by what opened it is tried at once
        after = replace(after, secrets=Secrets(rules.sealer.seal(number, kept.to_text())))
        more |= {"due_at": tx.now, "failures": 0}
    await stored.save_subscription(tx, after, **more)
    record(tx, "subscription.amended", before, after, **({} if kept is None else {"mailbox": "changed"}))
    return after


def _mailbox_after(before: Subscription, changes: Mapping[str, Any] | None, rules: Rules) -> Mailbox | None:
    """The mailbox that is sent from as it is from now on; None where it stays as it is."""
    if changes is None or before.definition.kind is not Kind.MESH:
        return None
    if changes.keys() == {each.name for each in fields(Mailbox)}:  # also where what it was is not to be read any more
        return Mailbox(**changes)
    return replace(Mailbox.of_text(rules.sealer.unseal(before.id, before.secrets.current)), **changes)


def _heartbeat(tx: Tx, before: Subscription, after: Subscription) -> dict[str, Any]:
    if before.definition.heartbeat == after.definition.heartbeat:
        return {}
    return {"heartbeat_due_at": tx.now if after.definition.heartbeat else None}


async def delete_subscription(tx: Tx, number: str) -> Subscription:
    """End a subscription for good, with what waits in it and its log.

    Raises:
        SubscriptionUnknown: there is none that the caller may change.
    """
    found = await lock_own(tx, number, ADMIN)
    await stored.delete_subscription(tx, number)
    record(tx, "subscription.deleted", found, None)
    return found


async def rotate_secret(tx: Tx, number: str, overlap: timedelta, sealer: Sealer) -> tuple[Subscription, str]:
    """Give a subscription another secret and return it, the only time that it is seen.

    For ``overlap`` the one before signs as well; what was before that one signs no more.

    Raises:
        SubscriptionUnknown, SecretsUnavailable
        NotOfThisKind: nothing is signed that goes to a mailbox.
    """
    before = await lock_own(tx, number, ADMIN)
    if before.definition.kind is Kind.MESH:
        raise NotOfThisKind("What is sent to a mailbox is not signed: change `mailbox` where its password changes.")
    secret = _make_secret()
    until = tx.now + overlap
    previous = (before.secrets.current, until) if overlap else (None, None)
    after = replace(before, secrets=Secrets(sealer.seal(number, secret), *previous), updated_at=tx.now)
    await stored.save_subscription(tx, after)
    record_change(
        tx,
        subject=number,
        action="subscription.secret_rotated",
        before=None,
        after={"previous_until": until.isoformat() if overlap else None},
    )
    return after, secret


async def begin_resync(tx: Tx, found: Subscription) -> int:
    """Have the newest event of every aggregate delivered; returns the position up to which that is."""
    last = (await feed.get_head(tx)).last_position
    begun = {"position": last, "resync_after": 0, "resync_until": last, "gap_before": None}
    await stored.save_subscription(tx, found, **begun, due_at=tx.now, failures=0)
    await stored.delete_waiting(tx, found.id, 0)
    return last


async def require_public(url: str, policy: AddressPolicy) -> None:
    """Refuse an address whose name resolves to what nothing is sent to. Other faults are found with all else.

    Raises:
        SubscriptionRefused
    """
    if url.startswith(SCHEME) or any(url_faults(url, policy)):
        return
    parts = urlsplit(url)
    if not await is_public(parts.hostname or "", parts.port or 443, policy):
        raise SubscriptionRefused("Some of this cannot be delivered.", [FieldError("url", REFUSED)])
