"""Signing in by a provider as people do: in Chromium, through the provider's own pages, with scripts and without."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, expect

from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.units import Resources
from gateway.app import SPEC, create_gateway
from gateway.settings import GatewaySettings
from tests.e2e.portal.conftest import Visit
from tests.integration.gateway.conftest import listening, until_started
from tests.oidc.provider import AUDIENCE, SECRET, provider

pytestmark = pytest.mark.rest


@dataclass(frozen=True, slots=True)
class Site:
    """Served pages without a service behind them, and the provider that people sign in by."""

    url: str
    issuer: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, listener = tmp_path_factory.mktemp("signing"), listening()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with provider(url) as issuer:
        (folder / "secret").write_text(SECRET)
        settings = GatewaySettings(
            oidc_issuer=issuer,
            oidc_audience=AUDIENCE,
            oidc_client_id="pages",
            oidc_client_secret_file=folder / "secret",
            oidc_scopes=("openid", "profile", "risks:read"),
            public_url=url,
        )
        ready: Queue[BaseException | None] = Queue()
        stop = threading.Event()
        serving = serve_alone(folder / "gateway.db", settings, listener, ready, stop)
        thread = threading.Thread(target=lambda: asyncio.run(serving))
        thread.start()
        found = ready.get(timeout=60)
        if found is not None:
            raise found
        yield Site(url, issuer)
        stop.set()
        thread.join(timeout=60)


async def serve_alone(
    path: Path,
    settings: GatewaySettings,
    listener: socket.socket,
    ready: "Queue[BaseException | None]",
    stop: threading.Event,
) -> None:
    try:
        at = f"sqlite+threads:///{path}"
        await asyncio.to_thread(migrate.upgrade, SPEC.package, at)
        database = Database(at, SPEC.metadata)
        app = create_gateway(Resources(database, ServiceSettings()), {}, settings)
        config = uvicorn.Config(app, lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await until_started(server)
        ready.put(None)
        await asyncio.to_thread(stop.wait)
        server.should_exit = True
        await serving
        await database.close()
        listener.close()
    except BaseException as error:
        ready.put(error)
        raise


def visit(browser: Browser, site: Site, *, scripts: bool) -> Visit:
    """A browser that has never been here, and notes what goes wrong on our own pages."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 1280, "height": 900}, service_workers="block", java_script_enabled=scripts
    )
    found = Visit(context.new_page(), site.url)

    def note(text: str) -> None:
        if found.page.url.startswith(site.url):
            found.trouble.append(f"{found.page.url}: {text}")

    found.page.on("console", lambda message: note(message.text))
    found.page.on("pageerror", lambda error: note(str(error)))
    return found


def sign_in(found: Visit, login: str) -> None:
    """On the provider's pages: who they are, and that the suite may know it."""
    found.page.get_by_role("button", name="Sign in with your work account").click()
    found.page.locator("input[name=login]").fill(login)
    found.page.locator("input[name=password]").fill("any")
    found.page.locator("button[type=submit]").click()
    found.page.locator("button[type=submit]").click()
    expect(found.page.get_by_text("Sign out")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_in_by_the_provider_and_out_again(browser: Browser, site: Site, *, scripts: bool) -> None:
    found = visit(browser, site, scripts=scripts)
    assert found.go("/operations") == 200, "which shows the form"
    form = found.page.locator("form").first
    assert form.locator("input:not([type=hidden])").count() == 1
    if scripts:
        for width in (1280, 320):
            found.page.set_viewport_size({"width": width, "height": 900})
            assert (width, found.violations(), found.excess()) == (width, [], 0)
    sign_in(found, "ana")
    expect(found.page).to_have_url(f"{site.url}/operations")
    expect(found.page.locator("header")).to_contain_text("ana as printed")
    found.page.get_by_role("button", name="Sign out").click()
    found.page.wait_for_url(f"{site.issuer}/session/end?**")
    found.page.get_by_role("button", name="Yes").click()
    expect(found.page).to_have_url(f"{site.url}/sign-in")
    found.page.get_by_role("button", name="Sign in with your work account").click()
    expect(found.page.locator("input[name=login]")).to_be_visible()
    assert found.trouble == []


def test_by_keyboard_alone(browser: Browser, site: Site) -> None:
    found = visit(browser, site, scripts=True)
    found.go("/sign-in?next=/desk")
    provider_button = found.page.get_by_role("button", name="Sign in with your work account")
    for _ in range(6):
        found.page.keyboard.press("Tab")
        if provider_button.evaluate("button => button === document.activeElement"):
            break
    found.page.keyboard.press("Enter")
    expect(found.page.locator("input[name=login]")).to_be_visible()


def test_a_refusal_is_said_where_the_way_is(browser: Browser, site: Site) -> None:
    found = visit(browser, site, scripts=True)
    assert found.go("/sign-in/callback?code=made-up&state=made-up") == 403
    expect(found.page.get_by_text("You are not signed in")).to_be_visible()
    assert found.violations() == []
    found.page.get_by_role("link", name="It was begun in another browser").click()
    assert found.page.evaluate("document.activeElement.id") == "provider"
