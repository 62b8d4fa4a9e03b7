"""Which headers go on to a service and which come back: what only one hop may say stays on it."""

from collections.abc import Iterable
from typing import Final

from starlette.types import Scope

from chassis import telemetry
from chassis.web.admission import ACTOR_HEADER
from chassis.web.middleware import REQUEST_ID_HEADER, Header, header

_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection"
    b" te trailer transfer-encoding upgrade".split()
)
_OURS: Final = frozenset(
    {b"authorization", b"cookie", b"content-length", b"expect", b"forwarded", b"host", b"traceparent", b"x-real-ip"}
    | {name.encode() for name in (ACTOR_HEADER, REQUEST_ID_HEADER)}
)
_SERVERS: Final = frozenset({b"date", b"server", REQUEST_ID_HEADER.encode()})


def to_service(scope: Scope) -> list[Header]:
    """The caller's headers, with by which request and trace said by us alone; who calls is said by a token."""
    trace, request_id = telemetry.traceparent() or telemetry.new_traceparent(), telemetry.request_id() or ""
    own = {"traceparent": trace, REQUEST_ID_HEADER: request_id}
    passed = [pair for pair in _without_hop(scope["headers"]) if not _is_ours(pair[0])]
    return [*passed, *((name.encode(), value.encode()) for name, value in own.items()), *_forwarded(scope)]


def from_service(headers: Iterable[Header], origin: bytes) -> list[Header]:
    """A service's headers; a redirect to its own ``origin``, which the caller does not know, leads to us."""
    return [_local(pair, origin) for pair in _without_hop(headers) if pair[0] not in _SERVERS]


def _is_ours(name: bytes) -> bool:
    return name in _OURS or name.startswith(b"x-forwarded-")


def _forwarded(scope: Scope) -> list[Header]:
    """Who asked us, how and for what, as the server in front of this app has seen it; what callers claim is dropped."""
    client = scope.get("client")
    seen = [(b"x-forwarded-proto", scope["scheme"].encode()), (b"x-forwarded-host", header(scope, b"host"))]
    return [*seen, (b"x-forwarded-for", client[0].encode())] if client else seen


def _local(pair: Header, origin: bytes) -> Header:
    if pair[0] == b"location" and pair[1].startswith(origin + b"/"):
        return pair[0], pair[1].removeprefix(origin)
    return pair


def _without_hop(headers: Iterable[Header]) -> list[Header]:
    """Drop what is meant for one hop: the usual list and whatever ``Connection`` names."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {part.strip().lower() for name, value in lowered if name == b"connection" for part in value.split(b",")}
    return [pair for pair in lowered if pair[0] not in _HOP and pair[0] not in named]
