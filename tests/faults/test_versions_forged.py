"""Somebody with the right to write publishes a version that no producer gave: nobody goes deaf by it."""

import asyncio
import json

import pytest
from aiokafka import AIOKafkaProducer

from chassis.bus.kafka.producer import partition_of
from chassis.events.envelope import EVENT_ID, EVENT_VERSION
from contracts.topics import events_topic
from tests.faults.foreign import PARTITIONS
from tests.faults.holdings import CONSUMERS, read_topic
from tests.faults.world import PLYMOUTH, observe

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

LOG = events_topic("indicators")
SUBJECT = f"four-hours/{PLYMOUTH}"
FORGED = 10**9


@pytest.fixture
def no_plant(keeper):
    """The next plant is a new one, with digests, and nobody reads its log afterwards."""
    keeper.drop()
    yield
    keeper.drop()


async def forge(plant):
    """Publish the newest event of an aggregate again, as another one with a version of the far future."""
    bus = plant.open_bus()
    await bus.start()
    try:
        newest = [record for record in await read_topic(bus, LOG) if record.key == SUBJECT][-1]
    finally:
        await bus.close()
    body = json.loads(newest.value) | {"id": "forged", "aggregateversion": FORGED}
    headers = {**newest.headers, EVENT_ID: "forged", EVENT_VERSION: str(FORGED)}
    producer = AIOKafkaProducer(bootstrap_servers=plant.kafka.bootstrap_servers, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(
            LOG,
            value=json.dumps(body, separators=(",", ":")).encode(),
            key=SUBJECT.encode(),
            headers=[(name, text.encode()) for name, text in headers.items()],
            partition=partition_of(SUBJECT, PARTITIONS),
        )
    finally:
        await producer.stop()


def parked(plant, consumer):
    query = f"SELECT reason, subject, version FROM {consumer}.dead_letter WHERE state = 'parked'"  # noqa: S608  ours
    return [tuple(row) for row in plant.sql(query)]


def versions(plant):
    """Of one series at its producer, and at the three that read it."""
    indicator, area = SUBJECT.split("/")
    key = f"indicator = '{indicator}' AND area = '{area}' AND breakdown = ''"
    queries = (
        f"SELECT max(version) FROM indicators.outbox WHERE subject = '{SUBJECT}'",  # noqa: S608  ours, as those below
        f"SELECT version FROM risks.indicator_series WHERE subject = '{SUBJECT}'",  # noqa: S608
        f"SELECT version FROM pledges.indicator_colour WHERE {key}",  # noqa: S608
        f"SELECT version FROM finance.series WHERE {key}",  # noqa: S608
    )
    return [plant.sql(query)[0][0] for query in queries]


@pytest.mark.usefixtures("no_plant")
def test_a_version_of_the_far_future_is_parked_and_later_updates_arrive(plant):
    with plant.client() as client:
        observe(client, "four-hours", PLYMOUTH, "2017-09", "50.5").raise_for_status()
        plant.settle()
        asyncio.run(forge(plant))
        for consumer in CONSUMERS:
            plant.until(lambda name=consumer: parked(plant, name) == [("jump", SUBJECT, FORGED)])
        before = versions(plant)
        assert len(set(before)) == 1
        observe(client, "four-hours", PLYMOUTH, "2017-09", "51.5").raise_for_status()
        plant.settle()
    after = versions(plant)
    assert set(after) == {before[0] + 1}, "every update arrives"
    assert "Nothing differs." in plant.command("verify")
    assert plant.health()["ready"] is True
    for consumer in CONSUMERS:
        plant.command("dead-letters", "discard", consumer, "--class", "jump", "--reason", "forged")
        assert parked(plant, consumer) == []
