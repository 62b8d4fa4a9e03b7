"""Notices as the events of the feed open and close them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from chassis.storage.transaction import Tx
from contracts.topics import SERVICES
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.notices import TYPES, Notice, Thing, Told, told_by
from services.subscriptions.repository import feed
from services.subscriptions.repository import notices as stored

PAGE: Final = 500
"""Events that are looked at in one transaction."""
_WANTED: Final = EventFilter(frozenset(SERVICES), TYPES)


async def has_more(tx: Tx) -> bool:
    """Whether the feed goes on after what notices are made of."""
    return (await feed.get_head(tx)).last_position > await stored.get_position(tx)


async def fold(tx: Tx, soon: timedelta) -> bool:
    """Open and close notices by the events that follow; whether there are more yet.

    Begun at the beginning of the feed, where of what is no longer kept whole the newest of each aggregate stands.
    """
    position = await stored.lock_position(tx)
    last = (await feed.get_head(tx)).last_position
    events = await feed.list_events(tx, position, PAGE, _WANTED, until=last)
    newest = {told.thing: told for event in events for told in told_by(event, soon)}
    await _save(tx, newest, await stored.list_open(tx, {told.subject for told in newest.values()}) if newest else ())
    is_full = len(events) == PAGE
    await stored.save_position(tx, events[-1].position if is_full else max(last, position))
    return is_full


async def compare_subscriptions(tx: Tx) -> None:
    """Open and close notices of webhooks and mailboxes by what stands in their tables, since no event tells of it."""
    await stored.lock_position(tx)
    waiting = {told.thing: told for told in await stored.list_told_of_subscriptions(tx)}
    known = await stored.list_open_of_subscriptions(tx)
    over = {_thing(each): Told(*_thing(each), is_open=False) for each in known if _thing(each) not in waiting}
    await _save(tx, waiting | over, known)


async def _save(tx: Tx, newest: Mapping[Thing, Told], known: Sequence[Notice]) -> None:
    stands = {_thing(each): each for each in known}
    await stored.close(tx, [stands[thing].id for thing, told in newest.items() if not told.is_open and thing in stands])
    is_new = [told for thing, told in newest.items() if told.is_open and thing not in stands]
    if is_new:
        await stored.insert_notices(tx, is_new)
    for thing, told in newest.items():
        if told.is_open and thing in stands and _differs(stands[thing], told):
            await stored.save_content(tx, stands[thing].id, told, is_another=stands[thing].due != told.due)


def _thing(notice: Notice) -> Thing:
    return notice.kind, notice.service, notice.subject


def _differs(stands: Notice, told: Told) -> bool:
    return (stands.owner, stands.title, stands.due, stands.from_day) != (
        told.owner,
        told.title,
        told.due,
        told.from_day,
    )
