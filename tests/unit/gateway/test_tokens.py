"""What is made of an access token whatever it holds, and how the provider is asked for its keys."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.errors import Unavailable
from chassis.storage.database import Database
from gateway.access.keyring import Keyring
from gateway.access.tokens import DISCOVERY, FETCHED_EVERY, AccessTokens, ProviderKeys, scopes_of
from gateway.settings import GatewaySettings

ISSUER, AUDIENCE, NOW = "https://provider.example", "https://suite.example", 1_800_000_000
KEY = ECKey.generate_key("P-256", {"kid": "one"})
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "warehouse", "exp": NOW + 60, "scope": "risks:read"}
Asked = Callable[[httpx.Request], Awaitable[httpx.Response]]


async def provider(request: httpx.Request) -> httpx.Response:
    if request.url.path == DISCOVERY:
        return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})
    return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})


def keys_of(answer: Asked, monotonic: Callable[[], float] = lambda: 0.0, refetch: float = 60) -> ProviderKeys:
    return ProviderKeys(ISSUER, httpx.AsyncClient(transport=httpx.MockTransport(answer)), refetch, monotonic)


def tokens_over(database: Database) -> AccessTokens:
    settings = GatewaySettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_algorithms=("ES256",))
    return AccessTokens(Keyring(database, 0), database, settings, keys_of(provider), lambda: NOW)


def tokens() -> AccessTokens:
    """Of a gateway without a database: what is not good never asks it."""
    return tokens_over(cast("Database", None))


def signed(head: dict[str, Any] | None = None, **claims: Any) -> str:
    said = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": "one"} | (head or {}), said, KEY, algorithms=["ES256"])


def headed(**head: Any) -> str:
    """A good token with something else in its head."""
    _, claims, signature = signed().split(".")
    changed = base64.urlsafe_b64encode(json.dumps({"alg": "ES256", "kid": "one"} | head).encode()).decode().rstrip("=")
    return f"{changed}.{claims}.{signature}"


async def test_what_is_good_is_read() -> None:
    assert (await tokens().read(signed())) == CLAIMS


@pytest.mark.parametrize(
    "token",
    [
        headed(crit=5),
        headed(crit=["b64"], b64=False),
        headed(alg=5),
        headed(alg=["ES256"]),
        headed(alg={}),
        headed(kid={}),
        headed(kid=5),
        headed(typ=[]),
        signed({"typ": "logout+jwt"}),
        signed(iss="https://another.example"),
        signed(iss=None),
        signed(sub=5),
        signed(sub=["warehouse"]),
        signed(sub="x" * 101),
        signed(sub=""),
        signed(exp="soon"),
        signed(exp=None),
        signed(aud={"a": 1}),
        signed(nbf="soon"),
        "eyJ.eyJ.eyJ",
        "eyJ..",
    ],
)
async def test_whatever_else_a_token_holds_it_is_not_good(token: str) -> None:
    assert await tokens().caller(token) is None


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "risks:read elsewhere:read"}, {"risks:read"}),
        ({"scp": ["risks:read", 5, None]}, {"risks:read"}),
        ({"scope": 5}, set()),
        ({"scope": {"admin": True}}, set()),
        ({}, set()),
    ],
)
def test_scopes_are_those_of_ours_that_are_said(claims: dict[str, Any], scopes: set[str]) -> None:
    assert scopes_of(claims) == scopes


class Provider:
    """Counts how often it is asked what it signs with; does not answer while it is away."""

    def __init__(self) -> None:
        self.asked, self.now, self.away = 0, 0.0, False
        self.keys = keys_of(self.answer, lambda: self.now, refetch=10)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        self.asked += request.url.path == DISCOVERY
        if self.away:
            raise httpx.ConnectError("away")
        return await provider(request)


async def test_many_calls_at_once_ask_the_provider_once() -> None:
    found = Provider()
    first = await asyncio.gather(*(found.keys.get() for _ in range(20)))
    assert found.asked == 1
    assert {id(each) for each in first} == {id(first[0])}
    found.now = 10
    await asyncio.gather(*(found.keys.get_newer() for _ in range(20)))
    assert found.asked == 2


async def test_a_provider_that_is_away_is_asked_no_more_often_than_any() -> None:
    found = Provider()
    found.away = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            await found.keys.get()
    assert found.asked == 1
    found.now, found.away = 10, False
    assert await found.keys.get()
    assert found.asked == 2


async def test_keys_that_cannot_be_renewed_serve_on_and_are_asked_for_soon_again() -> None:
    found = Provider()
    before = await found.keys.get()
    found.now, found.away = FETCHED_EVERY, True
    assert await found.keys.get() is before
    found.now, found.away = FETCHED_EVERY + 10, False
    assert await found.keys.get() is not before
    assert found.asked == 3


async def test_keys_that_are_there_do_while_the_provider_is_slow_to_say_newer_ones() -> None:
    found, silent = Provider(), asyncio.Event()
    before = await found.keys.get()
    answer = found.keys._client

    async def wait(request: httpx.Request) -> httpx.Response:
        await silent.wait()
        return await provider(request)

    found.keys._client = httpx.AsyncClient(transport=httpx.MockTransport(wait))
    found.now = FETCHED_EVERY
    asking = asyncio.create_task(found.keys.get())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await found.keys.get() is before
    silent.set()
    assert await asking is not before
    await answer.aclose()


@pytest.mark.parametrize(
    "odd",
    [{"kty": "EC", "crv": "P-1", "x": "a", "y": "b"}, {"kty": "ML-DSA"}, {"kty": ["EC"]}, {}, 5, {"kty": "RSA"}],
)
async def test_a_key_that_is_not_understood_is_left_out(odd: Any) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        told = await provider(request)
        if request.url.path == DISCOVERY:
            return told
        return httpx.Response(200, json={"keys": [odd, *told.json()["keys"]]})

    assert [key.kid for key in (await keys_of(answer).get()).keys] == ["one"]


async def test_a_provider_without_a_key_that_can_be_read_is_not_there() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        return await provider(request) if request.url.path == DISCOVERY else httpx.Response(200, json={"keys": [{}]})

    with pytest.raises(Unavailable):
        await keys_of(answer).get()
