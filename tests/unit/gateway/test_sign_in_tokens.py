"""What is believed of a provider by which people sign in, and for how long what it grants is good."""

import base64
import hashlib
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from chassis.errors import Unavailable
from gateway.sessions.grants import Grant, Tokens
from gateway.sessions.sealing import tokens_in, with_tokens
from portal.errors import SignInFailed
from tests.unit.gateway.sign_in_provider import AUDIENCE, KEY, NOW, OTHER_KEY, There, signed, signed_in


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


@pytest.mark.parametrize("status", [500, 503, 429, 302])
async def test_a_provider_that_fails_is_not_one_that_refuses(status: int) -> None:
    there = There()
    there.status = status
    with pytest.raises(Unavailable):
        await signed_in(there)


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


def test_the_providers_tokens_are_read_with_the_session_alone() -> None:
    grant = with_tokens(Grant("ana", "Ana", frozenset(), None), "a session", Tokens("again", "said"))  # type: ignore[arg-type]
    assert "again" not in grant.sealed
    assert tokens_in(grant.sealed, "a session") == Tokens("again", "said")
    assert tokens_in(grant.sealed, "another") == Tokens()
    assert "again" not in repr(grant) + repr(Tokens("again", "said"))
