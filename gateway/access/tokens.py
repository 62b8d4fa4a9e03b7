"""OAuth 2.0 access tokens of the OpenID provider that an operator names, beside keys."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jwt import JWTClaimsRegistry

from chassis.errors import Unavailable
from chassis.identity import Caller
from chassis.logging import get_logger
from chassis.storage.database import Database
from chassis.web.hop_tokens import read_token
from contracts.scopes import SCOPES
from gateway.access import keys, service
from gateway.access.keyring import Keyring
from gateway.settings import GatewaySettings

log = get_logger()

DISCOVERY: Final = "/.well-known/openid-configuration"
FETCHED_EVERY: Final = 3600.0
"""Seconds after which the provider's keys are fetched anew."""
MOST_CALLERS: Final = 10_000
"""So many tokens are remembered, the latest."""
LONGEST_NAME: Final = 100
_KINDS: Final = frozenset({"JWT", "at+jwt", "application/at+jwt"})
_ESSENTIAL: Final[jwt.ClaimsOption] = {"essential": True}


class ProviderKeys:
    """What the provider signs with: fetched at first need, then hourly, and when a token names a key that is not known.

    Args:
        refetch: fewest seconds between two fetches, so that made-up key ids ask nothing of the provider.
    """

    def __init__(
        self, issuer: str, client: httpx.AsyncClient, refetch: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._refetch = refetch
        self._monotonic = monotonic
        self._one_at_a_time = asyncio.Lock()
        self._keys: KeySet | None = None
        self._described: Mapping[str, Any] = {}
        self._asked_at, self._answered = -math.inf, False

    async def get(self) -> KeySet:
        """The keys, at most an hour old where the provider answers. While it is asked again those there are do.

        Raises:
            Unavailable: it never did. It is asked again after ``refetch`` seconds, however many ask for its keys.
        """
        if self._keys is not None and self._one_at_a_time.locked():
            return self._keys
        return await self._no_older_than(FETCHED_EVERY)

    async def describe(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery), as old as the keys.

        Raises:
            Unavailable: as for the keys.
        """
        await self.get()
        return self._described

    async def read(self, token: str, algorithms: Sequence[str], claims: JWTClaimsRegistry) -> jwt.Token:
        """A token that the provider has signed, with claims as they are wanted.

        Raises:
            JoseError: it is none.
            Unavailable: as for the keys.
        """
        try:
            return read_token(token, await self.get(), algorithms, claims)
        except InvalidKeyIdError:  # it names a key that is not among those we have
            return read_token(token, await self.get_newer(), algorithms, claims)

    async def get_newer(self) -> KeySet:
        """The keys, fetched just now unless they were a moment ago."""
        return await self._no_older_than(self._refetch)

    async def _no_older_than(self, seconds: float) -> KeySet:
        async with self._one_at_a_time:
            if self._monotonic() - self._asked_at >= (seconds if self._answered else self._refetch):
                await self._ask()
        if self._keys is None:
            raise Unavailable("The provider of access tokens cannot be reached right now.")
        return self._keys

    async def _ask(self) -> None:
        try:
            self._keys, self._answered = await self._fetch(), True
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
            self._answered = False
            log.warning("gateway.provider_unreadable", error=type(error).__name__)
        self._asked_at = self._monotonic()

    async def _fetch(self) -> KeySet:
        described = (await self._client.get(self._issuer.rstrip("/") + DISCOVERY)).raise_for_status().json()
        if described["issuer"] != self._issuer:
            raise ValueError("the provider calls itself otherwise")
        self._described = described
        return _read_keys((await self._client.get(described["jwks_uri"])).raise_for_status().json()["keys"])


def _read_keys(told: Sequence[Any]) -> KeySet:
    """The keys that can be read: what is not understood is to be ignored (RFC 7517, section 5).

    Raises:
        ValueError: there is none.
    """
    found = []
    for each in told:
        with suppress(ValueError, KeyError, TypeError, JoseError):
            found.append(JWKRegistry.import_key(each))
    if not found:
        raise ValueError("the provider tells no key that can be read")
    return KeySet(found)


class AccessTokens:
    """Who shows an access token, or a key of the suite."""

    def __init__(
        self,
        keyring: Keyring,
        database: Database,
        settings: GatewaySettings,
        provider: ProviderKeys,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keyring = keyring
        self._database = database
        self._memory = settings.key_memory
        self._algorithms = list(settings.oidc_algorithms)
        self._provider = provider
        self._now = now
        self._good: OrderedDict[str, tuple[Caller, float]] = OrderedDict()
        self._claims = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=settings.oidc_leeway,
            iss={"essential": True, "value": settings.oidc_issuer or ""},
            aud={"essential": True, "value": settings.oidc_audience or ""},
            exp=_ESSENTIAL,
            sub=_ESSENTIAL,
        )

    async def caller(self, shown: str) -> Caller | None:
        """Who shows this; None where it is not good."""
        if not is_token(shown):
            return await self._keyring.caller(shown)
        digest = keys.hash_key(shown)
        found = self._good.get(digest)
        if found and self._now() < found[1]:
            return found[0]
        claims = await self.read(shown)
        return None if claims is None else await self._remember(digest, claims)

    def was_good(self, shown: str) -> bool:
        """Whether this was good when it was last looked at here: who shows it does not guess."""
        return keys.hash_key(shown) in self._good if is_token(shown) else self._keyring.was_good(shown)

    async def read(self, token: str) -> Mapping[str, Any] | None:
        """The claims of a token that the provider has signed for us, while it is good."""
        try:
            found = await self._provider.read(token, self._algorithms, self._claims)
        except JoseError:
            return None
        subject, kind = found.claims["sub"], found.header.get("typ")
        known = kind is None or (isinstance(kind, str) and kind in _KINDS)
        return found.claims if known and isinstance(subject, str) and 0 < len(subject) <= LONGEST_NAME else None

    async def _remember(self, digest: str, claims: Mapping[str, Any]) -> Caller | None:
        subject, scopes = claims["sub"], scopes_of(claims)
        caller = await self._database.read(lambda tx: service.get_caller_of_subject(tx, subject, scopes))
        if caller is None:
            log.warning("gateway.subject_names_a_key", subject=subject)
            return None
        self._good[digest] = caller, min(self._now() + self._memory, claims["exp"])
        self._good.move_to_end(digest)
        if len(self._good) > MOST_CALLERS:
            self._good.popitem(last=False)
        return caller


def is_token(shown: str) -> bool:
    """Whether this is a token rather than a key: three parts, of which the first is JSON."""
    return shown.startswith("eyJ") and shown.count(".") == 2  # noqa: PLR2004  head, claims, signature


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """Those scopes of a token that are ours: of ``scope``, as RFC 9068 has it, or ``scp``, as some providers do."""
    said = claims.get("scope") or claims.get("scp") or ()
    words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
    return frozenset(word for word in words if isinstance(word, str)) & SCOPES.keys()
