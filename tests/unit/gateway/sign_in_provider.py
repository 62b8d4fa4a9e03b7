"""A provider as sign-in sees it, in this process: it checks what providers check, and gives what it is told to."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.storage.database import Database
from gateway.access.keyring import Keyring
from gateway.access.tokens import DISCOVERY, AccessTokens, ProviderKeys
from gateway.sessions.provider import Begun, Granted, SignInProvider
from gateway.settings import GatewaySettings

ISSUER, AUDIENCE, NOW = "https://provider.example", "https://suite.example", 1_800_000_000
PUBLIC = "https://pages.example"
KEY, OTHER_KEY = ECKey.generate_key("P-256", {"kid": "one"}), ECKey.generate_key("P-256", {"kid": "one"})
SECRET = b"what all gateways have alike"


def signed(claims: Mapping[str, Any], key: ECKey = KEY) -> str:
    told = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": "one"}, told, key, algorithms=["ES256"])


class There:
    """A provider that checks what providers check, and gives what it is told to."""

    def __init__(self, **said: Any) -> None:
        self.said = said
        self.asked: list[httpx.Request] = []
        self.status, self.error = 200, "invalid_grant"
        self.id_claims: dict[str, Any] = {}
        self.access_claims: dict[str, Any] = {}
        self.given: dict[str, Any] = {}
        self.nonce, self.challenge = "", ""
        self.now = float(NOW)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == DISCOVERY:
            named = {name: f"{ISSUER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return httpx.Response(200, json={"issuer": ISSUER, **named, **self.said})
        if request.url.path == "/jwks_uri":
            return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
        self.asked.append(request)
        form = dict(parse_qsl(request.content.decode()))
        if self.status != 200 or not self.is_right(form):
            return httpx.Response(self.status if self.status != 200 else 400, json={"error": self.error})
        return httpx.Response(200, json=self.tokens())

    def is_right(self, form: Mapping[str, str]) -> bool:
        if form["grant_type"] == "refresh_token":
            return form["refresh_token"] == "again"
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        is_own = base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge
        return is_own and form["code"] == "good" and form["redirect_uri"] == f"{PUBLIC}/sign-in/callback"

    def tokens(self) -> dict[str, Any]:
        access = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "exp": NOW + 300, "scope": "risks:read elsewhere:read"}
        shown = signed(access | self.access_claims)
        claims = {"iss": ISSUER, "aud": "pages", "sub": "ana", "exp": NOW + 60, "iat": NOW, "nonce": self.nonce}
        told = {"access_token": shown, "id_token": signed(claims | {"name": "Ana Nowak"} | self.id_claims)}
        return told | {"refresh_token": "again", "token_type": "Bearer"} | self.given

    def provider(self, **changed: Any) -> SignInProvider:
        said = {
            "oidc_issuer": ISSUER,
            "oidc_audience": AUDIENCE,
            "oidc_algorithms": ("ES256",),
            "oidc_client_id": "pages",
            "oidc_scopes": ("openid", "risks:read"),
            "public_url": PUBLIC,
        }
        settings = GatewaySettings(**(said | changed))
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        keys = ProviderKeys(ISSUER, client, 0, lambda: 0.0)
        database = cast("Database", None)
        tokens = AccessTokens(Keyring(database, 0), database, settings, keys, lambda: self.now)
        return SignInProvider(settings, client, keys, tokens, SECRET, lambda: self.now)

    async def begun(self, provider: SignInProvider, after: str = "/desk") -> tuple[Begun, dict[str, str]]:
        """What was begun, and the query that the provider sends back."""
        begun = await provider.begin(after)
        asked = {name: values[0] for name, values in parse_qs(httpx.URL(begun.url).query.decode()).items()}
        self.nonce, self.challenge = asked["nonce"], asked["code_challenge"]
        return begun, {"state": asked["state"], "code": "good"}


async def signed_in(there: There, **changed: Any) -> tuple[Granted, str]:
    provider = there.provider(**changed)
    begun, answer = await there.begun(provider)
    return await provider.finish(begun.cookie, list(answer.items()))
