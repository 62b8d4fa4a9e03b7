"""Whether a consumer has applied what its producers say they have published.

It cannot err while events are merely under way. A digest tells exactly what the log has before its ends. It is compared
only by a consumer whose offsets are at those ends or behind them, with what that applied of the records before them: so
what lies behind is not counted, and what is not read yet is not missed. The inbox keeps what was superseded lately, so
what was newest before the ends is still there; what was applied of a log that is gone counts as what the new one begins
with. An event that is parked or discarded says for itself why it was not applied, so a range that only such an event
keeps from being equal is no fault.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from chassis.bus.port import Bus, TopicPartition
from chassis.events import dead_letters, inbox
from chassis.events.dead_letters import Reason, UnappliedEvent
from chassis.events.inbox import AppliedVersion
from chassis.events.jumps import Jumps
from chassis.events.producer_digests import ProducerDigest
from chassis.events.published_versions import digest_ranges
from chassis.events.replay import retry_dead_letter
from chassis.events.subscription import Subscription
from chassis.logging import get_logger
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from chassis.storage.transaction import Tx
from contracts.digests import RANGES, RangeDigest, range_of

log = get_logger()

SHARE = 50
"""A comparison that took a while is not made again before so many times as long: it is no more than 2 % of the time."""

FORGED = frozenset({Reason.JUMP, Reason.UNREADABLE})
"""Why an event is parked that its producer may never have published."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing with a digest: a fault in a sentence, and dead letters of jumps that it confirms."""

    fault: str | None = None
    confirmed: Sequence[int] = ()


async def compare(
    tx: Tx, subscription: Subscription, topic: str, digest: ProducerDigest, unread: Collection[int] | None = None
) -> Comparison | None:
    """Compare what was applied of a topic with its producer's digest; none where that cannot be done, or not yet.

    Whoever has not read up to the digest's ends may name the ranges of what is ``unread``: the others are compared.
    """
    if not digest.is_settled or not digest.types <= set(subscription.types):
        return None
    if unread is None and not await _has_read(tx, subscription.consumer, topic, digest.ends):
        return None
    applied = _by_range(await inbox.list_newest_before(tx, subscription.consumer, topic, digest.ends))
    compared = set(range(RANGES)) - set(unread or ())
    differing = [number for number in sorted(compared) if _digest(applied, number) != digest.ranges.get(number)]
    letters = await dead_letters.list_unapplied(tx, subscription.consumer, topic) if differing else []
    faulty, confirmed = [], list[int]()
    for number in differing:
        unapplied = _above(applied.get(number, ()), [each for each in letters if range_of(each.subject) == number])
        jumps = [each for each in unapplied if _may_be_genuine(each, digest)]
        if jumps and _digest(applied, number, jumps) == digest.ranges.get(number):
            confirmed += [each.number for each in jumps]
        elif all(each.reason in FORGED for each in unapplied):
            faulty.append(number)
    fault = _sentence(subscription.consumer, topic, digest, applied, faulty) if faulty else None
    return Comparison(fault, sorted(confirmed))


async def _has_read(tx: Tx, consumer: str, topic: str, ends: Sequence[int]) -> bool:
    partitions = [TopicPartition(topic, number) for number in range(len(ends))]
    stored = await inbox.list_offsets(tx, consumer, partitions)
    return all(stored.get(at, 0) >= ends[at.partition] for at in partitions)


Ranges = Mapping[int, Sequence[AppliedVersion]]


def _by_range(applied: Sequence[AppliedVersion]) -> Ranges:
    found: dict[int, list[AppliedVersion]] = {}
    for each in applied:
        found.setdefault(range_of(each.subject), []).append(each)
    return found


def _may_be_genuine(letter: UnappliedEvent, digest: ProducerDigest) -> bool:
    """Whether it is parked as a jump which the digest bounds by now."""
    is_bounded = letter.order[0] <= digest.generation and letter.order[1] <= digest.highest(letter.subject)
    return letter.reason is Reason.JUMP and letter.is_parked and is_bounded


def _above(applied: Sequence[AppliedVersion], letters: Sequence[UnappliedEvent]) -> Sequence[UnappliedEvent]:
    """Those of an order above what was applied of their aggregate."""
    newest = {each.subject: each.order for each in applied}
    return [each for each in letters if each.order > newest.get(each.subject, (0, 0))]


def _digest(applied: Ranges, number: int, jumps: Sequence[UnappliedEvent] = ()) -> RangeDigest | None:
    """The digest of a range, as it would be with these jumps applied; none where it has no aggregate."""
    later = {each.subject: each for each in sorted(jumps, key=lambda one: one.order)}
    newest = [each for each in applied.get(number, ()) if each.subject not in later] + list(later.values())
    ranges = digest_ranges((each.subject, each.order[1], each.event_id) for each in newest)
    return ranges[0] if ranges else None


def _sentence(consumer: str, topic: str, digest: ProducerDigest, applied: Ranges, faulty: Sequence[int]) -> str:
    """Which store is ahead or behind, and by how much."""
    producer = topic.split(".")[1]
    here, there = [_digest(applied, number) for number in faulty], [digest.ranges.get(number) for number in faulty]
    ours, theirs = _extent(here), _extent(there)
    if ours > theirs or ours[1] > theirs[1]:
        said = f"{consumer} is ahead of {producer}"
        why = f"the database of {producer} went back in time, or somebody forged events"
    elif ours < theirs:
        said = f"{consumer} lacks what {producer} has published, though it has read all of it"
        why = f"the database of {consumer} went back in time, or events were lost"
    else:
        said = f"{consumer} has applied other events than {producer} has published"
        why = "a database went back in time, or somebody forged events"
    return (
        f"{said}: in {len(faulty)} of {RANGES} ranges of subjects it has applied {ours[0]} aggregates up to version "
        f"{ours[1]}, where {producer} has {theirs[0]} up to version {theirs[1]} at position {digest.position} of its "
        f"feed; {why}. `suite verify` names them."
    )


def _extent(ranges: Sequence[RangeDigest | None]) -> tuple[int, int]:
    """How many aggregates, and their highest version."""
    there = [each for each in ranges if each]
    return sum(each.aggregates for each in there), max((each.highest for each in there), default=0)


async def find_digest_fault(database: Database, bus: Bus, subscription: Subscription) -> str | None:
    """A sentence that says how a consumer differs from what its producers said last; none where they agree.

    It need not have read all of it: one that refuses does not.

    Raises:
        BusError: the bus does not answer.
    """
    jumps = Jumps(bus, subscription)
    await jumps.refresh()
    for topic, digest in jumps.digests.items():
        unread = await _list_unread_ranges(database, bus, subscription.consumer, topic, digest.ends)
        found = await database.read(
            partial(compare, subscription=subscription, topic=topic, digest=digest, unread=unread)
        )
        if found and found.fault:
            return found.fault
    return None


async def _list_unread_ranges(
    database: Database, bus: Bus, consumer: str, topic: str, ends: Sequence[int]
) -> Collection[int]:
    """The ranges of subjects that a log has between what a consumer has read and these ends."""
    limits = {TopicPartition(topic, number): end for number, end in enumerate(ends)}
    stored, begins = await inbox.get_stored_offsets(database, consumer, list(limits)), await bus.begin_offsets(topic)
    starts = {at: max(stored.get(at, 0), begins[at]) for at in limits}
    unread = {at: end for at, end in limits.items() if starts[at] < end}
    found: set[int] = set()
    async for batch in bus.read(topic, starts, unread):
        found |= {range_of(record.key) for record in batch.records}
    return found


class DigestChecks:
    """Compares what one consumer has applied with the newest digests of its producers.

    What a digest was found to agree with is compared again with the next one only.
    """

    def __init__(self, database: Database, subscription: Subscription, jumps: Jumps) -> None:
        self._database = database
        self._subscription = subscription
        self._jumps = jumps
        self._standing: dict[str, tuple[ProducerDigest, str]] = {}
        """By topic: the digest that it differs from, and the sentence that says so."""
        self._compared: dict[str, str | None] = {}
        self._not_before = 0.0

    async def find_fault(self) -> str | None:
        """A sentence that says which store differs from which, as of the newest digests; none where all agree.

        Jumps that a digest confirms by now are applied on the way.
        """
        digests = self._jumps.digests
        for topic, digest in digests.items():
            if self._is_due(topic, digest):
                await self._check(topic, digest)
        return next((fault for topic, (_, fault) in self._standing.items() if topic in digests), None)

    def _is_due(self, topic: str, digest: ProducerDigest) -> bool:
        if topic in self._standing:  # whoever mends it should not have to wait
            return True
        return digest.event_id != self._compared.get(topic) and time.monotonic() >= self._not_before

    async def _check(self, topic: str, digest: ProducerDigest) -> None:
        began = time.monotonic()
        digest, found = await self._compare_newest(topic, digest)
        self._not_before = time.monotonic() + SHARE * (time.monotonic() - began)
        self._standing.pop(topic, None)
        if found is None:
            return
        if found.fault:
            self._standing[topic] = digest, found.fault
            return
        for number in found.confirmed:
            await self._apply_confirmed(number)
        self._compared[topic] = digest.event_id

    async def _compare_newest(self, topic: str, digest: ProducerDigest) -> tuple[ProducerDigest, Comparison | None]:
        """Compare with a digest, or else with the one before that it differs from.

        Who refuses reads no further, so a later one of the same generation cannot be compared, and must not end the
        refusal. One of a higher does: that is a recovery.
        """
        found = await self._compare(topic, digest)
        before, _ = self._standing.get(topic, (digest, None))
        if found is None and before is not digest and before.generation == digest.generation:
            return before, await self._compare(topic, before)
        return digest, found

    async def _compare(self, topic: str, digest: ProducerDigest) -> Comparison | None:
        return await self._database.read(partial(compare, subscription=self._subscription, topic=topic, digest=digest))

    async def _apply_confirmed(self, number: int) -> None:
        try:
            outcome = await retry_dead_letter(self._database, [self._subscription], number, is_confirmed=True)
        except Exception as error:
            if is_outage(error):
                raise
            outcome = repr(error)[:300]  # it stays parked, for an operator to see
        log.info("consumer.jump_confirmed", consumer=self._subscription.consumer, number=number, outcome=outcome)
