"""Access tokens of a real OpenID provider: good where they are for us, from it, signed by it, and while they last."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from chassis.identity import Caller
from gateway.access import people_service
from gateway.access.keyring import Keyring
from gateway.access.people import Person
from gateway.access.tokens import AccessTokens, ProviderKeys
from gateway.settings import GatewaySettings
from tests.conftest import DatabaseFor
from tests.oidc.provider import AUDIENCE, provider

pytestmark = [pytest.mark.rest, pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as found:
        yield found


async def granted(issuer: str, resource: str = AUDIENCE, scope: str = "risks:read elsewhere:read") -> str:
    """A token of the provider, by client credentials."""
    form = {"grant_type": "client_credentials", "client_id": "warehouse", "client_secret": "of-the-warehouse"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{issuer}/token", data=form | {"resource": resource, "scope": scope})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def signed_by_hand(head: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token as no library would make it: signed with a public key as if it were a secret, or with nothing."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    text = f"{part(json.dumps(head).encode())}.{part(json.dumps(claims).encode())}"
    signature = hmac.new(secret, text.encode(), "sha256").digest() if secret else b""
    return f"{text}.{part(signature)}"


Opened = Callable[..., AccessTokens]


@pytest.fixture
async def opened(issuer: str, database_for: DatabaseFor) -> AsyncIterator[Opened]:
    """``opened(now=..., oidc_issuer=...)``: what believes tokens, at a moment and by settings."""
    database = await database_for("gateway")
    async with httpx.AsyncClient(trust_env=False) as client:

        def build(now: Callable[[], float] = time.time, **changed: Any) -> AccessTokens:
            said = {"oidc_issuer": issuer, "oidc_audience": AUDIENCE, "oidc_refetch": 0, "key_memory": 0} | changed
            settings = GatewaySettings(**said)
            found = ProviderKeys(str(settings.oidc_issuer), client, settings.oidc_refetch)
            return AccessTokens(Keyring(database, 0), database, settings, found, now)

        yield build


async def test_a_token_opens_what_its_scopes_say(issuer: str, opened: Opened) -> None:
    tokens = opened()
    assert await tokens.caller(await granted(issuer)) == Caller("warehouse", {"risks:read"})


async def test_a_subject_is_a_person(issuer: str, opened: Opened) -> None:
    tokens = opened()
    ana = Person("ana-nowak", "Ana Nowak", subjects=("warehouse", "ana@example.org"))
    await tokens._database.write(lambda tx: people_service.put_person(tx, ana))
    found = await tokens.caller(await granted(issuer))
    assert found is not None
    assert (found.person, found.names) == ("ana-nowak", ana.names)


async def test_a_new_signing_key_is_found_when_a_token_names_it(issuer: str, opened: Opened) -> None:
    tokens, before = opened(), await granted(issuer)
    assert await tokens.caller(before)
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(f"{issuer}/rotate")
    assert await tokens.caller(await granted(issuer))
    assert await tokens.caller(before) is None, "the provider signs with that key no more"


async def test_tokens_that_are_not_for_us_or_over_are_not_good(issuer: str, opened: Opened) -> None:
    good = await granted(issuer)
    assert await opened().caller(await granted(issuer, resource="https://other.example")) is None
    assert await opened(lambda: time.time() + 600).caller(good) is None
    assert await opened(oidc_algorithms=("ES256",)).caller(good) is None
    assert await opened(oidc_audience="https://other.example").caller(good) is None
    assert await opened(lambda: time.time() + 305).caller(good), "clocks may differ a little"


async def test_forged_tokens_are_not_good(issuer: str, opened: Opened) -> None:
    """Another's key, the provider's public key as a shared secret, no signature, claims changed."""
    good = await granted(issuer)
    async with httpx.AsyncClient(trust_env=False) as client:
        [public] = (await client.get(f"{issuer}/jwks")).json()["keys"]
    head, claims, signature = good.split(".")
    told = jwt.decode(good, RSAKey.import_key(public), algorithms=["RS256"]).claims
    own, kid = RSAKey.generate_key(2048), {"kid": public["kid"]}
    shared = RSAKey.import_key(public).as_pem(private=False)
    forged = [
        jwt.encode({"alg": "RS256"} | kid, told, own, algorithms=["RS256"]),
        signed_by_hand({"alg": "HS256"} | kid, told, shared),
        signed_by_hand({"alg": "none"} | kid, told, None),
        f"{head}.{jwt.encode({'alg': 'RS256'}, told | {'scope': 'admin'}, own).split('.')[1]}.{signature}",
        signed_by_hand({"alg": "RS256", "crit": 5} | kid, told, None),
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-4]}AAAA",
    ]
    tokens = opened()
    assert [await tokens.caller(each) for each in forged] == [None] * len(forged)
