"""Signing in by an OpenID provider: the code flow with PKCE, and what it tells of who came back.

What is done here is a client's part (OpenID Connect Core 1.0, section 3.1; RFC 6749, 7636, 9207; RP-Initiated Logout
1.0). What the provider signs is read as at the door, by the same keys.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from chassis.errors import Unavailable
from chassis.logging import get_logger
from chassis.sealing import seal, unseal
from gateway.access.tokens import LONGEST_NAME, AccessTokens, ProviderKeys, scopes_of
from gateway.sessions.grants import Grant, Tokens
from gateway.sessions.provider_client import ProviderClient, word_of
from gateway.settings import GatewaySettings
from portal.errors import SignInFailed

log = get_logger()

CALLBACK: Final = "/sign-in/callback"
"""Where the provider sends people back to, below the public address."""
BACK: Final = "/sign-in"
"""Where it sends them after they have signed out there."""
SECONDS: Final = 600
"""How long somebody may take to sign in at the provider."""
LONGEST_GRANT: Final = 86_400
"""Seconds after which the provider is asked anew, however long its tokens are good."""
_PURPOSE: Final = "sign-in"
_LONGEST_COOKIE: Final = 4000
"""Browsers drop a cookie that has more than 4096 bytes with its name."""
_ELSEWHERE: Final = "It was begun in another browser, or too long ago. Sign in again."
_NOT_BELIEVED: Final = "What the provider said of you cannot be believed. Sign in again, or ask who runs the suite."
_REFUSED: Final = "The provider has not let you in. Sign in again, or ask who runs it."


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the cookie that it has to have when it comes back."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What the provider has told: a grant that nothing is sealed in yet, and tokens."""

    grant: Grant
    tokens: Tokens


class SignInProvider:
    """The OpenID provider by which people sign in on pages.

    Args:
        tokens: reads access tokens, as of any call.
        secret: what cookies of those who are on their way are sealed with; of all gateways alike.

    Raises, in every method but ``sign_out_url`` and ``revoke``:
        Unavailable: the provider cannot be reached.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        client: httpx.AsyncClient,
        keys: ProviderKeys,
        tokens: AccessTokens,
        secret: bytes,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._client = ProviderClient(settings, client, keys)
        self._keys = keys
        self._tokens = tokens
        self._secret = secret
        self._now = now
        self._public = str(settings.public_url).rstrip("/")
        self.name = settings.oidc_name

    async def begin(self, after: str) -> Begun:
        """Send somebody to the provider, and on to ``after`` once they are back."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = self._client.resource() | {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._public + CALLBACK,
            "scope": " ".join(self._settings.oidc_scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": _digest(verifier, hashlib.sha256),
            "code_challenge_method": "S256",
        }
        url = httpx.URL(await self._client.address("authorization_endpoint")).copy_merge_params(asked)
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "until": self._now() + SECONDS}
        return Begun(str(url), self._kept(kept, after))

    def _kept(self, begun: Mapping[str, Any], after: str) -> str:
        """What was begun, sealed with where to go on; that is home where the address is too long for a cookie."""
        sealed = seal(self._secret, _PURPOSE, {**begun, "after": after})
        return sealed if len(sealed) <= _LONGEST_COOKIE else seal(self._secret, _PURPOSE, {**begun, "after": "/"})

    async def finish(self, cookie: str | None, answer: Sequence[tuple[str, str]]) -> tuple[Granted, str]:
        """What is granted to who came back with this cookie and this query, and where they go on.

        Raises:
            SignInFailed: it was not begun in this browser, the provider has refused, or cannot be believed.
        """
        begun, told = self._begun(cookie, answer), dict(answer)
        await self._require_issuer(told.get("iss"))
        if "code" not in told:
            raise _failed(_REFUSED, "provider_refused", told.get("error"))
        form = {
            "grant_type": "authorization_code",
            "code": told["code"],
            "redirect_uri": self._public + CALLBACK,
            "code_verifier": str(begun["verifier"]),
        }
        given = await self._client.ask_for_tokens(form)
        if given is None:
            raise _failed(_REFUSED, "code_refused")
        claims = await self._read_id_token(given, str(begun["nonce"]))
        tokens = Tokens(_text(given, "refresh_token"), _text(given, "id_token"))
        return Granted(await self._grant(given, claims["sub"], _name_in(claims)), tokens), str(begun["after"])

    def _begun(self, cookie: str | None, answer: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        """What was kept when this was begun in this very browser."""
        begun = unseal(self._secret, _PURPOSE, cookie) if cookie else None
        told = dict(answer)
        if begun is None or begun["until"] < self._now():
            raise _failed(_ELSEWHERE, "not_begun_here")
        state = told.get("state", "") if len(told) == len(answer) else ""
        if not hmac.compare_digest(state.encode(), str(begun["state"]).encode()):
            raise _failed(_ELSEWHERE, "foreign_state")
        return begun

    async def _require_issuer(self, said: str | None) -> None:
        """That the answer is this provider's own, where it says so (RFC 9207)."""
        is_silent = said is None and not await self._client.says("authorization_response_iss_parameter_supported")
        if not is_silent and said != self._settings.oidc_issuer:
            raise _failed(_NOT_BELIEVED, "foreign_issuer")

    async def _read_id_token(self, given: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """Who has signed in, as the provider has signed it for us and for this very sign-in.

        Raises:
            SignInFailed: it cannot be believed.
        """
        shown, algorithms = _text(given, "id_token") or "", list(self._settings.oidc_algorithms)
        try:
            token = await self._keys.read(shown, algorithms, self._wanted(nonce))
        except JoseError as error:
            raise _failed(_NOT_BELIEVED, "id_token", type(error).__name__) from error
        if not self._is_for_us(token.claims) or not _goes_with(token, _text(given, "access_token") or ""):
            raise _failed(_NOT_BELIEVED, "id_token_of_another")
        return token.claims

    def _wanted(self, nonce: str) -> JWTClaimsRegistry:
        return JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=self._settings.oidc_leeway,
            iss={"essential": True, "value": self._settings.oidc_issuer or ""},
            aud={"essential": True, "value": self._client.id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        """Whether an ID token that names us among its audience was given to us, and to nobody else."""
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        return bool(claims.get("azp", None if several else self._client.id) == self._client.id)

    async def _grant(self, given: Mapping[str, Any], subject: str, name: str) -> Grant:
        """What of ours the access token opens for its subject.

        Raises:
            SignInFailed: it is not for us, or somebody else's.
        """
        access = await self._tokens.read(_text(given, "access_token") or "")
        if access is None or access["sub"] != subject:
            raise _failed(_NOT_BELIEVED, "access_token")
        until = min(access["exp"], self._now() + LONGEST_GRANT)
        return Grant(subject, name, scopes_of(access), datetime.fromtimestamp(until, UTC))

    async def renew(self, grant: Grant, tokens: Tokens) -> Granted | None:
        """What the provider grants now; None where it lets them in no more, or wants them to sign in anew."""
        if tokens.refresh_token is None:
            return None
        given = await self._client.ask_for_tokens(
            {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        )
        try:
            found = None if given is None else await self._grant(given, grant.subject, grant.name)
        except SignInFailed:
            return None
        if given is None or found is None:
            return None
        return Granted(found, Tokens(_text(given, "refresh_token") or tokens.refresh_token, tokens.id_token))

    async def sign_out_url(self, id_token: str | None) -> str | None:
        """Where somebody signs out at the provider too; None where it offers that nowhere, or is not there."""
        asked = {"client_id": self._client.id, "post_logout_redirect_uri": self._public + BACK}
        asked |= {"id_token_hint": id_token} if id_token else {}
        try:
            url = await self._client.address("end_session_endpoint")
        except Unavailable:
            return None
        return str(httpx.URL(url).copy_merge_params(asked))

    async def revoke(self, tokens: Tokens) -> None:
        """Have the provider forget what it has granted, where it can be told (RFC 7009); else that runs out."""
        if tokens.refresh_token is None:
            return
        try:
            form = {"token": tokens.refresh_token, "token_type_hint": "refresh_token"}
            await self._client.send("revocation_endpoint", form)
        except Unavailable:
            log.info("gateway.grant_not_revoked")


def _goes_with(token: jwt.Token, access_token: str) -> bool:
    """Whether an ID token names somebody, and was given with this access token where it says with which."""
    subject, said = token.claims["sub"], token.claims.get("at_hash")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_NAME:
        return False
    hashed = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}[str(token.header["alg"])[-3:]]
    return said is None or said == _digest(access_token, hashed, half=True)


def _digest(text: str, hashed: Callable[[bytes], Any], *, half: bool = False) -> str:
    digest: bytes = hashed(text.encode()).digest()
    digest = digest[: len(digest) // 2] if half else digest
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _name_in(claims: Mapping[str, Any]) -> str:
    """How somebody is shown: as the provider prints them, else by their subject."""
    said = (claims.get(name) for name in ("name", "preferred_username", "email", "sub"))
    return next(each[:LONGEST_NAME] for each in said if isinstance(each, str) and each.strip())


def _text(given: Mapping[str, Any], name: str) -> str | None:
    found = given.get(name)
    return found if isinstance(found, str) else None


def _failed(said: str, why: str, error: object = None) -> SignInFailed:
    log.warning("gateway.sign_in_refused", why=why, error=word_of(error))
    return SignInFailed(said)
