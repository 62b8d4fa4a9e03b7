"""What pages need of whoever mounts them: sessions, and a way to the API."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

import httpx


class Visitor(Protocol):
    """Somebody who is signed in."""

    @property
    def name(self) -> str:
        """As pages call them: the name of their key, or how the provider prints them."""

    @property
    def known_as(self) -> str:
        """By what calls know them: nobody else is known so."""

    @property
    def last_visit(self) -> datetime | None:
        """When they signed in the time before."""

    @property
    def services(self) -> AbstractSet[str]:
        """Whose state they may read, and so may be told that it has changed."""

    async def list_names(self) -> Sequence[str]:
        """By what texts name them that say who answers for something; none where no person is entered for them."""

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Call the API as any client does, with the rights of their key. The answer is to be read and closed."""


class Door(Protocol):
    """Lets people in by their key, and by an OpenID provider where there is one."""

    @property
    def provider(self) -> str | None:
        """How the provider is called, as in "Sign in with ..."; None where people have keys alone."""

    async def open_session(self, key: str, address: str, before: str | None = None) -> str | None:
        """A new session's token, which only its cookie has; None for a key that is not in use.

        With it the session of the token ``before`` ends, here alone: a provider is told of nothing.

        Raises:
            Refused: too many keys were refused from this address, or keys cannot be looked up now.
        """

    async def begin_at_provider(self, after: str) -> tuple[str, str]:
        """Where somebody signs in at the provider, and the cookie they need when they come back to go on to ``after``.

        Raises:
            NotFound: there is none.
            Unavailable: it cannot be reached.
        """

    async def open_session_of_provider(
        self, cookie: str | None, answer: Sequence[tuple[str, str]], before: str | None = None
    ) -> tuple[str, str]:
        """A new session's token for who came back with this cookie and this query; and where they go on.

        The session ``before`` ends as in :meth:`open_session`.

        Raises:
            NotFound: there is no provider.
            SignInFailed: it was not begun in this browser, or the provider does not let them in.
            Unavailable: it cannot be reached.
        """

    async def get_visitor(self, token: str) -> Visitor | None:
        """Whose session it is; None once it has run out or ended, its key was revoked, or the provider ended it.

        Raises:
            Unavailable: the provider cannot be asked whether it goes on.
        """

    async def close_session(self, token: str) -> str | None:
        """End it, and say where to sign out at the provider too, if anywhere. Again is no error."""

    async def follow(self, last_event_id: str | None) -> httpx.Response:
        """Open the stream of the events of every service after this one; without one, from now on.

        It is the pages' own: what of it somebody is told is for pages to see to. The answer is to be read and closed.
        """
