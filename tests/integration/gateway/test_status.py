"""What operators look at: consumers and outboxes as the services say, and jobs of all of them."""

from pathlib import Path

import httpx
import pytest

from chassis.bus.embedded import EmbeddedBus
from chassis.jobs import queue
from chassis.jobs.job import NewJob
from chassis.runtime import ServiceRuntime
from chassis.settings import ServiceSettings
from chassis.storage.transaction import Tx
from chassis.web.app import build_app
from chassis.web.units import Resources
from contracts.topics import SERVICES, digest_topic, events_topic
from gateway.proxy.upstreams import Upstream, in_process
from services.risks.app import SPEC
from tests.conftest import DatabaseFor
from tests.integration.gateway.conftest import FrontOf, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


async def risks(database_for: DatabaseFor, bus: EmbeddedBus) -> Upstream:
    database = await database_for("services.risks")

    async def ask_for_three(tx: Tx) -> None:
        for number in range(3):
            await queue.save_job(tx, NewJob("openings", {"quarter": number}))

    await database.write(ask_for_three, actor="Ana")
    runtime = ServiceRuntime(SPEC, database, bus, ServiceSettings())
    return in_process(
        "risks", build_app(SPEC, Resources(database, signed_for("risks"), health=runtime.health, bus=bus))
    )


async def test_consumers_outboxes_and_jobs_of_every_service(
    front_of: FrontOf, database_for: DatabaseFor, tmp_path: Path
) -> None:
    bus = EmbeddedBus(tmp_path / "bus.db", partitions=2)
    await bus.start()
    try:
        await bus.ensure_topics([kind(name) for name in SERVICES for kind in (events_topic, digest_topic)])
        front = await front_of(risks=await risks(database_for, bus))
        consumers = await items(front.client, "consumers")
        assert [consumer["consumer"] for consumer in consumers] == ["risks", "risks-finance"]
        assert {(one["service"], one["lag"], one["stopped"]) for one in consumers} == {("risks", 0, None)}
        [outbox] = await items(front.client, "outbox")
        assert outbox == {"service": "risks", "unpublished": 0, "failing": None, "refusal": None}
        jobs = await items(front.client, "jobs", limit=2)
        assert [(job["id"], job["name"], job["state"], job["actor"]) for job in jobs] == [
            (f"risks-{number}", "openings", "waiting", "Ana") for number in (3, 2, 1)
        ]
        assert await items(front.client, "jobs", state="failed") == []
    finally:
        await bus.close()


async def test_a_service_that_does_not_answer_is_named(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    for collection in ("consumers", "outbox", "jobs"):
        answer = await front.client.get(f"/operations/v1/{collection}")
        assert (answer.status_code, "risks" in answer.json()["detail"]) == (503, True)


async def items(client: httpx.AsyncClient, collection: str, **query: object) -> list[dict[str, object]]:
    """All of a collection, page by page."""
    found: list[dict[str, object]] = []
    cursor = None
    while True:
        params = {name: str(value) for name, value in query.items()} | ({"cursor": cursor} if cursor else {})
        answer = await client.get(f"/operations/v1/{collection}", params=params)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if (cursor := answer.json()["next"]) is None:
            return found
