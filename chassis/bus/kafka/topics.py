"""Topics: made as the suite needs them, checked where they exist, and asked for their offsets."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from chassis.bus.kafka.connection import bounded, client_options
from chassis.bus.kafka.settings import KafkaSettings
from chassis.bus.port import BusError, TopicPartition

SETTLE_S = 0.05
"""How long to wait before asking again whether every broker knows a topic just made."""


async def ensure_topics(settings: KafkaSettings, topics: Sequence[str]) -> None:
    async with _admin(settings, "Making topics") as admin:
        await _create(admin, settings, topics)
        await _check_partitions(admin, settings, topics)
        await _check_policies(admin, topics)


async def partitions_of(settings: KafkaSettings, topic: str) -> list[TopicPartition]:
    """Every partition of a topic.

    Raises:
        BusError: there is no such topic, or the bus does not answer.
    """
    async with _admin(settings, f"Describing {topic}") as admin:
        (found,) = await admin.describe_topics([topic])
    if found["error_code"]:
        raise BusError(f"There is no topic {topic!r}: {for_code(found['error_code']).__name__}.")
    return sorted(TopicPartition(topic, part["partition"]) for part in found["partitions"])


@asynccontextmanager
async def _admin(settings: KafkaSettings, what: str) -> AsyncIterator[AIOKafkaAdminClient]:
    timeout_ms = int(settings.request_timeout_s * 1000)
    async with bounded(settings.request_timeout_s, what):
        admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=timeout_ms)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


def is_state(topic: str) -> bool:
    """Whether only the newest event of each key is kept."""
    return ".state." in topic


def _policy(topic: str) -> str:
    return "compact" if is_state(topic) else "delete"


def _configuration(topic: str, settings: KafkaSettings) -> dict[str, str]:
    common = {"cleanup.policy": _policy(topic), "min.insync.replicas": str(settings.min_insync_replicas)}
    # The logs are what a service is rebuilt from: nothing in them grows old.
    return common if is_state(topic) else common | {"retention.ms": "-1", "retention.bytes": "-1"}


async def _create(admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: Sequence[str]) -> None:
    known = {each["topic"] for each in await admin.describe_topics(list(topics)) if each["error_code"] == 0}
    wanted = [
        NewTopic(
            name=topic,
            num_partitions=settings.partitions,
            replication_factor=settings.replication_factor,
            topic_configs=_configuration(topic, settings),
        )
        for topic in topics
        if topic not in known
    ]
    if not wanted:
        return
    answer = await admin.create_topics(wanted)
    for topic, code, reason in answer.topic_errors:
        if for_code(code) not in {NoError, TopicAlreadyExistsError}:  # someone else may have been faster
            raise BusError(f"Topic {topic!r} cannot be made: {reason or for_code(code).__name__}.")


async def _check_partitions(admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: Sequence[str]) -> None:
    for each in await _settled_topics(admin, topics):
        found = len(each["partitions"])
        if found != settings.partitions:
            raise BusError(f"Topic {each['topic']!r} has {found} partitions, not {settings.partitions}.")


async def _settled_topics(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[dict[str, Any]]:
    """The topics, once the broker asked knows a leader for every partition."""
    while True:
        found: list[dict[str, Any]] = await admin.describe_topics(list(topics))
        if all(_settled(each) for each in found):
            return found
        await asyncio.sleep(SETTLE_S)


def _settled(topic: dict[str, Any]) -> bool:
    return topic["error_code"] == 0 and all(part["error_code"] == 0 for part in topic["partitions"])


async def _check_policies(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> None:
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic, {"cleanup.policy": ""}) for topic in topics]
    for answer in await admin.describe_configs(asked):
        for code, _reason, _kind, topic, entries in (resource[:5] for resource in answer.resources):
            if for_code(code) is UnknownTopicOrPartitionError:
                raise BusError(f"Topic {topic!r} has gone.")
            policy = next((entry[1] for entry in entries if entry[0] == "cleanup.policy"), None)
            if policy != _policy(topic):
                raise BusError(f"Topic {topic!r} has cleanup.policy={policy}, not {_policy(topic)}.")
