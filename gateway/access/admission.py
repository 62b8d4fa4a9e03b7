"""Nobody comes further without a key, whatever stands behind."""

import math
from typing import Final, Protocol

from starlette.types import Scope

from chassis import telemetry
from chassis.errors import Unauthorized, Unavailable
from chassis.identity import Caller
from chassis.logging import get_logger
from chassis.storage.outages import is_outage
from chassis.web.identity import CALLER
from chassis.web.middleware import Admission
from gateway.access import keys
from gateway.access.errors import TooManyRefusals
from gateway.access.refusals import Refusals

log = get_logger()

OPEN: Final = frozenset(
    {
        "/",
        "/openapi.json",
        "/asyncapi.json",
        "/data-contract.yaml",
        "/favicon.ico",
        "/robots.txt",
        "/docs",
        "/docs/",
        "/problems",
        "/schemas",
    }
    | {"/docs/reference", "/docs/events"}
)
OPEN_FOLDERS: Final = ("/health/", "/docs/assets/", "/problems/", "/schemas/")
NOBODY: Final = "-"


class Bearers(Protocol):
    """Who shows what."""

    async def caller(self, shown: str, /) -> Caller | None: ...
    def was_good(self, shown: str, /) -> bool: ...


class KeyCheck:
    """Who shows what, at the door as where people sign in.

    From an address that has shown too many keys which are not in use, only those are looked up that were good before:
    callers behind one proxy share its address, and go on.
    """

    def __init__(self, bearers: Bearers, refusals: Refusals) -> None:
        self._bearers = bearers
        self._refusals = refusals

    async def caller(self, authorization: bytes, address: str) -> Caller | None:
        """Who shows this ``Authorization`` header; None where it holds no key that is in use.

        Raises:
            TooManyRefusals: too many such were shown from this address.
            Unavailable: keys cannot be looked up now.
        """
        key = keys.bearer(authorization)
        if key is None:
            return None
        if not self._bearers.was_good(key) and (seconds := math.ceil(self._refusals.seconds_to_wait(address))):
            raise TooManyRefusals(seconds)
        caller = await self._look_up(key)
        if caller is None:
            self._refusals.add(address)
            telemetry.KEYS_REFUSED.inc()
            log.warning("gateway.key_refused", prefix=keys.refused_prefix(key), address=address)
        return caller

    async def _look_up(self, key: str) -> Caller | None:
        try:
            return await self._bearers.caller(key)
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("gateway.keys_unreadable", error=type(error).__name__)
            raise Unavailable("Keys cannot be checked right now.") from error


def key_admission(check: KeyCheck) -> Admission:
    """Asks for a key on every path that is not open, and puts its caller into the scope."""

    async def admit(scope: Scope) -> str:
        if is_open(scope["path"]):
            return NOBODY
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        caller = await check.caller(shown[0], address_of(scope)) if len(shown) == 1 else None
        if caller is None:
            raise Unauthorized("Send a key that is in use: Authorization: Bearer <key>.")
        scope[CALLER] = caller
        return caller.name

    return admit


def is_open(path: str) -> bool:
    """Whether a path is answered without a key. The router reads the very same string, so they cannot disagree."""
    return path in OPEN or path.startswith(OPEN_FOLDERS)


def address_of(scope: Scope) -> str:
    """Where a call comes from, as the server has seen it."""
    client = scope.get("client")
    return client[0] if client else NOBODY
