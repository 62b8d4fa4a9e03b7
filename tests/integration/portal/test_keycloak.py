"""Tokens and people of Keycloak: what the tests beside this one show of another provider. ``make nightly`` runs it."""

from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from chassis.identity import Caller
from gateway.access.keyring import Keyring
from gateway.access.tokens import AccessTokens, ProviderKeys
from tests.integration.portal.conftest import hidden_of
from tests.integration.portal.test_provider import HERE, World, caller_of, world
from tests.oidc.keycloak import SECONDS, keycloak
from tests.oidc.provider import SECRET, walk

__all__ = ["world"]

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(2 * SECONDS),
    pytest.mark.parametrize("database_for", ["sqlite"], indirect=True),
]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with keycloak(HERE, tmp_path_factory.mktemp("keycloak")) as found:
        yield found


async def test_a_machines_token_opens_what_its_scopes_say(world: World) -> None:
    form = {"grant_type": "client_credentials", "client_id": "warehouse", "client_secret": SECRET}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.post(f"{world.issuer}/protocol/openid-connect/token", data=form | {"scope": "risks:read"})
        token = answer.raise_for_status().json()["access_token"]
        keys = ProviderKeys(world.issuer, client, 0)
        found = await AccessTokens(Keyring(world.database, 0), world.database, world.settings, keys).caller(token)
    assert found is not None
    assert found.scopes == {"risks:read"}


async def test_in_out_and_on(world: World) -> None:
    signed = await world.sign_in("/desk")
    assert (signed.status_code, signed.headers["location"]) == (303, "/desk")
    home = await world.pages.get("/")
    assert "Ana Nowak" in home.text
    before = await caller_of(world)
    assert isinstance(before, Caller)
    assert before.scopes == {"risks:read", "admin"}
    await world.make_due()
    assert await caller_of(world) == before, "renewed by the refresh token"
    left = await world.pages.post("/sign-out", data=hidden_of((await world.pages.get("/")).text))
    url = unescape(left.text.partition("url=")[2].partition('"')[0])
    assert await walk(world.there, url, world.issuer) == f"{HERE}/sign-in"
    assert not await world.is_signed_in()
