"""Topics: made as the suite needs them, checked where they exist, and asked for their offsets."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    NoError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)

from chassis.bus.kafka.connection import bounded, client_options
from chassis.bus.kafka.settings import KafkaSettings
from chassis.bus.port import BusError, TopicMissing, TopicPartition, is_compacted

SETTLE_S = 0.05
"""How long to wait before asking again whether every broker knows a topic just made."""

MIN_INSYNC = "min.insync.replicas"


async def ensure_topics(settings: KafkaSettings, topics: Sequence[str]) -> None:
    async with _admin(settings, "Making topics") as admin:
        await _create(admin, settings, topics)
        faults = [*await _layout_faults(admin, settings, topics), *await _setting_faults(admin, settings, topics)]
    if faults:
        raise BusError(" ".join(faults))


async def partitions_of(settings: KafkaSettings, topic: str) -> list[TopicPartition]:
    """Every partition of a topic.

    Raises:
        TopicMissing: there is no such topic, or none that may be seen.
        BusError: the bus does not answer.
    """
    async with _admin(settings, f"Describing {topic}") as admin:
        (found,) = await admin.describe_topics([topic])
    if found["error_code"]:
        error, sentence = for_code(found["error_code"]), f"There is no topic {topic!r}"
        kind = TopicMissing if error in {UnknownTopicOrPartitionError, TopicAuthorizationFailedError} else BusError
        raise kind(f"{sentence}: {error.__name__}.")
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


def _policy(topic: str) -> str:
    return "compact" if is_compacted(topic) else "delete"


def _configuration(topic: str, settings: KafkaSettings) -> dict[str, str]:
    common = {"cleanup.policy": _policy(topic), MIN_INSYNC: str(settings.min_insync_replicas)}
    # The logs are what a service is rebuilt from: nothing in them grows old.
    return common if is_compacted(topic) else common | {"retention.ms": "-1", "retention.bytes": "-1"}


async def _create(admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: Sequence[str]) -> None:
    existing = {each["topic"] for each in await admin.describe_topics(list(topics)) if each["error_code"] == 0}
    wanted = [
        NewTopic(
            name=topic,
            num_partitions=settings.partitions,
            replication_factor=settings.replication_factor,
            topic_configs=_configuration(topic, settings),
        )
        for topic in topics
        if topic not in existing
    ]
    if not wanted:
        return
    answer = await admin.create_topics(wanted)
    for topic, code, reason in answer.topic_errors:
        if for_code(code) not in {NoError, TopicAlreadyExistsError}:  # someone else may have been faster
            raise BusError(f"Topic {topic!r} cannot be made: {reason or for_code(code).__name__}.")


async def _layout_faults(admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: Sequence[str]) -> list[str]:
    """A sentence for each topic with other partitions, or fewer replicas, than asked for."""
    faults = []
    for each in await _settled_topics(admin, topics):
        topic, found = each["topic"], len(each["partitions"])
        replicas = min(len(part["replicas"]) for part in each["partitions"])
        if found != settings.partitions:
            faults.append(f"Topic {topic!r} has {found} partitions, not {settings.partitions}.")
        if replicas < settings.replication_factor:
            faults.append(
                f"Topic {topic!r} has replication factor {replicas}, not {settings.replication_factor} or more."
            )
    return faults


async def _settled_topics(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[dict[str, Any]]:
    """The topics, once the broker asked knows a leader for every partition."""
    while True:
        found: list[dict[str, Any]] = await admin.describe_topics(list(topics))
        if all(_settled(each) for each in found):
            return found
        await asyncio.sleep(SETTLE_S)


def _settled(topic: dict[str, Any]) -> bool:
    return topic["error_code"] == 0 and all(part["error_code"] == 0 for part in topic["partitions"])


async def _setting_faults(admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: Sequence[str]) -> list[str]:
    """A sentence for each setting that a topic has otherwise than it would be made with."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, each, _configuration(each, settings)) for each in topics]
    faults = []
    for answer in await admin.describe_configs(asked):
        for code, _reason, _kind, topic, entries in (resource[:5] for resource in answer.resources):
            if for_code(code) is UnknownTopicOrPartitionError:
                raise BusError(f"Topic {topic!r} has gone.")
            found = {entry[0]: entry[1] for entry in entries}
            for name, wanted in _configuration(topic, settings).items():
                if missed := _missed(name, found.get(name), wanted):
                    faults.append(f"Topic {topic!r} has {name}={found.get(name)}, not {missed}.")
    return faults


def _missed(name: str, found: str | None, wanted: str) -> str | None:
    """What a setting must be and is not."""
    if name == MIN_INSYNC:  # an operator may ask for more
        return None if found is not None and int(found) >= int(wanted) else f"{wanted} or more"
    return None if found == wanted else wanted
