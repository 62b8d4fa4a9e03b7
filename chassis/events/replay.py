"""Going over the log again: dead letters retried, a consumer moved back, derived state made anew.

Each is one transaction on the service's database and is safe while the service runs: a consumer that was about to
apply something finds its offset moved, rolls back and follows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, or_, select

from chassis.audit import record_change
from chassis.bus.port import Bus, Record, TopicPartition
from chassis.errors import Conflict, NotFound
from chassis.events import inbox
from chassis.events.classification import classify
from chassis.events.dead_letters import (
    DeadLetterState,
    Reason,
    lock_dead_letter,
    record_of,
    save_parked,
    save_resolution,
)
from chassis.events.envelope import Delivery, delivery
from chassis.events.jumps import Jumps, jump
from chassis.events.subscription import Subscription
from chassis.storage.database import Database
from chassis.storage.transaction import Tx

LoggedEvent = tuple[str, int, int, str | None]
"""Topic, partition, offset, and the id of the event there."""


class DeadLetterUnknown(NotFound):
    type_, title = "dead-letter-unknown", "No such dead letter"


class LogShortened(Conflict):
    type_, title = "log-shortened", "The log no longer begins at its beginning"


async def retry_dead_letter(
    database: Database,
    subscriptions: Sequence[Subscription],
    number: int,
    *,
    actor: str = "system",
    is_confirmed: bool = False,
) -> str:
    """Apply a parked event through its consumer's handler. Returns what came of it; a second retry changes nothing.

    One whose version jumps stays parked unless a digest has confirmed it.
    """

    async def work(tx: Tx) -> str:
        letter = await _lock_existing(tx, number)
        if letter.state != DeadLetterState.PARKED.value:
            return f"already {letter.state}"
        event = delivery(record_of(letter))
        subscription = next(each for each in subscriptions if each.consumer == letter.consumer)
        if event.type not in subscription.types:
            return f"still parked: {event.type} is not known here"
        if letter.reason == Reason.JUMP.value and not is_confirmed:
            return "still parked: it is applied by itself once a digest of its producer confirms its version"
        fresh = await inbox.record_new(tx, subscription.consumer, [event])
        if fresh:
            await subscription.projection.apply(tx, fresh)
        outcome = "applied" if fresh else "had been applied"
        await _save_decision(tx, letter, DeadLetterState.RETRIED, outcome, None)
        return outcome

    return await database.write(work, actor=actor)


async def _save_decision(tx: Tx, letter: Any, state: DeadLetterState, outcome: str, reason: str | None) -> None:
    """Save what became of a parked event, with an audit entry."""
    await save_resolution(tx, letter.id, state, outcome)
    before = {"consumer": letter.consumer, "dead_letter": letter.id, "state": letter.state}
    after = before | {"state": state.value, "outcome": outcome}
    subject, action = letter.subject or letter.key[:200] or "?", f"dead_letter.{state.value}"
    record_change(tx, subject=subject, action=action, before=before, after=after, reason=reason)


async def discard_dead_letter(database: Database, number: int, reason: str, *, actor: str = "system") -> str:
    """Discard a parked event for good; it stays on record with the reason."""

    async def work(tx: Tx) -> str:
        letter = await _lock_existing(tx, number)
        if letter.state != DeadLetterState.PARKED.value:
            return f"already {letter.state}"
        await _save_decision(tx, letter, DeadLetterState.DISCARDED, reason, reason)
        return "discarded"

    return await database.write(work, actor=actor)


async def _lock_existing(tx: Tx, number: int) -> Any:
    letter = await lock_dead_letter(tx, number)
    if letter is None:
        raise DeadLetterUnknown(f"There is no dead letter {number}.")
    return letter


async def replay_from(
    database: Database, subscription: Subscription, start: Mapping[TopicPartition, int], *, actor: str = "system"
) -> Mapping[TopicPartition, int]:
    """Have ``subscription`` apply again what the log has from ``start`` on, through the same handler.

    A start ahead of its offset would skip events, and is taken as its offset. Returns the offsets it starts from.
    """

    async def work(tx: Tx) -> Mapping[TopicPartition, int]:
        offsets = await inbox.lock_offsets(tx, subscription.consumer, list(start))
        again = {tp: min(offset, offsets[tp]) for tp, offset in start.items()}
        await _delete_from_inbox(tx, subscription, again)
        await inbox.save_offsets(tx, subscription.consumer, again)
        after = {f"{tp.topic}/{tp.partition}": offset for tp, offset in sorted(again.items())}
        record_change(tx, subject=subscription.consumer, action="consumer.replayed", before=None, after=after)
        return again

    return await database.write(work, actor=actor)


async def _delete_from_inbox(tx: Tx, subscription: Subscription, start: Mapping[TopicPartition, int]) -> None:
    """Take out of the inbox what the log has from ``start`` on, whatever source it names but another topic's."""
    table = tx.table("inbox")
    sources = {topic: f"/{topic.split('.')[1]}" for topic in subscription.topics}
    later = [
        and_(
            table.c.source.not_in([source for topic, source in sources.items() if topic != tp.topic]),
            table.c.partition == tp.partition,
            table.c.offset >= offset,
        )
        for tp, offset in start.items()
    ]
    await tx.session.execute(delete(table).where(table.c.consumer == subscription.consumer, or_(*later)))


def require_all_kept(consumer: str, start: Mapping[TopicPartition, int], begins: Mapping[TopicPartition, int]) -> None:
    """Refuse a replay of what is no longer in the log.

    Raises:
        LogShortened: in a partition the log begins behind ``start``.
    """
    if missing := {at: begins[at] for at, offset in start.items() if offset < begins[at]}:
        raise LogShortened(
            f"{consumer} cannot apply all of that again: {_begins(missing)}, and what was before is deleted. "
            f"Nothing was changed."
        )


def _begins(offsets: Mapping[TopicPartition, int]) -> str:
    return "; ".join(f"{at.topic}, partition {at.partition}, begins at {begin}" for at, begin in offsets.items())


async def rebuild(database: Database, bus: Bus, subscription: Subscription, *, actor: str = "system") -> int:
    """Drop what ``subscription`` derives, fold its whole log again, evaluate once. Returns the events folded.

    One transaction: readers see the old state until it is done, and where it fails nothing has changed.

    Raises:
        LogShortened: events were deleted from the log, and what was derived from them would be lost.
    """
    projection, jumps = subscription.projection, Jumps(bus, subscription)
    await _refuse_shortened(bus, subscription)
    await jumps.refresh()

    async def work(tx: Tx) -> int:
        ends = {tp: end for topic in subscription.topics for tp, end in (await bus.end_offsets(topic)).items()}
        await inbox.lock_offsets(tx, subscription.consumer, list(ends))
        await _delete_from_inbox(tx, subscription, dict.fromkeys(ends, 0))
        await projection.drop(tx)
        folded = await _fold(tx, bus, subscription, ends, jumps)
        await projection.evaluate_all(tx)
        await inbox.save_offsets(tx, subscription.consumer, ends)
        after = {"events": folded}
        record_change(tx, subject=subscription.consumer, action="consumer.rebuilt", before=None, after=after)
        return folded

    return await database.write(work, on_loop=True, actor=actor)


async def _refuse_shortened(bus: Bus, subscription: Subscription) -> None:
    """Refuse early and in words; what is deleted from here on, reading notices."""
    begins = {tp: begin for topic in subscription.topics for tp, begin in (await bus.begin_offsets(topic)).items()}
    if missing := {tp: begin for tp, begin in begins.items() if begin}:
        raise LogShortened(
            f"{subscription.consumer} cannot be made anew, since its log no longer begins at 0 "
            f"({_begins(missing)}): what was derived from the events before would be lost. Nothing was changed."
        )


async def _fold(tx: Tx, bus: Bus, subscription: Subscription, ends: Mapping[TopicPartition, int], jumps: Jumps) -> int:
    unwanted, folded = await _list_unwanted(tx, subscription.consumer), 0
    for topic in subscription.topics:
        limits = {tp: end for tp, end in ends.items() if tp.topic == topic}
        async for batch in bus.read(topic, dict.fromkeys(limits, 0), limits):
            readable = _readable(batch.records, subscription, unwanted)
            sound = await _save_jumps(tx, subscription.consumer, readable, jumps)
            fresh = await inbox.record_new(tx, subscription.consumer, sound)
            if fresh:
                await subscription.projection.fold(tx, fresh)
            folded += len(fresh)
    return folded


async def _save_jumps(tx: Tx, consumer: str, events: Sequence[Delivery], jumps: Jumps) -> Sequence[Delivery]:
    """Park those whose version jumps; returns the others."""
    unexplained = jumps.list_unexplained(events)
    for event in unexplained:
        found = jump(event)
        await save_parked(tx, consumer, found.record, found.reason, found.error, attempts=0)
    return [event for event in events if event not in unexplained] if unexplained else events


def _readable(records: Sequence[Record], subscription: Subscription, unwanted: set[LoggedEvent]) -> list[Delivery]:
    return [event for event in classify(records, subscription.types).deliveries if _logged(event) not in unwanted]


def _logged(event: Delivery) -> LoggedEvent:
    return event.record.topic, event.record.partition, event.record.offset, event.id


async def _list_unwanted(tx: Tx, consumer: str) -> set[LoggedEvent]:
    """Events that are parked, discarded or superseded: a rebuild leaves them so.

    With their ids: where the topic was lost and made again, another event may have the same offset.
    """
    table = tx.table("dead_letter")
    states = [DeadLetterState.PARKED.value, DeadLetterState.DISCARDED.value, DeadLetterState.SUPERSEDED.value]
    query = select(table.c.topic, table.c.partition, table.c.offset, table.c.event_id)
    rows = await tx.session.execute(query.where(table.c.consumer == consumer, table.c.state.in_(states)))
    return {(topic, partition, offset, event_id) for topic, partition, offset, event_id in rows}
