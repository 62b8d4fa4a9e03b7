"""Versions that jump: above what the log and the producer's newest digest explain, so that nobody genuine gave them.

One such event would make its aggregate deaf: whatever comes after it would be taken for older.
"""

import asyncio
from collections.abc import Mapping, Sequence

from chassis.bus.port import Bus, BusError, TopicMissing
from chassis.events.classification import Classified, Unapplicable
from chassis.events.dead_letters import Reason
from chassis.events.envelope import Delivery
from chassis.events.producer_digests import NOTHING_TOLD, ProducerDigest, get_newest_digest
from chassis.events.store_checks import REFUSED_SECONDS
from chassis.events.subscription import Subscription
from chassis.logging import get_logger

log = get_logger()


class Jumps:
    """Finds jumps among what one subscription reads, by the newest digest of each of its producers.

    Where nobody has made a topic of digests there is nothing to go by, and nothing is taken for a jump.
    """

    def __init__(self, bus: Bus, subscription: Subscription) -> None:
        self._bus = bus
        self._subscription = subscription
        self._digests: dict[str, ProducerDigest | None] = dict.fromkeys(subscription.topics, NOTHING_TOLD)
        self._told: frozenset[str] = frozenset()
        """Topics whose digest the last reading found, or found to be made by nobody: else the one before stands."""

    @property
    def digests(self) -> Mapping[str, ProducerDigest]:
        """The newest that was read, by the topic whose events it tells of."""
        return {topic: digest for topic, digest in self._digests.items() if digest}

    async def refresh(self) -> None:
        """Read the newest digests.

        Raises:
            BusError: the bus does not answer.
        """
        for topic in self._subscription.topics:
            newest = await self._get_newest(topic)
            if newest is not NOTHING_TOLD or self._digests[topic] is None:
                self._digests[topic] = newest
            self._told = self._told - {topic} if newest is NOTHING_TOLD else self._told | {topic}

    async def _get_newest(self, topic: str) -> ProducerDigest | None:
        """None where there is no topic of digests."""
        try:
            return await get_newest_digest(self._bus, topic.split(".")[1])
        except TopicMissing as error:
            if self._digests[topic] is not None:
                log.warning("consumer.no_digests", consumer=self._subscription.consumer, reason=str(error))
            return None

    def list_unexplained(self, events: Sequence[Delivery]) -> Sequence[Delivery]:
        """Those that the digests read so far do not explain."""
        digests = self._digests
        return [
            event
            for event in events
            if (digest := digests.get(event.record.topic)) is not None and not digest.explains(event)
        ]

    async def list_jumps(self, events: Sequence[Delivery]) -> Sequence[Delivery]:
        """Those that no digest explains. Waits, for as long as it takes, until their producer has said anything."""
        suspicious = self.list_unexplained(events)
        while suspicious:
            is_told = await self._refreshed({event.record.topic for event in suspicious})
            suspicious = self.list_unexplained(suspicious)
            if is_told:
                break
            if suspicious:
                first = suspicious[0]
                reason = f"version {first.version} of {first.subject} is more than its log explains"
                log.warning("consumer.waits_for_digest", consumer=self._subscription.consumer, reason=reason)
                await asyncio.sleep(REFUSED_SECONDS)
        return suspicious

    async def _refreshed(self, topics: set[str]) -> bool:
        """Whether the bus has told the newest digest of each of these topics."""
        try:
            await self.refresh()
        except BusError as error:
            log.info("consumer.digests_unread", consumer=self._subscription.consumer, error=str(error)[:200])
            return False
        return topics <= self._told

    async def without_jumps(self, classified: Classified) -> Classified:
        """The same with jumps among what is to be parked."""
        jumps = await self.list_jumps(classified.deliveries)
        if not jumps:
            return classified
        found = {id(event) for event in jumps}
        rest = [event for event in classified.deliveries if id(event) not in found]
        return Classified(rest, [*classified.unapplicable, *map(jump, jumps)])


def jump(event: Delivery) -> Unapplicable:
    """An event whose version jumps, with what is wrong with it."""
    error = f"version {event.version} of generation {event.generation} is above what the log and the digest explain"
    return Unapplicable(event.record, Reason.JUMP, error)
