"""Signing in on pages by a real OpenID provider, through its own pages, and out again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from sqlalchemy import func, select, update

from chassis.identity import Caller
from chassis.storage.database import Database
from chassis.web.units import Resources
from gateway.access import people_service, service
from gateway.access.people import Person
from gateway.app import create_gateway
from gateway.sessions.door import PageDoor
from gateway.sessions.models import PageSession
from gateway.sessions.provider_client import ProviderClient
from gateway.settings import GatewaySettings
from tests.conftest import ResourcesFor
from tests.integration.gateway.conftest import admin
from tests.integration.portal.conftest import hidden_of
from tests.oidc.provider import AUDIENCE, SECRET, provider, walk

pytestmark = pytest.mark.rest

HERE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider(HERE) as found:
        yield found


@dataclass(frozen=True, slots=True)
class World:
    """Pages and a provider, somebody's browser before each, and a way through both."""

    issuer: str
    resources: Resources
    settings: GatewaySettings
    pages: httpx.AsyncClient
    there: httpx.AsyncClient
    door: PageDoor

    @property
    def database(self) -> Database:
        return self.resources.database

    async def come_back(self, after: str = "/", login: str = "ana", pages: httpx.AsyncClient | None = None) -> str:
        """The address to which the provider sends who has signed in there."""
        begun = await (pages or self.pages).get(f"/sign-in/provider?next={quote(after, safe='')}")
        assert begun.status_code == 303, begun.text
        return await walk(
            self.there, begun.headers["location"], self.issuer, login=login, username=login, password="any"
        )

    async def sign_in(self, after: str = "/", login: str = "ana") -> httpx.Response:
        return await self.pages.get(await self.come_back(after, login))

    async def is_signed_in(self) -> bool:
        return "Sign out" in (await self.pages.get("/")).text

    async def make_due(self) -> None:
        """Have what the provider has granted be over."""
        past = self.database.clock() - timedelta(seconds=1)
        await self.database.write(lambda tx: tx.session.execute(update(PageSession).values(good_until=past)))


@pytest.fixture
async def world(issuer: str, resources_for: ResourcesFor, tmp_path: Path, request: Any) -> AsyncIterator[World]:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    said = {
        "oidc_issuer": issuer,
        "oidc_audience": AUDIENCE,
        "oidc_client_id": "pages",
        "oidc_client_secret_file": secret,
        "oidc_scopes": ("openid", "profile", "risks:read", "admin"),
        "public_url": HERE,
    }
    settings = GatewaySettings(**(said | getattr(request, "param", {})))
    resources = await resources_for("gateway")
    app = create_gateway(resources, {}, settings)
    there = httpx.AsyncClient(trust_env=False, timeout=60)
    there.event_hooks = {"response": [as_on_tls(there)]}
    async with app.router.lifespan_context(app), browser_of(app) as pages, there:
        yield World(issuer, resources, settings, pages, there, app.state.portal.door)


def as_on_tls(there: httpx.AsyncClient) -> Any:
    """Have cookies that are meant for TLS go to this machine too, as browsers do."""

    async def clear(_answer: httpx.Response) -> None:
        for cookie in there.cookies.jar:
            cookie.secure = False

    return clear


def browser_of(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=HERE)


async def caller_of(world: World) -> Caller | None:
    found: Any = await world.door.get_visitor(world.pages.cookies["suite-session"])
    return found.caller if found else None


async def test_in_by_the_provider_and_out_there_too(world: World) -> None:
    form = (await world.pages.get("/sign-in?next=/desk")).text
    assert 'href="/sign-in/provider?next=/desk"' in form
    assert "Sign in with your work account" in form
    assert hidden_of(form)["next"] == "/desk"
    signed = await world.sign_in("/desk")
    assert (signed.status_code, signed.headers["location"]) == (303, "/desk")
    assert "suite-on-the-way" not in world.pages.cookies
    home = await world.pages.get("/")
    assert "ana as printed" in home.text
    left = await world.pages.post("/sign-out", data=hidden_of(home.text))
    [there] = [line for line in left.text.splitlines() if "http-equiv" in line]
    assert f"url={world.issuer}/session/end?" in there
    assert not await world.is_signed_in()
    url = there.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    assert await walk(world.there, url, world.issuer, logout="yes") == f"{HERE}/sign-in"
    asked = await world.there.get((await world.pages.get("/sign-in/provider")).headers["location"])
    assert "/interaction/" in asked.headers["location"], "it asks who they are"


async def test_the_caller_is_the_subject_with_the_tokens_scopes(world: World) -> None:
    await world.sign_in()
    assert await caller_of(world) == Caller("ana", {"risks:read", "admin"})
    person = Person("ana-nowak", "Ana Nowak", subjects=("ana", "ana@example.org"))
    await world.database.write(lambda tx: people_service.put_person(tx, person))
    caller = await caller_of(world)
    assert caller is not None
    assert (caller.name, caller.scopes) == ("ana", {"risks:read", "admin"})
    assert (caller.person, caller.names) == ("ana-nowak", person.names)


async def test_what_somebody_does_by_a_page_is_theirs_in_the_audit(world: World) -> None:
    await world.sign_in()
    visitor = await world.door.get_visitor(world.pages.cookies["suite-session"])
    assert visitor is not None
    request = httpx.Request("PUT", "http://suite/access/v1/people/ben", json={"name": "Ben"})
    assert (await visitor.send(request)).status_code == 201
    answer = await visitor.send(httpx.Request("GET", "http://suite/operations/v1/audit"))
    assert [(each["actor"], each["action"]) for each in (await read(answer))["items"]] == [("ana", "person.put")]


async def read(answer: httpx.Response) -> dict[str, Any]:
    await answer.aread()
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("world", [{"oidc_scopes": ("openid",)}], indirect=True)
async def test_who_is_granted_nothing_sees_nothing(world: World) -> None:
    await world.sign_in()
    assert await caller_of(world) == Caller("ana")
    assert "Not shown" in (await world.pages.get("/")).text


@pytest.mark.parametrize("world", [{"oidc_client_id": "public pages", "oidc_client_secret_file": None}], indirect=True)
async def test_a_public_client_has_pkce_alone(world: World) -> None:
    await world.sign_in()
    assert await world.is_signed_in()


async def test_nothing_of_the_provider_is_stored_in_clear(world: World) -> None:
    await world.sign_in()
    rows = await world.database.read(lambda tx: tx.session.execute(PageSession.__table__.select()))
    [row] = rows.mappings().all()
    assert row["sealed"].startswith("eyJ")
    assert world.pages.cookies["suite-session"] not in str(row)
    assert not any(part.startswith("eyJhbGciOiJSUzI1NiI") for part in str(row).split("'")), "no signed token"


async def test_an_answer_that_is_shown_again_opens_nothing(world: World) -> None:
    url = await world.come_back()
    cookie = world.pages.cookies["suite-on-the-way"]
    assert (await world.pages.get(url)).status_code == 303
    world.pages.cookies.clear()
    for kept in (None, cookie):
        if kept:
            world.pages.cookies.set("suite-on-the-way", kept, domain="127.0.0.1")
        again = await world.pages.get(url)
        assert (again.status_code, "You are not signed in" in again.text) == (403, True)
        assert "suite-session" not in world.pages.cookies
    assert "suite-on-the-way" not in world.pages.cookies


async def test_nobody_is_signed_in_as_somebody_else_by_a_link(world: World) -> None:
    """An answer that was got for another browser, with a good code of another person, does nothing in this one."""
    async with browser_of(world.pages._transport.app) as theirs:  # type: ignore[attr-defined]
        planted = await world.come_back(login="mallory", pages=theirs)
    assert (await world.pages.get(planted)).status_code == 403
    world.there.cookies.clear()
    own = await world.come_back()
    assert (await world.pages.get(planted)).status_code == 403
    assert not await world.is_signed_in()
    assert (await world.pages.get(own)).status_code == 403, "what was begun is over once it has failed"


@pytest.mark.parametrize("changed", ["", "x", "made.up"])
async def test_a_cookie_that_was_changed_is_none(world: World, changed: str) -> None:
    url = await world.come_back()
    cookie = world.pages.cookies["suite-on-the-way"]
    world.pages.cookies.clear()
    world.pages.cookies["suite-on-the-way"] = changed + cookie if changed else cookie[:-2]
    assert (await world.pages.get(url)).status_code == 403
    assert not await world.is_signed_in()


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aset-cookie:a"])
async def test_the_way_back_leads_to_this_site_only(world: World, after: str) -> None:
    signed = await world.sign_in(after)
    where = urlsplit(signed.headers["location"])
    assert (where.scheme, where.netloc) == ("", "")
    assert where.path.startswith("/")
    assert not where.path.startswith("//")


async def test_who_breaks_off_there_is_told_so(world: World) -> None:
    begun = await world.pages.get("/sign-in/provider")
    asked = await world.there.get(begun.headers["location"])
    interaction = httpx.URL(world.issuer).join(asked.headers["location"])
    resumed = await world.there.get(f"{interaction}/abort")
    back = await walk(world.there, resumed.headers["location"], world.issuer)
    assert "error=access_denied" in back
    answer = await world.pages.get(back)
    assert (answer.status_code, "The provider has not let you in" in answer.text) == (403, True)
    assert hidden_of(answer.text)["next"] == "/", "and a key is still asked for"


async def test_rights_are_renewed_once_by_whoever_comes_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.sign_in()
    asked: list[str] = []
    ask = ProviderClient.ask_for_tokens

    async def counted(self: ProviderClient, form: dict[str, str]) -> Any:
        asked.append(form["grant_type"])
        return await ask(self, form)

    monkeypatch.setattr(ProviderClient, "ask_for_tokens", counted)
    for _ in range(2):
        await world.make_due()
        pages = await asyncio.gather(*(world.pages.get("/") for _ in range(4)))
        assert all("ana as printed" in page.text for page in pages)
    assert asked == ["refresh_token"] * 2
    latest = await world.database.read(lambda tx: tx.session.scalar(select(func.max(PageSession.good_until))))
    assert latest is not None
    assert latest > world.database.clock() + timedelta(seconds=200)


async def test_a_session_ends_once_the_provider_lets_nobody_in(world: World) -> None:
    await world.sign_in()
    there = f"{world.issuer}/session/end?client_id=pages&post_logout_redirect_uri={HERE}/sign-in"
    await walk(world.there, there, world.issuer, logout="yes")
    assert await world.is_signed_in(), "what was granted lasts its minutes"
    await world.make_due()
    assert not await world.is_signed_in()
    assert (await world.pages.get("/desk")).headers["location"].startswith("/sign-in")


async def test_without_the_provider_its_sessions_are_none(world: World) -> None:
    await world.sign_in()
    app = create_gateway(world.resources, {}, GatewaySettings())
    async with browser_of(app) as pages:
        pages.cookies.update(world.pages.cookies)
        assert "Sign out" not in (await pages.get("/")).text
        assert "Sign in with" not in (await pages.get("/")).text
        assert (await pages.get("/sign-in/provider")).status_code == 404
        assert (await pages.get("/sign-in/callback")).status_code == 404


async def test_a_subject_that_names_anothers_key_is_not_let_in(world: World) -> None:
    await world.database.write(lambda tx: service.create_key(tx, admin("ana")))
    assert (await world.sign_in()).status_code == 403
    assert not await world.is_signed_in()


async def test_signing_in_anew_ends_the_session_before(world: World) -> None:
    await world.sign_in()
    before = world.pages.cookies["suite-session"]
    await world.sign_in()
    assert await world.is_signed_in()
    await world.make_due()
    assert await world.is_signed_in(), "what the provider has granted to this browser was not revoked"
    world.pages.cookies.clear()
    world.pages.cookies.set("suite-session", before, domain="127.0.0.1")
    assert not await world.is_signed_in()
