"""What a service says of itself while its bus says nothing."""

import asyncio
import time
from collections.abc import Mapping

from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import TopicPartition
from chassis.runtime import ServiceRuntime
from chassis.service import ServiceSpec
from chassis.settings import ServiceSettings
from tests.integration.chassis import tally


class SilentBus(EmbeddedBus):
    """It takes questions and never answers, as a broker does that was stopped."""

    async def end_offsets(self, topic: str) -> Mapping[TopicPartition, int]:  # noqa: ARG002  the port's
        await asyncio.Event().wait()
        return {}


async def test_a_silent_bus_does_not_keep_readiness_waiting(database, tmp_path):
    spec = ServiceSpec("tally", "Tally", "Counts", tally.metadata, "tests", (), (tally.TALLY,))
    runtime = ServiceRuntime(spec, database, SilentBus(tmp_path / "silent.db"), ServiceSettings())
    started = time.monotonic()
    said = await runtime.health()
    assert time.monotonic() - started < 2
    assert said["ready"]
    assert said["consumers"]["tally"]["lag"] is None
