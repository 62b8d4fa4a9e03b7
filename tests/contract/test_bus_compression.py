"""Compressed records, whoever compressed them: a producer of ours, or the broker as the topic says."""

from typing import get_args

import pytest

from chassis.bus.kafka import KafkaSettings
from tests.contract.conftest import OpenBus
from tests.contract.reading import Database, messages, numbers, read_all, take
from tests.contract.topic_settings import alter, settings_of
from tests.eventually import eventually

pytestmark = pytest.mark.rest

CODECS = ("gzip", "lz4", "snappy", "zstd")


@pytest.fixture(params=[pytest.param("kafka", marks=pytest.mark.kafka)])
def adapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_these_are_all_that_can_be_asked_for():
    asked = KafkaSettings.model_fields["compression"].annotation
    assert {codec for choice in get_args(asked) for codec in get_args(choice)} == set(CODECS)


@pytest.mark.parametrize("codec", CODECS)
async def test_what_is_published_compressed_is_read(
    open_bus: OpenBus, topic: str, codec: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KAFKA_COMPRESSION", codec)
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(5000))

    consumer = await bus.consumer("group-" + topic, [topic], Database())

    assert sorted(numbers(await take(consumer, 5000))) == list(range(5000))
    assert sorted(numbers(await read_all(bus, topic))) == list(range(5000))


@pytest.mark.parametrize("codec", CODECS)
async def test_what_the_broker_compresses_is_read(open_bus: OpenBus, topic: str, codec: str, kafka_bootstrap: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await alter(kafka_bootstrap, topic, {"retention.ms": "-1", "compression.type": codec})

    async def known() -> bool:
        return await settings_of(kafka_bootstrap, topic, "compression.type") == (codec,)

    await eventually(known)
    await (await bus.producer()).publish(topic, messages(5000))

    consumer = await bus.consumer("group-" + topic, [topic], Database())

    assert sorted(numbers(await take(consumer, 5000))) == list(range(5000))
