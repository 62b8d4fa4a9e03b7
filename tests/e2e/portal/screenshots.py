"""Pictures of the pages for the documents, as `make screenshots` makes them: the top of each, as WebP.

`build/screenshots` has the whole pages as PNG, to be looked at before the pictures are committed.
"""

import base64
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.portal.conftest import Site, Visit, visit
from tests.e2e.portal.pages import BEHIND, PICTURES
from tests.integration.reference.conftest import LOADING_SECONDS

pytestmark = pytest.mark.timeout(LOADING_SECONDS)

ROOT: Final = Path(__file__).parents[3]
WIDTH, HEIGHT = 1280, 1400
DRAFT: Final = "/reports/v1/quarters/2017-18-Q3"
_TO_WEBP: Final = """async png => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.8).split(",")[1];
}"""
"""Chromium makes the picture itself: no library for images is needed."""


def test_pictures_are_made(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=WIDTH)
    found.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    maker = browser.new_page()
    (ROOT / "build" / "screenshots").mkdir(parents=True, exist_ok=True)
    draft = httpx.post(f"{site.url}{DRAFT}", headers={"authorization": f"Bearer {site.key}"}, timeout=120)
    draft.raise_for_status()
    for name, path in PICTURES.items():
        assert (path, found.go(path)) == (path, 200)
        _keep(found, name, maker)
    for name, behind in BEHIND.items():
        found.follow(*behind)
        _keep(found, name, maker)
    found.page.get_by_text("Sign out").click()
    _keep(found, "sign-in", maker)
    assert found.trouble == []


def _keep(found: Visit, name: str, maker: Page) -> None:
    webp = maker.evaluate(_TO_WEBP, base64.b64encode(found.page.screenshot()).decode())
    found.page.screenshot(path=ROOT / "build" / "screenshots" / f"{name}.png", full_page=True)
    (ROOT / "docs" / "images" / f"{name}.webp").write_bytes(base64.b64decode(webp))
