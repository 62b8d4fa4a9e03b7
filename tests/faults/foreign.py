"""Events that a test publishes itself, in the indicators service's name, about subjects that only the test knows.

A consumer that is told by digests what indicators has published would refuse to go on, rightly: so there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from chassis.bus.kafka.producer import partition_of
from chassis.bus.port import Message
from chassis.events.envelope import NewEvent, encode, headers
from contracts.colours import Colour, Polarity
from contracts.indicators import (
    INDICATOR_UPDATED,
    SOURCE,
    AreaState,
    BenchmarkState,
    ChangedPeriod,
    Definition,
    IndicatorUpdated,
    ObservationStatus,
    SeriesPoint,
    TrendState,
    subject,
)
from contracts.period import Period
from contracts.topics import SERVICES, digest_topic, events_topic
from tests.eventually import eventually
from tests.faults.world import FOREIGN, PLYMOUTH

NOON = datetime(2018, 2, 28, 12, tzinfo=UTC)
PARTITIONS = 12


@dataclass(frozen=True, slots=True)
class Timed:
    """A message with the moment that its record shows."""

    message: Message
    at: datetime


@dataclass(slots=True)
class Source:
    """One indicator in Plymouth: a version a change, whose clock goes as the test has it."""

    name: str
    clock: datetime = NOON
    tick: timedelta = timedelta(seconds=1)
    version: int = 0
    points: dict[Period, SeriesPoint] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return FOREIGN + self.name

    @property
    def subject(self) -> str:
        return subject(self.code, PLYMOUTH)

    def say(self, month: str, value: str) -> Timed:
        """A value of a month; from 90 on it is green."""
        period = Period.parse(month)
        revision = self.points[period].revision + 1 if period in self.points else 1
        colour = Colour.GREEN if Decimal(value) >= 90 else Colour.RED
        final, white = ObservationStatus.FINAL, Colour.WHITE
        self.points[period] = SeriesPoint(
            period=period,
            value=Decimal(value),
            revision=revision,
            status=final,
            benchmark=white,
            trend=white,
            target=colour,
        )
        changed = ChangedPeriod(period=period, value=Decimal(value), revision=revision, status=final)
        self.version, self.clock = self.version + 1, self.clock + self.tick
        body = self._state(changed)
        return Timed(
            self.message(encode(self._event(body), event_id=self.event_id, time=self.clock, traceparent=None)),
            self.clock,
        )

    @property
    def event_id(self) -> str:
        return f"{self.code}-{self.version}"

    def message(self, value: bytes, type_: str = INDICATOR_UPDATED) -> Message:
        known = headers(event_id=self.event_id, source=SOURCE, type_=type_, version=self.version, traceparent=None)
        return Message(self.subject, value, known)

    def _event(self, body: IndicatorUpdated) -> NewEvent:
        return NewEvent(INDICATOR_UPDATED, SOURCE, self.subject, self.version, body)

    def _state(self, changed: ChangedPeriod) -> IndicatorUpdated:
        six = sorted(self.points.values(), key=lambda point: point.period.sort_key)[-6:]
        return IndicatorUpdated(
            indicator=Definition(
                code=self.code,
                name=self.name,
                unit="percentage",
                decimals=2,
                polarity=Polarity.HIGH_IS_GOOD,
                frequency="month",
            ),
            area=AreaState(code=PLYMOUTH, name="Plymouth", type="authority"),
            latest=None,
            benchmark=BenchmarkState(colour=Colour.WHITE, rule="fifteen_percent", reason="no_benchmark"),
            trend=TrendState(colour=Colour.WHITE, reason="one_value"),
            series=six,
            changed=[changed],
        )


async def publish(brokers: str, sent: Sequence[Timed]) -> None:
    """Straight to the topic, one by one in this order, as on a broker where nobody has made topics of digests."""
    await delete_digest_topics(brokers)
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks="all")
    await producer.start()
    try:
        for each in sent:
            message = each.message
            await producer.send_and_wait(
                events_topic("indicators"),
                value=message.value,
                key=message.key.encode(),
                headers=[(name, text.encode()) for name, text in message.headers.items()],
                partition=partition_of(message.key, PARTITIONS),
                timestamp_ms=int(each.at.timestamp() * 1000),
            )
    finally:
        await producer.stop()


async def delete_digest_topics(brokers: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        there = set(map(digest_topic, SERVICES)) & set(await admin.list_topics())
        if there:
            await admin.delete_topics(sorted(there))
        await eventually(lambda: _are_gone(admin, there))
    finally:
        await admin.close()


async def _are_gone(admin: AIOKafkaAdminClient, topics: set[str]) -> bool:
    return not topics & set(await admin.list_topics())
