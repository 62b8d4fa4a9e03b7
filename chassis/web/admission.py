"""Who may come into a service: whom the gateway has signed for, with bodies of a type that is read there."""

import hmac
from typing import Final

from pydantic import SecretStr
from starlette.types import Scope

from chassis.errors import Unauthorized, Unsupported
from chassis.identity import Caller, within
from chassis.settings import ServiceSettings
from chassis.web.hop import HopVerifier
from chassis.web.identity import CALLER
from chassis.web.middleware import Admission, header
from contracts.large_bodies import PATHS_OF_FILES, large_body

ACTOR_HEADER: Final = "x-actor"
"""Says who acts where a service has no key to check tokens by: in tests, and in loads within one process."""
ANONYMOUS: Final = "anonymous"
MONITORING: Final = "monitoring"
_LONGEST_ACTOR: Final = 100


def service_admission(service: str, settings: ServiceSettings) -> Admission:
    """A service that has keys of the gateway answers only calls that are signed with one of them (health aside)."""
    keys = settings.list_gateway_keys()
    verifier = HopVerifier(service, keys) if keys else None

    async def admit(scope: Scope) -> str:
        caller = _caller(scope, verifier, settings.metrics_key)
        _require_known_type(scope)
        scope[CALLER] = caller
        return caller.name

    return admit


def _caller(scope: Scope, verifier: HopVerifier | None, metrics_key: SecretStr | None) -> Caller:
    if verifier is None:
        return within(header(scope, ACTOR_HEADER.encode()).decode("latin-1")[:_LONGEST_ACTOR] or ANONYMOUS)
    if scope["path"].startswith("/health/"):
        return Caller(ANONYMOUS)
    shown = header(scope, b"authorization").decode("latin-1")
    if metrics_key and scope["path"] == "/metrics":
        return _monitoring(shown, metrics_key)
    return verifier.caller(shown, scope["method"], scope["path"])


def _monitoring(shown: str, key: SecretStr) -> Caller:
    if not hmac.compare_digest(shown.encode(), f"Bearer {key.get_secret_value()}".encode()):
        raise Unauthorized("Show the key for measures: Authorization: Bearer <key>.")
    return Caller(MONITORING, frozenset({"operations:read"}))


def _require_known_type(scope: Scope) -> None:
    """Refuse a body of another type before it is read."""
    has_body = header(scope, b"content-length") not in {b"", b"0"} or header(scope, b"transfer-encoding")
    kind = header(scope, b"content-type").split(b";")[0].strip().lower().decode("latin-1")
    large = large_body(scope["method"], scope["path"])
    files = large.types if large else ()
    if not files and scope["path"] in PATHS_OF_FILES:
        return  # what is no file there is told by its method: a type would be asked of an operation that is none
    known = kind in files if files else kind == "application/json" or kind.endswith("+json")
    if has_body and not known:
        raise Unsupported(f"Send {' or '.join(files) or 'application/json'}.")
