"""Who sends messages to a mailbox is killed at every step: each event arrives, in the order of its aggregate."""

import asyncio
from collections import defaultdict

import httpx
import pytest

from services.subscriptions.app import create_app
from services.subscriptions.service.feed import add_events
from tests.conftest import ResourcesFor
from tests.eventually import eventually
from tests.faults.delivering import Workers
from tests.integration.subscriptions.webhooks.plant import KEY, event
from tests.mesh.sandbox import ADDRESS, OPENING, Received, sandbox

pytestmark = [pytest.mark.faults, pytest.mark.parametrize("database_for", ["postgresql"], indirect=True)]

SUBJECTS, VERSIONS, BATCH = [f"R{number}" for number in range(5)], 12, 10
SETTINGS = {"DEVELOPMENT": "true", "TIMEOUT": "3", "LEASE": "4", "BATCH": str(BATCH), "EVERY": "0"}


@pytest.mark.parametrize("crash_at", ["webhooks.after_take:2", "mailboxes.after_send:3"])
async def test_every_event_arrives_in_order_and_what_came_twice_has_the_same_local_id(
    resources_for: ResourcesFor, workers: Workers, monkeypatch: pytest.MonkeyPatch, crash_at: str
) -> None:
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_KEYS", KEY)
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_POLL", "0.1")
    with sandbox() as mesh:
        for name, value in (SETTINGS | {"URL": mesh.url}).items():
            monkeypatch.setenv(f"SUBSCRIPTIONS_MESH_{name}", value)
        resources = await resources_for("services.subscriptions")
        database = resources.database
        base = "http://subscriptions/events/v1"
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(resources)), base_url=base) as api:
            body = {"name": "region", "url": ADDRESS, "mailbox": OPENING}
            made = (await api.post("/subscriptions", json=body)).json()
            events = [event(subject, version) for version in range(1, VERSIONS + 1) for subject in SUBJECTS]
            await database.write(lambda tx: add_events(tx, events))
            url = database.url.render_as_string(hide_password=False)
            killed = workers.start(url, crash_at)
            await eventually(lambda: killed.poll() is not None, within=60)
            for _ in range(2):
                workers.start(url)

            async def is_through() -> bool:
                progress = (await api.get(f"/subscriptions/{made['id']}/progress")).json()
                return bool(progress["position"] == len(events))

            await eventually(is_through, within=60)
        found = await asyncio.to_thread(mesh.collect)
    _came_in_order(found, made["id"])
    twice = len(found) - len({each.local_id for each in found})
    assert twice == (0 if crash_at.startswith("webhooks.after_take") else 1), "the message under way, and no other"


def _came_in_order(found: list[Received], subscription: str) -> None:
    """Whoever leaves out what comes a second time has everything once and in order."""
    once = {each.local_id: each for each in found}
    assert len({each.local_id: each.content for each in found}) == len(
        {(each.local_id, each.content) for each in found}
    )
    assert list(once) == [f"{subscription}.{number}" for number in range(1, len(once) + 1)]
    seen: dict[str, list[int]] = defaultdict(list)
    for message in once.values():
        for subject, version in message.versions:
            seen[subject].append(version)
    assert seen == {each: list(range(1, VERSIONS + 1)) for each in SUBJECTS}
