"""An answer taken whole, before it is sent: to look at, to change, to keep or to throw away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]


@dataclass(slots=True)
class Answer:
    """Status, headers in small letters and body."""

    status: int
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: bytes) -> bytes | None:
        return next((value for found, value in self.headers if found == name), None)

    def set_header(self, name: bytes, value: bytes) -> None:
        self.headers = [pair for pair in self.headers if pair[0] != name]
        self.headers.append((name, value))

    @property
    def is_json(self) -> bool:
        kind = (self.header(b"content-type") or b"").split(b";")[0].strip()
        return kind == b"application/json" or kind.endswith(b"+json")

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def replayed(body: bytes, further: Receive | None = None) -> Receive:
    """Receives a body that was read already; what follows, such as that the caller is gone, comes from ``further``."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        return {"type": "http.disconnect"} if further is None else await further()

    return receive


async def take(app: ASGIApp, scope: Scope, receive: Receive, send: Send | None = None) -> Answer | None:
    """The answer of ``app``. One that is not JSON, such as a file, goes straight to ``send`` where that is given."""
    taken: list[Answer] = []
    passed = False

    async def collect(message: Message) -> None:
        nonlocal passed
        if message["type"] == "http.response.start":
            answer = Answer(message["status"], [(n.lower(), v) for n, v in message.get("headers", ())])
            passed = send is not None and not answer.is_json and answer.header(b"content-type") is not None
            taken.append(answer)
        if passed and send is not None:
            await send(message)
        elif message["type"] == "http.response.body":
            taken[0].body += message.get("body", b"")

    await app(scope, receive, collect)
    return None if passed or not taken else taken[0]


def reading(scope: Scope, extra: Mapping[str, object]) -> Scope:
    """The scope of a GET of the same path, without its query and its conditions."""
    passed = [pair for pair in scope["headers"] if pair[0] == b"accept"]
    return {**scope, "method": "GET", "query_string": b"", "headers": passed, **extra}
