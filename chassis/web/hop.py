"""The hop from the gateway to a service: a signed token that is good for a minute, for one service and one call.

Each service has a key of its own, made of the gateway's secret and its name: what one service knows says nothing of
another's key, and signs nothing that another would believe. The library takes a fifth of a second to load, so only
whoever signs or verifies loads it.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final
from uuid import uuid4

import httpx

from chassis import telemetry
from chassis.errors import Unauthorized
from chassis.identity import Caller

SECONDS: Final = 60
"""How long a token is good; a call that takes longer has shown it at its beginning."""
LEEWAY: Final = 5
"""Seconds by which two machines' clocks may differ."""
ISSUER: Final = "gateway"
_BEARER: Final = "Bearer "
Seconds = Callable[[], float]


def service_key(secret: str, service: str) -> str:
    """The key that tokens for ``service`` are signed with, 64 characters, of the gateway's secret."""
    return hmac.new(secret.encode(), f"commissioning-suite:{service}".encode(), hashlib.sha256).hexdigest()


class HopSigner:
    """Signs for the gateway. ``secret`` is known to it alone."""

    def __init__(self, secret: str, now: Seconds = time.time) -> None:
        from chassis.web import hop_tokens  # noqa: PLC0415  see above

        self._sign = hop_tokens.sign
        self._secret = secret
        self._now = now

    def key_of(self, service: str) -> str:
        """What a service has to know to believe the tokens for it."""
        return service_key(self._secret, service)

    def bearer(self, caller: Caller, service: str, method: str, path: str) -> str:
        """The ``Authorization`` header of one call."""
        now = int(self._now())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": service,
            "sub": caller.name,
            "scope": " ".join(sorted(caller.scopes)),
            "jti": telemetry.request_id() or uuid4().hex,
            "call": f"{method} {path}",
            "iat": now,
            "exp": now + SECONDS,
        }
        if caller.areas:
            claims["areas"] = sorted(caller.areas)
        if caller.directorates:
            claims["directorates"] = sorted(caller.directorates)
        if caller.person:
            claims["person"], claims["names"] = caller.person, sorted(caller.names)
            claims["full_name"] = caller.full_name
        return _BEARER + self._sign(claims, self.key_of(service))

    def auth(self, service: str, caller: Caller) -> "HopAuth":
        """For a client that asks a service in the name of ``caller``, call by call."""
        return HopAuth(self, service, caller)


class HopAuth(httpx.Auth):
    """Signs each request as it goes out."""

    def __init__(self, signer: HopSigner, service: str, caller: Caller) -> None:
        self._signer = signer
        self._service = service
        self._caller = caller

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        bearer = self._signer.bearer(self._caller, self._service, request.method, request.url.path)
        request.headers["authorization"] = bearer
        yield request


class HopVerifier:
    """Believes, for one service, what was signed with one of its keys: several while the gateway's secret changes."""

    def __init__(self, service: str, keys: Sequence[str], now: Seconds = time.time) -> None:
        from chassis.web import hop_tokens  # noqa: PLC0415  see above

        self._tokens = hop_tokens.Tokens(ISSUER, service, keys, now=now, leeway=LEEWAY)

    def caller(self, authorization: str, method: str, path: str) -> Caller:
        """Who makes this very call.

        Raises:
            Unauthorized: the token is missing, forged, run out, or for another service or call.
        """
        claims = self._tokens.read(authorization.removeprefix(_BEARER))
        if claims is None or claims["call"] != f"{method} {path}":
            raise Unauthorized("This service answers the gateway only.")
        areas, names, directorates = (frozenset(claims.get(name, ())) for name in ("areas", "names", "directorates"))
        scopes, person = frozenset(claims["scope"].split()), claims.get("person")
        return Caller(claims["sub"], scopes, areas, person, names, claims.get("full_name"), directorates)
