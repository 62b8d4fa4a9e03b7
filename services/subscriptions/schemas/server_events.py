"""Events as server-sent events (WHATWG HTML, 9.2)."""

from typing import Final

EVENT_STREAM: Final = "text/event-stream"
RETRY: Final = b"retry: 3000\n\n"
"""After so many milliseconds a reader whose stream broke off comes again."""


def server_event(event_id: str, body: bytes) -> bytes:
    """An event with its id; JSON may have lines, each of which is said to be data."""
    data = body.replace(b"\r", b" ").replace(b"\n", b"\ndata: ")
    return b"id: %s\ndata: %s\n\n" % (event_id.encode(), data)


def heartbeat(last_event_id: str | None) -> bytes:
    """Nothing happened, up to this event: a reader keeps its id, and its page is told nothing."""
    mark = b"id: %s\n" % last_event_id.encode() if last_event_id else b""
    return b": heartbeat\n%s\n" % mark
