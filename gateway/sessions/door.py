"""What pages need of the gateway (see ``portal.ports``)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
from starlette.types import ASGIApp

from chassis.errors import Problem
from chassis.identity import Caller
from chassis.storage.database import Database
from chassis.web.problems import problem_body
from gateway.access.admission import KeyCheck
from gateway.sessions import service
from gateway.sessions.way_in import send_as
from portal.errors import Refused
from portal.ports import Visitor

TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class KeyVisitor:
    """Somebody who has shown their key, and calls the gateway's own app."""

    app: ASGIApp
    caller: Caller
    last_visit: datetime | None

    @property
    def name(self) -> str:
        return self.caller.name

    async def send(self, request: httpx.Request) -> httpx.Response:
        return await send_as(self.app, self.caller, request)


class PageDoor:
    """Sessions in the gateway's database, and keys looked up, and their refusals counted, as of any call."""

    def __init__(self, app: ASGIApp, check: KeyCheck, database: Database, length: timedelta) -> None:
        self._app = app
        self._check = check
        self._database = database
        self._length = length

    async def open_session(self, key: str, address: str) -> str | None:
        if not await self._is_good(key, address):
            return None
        token = secrets.token_urlsafe(TOKEN_BYTES)
        opened = await self._database.write(lambda tx: service.open_session(tx, key, token, self._length))
        return token if opened else None

    async def _is_good(self, key: str, address: str) -> bool:
        try:
            return await self._check.caller(f"Bearer {key}".encode(), address) is not None
        except Problem as problem:
            raise Refused(problem.status, problem_body(problem, "")) from problem

    async def get_visitor(self, token: str) -> Visitor | None:
        found = await self._database.read(lambda tx: service.get_session(tx, token))
        return KeyVisitor(self._app, found[1], found[0].last_visit) if found else None

    async def close_session(self, token: str) -> None:
        await self._database.write(lambda tx: service.close_session(tx, token))
