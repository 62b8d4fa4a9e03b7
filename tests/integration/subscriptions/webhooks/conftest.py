"""Webhooks on a real database and real receivers, with a clock that tests move."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from services.subscriptions.service.deliveries.loop import Deliverer, sender_of
from services.subscriptions.service.deliveries.posting import Post
from services.subscriptions.service.webhook_secrets import sealer_of
from services.subscriptions.settings import MeshSettings, WebhookSettings
from tests.integration.subscriptions.webhooks.plant import KEY, MovedClock, Plant
from tests.receivers import Receiver, receiving


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> WebhookSettings:
    """Receivers on this machine, and little patience."""
    values = {"DEVELOPMENT": "true", "NETWORKS": '["127.0.0.0/8"]', "KEYS": KEY, "TIMEOUT": "2", "BATCH": "20"}
    for name, value in values.items():
        monkeypatch.setenv(f"SUBSCRIPTIONS_WEBHOOK_{name}", value)
    return WebhookSettings()


@pytest.fixture
def actor() -> str:
    return "platform"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
async def plant(
    database: Database, api: httpx.AsyncClient, clock: MovedClock, settings: WebhookSettings
) -> AsyncIterator[Plant]:
    sender, post = sender_of(database, settings), Post(MeshSettings(), database.clock)
    deliverer = Deliverer(database, sender, sealer_of(database, settings), settings, post, chance=lambda: 0.0)
    yield Plant(database, api, clock, deliverer)
    await sender.close()


@pytest.fixture
def body(receiver: Receiver) -> dict[str, Any]:
    return {"name": "warehouse", "url": receiver.url}
