"""What pages need of the gateway (see ``portal.ports``)."""

import secrets
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
from starlette.types import ASGIApp

from chassis.errors import NotFound, Problem
from chassis.identity import Caller
from chassis.storage.database import Database
from chassis.web.problems import problem_body
from contracts.scopes import services_read
from contracts.topics import SERVICES
from gateway.access import people_service
from gateway.access.admission import KeyCheck
from gateway.sessions import service
from gateway.sessions.provider_sessions import ProviderSessions
from gateway.sessions.way_in import send_as
from portal.api import BASE
from portal.errors import Refused
from portal.ports import Visitor

TOKEN_BYTES: Final = 32
_PAGES: Final = Caller("pages", frozenset({"events:read", *(f"{service}:read" for service in SERVICES)}))
"""Who follows the events for all pages."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has signed in, and calls the gateway's own app."""

    app: ASGIApp
    caller: Caller
    name: str
    last_visit: datetime | None
    database: Database

    @property
    def known_as(self) -> str:
        return self.caller.name

    @property
    def services(self) -> AbstractSet[str]:
        return services_read(self.caller.may)

    async def list_names(self) -> Sequence[str]:
        person = self.caller.person
        return () if person is None else await self.database.read(lambda tx: people_service.list_names(tx, person))

    async def send(self, request: httpx.Request) -> httpx.Response:
        return await send_as(self.app, self.caller, request)


class PageDoor:
    """Sessions in the gateway's database, and keys looked up, and their refusals counted, as of any call."""

    def __init__(
        self,
        app: ASGIApp,
        check: KeyCheck,
        database: Database,
        length: timedelta,
        by_provider: ProviderSessions | None = None,
    ) -> None:
        self._app = app
        self._check = check
        self._database = database
        self._length = length
        self._by_provider = by_provider

    @property
    def provider(self) -> str | None:
        return self._by_provider.name if self._by_provider else None

    async def open_session(self, key: str, address: str, before: str | None = None) -> str | None:
        if not await self._is_good(key, address):
            return None
        token = secrets.token_urlsafe(TOKEN_BYTES)
        opened = await self._database.write(lambda tx: service.open_session(tx, key, token, self._length, before))
        return token if opened else None

    async def _is_good(self, key: str, address: str) -> bool:
        try:
            return await self._check.caller(f"Bearer {key}".encode(), address) is not None
        except Problem as problem:
            raise Refused(problem.status, problem_body(problem, "")) from problem

    async def begin_at_provider(self, after: str) -> tuple[str, str]:
        return await self._required().begin(after)

    async def open_session_of_provider(
        self, cookie: str | None, answer: Sequence[tuple[str, str]], before: str | None = None
    ) -> tuple[str, str]:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        return token, await self._required().open_session(token, cookie, answer, self._length, before)

    def _required(self) -> ProviderSessions:
        if self._by_provider is None:
            raise NotFound("People sign in by their keys here.")
        return self._by_provider

    async def get_visitor(self, token: str) -> Visitor | None:
        found = await self._database.read(lambda tx: service.get_session(tx, token))
        if found and found.grant:
            found = await self._by_provider.current(token, found) if self._by_provider else None
        if found is None:
            return None
        name = found.grant.name if found.grant else found.caller.name
        return SignedIn(self._app, found.caller, name, found.last_visit, self._database)

    async def close_session(self, token: str) -> str | None:
        sealed = await self._database.write(lambda tx: service.close_session(tx, token))
        return await self._by_provider.leave(token, sealed) if sealed and self._by_provider else None

    async def follow(self, last_event_id: str | None) -> httpx.Response:
        headers = {"last-event-id": last_event_id} if last_event_id else {}
        return await send_as(self._app, _PAGES, httpx.Request("GET", f"{BASE}/events/v1/stream", headers=headers))
