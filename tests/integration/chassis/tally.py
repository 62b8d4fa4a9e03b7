"""A service as small as can be: it keeps the newest number of each subject, and counts every effect it applies."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, ColumnElement, Integer, String, Table, delete, select, tuple_

from chassis.bus.embedded.statements import partition_of
from chassis.bus.port import Message, TopicPartition
from chassis.clock import system_clock
from chassis.events import dead_letters
from chassis.events.dead_letters import DeadLetterFilter, DeadLetterState
from chassis.events.envelope import Delivery, NewEvent, delivery, encode, headers, with_generation
from chassis.events.projection import Projection
from chassis.events.subscription import Subscription
from chassis.runtime import lag
from chassis.storage.bulk import upsert
from chassis.storage.tables import service_metadata
from chassis.storage.transaction import Tx
from contracts.envelope import Body
from contracts.topics import events_topic
from tests.eventually import eventually

TOPIC = events_topic("indicators")
TYPE = "commissioning.number.changed.v1"

metadata = service_metadata()
newest = Table(
    "newest",
    metadata,
    Column("subject", String(60), primary_key=True),
    Column("generation", BigInteger, nullable=False, server_default="1"),
    Column("version", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
)
effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", String(60)),
    Column("version", Integer),
)


class NumberChanged(Body):
    number: int


class Bad(Exception):
    """What the handler raises on a negative number, as a bug or a broken event would."""


async def fold(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
    for each in deliveries:
        if each.data(NumberChanged).number < 0:
            raise Bad(f"{each.subject} says {each.data(NumberChanged).number}")
    last = {d.subject: d for d in sorted(deliveries, key=lambda d: d.order)}
    rows = [_row(delivery) for _, delivery in sorted(last.items())]
    await upsert(tx, newest, rows, ["subject"], ["generation", "version", "number"], where=_is_newer)
    return deliveries


def _row(delivery: Delivery) -> dict[str, str | int]:
    order = {"generation": delivery.generation, "version": delivery.version}
    return {"subject": delivery.subject, "number": delivery.data(NumberChanged).number} | order


def _is_newer(table: Table, excluded: Any) -> ColumnElement[bool]:
    return tuple_(table.c.generation, table.c.version) < tuple_(excluded.generation, excluded.version)


async def evaluate(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    await tx.session.execute(effects.insert(), [{"subject": d.subject, "version": d.version} for d in deliveries])


async def drop(tx: Tx) -> None:
    await tx.session.execute(delete(newest))


async def forget(tx: Tx, subjects: Sequence[str]) -> None:
    await tx.session.execute(delete(newest).where(newest.c.subject.in_(subjects)))


async def finish(tx: Tx) -> None:
    """What was folded is what stands: nothing here is derived further."""
    assert (await tx.session.execute(select(newest))).first() is not None


TALLY = Subscription(
    consumer="tally",
    topics=(TOPIC,),
    types=(TYPE,),
    projection=Projection(fold, evaluate, evaluate_all=finish, drop=drop),
    supersedes=True,
)

FORGETTING = replace(TALLY, projection=replace(TALLY.projection, forget=forget))


def number_event(
    subject: str, version: int, number: int, *, type_: str = TYPE, event_id: str | None = None, generation: int = 1
) -> Message:
    event_id = event_id or (f"{subject}-{version}" if generation == 1 else f"{subject}-{generation}-{version}")
    new = NewEvent(type_, "/indicators", subject, version, NumberChanged(number=number))
    body = encode(new, event_id=event_id, time=system_clock(), traceparent=None)
    attributes = headers(
        event_id=event_id,
        source="/indicators",
        type_=type_,
        version=version,
        traceparent=None,
        generation=generation,
    )
    return Message(subject, with_generation(body, generation), attributes)


def new_event(subject: str, version: int, number: int) -> NewEvent:
    data: BaseModel = NumberChanged(number=number)
    return NewEvent(TYPE, "/indicators", subject, version, data)


async def numbers(tx: Tx) -> dict[str, int]:
    return {row.subject: row.number for row in await tx.session.execute(select(newest))}


async def applied(tx: Tx) -> list[tuple[str, int]]:
    return sorted((row.subject, row.version) for row in await tx.session.execute(select(effects)))


async def forgiving(tx, deliveries):
    return deliveries


async def publish(bus, *messages):
    producer = await bus.producer()
    await producer.publish(TOPIC, list(messages))
    await producer.close()


async def caught_up(database, bus):
    await eventually(lambda: _is_caught_up(database, bus))


async def _is_caught_up(database, bus):
    assert await lag(database, bus, TALLY) == 0


async def list_parked(database, state=DeadLetterState.PARKED):
    return await database.read(lambda tx: dead_letters.list_dead_letters(tx, DeadLetterFilter("tally", state=state)))


async def list_newest_of_log(bus, ends):
    """Subject, version and id of the newest event of each aggregate that the log has before these ends."""
    newest = {}
    limits = {TopicPartition(TOPIC, number): end for number, end in enumerate(ends)}
    async for batch in bus.read(TOPIC, {}, limits):
        for event in map(delivery, batch.records):
            newest[event.subject] = max(event, newest.get(event.subject, event), key=lambda each: each.order)
    return [(event.subject, event.version, event.id) for event in newest.values()]


def of_partition(number: int) -> str:
    """A subject whose events go to that partition of two."""
    return next(name for name in map("s{}".format, range(99)) if partition_of(name, 2) == number)


BUSY, QUIET = of_partition(0), of_partition(1)
