"""What is made of an access token whatever it holds, and how the provider is asked for its keys."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.storage.database import Database
from gateway.access.keyring import Keyring
from gateway.access.tokens import DISCOVERY, AccessTokens, ProviderKeys, scopes_of
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


def tokens() -> AccessTokens:
    """Of a gateway without a database: what is not good never asks it."""
    settings = GatewaySettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_algorithms=("ES256",))
    nowhere = cast("Database", None)
    return AccessTokens(Keyring(nowhere, 0), nowhere, settings, keys_of(provider), lambda: NOW)


def signed(head: dict[str, Any] | None = None, **claims: Any) -> str:
    said = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": "one"} | (head or {}), said, KEY, algorithms=["ES256"])


def headed(**head: Any) -> str:
    """A good token with something else in its head."""
    _, claims, signature = signed().split(".")
    changed = base64.urlsafe_b64encode(json.dumps({"alg": "ES256", "kid": "one"} | head).encode()).decode().rstrip("=")
    return f"{changed}.{claims}.{signature}"


async def test_what_is_good_is_read() -> None:
    assert (await tokens()._read(signed())) == CLAIMS


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
