"""What pages need of whoever mounts them: sessions, and a way to the API."""

from datetime import datetime
from typing import Protocol

import httpx


class Visitor(Protocol):
    """Somebody who is signed in."""

    @property
    def name(self) -> str:
        """As histories and audit entries have it."""

    @property
    def last_visit(self) -> datetime | None:
        """When they signed in the time before."""

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Call the API as any client does, with the rights of their key. The answer is to be read and closed."""


class Door(Protocol):
    """Lets people in by their key."""

    async def open_session(self, key: str, address: str) -> str | None:
        """A new session's token, which only its cookie has; None for a key that is not in use.

        Raises:
            Refused: too many keys were refused from this address, or keys cannot be looked up now.
        """

    async def get_visitor(self, token: str) -> Visitor | None:
        """Whose session it is; None once it has run out or ended, or its key was revoked."""

    async def close_session(self, token: str) -> None:
        """End it. Again is no error."""
