"""Who delivers webhooks is killed at every step: each event arrives, in the order of its aggregate."""

from collections import defaultdict
from collections.abc import AsyncIterator

import httpx
import pytest

from services.subscriptions.app import create_app
from services.subscriptions.service.feed import add_events
from tests.conftest import ResourcesFor
from tests.eventually import eventually
from tests.faults.delivering import Workers
from tests.integration.subscriptions.webhooks.plant import KEY, event
from tests.receivers import Receiver, receiving

pytestmark = pytest.mark.faults

SUBJECTS, VERSIONS = [f"R{number}" for number in range(6)], 25
SETTINGS = {
    "DEVELOPMENT": "true",
    "NETWORKS": '["127.0.0.0/8"]',
    "KEYS": KEY,
    "TIMEOUT": "3",
    "LEASE": "6",
    "BATCH": "40",
    "POLL": "0.1",
}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.mark.parametrize("crash_at", ["webhooks.after_send:7", "webhooks.before_record:2", "webhooks.after_record"])
async def test_every_event_arrives_in_order_whenever_a_worker_is_killed(
    resources_for: ResourcesFor, receiver: Receiver, workers: Workers, monkeypatch: pytest.MonkeyPatch, crash_at: str
) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"SUBSCRIPTIONS_WEBHOOK_{name}", value)
    resources = await resources_for("services.subscriptions")
    database = resources.database
    base = "http://subscriptions/events/v1"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(resources)), base_url=base) as api:
        made = (await api.post("/subscriptions", json={"name": "warehouse", "url": receiver.url})).json()
        events = [event(subject, version) for version in range(1, VERSIONS + 1) for subject in SUBJECTS]
        await database.write(lambda tx: add_events(tx, events))
        url = database.url.render_as_string(hide_password=False)
        killed = workers.start(url, crash_at)
        await eventually(lambda: killed.poll() is not None, within=60)
        for _ in range(2):
            workers.start(url)

        async def is_through() -> bool:
            progress = (await api.get(f"/subscriptions/{made['id']}/progress")).json()
            return bool(progress["position"] == len(events) and progress["waiting"] == 0)

        await eventually(is_through, within=60)
    seen: dict[str, list[int]] = defaultdict(list)
    for each in receiver.taken:
        seen[each.event["subject"]].append(each.event["aggregateversion"])
    assert {subject: list(dict.fromkeys(versions)) for subject, versions in seen.items()} == {
        each: list(range(1, VERSIONS + 1)) for each in SUBJECTS
    }
    again = len(receiver.taken) - len(events)
    assert again <= int(SETTINGS["BATCH"]), "what was sent and not recorded comes again, and nothing else"
