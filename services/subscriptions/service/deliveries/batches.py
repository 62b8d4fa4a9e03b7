"""What is sent of one subscription at a time: taken under a lease, an aggregate after its own order, and recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from chassis.audit import record_change
from chassis.storage.transaction import Tx
from services.subscriptions.domain.deliveries import Aggregate, Delivery, Fitness, Tally, Waiting
from services.subscriptions.domain.feed import FeedEvent, FeedHead
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mailboxes import Message, Moves, local_id_of
from services.subscriptions.domain.subscriptions import Kind, Reason, Status, Subscription, state_to_json
from services.subscriptions.domain.webhooks import HEARTBEAT, HEARTBEAT_EVERY, TEST, Webhook, notice
from services.subscriptions.repository import deliveries as stored
from services.subscriptions.repository import mailboxes, subscriptions
from services.subscriptions.repository.aggregates import list_newest
from services.subscriptions.repository.deliveries import Leased
from services.subscriptions.repository.feed import get_head, list_events

MOST_OF_AGGREGATE: Final = 20
"""Events of an aggregate that waited that one batch sends."""
MOST_UNSETTLED: Final = 50
"""Messages of a mailbox that MESH is asked of at once."""


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long a subscription of a kind is taken, and how many events at once."""

    lasts: timedelta
    most: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Events of one aggregate, in their order. ``waiting``: as it waited before; ``has_more``: than are here."""

    aggregate: Aggregate
    events: Sequence[FeedEvent]
    waiting: Waiting | None = None
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message that is planned, with those of its events that are kept and still wanted, in order."""

    message: Message
    events: Sequence[FeedEvent]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be sent now. ``position``: where the subscription is once all of it is sent or waits.

    ``resync``: ``resync_after`` and ``resync_until`` from then on. ``notices`` are tests and heartbeats. To a mailbox
    goes a ``parcel`` instead of queues; ``unsettled`` are messages of which MESH is asked what became of them.
    """

    leased: Leased
    queues: Sequence[Queue]
    position: int
    resync: tuple[int | None, int | None]
    notices: Sequence[Webhook]
    gap_before: int | None
    has_more: bool
    parcel: Parcel | None = None
    unsettled: Sequence[Message] = ()

    @property
    def subscription(self) -> Subscription:
        return self.leased.subscription

    def ended(self, tally: Tally) -> "Batch":
        """The same with where the subscription stands then: a message that was not accepted moves nothing."""
        if self.parcel is None or tally.delivered:
            return self
        before = self.leased
        resync = before.resync_after, before.resync_until
        return replace(self, position=before.position, resync=resync, gap_before=before.gap_before)


@dataclass(frozen=True, slots=True)
class Results:
    """What came of a batch: lines of the log, how each of its aggregates waits now (None: not at all), and messages."""

    lines: Sequence[Delivery]
    waiting: Mapping[Aggregate, Waiting | None]
    tally: Tally
    messages: Sequence[Message] = ()


async def take_batch(tx: Tx, subscription: str, lease: str, terms: Mapping[Kind, Terms]) -> Batch | None:
    """Take a subscription, with what is to be sent of it; None where somebody else has it or it is not served."""
    leased = await stored.lease_subscription(tx, subscription, lease, tx.now + terms[Kind.WEBHOOK].lasts)
    if leased is None:
        return None
    head = await get_head(tx)
    notices = _notices(leased, tx.now)
    if leased.subscription.definition.kind is Kind.MESH:
        await stored.extend_lease(tx, leased, tx.now + terms[Kind.MESH].lasts)
        return await _posted(tx, leased, head, notices, terms[Kind.MESH].most)
    if not _may_send(leased, tx.now):
        return _idle(leased, notices)
    if leased.fitness.is_open:
        return await _probe(tx, leased, head, notices, terms[Kind.WEBHOOK].most)
    return await _whole(tx, leased, head, notices, terms[Kind.WEBHOOK].most)


def _may_send(leased: Leased, now: datetime) -> bool:
    return leased.subscription.status is Status.ACTIVE and leased.fitness.due_at <= now


def _idle(leased: Leased, notices: Sequence[Webhook]) -> Batch:
    """Nothing of the feed."""
    resync = leased.resync_after, leased.resync_until
    return Batch(leased, (), leased.position, resync, notices, leased.gap_before, has_more=False)


async def _posted(tx: Tx, leased: Leased, head: FeedHead, notices: Sequence[Webhook], most: int) -> Batch:
    """The next message to a mailbox, and those that MESH is asked of."""
    unsettled = await mailboxes.list_due(tx, leased.subscription.id, MOST_UNSETTLED)
    idle = replace(_idle(leased, notices), unsettled=unsettled)
    if not _may_send(leased, tx.now):
        return idle
    planned = await mailboxes.get_planned(tx, leased.subscription.id)
    if planned is not None:
        return replace(_moved(idle, planned.moves), parcel=await _parcel(tx, leased, planned), has_more=True)
    whole = replace(await _whole(tx, leased, head, notices, most), unsettled=unsettled)
    events = sorted((each for queue in whole.queues for each in queue.events), key=lambda one: one.position)
    if not events:
        return whole
    message = await _plan(tx, whole, events)
    return replace(whole, queues=(), parcel=Parcel(message, events))


def _moved(idle: Batch, moves: Moves | None) -> Batch:
    """Where a subscription stands once a message planned before is accepted; where it was changed since, as before."""
    if moves is None or moves.revision != idle.subscription.revision:
        return idle
    return replace(idle, position=moves.position, resync=moves.resync, gap_before=moves.gap_before)


async def _parcel(tx: Tx, leased: Leased, planned: Message) -> Parcel:
    wanted = leased.subscription.filter
    events = await mailboxes.list_of_positions(tx, planned.positions)
    return Parcel(planned, [each for each in events if wanted.matches(each)])


async def _plan(tx: Tx, batch: Batch, events: Sequence[FeedEvent]) -> Message:
    """Say in a row what is sent now, and what has come of it once it is accepted."""
    subscription = batch.subscription
    number = await mailboxes.count_up(tx, subscription.id)
    message = Message(
        subscription=subscription.id,
        local_id=local_id_of(subscription.id, number),
        number=number,
        positions=[each.position for each in events],
        planned_at=tx.now,
        moves=Moves(subscription.revision, batch.position, batch.resync, batch.gap_before),
    )
    await mailboxes.save_messages(tx, [message])
    return message


def _notices(leased: Leased, now: datetime) -> list[Webhook]:
    found, number = [], leased.subscription.id
    if leased.test_event_id is not None:
        found.append(notice(TEST, leased.test_event_id, number, leased.position, now))
    if _is_heartbeat_due(leased, now):
        found.append(notice(HEARTBEAT, str(uuid4()), number, leased.position, now))
    return found


def _is_heartbeat_due(leased: Leased, now: datetime) -> bool:
    is_active = leased.subscription.status is Status.ACTIVE
    return is_active and leased.heartbeat_due_at is not None and leased.heartbeat_due_at <= now


async def _whole(tx: Tx, leased: Leased, head: FeedHead, notices: Sequence[Webhook], most: int) -> Batch:
    """What waits and is due, present state where that is sent again, and what follows in the feed."""
    number, wanted = leased.subscription.id, leased.subscription.filter
    due = await stored.list_due(tx, number, most)
    state = await _state(tx, leased, wanted, most)
    events = await list_events(tx, leased.position, most, wanted, until=head.last_position)
    position = max(leased.position, events[-1].position if len(events) == most else head.last_position)
    resync = _resync_after(leased, state, most)
    return Batch(
        leased=leased,
        queues=[
            *[await _queue_of(tx, leased, each, position) for each in due],
            *await _fresh(tx, number, [*state, *events]),
        ],
        position=position,
        resync=resync,
        notices=notices,
        gap_before=_gap(leased, head),
        has_more=most in {len(due), len(events)} or resync[1] is not None,
    )


def _gap(leased: Leased, head: FeedHead) -> int | None:
    return leased.gap_before if leased.position + 1 >= head.first_position else head.first_position


async def _state(tx: Tx, leased: Leased, wanted: EventFilter, most: int) -> Sequence[FeedEvent]:
    if leased.resync_until is None:
        return ()
    return await list_newest(tx, wanted, leased.resync_after or 0, most, until=leased.resync_until)


def _resync_after(leased: Leased, state: Sequence[FeedEvent], most: int) -> tuple[int | None, int | None]:
    return (state[-1].position, leased.resync_until) if len(state) == most else (None, None)


async def _fresh(tx: Tx, number: str, events: Sequence[FeedEvent]) -> list[Queue]:
    """Events by aggregate, but for those of aggregates that wait: these wait behind what is before them."""
    found: dict[Aggregate, list[FeedEvent]] = {}
    for event in sorted(events, key=lambda each: each.position):
        found.setdefault(event.aggregate, []).append(event)
    waiting = await stored.list_waiting_among(tx, number, found.keys())
    return [Queue(aggregate, theirs) for aggregate, theirs in found.items() if aggregate not in waiting]


async def _queue_of(tx: Tx, leased: Leased, waiting: Waiting, position: int) -> Queue:
    """The events that wait in an aggregate, as far as the subscription comes by this batch and wants them."""
    wanted = leased.subscription.filter
    theirs = EventFilter(frozenset({waiting.service}) & wanted.services, wanted.types, (waiting.subject,), wanted.area)
    until = max(position, waiting.position)
    most = MOST_OF_AGGREGATE + 1
    events = await list_events(tx, waiting.position - 1, most, theirs, until=until) if theirs.services else ()
    found = [each for each in events if wanted.matches(each)][:MOST_OF_AGGREGATE]
    return Queue(waiting.aggregate, found, waiting, has_more=bool(found) and len(events) == most)


async def _probe(tx: Tx, leased: Leased, head: FeedHead, notices: Sequence[Webhook], most: int) -> Batch:
    """One event of what waits longest and one that does not wait yet: the receiver takes nothing, as far as we know."""
    number = leased.subscription.id
    events = await list_events(tx, leased.position, most, leased.subscription.filter, until=head.last_position)
    fresh = (await _fresh(tx, number, events))[:1]
    position = fresh[0].events[0].position if fresh else leased.position
    due = [await _queue_of(tx, leased, each, position) for each in await stored.list_due(tx, number, 1, anyway=True)]
    queues = [_first_of(each) for each in [*due, *fresh]]
    resync = leased.resync_after, leased.resync_until
    return Batch(leased, queues, position, resync, notices, _gap(leased, head), has_more=True)


def _first_of(queue: Queue) -> Queue:
    more = queue.waiting is not None and (queue.has_more or len(queue.events) > 1)
    return replace(queue, events=queue.events[:1], has_more=more)


async def save_results(tx: Tx, batch: Batch, results: Results, chance: float) -> bool:
    """Record what came of a batch and give the subscription back; whether there is more to be sent at once.

    Where it was changed or set back meanwhile, the log is all that is written: it is read anew.

    Raises:
        LeaseLost: somebody else has the subscription, or it is deleted; nothing is written.
    """
    leased, number = batch.leased, batch.subscription.id
    now = await stored.lock_leased(tx, number, leased.lease)
    await stored.save_deliveries(tx, results.lines)
    await mailboxes.save_messages(tx, results.messages)
    if leased.test_event_id is not None:
        await stored.clear_test(tx, number, leased.test_event_id)
    if now.revision != batch.subscription.revision:
        await stored.save_served(tx, number, {})
        return True
    fitness = leased.fitness.after(results.tally, tx.now, chance)
    await stored.save_waiting(tx, number, [each for each in results.waiting.values() if each is not None])
    await stored.delete_waiting(tx, number, [name for name, each in results.waiting.items() if each is None])
    if results.tally.delivered and leased.fitness.is_open:
        await stored.make_due(tx, number)
    await stored.save_served(tx, number, _values(batch.ended(results.tally), fitness, tx.now))
    await _disable_failing(tx, now, results.tally, is_spent=fitness.is_spent(tx.now))
    return batch.has_more and fitness.due_at <= tx.now


def _values(batch: Batch, fitness: Fitness, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "position": batch.position,
        "due_at": fitness.due_at,
        "failures": fitness.failures,
        "failing_since": fitness.failing_since,
        "last_success_at": fitness.last_success_at,
        "resync_after": batch.resync[0],
        "resync_until": batch.resync[1],
        "gap_before": batch.gap_before,
    }
    if any(each.type == HEARTBEAT for each in batch.notices):
        values["heartbeat_due_at"] = now + HEARTBEAT_EVERY
    return values


async def _disable_failing(tx: Tx, before: Subscription, tally: Tally, *, is_spent: bool) -> None:
    """Serve a receiver no longer that said it is gone, or that has taken nothing for three days."""
    if before.status is not Status.ACTIVE or not (tally.is_gone or is_spent):
        return
    reason = Reason.GONE if tally.is_gone else Reason.UNREACHABLE
    after = replace(before, status=Status.DISABLED, reason=reason, updated_at=tx.now)
    await subscriptions.save_subscription(tx, after)
    states = state_to_json(before), state_to_json(after)
    record_change(tx, subject=before.id, action="subscription.disabled", before=states[0], after=states[1])
