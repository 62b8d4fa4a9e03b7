"""What pages need of the gateway (see ``portal.ports``)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
from starlette.types import ASGIApp

from chassis.identity import Caller
from chassis.storage.database import Database
from gateway.access.keys import bearer
from gateway.sessions import service
from gateway.sessions.way_in import send_as, send_from
from portal.api import read_answer
from portal.errors import Refused
from portal.ports import Visitor

TOKEN_BYTES: Final = 32
_ANYWHERE: Final = "http://suite/key"
"""Leads nowhere: who shows a good key there is told so, who shows another is refused before."""
_FAILED: Final = frozenset({429, 500, 503})


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

    def __init__(self, app: ASGIApp, database: Database, length: timedelta) -> None:
        self._app = app
        self._database = database
        self._length = length

    async def open_session(self, key: str, address: str) -> str | None:
        if not await self._is_good(key, address):
            return None
        token = secrets.token_urlsafe(TOKEN_BYTES)
        opened = await self._database.write(lambda tx: service.open_session(tx, key, token, self._length))
        return token if opened else None

    async def _is_good(self, key: str, address: str) -> bool:
        shown = f"Bearer {key}"
        if not shown.isascii() or bearer(shown.encode()) is None:
            return False
        request = httpx.Request("GET", _ANYWHERE, headers={"authorization": shown})
        answer = await read_answer(await send_from(self._app, address, request))
        if answer.status_code in _FAILED:
            raise Refused(answer.status_code, answer.json())
        return answer.status_code != httpx.codes.UNAUTHORIZED

    async def get_visitor(self, token: str) -> Visitor | None:
        found = await self._database.read(lambda tx: service.get_session(tx, token))
        return KeyVisitor(self._app, found[1], found[0].last_visit) if found else None

    async def close_session(self, token: str) -> None:
        await self._database.write(lambda tx: service.close_session(tx, token))
