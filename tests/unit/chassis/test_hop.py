"""The token between gateway and service: good for one service, one call and a minute, and from the gateway alone."""

import base64
import json

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from chassis.errors import Unauthorized
from chassis.identity import Caller
from chassis.web.hop import LEEWAY, SECONDS, HopSigner, HopVerifier, service_key

NOW = 1_800_000_000
SECRET, CALL = "s" * 40, ("POST", "/risks/v1/risks")
ANA = Caller(
    "Ana",
    frozenset({"risks:read", "risks:write"}),
    frozenset({"E06000026"}),
    "ana-nowak",
    frozenset({"Ana", "ana-2"}),
    "Ana Nowák",
    frozenset({"People"}),
)
SIGNER = HopSigner(SECRET, lambda: NOW)
KEY = SIGNER.key_of("risks")
GOOD = SIGNER.bearer(ANA, "risks", *CALL)


def verifier(*keys: str, now: float = NOW, service: str = "risks") -> HopVerifier:
    return HopVerifier(service, keys or (KEY,), lambda: now)


def signed(key: str = KEY, **claims: object) -> str:
    kid = jwt.decode(GOOD.removeprefix("Bearer "), OctKey.import_key(KEY), algorithms=["HS256"]).header["kid"]
    plain = {"iss": "gateway", "aud": "risks", "sub": "Ana", "scope": "admin", "call": " ".join(CALL), "exp": NOW + 60}
    return jwt.encode({"alg": "HS256", "kid": kid}, plain | claims, OctKey.import_key(key), algorithms=["HS256"])


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned() -> str:
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{GOOD.split('.')[1]}."


def headed(**head: object) -> str:
    """The good token with something else in its head."""
    _, claims, signature = GOOD.split(".")
    return f"Bearer {part({'alg': 'HS256'} | head)}.{claims}.{signature}"


def test_whoever_calls_is_told_whole() -> None:
    assert verifier().caller(GOOD, *CALL) == ANA


def test_whoever_may_do_nothing_is_told_so() -> None:
    nobody = Caller("gateway")
    assert verifier().caller(SIGNER.bearer(nobody, "risks", *CALL), *CALL) == nobody


def test_a_client_signs_each_request() -> None:
    request = httpx.Request(CALL[0], f"http://risks{CALL[1]}?limit=1")
    assert next(SIGNER.auth("risks", ANA).auth_flow(request)) is request
    assert verifier().caller(request.headers["authorization"], *CALL) == ANA


@pytest.mark.parametrize(
    "token",
    [
        "",
        "Bearer ",
        "Bearer x.y.z",
        SECRET,
        KEY,
        unsigned(),
        SIGNER.bearer(ANA, "finance", *CALL),
        HopSigner("t" * 40, lambda: NOW).bearer(ANA, "risks", *CALL),
        SIGNER.bearer(ANA, "risks", "GET", CALL[1]),
        SIGNER.bearer(ANA, "risks", CALL[0], "/risks/v1/risks/OCC4/override"),
        signed(service_key(SECRET, "finance")),
        signed(iss="somebody"),
        signed(aud="finance"),
        signed(exp=NOW - LEEWAY - 1),
        signed(exp=None),
        signed(call=None),
        headed(crit=5),
        headed(crit=["b64"], b64=False),
        headed(alg=5),
        headed(alg={}),
        headed(alg=["HS256"]),
        headed(kid={}),
        headed(kid=5),
        f"Bearer {part(['HS256'])}.{part({})}.",
        signed(sub=None),
        GOOD[:-3] + ("abc" if not GOOD.endswith("abc") else "cba"),
    ],
)
def test_nothing_else_is_believed(token: str) -> None:
    with pytest.raises(Unauthorized):
        verifier().caller(token, *CALL)


def test_a_token_is_good_for_a_minute() -> None:
    assert verifier(now=NOW + SECONDS).caller(GOOD, *CALL) == ANA
    with pytest.raises(Unauthorized):
        verifier(now=NOW + SECONDS + LEEWAY + 1).caller(GOOD, *CALL)


def test_while_the_secret_changes_both_are_believed() -> None:
    new = HopSigner("n" * 40, lambda: NOW)
    both = verifier(new.key_of("risks"), KEY)
    assert both.caller(GOOD, *CALL) == both.caller(new.bearer(ANA, "risks", *CALL), *CALL) == ANA
    with pytest.raises(Unauthorized):
        verifier(new.key_of("risks")).caller(GOOD, *CALL)
