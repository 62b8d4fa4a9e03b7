"""The suite with its reference data on a socket, and Debian's Chromium in front of it."""

import asyncio
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any, Final

import httpx
import pytest
import uvicorn
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from gateway.access import service
from gateway.access.keys import NewKey
from suite import compose
from suite.load import LoadReport
from suite.settings import SuiteSettings
from tests.e2e.portal.examples import add_examples
from tests.integration.gateway.conftest import listening, until_started
from tests.integration.reference.conftest import loaded, migrated

__all__ = ["loaded", "migrated"]

CHROMIUM: Final = Path("/usr/bin/chromium")
NO_NAMES: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""The network is cut off: no name leads anywhere."""
_AXE: Final = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
expect.set_options(timeout=60_000)  # a busy machine is no fault of a page
_SAYS: Final = """(({textContent, ariaLabel, id}) => textContent.trim() || ariaLabel || id)(document.activeElement)"""
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True, slots=True)
class Site:
    """A served suite and a key to it."""

    url: str
    key: str


@dataclass(slots=True)
class Visit:
    """A browser's window, and what happened in it that should not."""

    page: Page
    url: str
    trouble: list[str] = field(default_factory=list)

    def go(self, path: str) -> int:
        answer = self.page.goto(self.url + path)
        assert answer is not None
        return answer.status

    def follow(self, path: str, *links: str) -> str:
        """Go where the first of each of these links leads, one after the other; the path there."""
        assert self.go(path) == httpx.codes.OK
        for link in links:
            path = self.page.locator(link).first.get_attribute("href") or ""
            assert path.startswith("/"), link
            assert self.go(path) == httpx.codes.OK
            self.wait_for_work()
        return path

    def wait_for_work(self) -> None:
        """Load the page anew until it says no longer that work goes on."""
        for _ in range(200):
            if self.page.get_by_text("Look again").count() == 0:
                return
            self.page.wait_for_timeout(100)
            self.page.reload()

    def tab_to(self, words: str) -> None:
        """Press Tab until what has the focus says ``words``."""
        for _ in range(200):
            self.page.keyboard.press("Tab")
            said = self.page.evaluate(_SAYS)
            if re.search(words, said):
                return
        raise AssertionError(f"Nothing that says {words} is reached by keyboard")

    def hide(self, *, hidden: bool) -> None:
        """Have the page believe that another tab is before it, or no longer."""
        said = f"Object.defineProperty(document, 'hidden', {{value: {str(hidden).lower()}, configurable: true}})"
        self.page.evaluate(said + "; document.dispatchEvent(new Event('visibilitychange'))")

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA. It needs scripts."""
        self.page.evaluate(_AXE + ";0")
        only = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
        found: dict[str, Any] = self.page.evaluate("options => axe.run(document, options)", only)
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]

    def excess(self) -> int:
        """Pixels by which the page is wider than the window."""
        wider: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wider


@pytest.fixture(scope="module")
def site(loaded: tuple[Path, LoadReport], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SUBSCRIPTIONS_WEBHOOK_DEVELOPMENT", "true")
        environment.setenv("SUBSCRIPTIONS_WEBHOOK_NETWORKS", '["127.0.0.0/8"]')
        environment.setenv("SUBSCRIPTIONS_MESH_DEVELOPMENT", "true")
        environment.setenv("SUBSCRIPTIONS_MESH_URL", "http://127.0.0.1:9")
        with served(loaded[0], tmp_path_factory.mktemp("pages") / "data") as found:
            add_examples(found.url, found.key)
            yield found


@contextmanager
def served(data: Path, folder: Path) -> Iterator[Site]:
    """The suite on a copy of this data. It is served from a thread of its own: the browser's interface blocks."""
    shutil.copytree(data, folder)
    ready: Queue[Site | BaseException] = Queue()
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(folder, ready, stop)))
    thread.start()
    found = ready.get(timeout=120)
    if isinstance(found, BaseException):
        raise found
    try:
        yield found
    finally:
        stop.set()
        thread.join(timeout=60)


async def _serve(folder: Path, ready: "Queue[Site | BaseException]", stop: threading.Event) -> None:
    try:
        async with compose.everything(SuiteSettings(data_dir=folder)) as running:
            key = await running.databases["gateway"].write(
                lambda tx: service.create_key(tx, NewKey("Ana Nowak", frozenset({"admin"})))
            )
            listener = listening()
            config = uvicorn.Config(running.app, lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            await until_started(server)
            ready.put(Site(f"http://127.0.0.1:{listener.getsockname()[1]}", key))
            await asyncio.to_thread(stop.wait)
            server.should_exit = True
            await serving
            listener.close()
    except BaseException as error:
        ready.put(error)
        raise


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing = "There is no /usr/bin/chromium: install Debian's package chromium to see the pages tested"
        if os.environ.get("REQUIRE_ENGINES"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as found:
        launched = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", NO_NAMES])
        yield launched
        launched.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """No page stays open after its test: it would follow what the next one changes."""
    yield chromium
    for context in chromium.contexts:
        context.close()


def visit(browser: Browser, site: Site, *, width: int, **options: Any) -> Visit:
    """Somebody who has signed in by the form."""
    found = window(browser, site, width=width, **options)
    found.go("/")
    form = found.page.locator("form").first
    form.locator("input:not([type=hidden])").fill(site.key)
    form.locator("button").click()
    expect(found.page.get_by_text("Sign out")).to_be_visible()
    return found


def window(browser: Browser, site: Site, *, width: int, **options: Any) -> Visit:
    """A browser that has never been here; whatever it asks of others is trouble, and so is what it complains of."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 900}, service_workers="block", **options
    )
    found = Visit(context.new_page(), site.url)

    def only_here(route: Route, request: Request) -> None:
        if request.url.startswith(site.url):
            route.continue_()
        else:
            found.trouble.append(f"asked for {request.url}")
            route.abort()

    def note(message: ConsoleMessage) -> None:
        found.trouble.append(f"{found.page.url}: {message.text}")

    context.route("**/*", only_here)
    found.page.on("console", note)
    found.page.on("pageerror", lambda error: found.trouble.append(str(error)))
    return found
