"""Sessions by a provider that is slow, away or hangs, and one after another in one browser."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from chassis.errors import Unavailable
from chassis.storage.database import Database
from gateway.access import service as access
from gateway.sessions import by_provider, service
from gateway.sessions.by_provider import ByProvider
from gateway.sessions.grants import Grant, Tokens
from gateway.sessions.provider import Granted
from portal.errors import SignInFailed
from tests.conftest import DatabaseFor
from tests.integration.gateway.conftest import admin

DAY = timedelta(hours=8)
MINUTE = timedelta(minutes=1)


@dataclass
class Clock:
    now: datetime = datetime(2018, 2, 28, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Provider:
    """Says what it is told to, once it may; None: it lets them in no more."""

    said: Granted | Exception | None
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "work account"
    times: int = 0
    revoked: int = 0

    async def renew(self, _grant: Grant, _tokens: Tokens) -> Granted | None:
        self.times += 1
        self.is_asked.set()
        await self.may_answer.wait()
        if isinstance(self.said, Exception):
            raise self.said
        return self.said

    async def finish(self, _cookie: str | None, _answer: object) -> tuple[Granted | None, str]:
        assert not isinstance(self.said, Exception)
        return self.said, "/desk"

    async def revoke(self, _tokens: Tokens) -> None:
        self.revoked += 1


@dataclass
class World:
    database: Database
    clock: Clock

    def granted(self, scope: str) -> Granted:
        return Granted(Grant("ana", "Ana", frozenset({scope}), self.clock.now + MINUTE), Tokens("again"))

    def gateway(self, said: Granted | Exception | None, *, slow: bool = False) -> tuple[ByProvider, Provider]:
        provider: Any = Provider(said)
        if not slow:
            provider.may_answer.set()
        return ByProvider(self.database, provider), provider

    async def sign_in(self) -> None:
        grant = self.granted("risks:read").grant
        assert await self.database.write(lambda tx: service.open_granted_session(tx, grant, "token", DAY))

    async def read(self, name: str = "token") -> service.OpenSession | None:
        return await self.database.read(lambda tx: service.get_session(tx, name))

    async def current(self, gateway: ByProvider) -> service.OpenSession | None:
        return await gateway.current("token", await self.read())


@pytest.fixture
async def world(database_for: DatabaseFor) -> World:
    clock = Clock()
    return World(await database_for("gateway", clock=clock), clock)


@pytest.mark.parametrize("late", ["refuses", "grants"])
async def test_what_is_answered_too_late_changes_nothing(world: World, late: str) -> None:
    """Another gateway has asked meanwhile: what it has is newer, and the first one's token is good no more."""
    await world.sign_in()
    slow, behind = world.gateway(world.granted("risks:read") if late == "grants" else None, slow=True)
    world.clock.now += MINUTE
    first = asyncio.create_task(world.current(slow))
    await behind.is_asked.wait()
    world.clock.now += service.ASKING + timedelta(seconds=1)
    quick, _ = world.gateway(world.granted("finance:read"))
    second = await world.current(quick)
    behind.may_answer.set()
    for found in (second, await first, await world.read()):
        assert found is not None
        assert found.caller.scopes == {"finance:read"}


async def test_a_provider_that_is_away_is_asked_once_and_nobody_else_waits(world: World, monkeypatch: Any) -> None:
    await world.sign_in()
    world.clock.now += MINUTE
    gateway, provider = world.gateway(Unavailable("no route"))
    written: list[str] = []
    sleeps: list[float] = []
    monkeypatch.setattr(by_provider.asyncio, "sleep", _counted(sleeps))
    event.listen(world.database.engine.sync_engine, "before_cursor_execute", lambda *said: written.append(said[2]))
    for _ in range(4):
        with pytest.raises(Unavailable, match="has not said yet"):
            await world.current(gateway)
    assert provider.times == 1
    assert len([each for each in written if each.startswith("UPDATE")]) == 1
    assert sleeps == []
    other, another = world.gateway(world.granted("finance:read"))
    with pytest.raises(Unavailable):
        await world.current(other)
    assert (another.times, len(sleeps)) == (0, by_provider._LOOKS), "another gateway waits once"
    world.clock.now += service.ASKING
    provider.said = world.granted("finance:read")
    found = await world.current(gateway)
    assert found is not None
    assert (found.caller.scopes, provider.times) == ({"finance:read"}, 2)


def _counted(sleeps: list[float]) -> Any:
    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)

    return sleep


async def test_a_provider_that_hangs_is_not_waited_for_beyond_its_turn(world: World, monkeypatch: Any) -> None:
    assert service.LONGEST_ANSWER < service.ASKING
    monkeypatch.setattr(service, "LONGEST_ANSWER", timedelta(milliseconds=5))
    await world.sign_in()
    world.clock.now += MINUTE
    gateway, _ = world.gateway(None, slow=True)
    with pytest.raises(Unavailable):
        await world.current(gateway)
    assert await world.read() is not None, "nobody was refused"


async def test_signing_in_anew_ends_the_session_before_and_leaves_its_grant(world: World) -> None:
    """Of one browser a provider may have one grant: to revoke the former tokens would be to revoke those of now."""
    await world.sign_in()
    gateway, provider = world.gateway(world.granted("finance:read"))
    assert await gateway.open_session("other", None, [], DAY, before="token") == "/desk"
    assert (await world.read(), provider.revoked) == (None, 0)
    assert await world.read("other") is not None


async def test_who_is_not_let_in_anew_stays_signed_in(world: World) -> None:
    await world.sign_in()
    await world.database.write(lambda tx: access.create_key(tx, admin("ana")))
    gateway, _ = world.gateway(world.granted("finance:read"))
    with pytest.raises(SignInFailed):
        await gateway.open_session("other", None, [], DAY, before="token")
    assert await world.read("other") is None
