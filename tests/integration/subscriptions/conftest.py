"""The events service on a real database, and its HTTP face."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from chassis.clock import Clock, system_clock
from chassis.storage.database import Database
from chassis.web.units import Resources
from services.subscriptions.app import create_app
from tests.conftest import ResourcesFor


@pytest.fixture
def clock() -> Clock:
    return system_clock


@pytest.fixture
def settings() -> object:
    """What is set before the service is made."""
    return None


@pytest.fixture
def actor() -> str:
    return "Ana"


@pytest.fixture
async def resources(resources_for: ResourcesFor, clock: Clock, settings: object) -> Resources:
    return await resources_for("services.subscriptions", clock=clock)


@pytest.fixture
async def database(resources: Resources) -> Database:
    return resources.database


@pytest.fixture
async def api(resources: Resources, actor: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may do everything."""
    transport = httpx.ASGITransport(app=create_app(resources))
    base = "http://subscriptions/events/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-actor": actor}) as client:
        yield client


ReadFeed = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def ids(api: httpx.AsyncClient) -> ReadFeed:
    """The ids of a batch."""

    async def read(**asked: str | int | list[str]) -> list[str]:
        answer = (await api.get("/feed", params=asked)).raise_for_status()
        return [each["id"] for each in answer.json()]

    return read
