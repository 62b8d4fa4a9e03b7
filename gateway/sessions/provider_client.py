"""Calls to an OpenID provider by the client that pages are to it."""

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import httpx

from chassis.errors import Unavailable
from chassis.logging import get_logger
from gateway.access.tokens import ProviderKeys
from gateway.settings import GatewaySettings

log = get_logger()

_LONGEST_WORD: Final = 60
_OF_THE_GRANT: Final = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})
"""Errors by which a provider says that what it granted counts no more; others are of the client or of the moment."""


class ProviderClient:
    """Asks the provider, and says who asks.

    Raises, in every method but ``get``:
        Unavailable: it cannot be reached, fails, or does not offer that.
    """

    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient, keys: ProviderKeys) -> None:
        self._settings = settings
        self._client = client
        self._keys = keys
        self.id = settings.oidc_client_id or ""

    async def says(self, name: str) -> bool:
        """Whether the provider says of itself that this is so."""
        return (await self._keys.describe()).get(name) is True

    async def address(self, endpoint: str) -> str:
        """Where the provider says that something is: by https, or as it is reached itself."""
        found = (await self._keys.describe()).get(endpoint)
        allowed = {"https", urlsplit(self._settings.oidc_issuer or "").scheme}
        if not isinstance(found, str) or urlsplit(found).scheme not in allowed:
            raise _unavailable()
        return found

    async def ask_for_tokens(self, form: Mapping[str, str]) -> Mapping[str, Any] | None:
        """What the provider gives for this; None where it refuses what it was shown.

        Raises:
            Unavailable: it refuses for another reason, such as our own secret; whoever is signed in stays so.
        """
        answer = await self.send("token_endpoint", {**self.resource(), **form})
        if not answer.is_client_error:
            return _body(answer)
        error = _body(answer).get("error")
        log.warning("gateway.sign_in_refused", why=form["grant_type"], error=word_of(error))
        if error not in _OF_THE_GRANT:
            raise _unavailable()
        return None

    async def send(self, endpoint: str, form: Mapping[str, str]) -> httpx.Response:
        """The answer to a form, whether it refuses or not."""
        url = await self.address(endpoint)
        try:
            head, own = self._credentials(await self._keys.describe())
            answer = await self._client.post(url, data={**form, **own}, headers={"accept": "application/json", **head})
        except (httpx.HTTPError, ValueError) as error:
            log.warning("gateway.provider_unreadable", error=type(error).__name__)
            raise _unavailable() from error
        if not answer.is_success and (
            not answer.is_client_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
        ):
            log.warning("gateway.provider_unreadable", status=answer.status_code)
            raise _unavailable()
        return answer

    def resource(self) -> dict[str, str]:
        """What tokens are for, where the provider has to be told."""
        return {"resource": self._settings.oidc_resource} if self._settings.oidc_resource else {}

    def _credentials(self, described: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
        """By which headers and fields the client says who it is (RFC 6749, 2.3.1)."""
        secret = self._settings.client_secret()
        if secret is None:
            return {}, {"client_id": self.id}
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" not in methods:
            return {}, {"client_id": self.id, "client_secret": secret}
        both = f"{quote_plus(self.id)}:{quote_plus(secret)}".encode()
        return {"authorization": f"Basic {base64.b64encode(both).decode()}"}, {}


def word_of(said: object) -> str:
    """A provider's word for what is wrong, fit for a log."""
    return said[:_LONGEST_WORD] if isinstance(said, str) else ""


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _unavailable() -> Unavailable:
    return Unavailable("The provider by which people sign in cannot be reached right now.")
