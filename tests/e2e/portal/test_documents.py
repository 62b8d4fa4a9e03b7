"""The documents as people read them, in Chromium with the network cut off: all they are made of comes from here."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Request, expect

from gateway.documents.asyncapi import BODIES
from tests.e2e.portal.conftest import Site, Visit, served, window

pytestmark = pytest.mark.rest

MANY = 200
"""Fewer operations would not be all of the suite's."""


@pytest.fixture(scope="module")
def site(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Every service, so that every operation of the suite is documented; of data they need none for that."""
    with served(migrated, tmp_path_factory.mktemp("documents") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def operations(site: Site) -> list[str]:
    """Of every operation what it is for, as the document has it."""
    document = httpx.get(f"{site.url}/openapi.json", timeout=120).json()
    return [shown["summary"] for item in document["paths"].values() for shown in item.values()]


@pytest.fixture
def reader(browser: Browser, site: Site) -> Iterator[Visit]:
    """Somebody who is not signed in; in the end nothing was asked of anybody else, and nothing was complained of."""
    found = window(browser, site, width=1280)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    found.page.on("request", note)
    yield found
    assert asked
    assert [url for url in asked if not url.startswith((site.url, "data:", f"blob:{site.url}"))] == []
    assert [each for each in found.trouble if "Applying inline style" not in each] == []  # two of Redoc's, not needed
    found.page.context.close()


def test_every_call_is_read(reader: Visit, operations: list[str]) -> None:
    """Service by service: of all calls at once the reader would make a page of half a minute."""
    assert reader.go("/docs/reference") == 200
    parts = reader.page.locator("#parts a")
    expect(parts.first).to_be_attached()
    shown = set[str]()
    for part in parts.all_text_contents():
        reader.page.get_by_role("link", name=part, exact=True).first.click()
        expect(reader.page.locator("#parts a[aria-current=page]")).to_have_text(part)
        headings = reader.page.locator("#reference h2")
        expect(headings.first).to_be_attached()
        shown |= {text.strip() for text in headings.all_text_contents()}
    assert len(operations) > MANY
    assert [summary for summary in operations if summary not in shown] == []


def test_a_call_is_tried(reader: Visit, site: Site, operations: list[str]) -> None:
    assert reader.go("/docs") == 200
    page = reader.page
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.locator(".opblock").count() == len(operations)
    page.locator("button.authorize").first.click()
    page.locator(".modal-ux input").fill(site.key)
    page.locator(".modal-ux button[type=submit]").click()
    page.locator(".modal-ux .btn-done").click()
    call = page.locator(".opblock-get:has([data-path='/health/live'])")
    call.locator(".opblock-summary-control").click()
    call.locator("button.execute").click()
    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert site.key not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")


@pytest.mark.parametrize("width", [1280, 320])
def test_events_schemas_and_problems_are_read(reader: Visit, width: int) -> None:
    page = reader.page
    page.set_viewport_size({"width": width, "height": 900})
    assert reader.go("/docs/events") == 200
    assert page.locator("section[id]").count() > len(BODIES)
    page.get_by_role("link", name="Schemas of events").click()
    page.wait_for_url("**/schemas")
    assert page.locator("tr").count() == len(BODIES) + 1
    assert (reader.violations(), reader.excess()) == ([], 0)
    page.get_by_role("link", name="Problems").click()
    page.wait_for_url("**/problems")
    assert (reader.violations(), reader.excess()) == ([], 0)
    page.get_by_role("link", name="/problems/insufficient-scope").click()
    page.wait_for_url("**/problems/insufficient-scope")
    expect(page.locator("main")).to_contain_text("403")
    assert (reader.violations(), reader.excess()) == ([], 0)
    assert reader.go(f"/schemas/{next(iter(BODIES))}") == 200
    expect(page.locator("body")).to_contain_text("properties")
