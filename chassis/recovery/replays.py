"""Going over the log again and moving the calendar, asked of each service like a recovery's steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

import httpx

from chassis.bus.port import Bus, TopicPartition
from chassis.business_dates import BusinessDate, get_business_date, pin_business_date, unpin_business_date
from chassis.errors import Conflict
from chassis.events import replay
from chassis.events.subscription import Subscription
from chassis.recovery.remote import ask
from chassis.storage.database import Database

MAX_OFFSET: Final = 2**62
REBUILD_SECONDS: Final = 3600.0
"""A rebuild folds a whole log in one transaction."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a replay begins: at an offset of every partition, or at a moment.

    ``anyway``: also where a log begins behind that; then it starts where the log begins.
    """

    at: int | datetime
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """From how many partitions' offsets a consumer reads again; ``refused`` says why it does not."""

    partitions: int = 0
    lowest: int = 0
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The events that were folded, by consumer; ``refused`` says why nothing was changed."""

    folded: Mapping[str, int]
    refused: str | None = None


def nothing_to_rebuild(service: str) -> Rebuilt:
    """The answer of a service without consumers."""
    return Rebuilt({}, f"{service} keeps nothing that it derives from events.")


def rebuildable(subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
    """Those whose state can be dropped and made of the log alone; what a service records is its own."""
    return [each for each in subscriptions if not each.records]


class ReplayStore(Protocol):
    """One service's consumers and its calendar.

    Raises:
        StoresUnreachable: the service, its database or the bus does not answer.
    """

    async def replay_consumer(self, consumer: str, start: Start) -> Replayed | None:
        """Have a consumer apply again what the log has from there on. None where there is none such."""

    async def rebuild_consumers(self) -> Rebuilt:
        """Drop what the service derives from events and fold the whole log again."""

    async def read_business_date(self) -> BusinessDate: ...

    async def set_business_date(self, day: date | None) -> None:
        """Pin the date, or have it follow the calendar."""


@dataclass(frozen=True, slots=True)
class LocalReplays:
    """By the service's own database and the bus; ``actor`` is whom audit entries name."""

    service: str
    subscriptions: Sequence[Subscription]
    database: Database
    bus: Bus
    actor: str = "operator"

    async def replay_consumer(self, consumer: str, start: Start) -> Replayed | None:
        subscription = next((each for each in self.subscriptions if each.consumer == consumer), None)
        if subscription is None:
            return None
        begins = await _list_begins(self.bus, subscription)
        asked = await _list_starts(self.bus, subscription, start.at, begins)
        try:
            if not start.anyway:
                replay.require_all_kept(consumer, asked, begins)
        except Conflict as refusal:
            return Replayed(refused=str(refusal))
        kept = {at: max(begins[at], offset) for at, offset in asked.items()}
        offsets = await replay.replay_from(self.database, subscription, kept, actor=self.actor)
        return Replayed(len(offsets), min(offsets.values(), default=0))

    async def rebuild_consumers(self) -> Rebuilt:
        derived = rebuildable(self.subscriptions)
        if not derived:
            return nothing_to_rebuild(self.service)
        try:
            return Rebuilt({each.consumer: await self._rebuild(each) for each in derived})
        except Conflict as refusal:
            return Rebuilt({}, str(refusal))

    async def _rebuild(self, subscription: Subscription) -> int:
        return await replay.rebuild(self.database, self.bus, subscription, actor=self.actor)

    async def read_business_date(self) -> BusinessDate:
        return await self.database.read(get_business_date)

    async def set_business_date(self, day: date | None) -> None:
        await self.database.write(
            lambda tx: unpin_business_date(tx) if day is None else pin_business_date(tx, day), actor=self.actor
        )


async def _list_begins(bus: Bus, subscription: Subscription) -> dict[TopicPartition, int]:
    return {at: begin for topic in subscription.topics for at, begin in (await bus.begin_offsets(topic)).items()}


async def _list_starts(
    bus: Bus, subscription: Subscription, at: int | datetime, begins: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Where a replay is asked to start; below a log's begin where what was there is deleted."""
    if isinstance(at, int):
        return dict.fromkeys(begins, min(at, MAX_OFFSET))
    found: dict[TopicPartition, int] = {}
    for topic in subscription.topics:
        found |= await bus.offsets_for_time(topic, int(at.timestamp() * 1000))
    return {where: begins[where] - 1 if 0 < begins[where] == offset else offset for where, offset in found.items()}


@dataclass(frozen=True, slots=True)
class RemoteReplays:
    """Over HTTP; ``auth`` proves who asks, and says for whom."""

    service: str
    client: httpx.AsyncClient
    auth: httpx.Auth | None

    async def replay_consumer(self, consumer: str, start: Start) -> Replayed | None:
        found: Replayed | None = await self._ask("replay_consumer", consumer=consumer, start=start)
        return found

    async def rebuild_consumers(self) -> Rebuilt:
        found: Rebuilt = await ask(ReplayStore, "rebuild_consumers", {}, at=self, within=REBUILD_SECONDS)
        return found

    async def read_business_date(self) -> BusinessDate:
        found: BusinessDate = await self._ask("read_business_date")
        return found

    async def set_business_date(self, day: date | None) -> None:
        await self._ask("set_business_date", day=day)

    async def _ask(self, step: str, **arguments: Any) -> Any:
        return await ask(ReplayStore, step, arguments, at=self)
