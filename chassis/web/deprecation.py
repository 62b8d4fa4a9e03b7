"""Operations that callers are to leave: each says so in its answers (RFC 9745, RFC 8594) and in its document.

A service declares them in its ``ServiceSpec``; that table is all there is to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from starlette.types import Message, Send


@dataclass(frozen=True, slots=True)
class Deprecation:
    """From which day on an operation is not to be used by new callers, and what is used instead.

    Args:
        since: the first day, in UTC.
        instead: the address of what takes its place, as a template, such as ``/risks/v1/risks/{ref}``.
        ends_on: the day on which it stops to answer, where that is settled.
    """

    since: date
    instead: str
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on <= self.since:
            raise ValueError("an operation ends after it was deprecated, so that callers have time to leave it")

    def headers(self) -> Mapping[str, str]:
        """``Deprecation`` and, where its end is settled, ``Sunset``."""
        found = {"deprecation": f"@{int(_moment(self.since).timestamp())}"}
        if self.ends_on is not None:
            found["sunset"] = format_datetime(_moment(self.ends_on), usegmt=True)
        return found

    def words(self) -> str:
        """The same for a reader of the document."""
        end = f", and stops to answer on {self.ends_on.isoformat()}" if self.ends_on else ""
        return f"Deprecated since {self.since.isoformat()}{end}. Use `{self.instead}` instead."

    def saying(self, send: Send) -> Send:
        """``send``, with the headers on the answer."""
        added = [(name.encode(), value.encode()) for name, value in self.headers().items()]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        return with_headers


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
