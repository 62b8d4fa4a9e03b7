"""What is believed of a provider by which people sign in, and of who says that they come back from it."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from pydantic import ValidationError

from chassis.errors import Unavailable
from chassis.storage.database import Database
from gateway.access.keyring import Keyring
from gateway.access.tokens import DISCOVERY, AccessTokens, ProviderKeys
from gateway.sessions.grants import Grant, Tokens
from gateway.sessions.provider import SECONDS, Begun, Granted, SignInProvider
from gateway.sessions.sealing import seal, tokens_in, unseal, with_tokens
from gateway.settings import GatewaySettings
from portal.errors import SignInFailed

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


async def test_who_comes_back_is_who_the_provider_says() -> None:
    there = There()
    granted, after = await signed_in(there)
    assert (granted.grant.subject, granted.grant.name, granted.grant.scopes) == ("ana", "Ana Nowak", {"risks:read"})
    assert granted.grant.good_until.timestamp() == NOW + 300
    assert granted.tokens.refresh_token == "again"
    assert after == "/desk"


async def test_what_the_provider_is_asked() -> None:
    there = There()
    begun, _ = await there.begun(there.provider(oidc_resource=AUDIENCE))
    asked = dict(parse_qsl(httpx.URL(begun.url).query.decode()))
    assert begun.url.startswith(f"{ISSUER}/authorization_endpoint?")
    assert len({asked.pop(name) for name in ("state", "nonce", "code_challenge")}) == 3
    assert asked == {
        "response_type": "code",
        "client_id": "pages",
        "redirect_uri": f"{PUBLIC}/sign-in/callback",
        "scope": "openid risks:read",
        "code_challenge_method": "S256",
        "resource": AUDIENCE,
    }
    assert there.nonce not in begun.cookie
    again, _ = await there.begun(there.provider())
    assert again.url != begun.url


@pytest.mark.parametrize(
    ("methods", "header", "field"),
    [
        (None, f"Basic {base64.b64encode(b'pages:a%2Fsecret+of+ours').decode()}", None),
        (["client_secret_post"], None, "a/secret of ours"),
    ],
)
async def test_the_client_says_who_it_is(
    methods: list[str] | None, header: str | None, field: str | None, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a/secret of ours\n")
    there = There(**({"token_endpoint_auth_methods_supported": methods} if methods else {}))
    await signed_in(there, oidc_client_secret_file=secret)
    [request] = there.asked
    assert request.headers.get("authorization") == header
    assert dict(parse_qsl(request.content.decode())).get("client_secret") == field


async def test_a_public_client_has_no_secret() -> None:
    there = There()
    await signed_in(there)
    [request] = there.asked
    assert "authorization" not in request.headers
    assert dict(parse_qsl(request.content.decode()))["client_id"] == "pages"


ADVERTISED = {"authorization_response_iss_parameter_supported": True}


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ({}, {"state": None}),
        ({}, {"state": ""}),
        ({}, {"state": "another"}),
        ({}, {"iss": "https://other.example"}),
        (ADVERTISED, {}),
        ({}, {"code": None, "error": "access_denied"}),
        ({}, {"code": None}),
    ],
)
async def test_what_is_no_answer_of_ours_asks_the_provider_nothing(
    said: dict[str, Any], changed: dict[str, str | None]
) -> None:
    there = There(**said)
    provider = there.provider()
    begun, answer = await there.begun(provider)
    query = [(name, value) for name, value in (answer | changed).items() if value is not None]
    with pytest.raises(SignInFailed):
        await provider.finish(begun.cookie, query)
    assert there.asked == []


async def test_an_issuer_that_is_named_is_the_providers() -> None:
    there = There(**ADVERTISED)
    provider = there.provider()
    begun, answer = await there.begun(provider)
    assert await provider.finish(begun.cookie, list((answer | {"iss": ISSUER}).items()))


async def test_a_name_that_comes_twice_is_refused() -> None:
    there = There()
    provider = there.provider()
    begun, answer = await there.begun(provider)
    with pytest.raises(SignInFailed):
        await provider.finish(begun.cookie, [("state", "another"), *answer.items()])


async def test_only_the_browser_that_began_goes_on() -> None:
    """Whoever plants an answer of their own in another's browser has the wrong cookie there, or none."""
    there = There()
    provider = there.provider()
    mine, _ = await there.begun(provider)
    theirs, answer = await there.begun(provider)
    with pytest.raises(SignInFailed):
        await provider.finish(mine.cookie, list(answer.items()))
    head, rest = theirs.cookie.split("..")
    changed = [theirs.cookie[:-1], f"{head}..{'A' if rest[0] != 'A' else 'B'}{rest[1:]}", "made up", "a.b.c.d.e"]
    kept = unseal(SECRET, "sign-in", theirs.cookie)
    assert kept is not None
    for cookie in (None, "", *changed, seal(b"another gateway's", "sign-in", kept), seal(SECRET, "tokens", kept)):
        with pytest.raises(SignInFailed):
            await provider.finish(cookie, list(answer.items()))
    assert there.asked == []
    assert await provider.finish(theirs.cookie, list(answer.items()))


async def test_whoever_takes_too_long_begins_anew() -> None:
    there = There()
    provider = there.provider()
    begun, answer = await there.begun(provider)
    there.now += SECONDS + 1
    with pytest.raises(SignInFailed):
        await provider.finish(begun.cookie, list(answer.items()))
    assert there.asked == []


def half_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "other pages"},
        {"aud": ["pages", "other pages"]},
        {"aud": ["pages", "other pages"], "azp": "other pages"},
        {"azp": "other pages"},
        {"iss": "https://other.example"},
        {"exp": NOW - 60},
        {"exp": None},
        {"iat": None},
        {"sub": "ben"},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"at_hash": half_hash("another token")},
    ],
)
async def test_an_id_token_that_is_not_for_this_sign_in_is_not_believed(claims: dict[str, Any]) -> None:
    there = There()
    there.id_claims = claims
    with pytest.raises(SignInFailed):
        await signed_in(there)


@pytest.mark.parametrize("claims", [{"aud": AUDIENCE + "/other"}, {"exp": NOW - 60}, {"iss": "x"}, {"sub": "ben"}])
async def test_an_access_token_that_is_not_for_us_opens_no_session(claims: dict[str, Any]) -> None:
    there = There()
    there.access_claims = claims
    with pytest.raises(SignInFailed):
        await signed_in(there)


@pytest.mark.parametrize("kind", ["id_token", "access_token"])
async def test_forged_tokens_are_not_believed(kind: str) -> None:
    there = There()
    provider = there.provider()
    begun, answer = await there.begun(provider)
    good = there.tokens()[kind]
    head, claims, signature = good.split(".")
    told = jwt.decode(good, KEY, algorithms=["ES256"]).claims
    shared = OctKey.import_key(KEY.as_pem(private=False)[:64].replace(b"-", b"+"))
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').decode().rstrip("=")
    forged = [
        signed(told, OTHER_KEY),
        jwt.encode({"alg": "HS256", "kid": "one"}, told, shared, algorithms=["HS256"]),
        f"{none}.{claims}.",
        f"{head}.{signed(told | {'scope': 'admin'}).split('.')[1]}.{signature}",
        None,
        5,
        "",
    ]
    for each in forged:
        there.given = {kind: each}
        with pytest.raises(SignInFailed):
            await provider.finish(begun.cookie, list(answer.items()))
    there.given = {}
    assert await provider.finish(begun.cookie, list(answer.items()))


async def test_an_id_token_for_several_says_that_it_was_given_to_us() -> None:
    there = There()
    there.id_claims = {"aud": ["pages", "other pages"], "azp": "pages"}
    assert await signed_in(there)


async def test_the_code_goes_with_the_verifier_of_who_began() -> None:
    there = There()
    provider = there.provider()
    begun, answer = await there.begun(provider)
    there.challenge = "of another"
    with pytest.raises(SignInFailed):
        await provider.finish(begun.cookie, list(answer.items()))


@pytest.mark.parametrize("status", [500, 503, 429, 302])
async def test_a_provider_that_fails_is_not_one_that_refuses(status: int) -> None:
    there = There()
    there.status = status
    with pytest.raises(Unavailable):
        await signed_in(there)


@pytest.mark.parametrize("address", [None, 5, "http://provider.example/authorize", "javascript:alert(1)"])
async def test_nobody_is_sent_where_tokens_would_go_in_clear(address: Any) -> None:
    with pytest.raises(Unavailable):
        await There(authorization_endpoint=address).provider().begin("/")


async def test_an_address_too_long_for_a_cookie_is_left_out() -> None:
    there = There()
    provider = there.provider()
    begun, answer = await there.begun(provider, "/" + "x" * 4000)
    assert len(begun.cookie) < 4000
    assert (await provider.finish(begun.cookie, list(answer.items())))[1] == "/"


async def test_rights_are_asked_for_anew() -> None:
    there = There()
    provider = there.provider()
    before, _ = await signed_in(there)
    there.now += 200
    there.access_claims = {"scope": "finance:read", "exp": NOW + 500}
    there.given = {"refresh_token": None, "id_token": None}
    after = await provider.renew(before.grant, before.tokens)
    assert after is not None
    assert (after.grant.scopes, after.grant.name) == ({"finance:read"}, "Ana Nowak")
    assert after.grant.good_until.timestamp() == NOW + 500
    assert after.tokens == before.tokens


async def test_whom_the_provider_lets_in_no_more_has_no_rights() -> None:
    there = There()
    provider = there.provider()
    before, _ = await signed_in(there)
    assert await provider.renew(before.grant, Tokens()) is None
    assert await provider.renew(before.grant, Tokens("revoked")) is None
    there.access_claims = {"sub": "ben"}
    assert await provider.renew(before.grant, before.tokens) is None
    there.status = 503
    with pytest.raises(Unavailable):
        await provider.renew(before.grant, before.tokens)
    there.status, there.error = 401, "invalid_client"
    with pytest.raises(Unavailable):
        await provider.renew(before.grant, before.tokens)


async def test_no_grant_goes_unasked_for_longer_than_a_day() -> None:
    there = There()
    there.access_claims = {"exp": 10**12}
    granted, _ = await signed_in(there)
    assert granted.grant.good_until.timestamp() == NOW + 86_400


async def test_signing_out_there_is_offered_where_the_provider_offers_it() -> None:
    assert await There().provider().sign_out_url("shown") is None
    url = await There(end_session_endpoint=f"{ISSUER}/end?by=form").provider().sign_out_url("shown")
    assert dict(parse_qsl(httpx.URL(url or "").query.decode())) == {
        "by": "form",
        "client_id": "pages",
        "post_logout_redirect_uri": f"{PUBLIC}/sign-in",
        "id_token_hint": "shown",
    }
    there = There(revocation_endpoint=f"{ISSUER}/revoke")
    there.status = 503
    await there.provider().revoke(Tokens("again"))
    assert [request.url.path for request in there.asked] == ["/revoke"]


def test_the_providers_tokens_are_read_with_the_session_alone() -> None:
    grant = with_tokens(Grant("ana", "Ana", frozenset(), None), "a session", Tokens("again", "said"))  # type: ignore[arg-type]
    assert "again" not in grant.sealed
    assert tokens_in(grant.sealed, "a session") == Tokens("again", "said")
    assert tokens_in(grant.sealed, "another") == Tokens()
    assert "again" not in repr(grant) + repr(Tokens("again", "said"))


SAID = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_client_id": "pages", "public_url": PUBLIC}


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_url": None},
        {"public_url": "http://pages.example"},
        {"public_url": "https://pages.example/below"},
        {"oidc_issuer": None, "oidc_audience": None},
        {"oidc_scopes": ("risks:read",)},
        {"oidc_client_secret_file": "/nowhere/at/all"},
        {"oidc_client_secret_file": "/dev/null"},
    ],
)
def test_settings_that_would_not_work_stop_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(**(SAID | wrong))


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000", PUBLIC])
def test_people_come_back_by_tls_or_on_this_machine(public_url: str) -> None:
    assert GatewaySettings(**(SAID | {"public_url": public_url})).client_secret() is None
