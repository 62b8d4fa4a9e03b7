"""Nobody comes further without a key, whatever stands behind."""

from typing import Final

from starlette.types import Scope

from chassis.errors import Unauthorized, Unavailable
from chassis.logging import get_logger
from chassis.storage.outages import is_outage
from chassis.web.middleware import Admission
from gateway.access import keys
from gateway.access.keyring import Keyring
from gateway.access.keys import Caller

log = get_logger()

CALLER: Final = "gateway.caller"
"""Where a scope carries its :class:`Caller`. Whoever needs one and finds none fails."""
OPEN: Final = frozenset(
    {"/", "/docs", "/docs/", "/openapi.json", "/asyncapi.json", "/favicon.ico", "/robots.txt", "/problems"}
)
OPEN_FOLDERS: Final = ("/health/", "/docs/assets/", "/problems/")
NOBODY: Final = "-"


def key_admission(keyring: Keyring) -> Admission:
    """Asks for a key of ``keyring`` on every path that is not open, and puts its caller into the scope."""

    async def admit(scope: Scope) -> str:
        if is_open(scope["path"]):
            return NOBODY
        caller = await _caller(scope, keyring)
        scope[CALLER] = caller
        return caller.name

    return admit


def is_open(path: str) -> bool:
    """Whether a path is answered without a key. The router reads the very same string, so they cannot disagree."""
    return path in OPEN or path.startswith(OPEN_FOLDERS)


async def _caller(scope: Scope, keyring: Keyring) -> Caller:
    shown = [value for name, value in scope["headers"] if name == b"authorization"]
    key = keys.bearer(shown[0]) if len(shown) == 1 else None
    caller = await _look_up(keyring, key) if key else None
    if caller is None:
        raise Unauthorized("Send a key that is in use: Authorization: Bearer <key>.")
    return caller


async def _look_up(keyring: Keyring, key: str) -> Caller | None:
    try:
        return await keyring.caller(key)
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("gateway.keys_unreadable", error=type(error).__name__)
        raise Unavailable("Keys cannot be checked right now.") from error
