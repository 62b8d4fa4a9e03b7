"""Subscriptions to mailboxes of a real sandbox of MESH, with a clock that tests move."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from chassis.storage.database import Database
from services.subscriptions.service.deliveries.loop import Deliverer, sender_of
from services.subscriptions.service.deliveries.posting import Post
from services.subscriptions.service.webhook_secrets import sealer_of
from services.subscriptions.settings import MeshSettings, WebhookSettings
from tests.integration.subscriptions.webhooks.plant import KEY, MovedClock, Plant
from tests.mesh.sandbox import Sandbox, sandbox


@pytest.fixture(scope="package")
def running() -> Iterator[Sandbox]:
    with sandbox() as found:
        yield found


@pytest.fixture
def mesh(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def url(mesh: Sandbox) -> str:
    return mesh.url


@pytest.fixture
def settings(url: str, monkeypatch: pytest.MonkeyPatch) -> MeshSettings:
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_KEYS", KEY)
    for name, value in {"URL": url, "DEVELOPMENT": "true", "TIMEOUT": "10", "BATCH": "10"}.items():
        monkeypatch.setenv(f"SUBSCRIPTIONS_MESH_{name}", value)
    monkeypatch.setenv("SUBSCRIPTIONS_MNS_SOURCE", "uk.gov.plymouth.commissioning")
    monkeypatch.setenv("SUBSCRIPTIONS_MNS_URL", "https://suite.example")
    return MeshSettings()


@pytest.fixture
def actor() -> str:
    return "platform"


@pytest.fixture
async def post(database: Database, settings: MeshSettings) -> AsyncIterator[Post]:
    found = Post(settings, database.clock)
    yield found
    await found.close()


@pytest.fixture
async def plant(database: Database, api: httpx.AsyncClient, clock: MovedClock, post: Post) -> AsyncIterator[Plant]:
    webhooks = WebhookSettings()
    sender = sender_of(database, webhooks)
    deliverer = Deliverer(database, sender, sealer_of(database, webhooks), webhooks, post, chance=lambda: 0.0)
    yield Plant(database, api, clock, deliverer)
    await sender.close()
