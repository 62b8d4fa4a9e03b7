"""Who may come into a service: callers that show the internal key, with bodies of a type that is read there."""

import hmac
from typing import Final

from starlette.types import Scope

from chassis.errors import Unauthorized, Unsupported
from chassis.settings import ServiceSettings
from chassis.web.middleware import Admission, header
from contracts.large_bodies import PATHS_OF_FILES, large_body

INTERNAL_KEY_HEADER: Final = "x-internal-key"
ACTOR_HEADER: Final = "x-actor"
ANONYMOUS: Final = "anonymous"
_LONGEST_ACTOR: Final = 100


def service_admission(settings: ServiceSettings) -> Admission:
    """A service that has an internal key answers only callers that show it (health aside)."""
    key = settings.internal_key.get_secret_value().encode() if settings.internal_key else None

    async def admit(scope: Scope) -> str:
        if key and not scope["path"].startswith("/health/"):
            _require_key(scope, key)
        _require_known_type(scope)
        return actor_of(header(scope, ACTOR_HEADER.encode()).decode("latin-1"))

    return admit


def actor_of(shown: str | None) -> str:
    """Who acts, by the header that the gateway sets."""
    return (shown or ANONYMOUS)[:_LONGEST_ACTOR]


def _require_key(scope: Scope, key: bytes) -> None:
    if not hmac.compare_digest(header(scope, INTERNAL_KEY_HEADER.encode()), key):
        raise Unauthorized("This service answers the gateway only.")


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
