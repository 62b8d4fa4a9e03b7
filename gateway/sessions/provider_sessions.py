"""What a door needs of sessions by a provider: most suites have no provider, and its libraries take long to load."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from gateway.sessions.service import OpenSession


class ProviderSessions(Protocol):
    """What of sessions a provider has a say in (see ``gateway.sessions.by_provider``)."""

    @property
    def name(self) -> str:
        """How the provider is called."""

    async def begin(self, after: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie that it has to have when it comes back."""

    async def open_session(
        self,
        token: str,
        cookie: str | None,
        answer: Sequence[tuple[str, str]],
        length: timedelta,
        before: str | None = None,
    ) -> str:
        """Let ``token`` stand for who came back, and no longer ``before``; where they go on."""

    async def current(self, token: str, found: OpenSession | None) -> OpenSession | None:
        """The session as the provider has it now; None where that ends it."""

    async def leave(self, token: str, sealed: str) -> str | None:
        """Have the provider forget what it has granted; where somebody signs out there, if it offers that."""
