"""What a broker keeps for a topic: asked and changed as an operator would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType


@asynccontextmanager
async def admin_of(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await client.start()
        yield client
    finally:
        await client.close()


async def alter(servers: str, topic: str, settings: dict[str, str]) -> None:
    """Give a topic these settings, and the broker's defaults for every other."""
    async with admin_of(servers) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])


async def settings_of(servers: str, topic: str, *names: str) -> tuple[str, ...]:
    asked = ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(names, ""))
    async with admin_of(servers) as admin:
        (answer,) = await admin.describe_configs([asked])
    entries = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    return tuple(entries[name] for name in names)
