"""Who is believed to come back from a provider, and what is asked of it."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import ValidationError

from chassis.errors import Unavailable
from chassis.sealing import seal, unseal
from gateway.sessions.grants import Tokens
from gateway.sessions.provider import SECONDS
from gateway.settings import GatewaySettings
from portal.errors import SignInFailed
from tests.unit.gateway.sign_in_provider import AUDIENCE, ISSUER, NOW, PUBLIC, SECRET, There, signed_in


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


async def test_the_code_goes_with_the_verifier_of_who_began() -> None:
    there = There()
    provider = there.provider()
    begun, answer = await there.begun(provider)
    there.challenge = "of another"
    with pytest.raises(SignInFailed):
        await provider.finish(begun.cookie, list(answer.items()))


@pytest.mark.parametrize("address", [None, 5, "http://provider.example/authorize", "javascript:alert(1)"])
async def test_nobody_is_sent_where_tokens_would_go_in_clear(address: Any) -> None:
    with pytest.raises(Unavailable):
        await There(authorization_endpoint=address).provider().begin("/")


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [("/" + "x" * 2000, True), ("/" + "x" * 4000, False), ("/" + "\N{GREEK SMALL LETTER OMEGA}" * 1499, False)],
)
async def test_an_address_too_long_for_a_cookie_is_left_out(after: str, is_kept: bool) -> None:
    there = There()
    provider = there.provider()
    begun, answer = await there.begun(provider, after)
    assert len(begun.cookie) <= 4000
    assert (await provider.finish(begun.cookie, list(answer.items())))[1] == (after if is_kept else "/")


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
