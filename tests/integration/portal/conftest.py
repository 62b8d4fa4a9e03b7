"""A gateway with its pages, and a browser's cookies in front of it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape

import httpx
import pytest

from chassis.storage.database import Database
from gateway.access import service
from gateway.access.keys import NewKey
from gateway.app import create_gateway
from gateway.settings import GatewaySettings
from tests.conftest import ResourcesFor

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden_of(page: str) -> dict[str, str]:
    """What the first form of a page sends without being asked."""
    form = page[page.index("<form") : page.index("</form>")]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


@dataclass(frozen=True, slots=True)
class Pages:
    client: httpx.AsyncClient
    key: str
    database: Database

    async def sign_in(self, key: str | None = None, **headers: str) -> httpx.Response:
        page = await self.client.get("/")
        fields = hidden_of(page.text) | {"key": key or self.key}
        return await self.client.post("/sign-in", data=fields, headers=headers)


@pytest.fixture
async def pages(resources_for: ResourcesFor) -> AsyncIterator[Pages]:
    resources = await resources_for("gateway")
    key = await resources.database.write(lambda tx: service.create_key(tx, NewKey("Ana Nowak", frozenset({"admin"}))))
    app = create_gateway(resources, {}, GatewaySettings(refused_keys=3))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Pages(client, key, resources.database)
