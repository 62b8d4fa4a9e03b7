"""Every page is among those that are looked at, with a browser and without one, and has its picture."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import portal.api
from portal.app import router
from tests.e2e.portal.pages import BEHIND, PAGES, PICTURES
from tests.integration.portal import suite_pages

ROOT: Final = Path(__file__).parents[3]
LINKED: Final = {
    "/import/{number}",
    "/import/{number}/mend",
    "/operations/subscriptions/{code}",
    "/promises/returns/{code}",
}
"""Pages of things that are numbered as they are made: links alone lead there."""
MADE: Final = {"/operations/recipients/{code}", "/register/controls/{ref}"}
"""Of these the reference data has none."""
LEADS_ON: Final = "/fund/{fund}/returns"
DRAFTED: Final = "/reports/{quarter}"
"""A journey drafts one."""


def unseen(addresses: Iterable[str]) -> set[str]:
    """The paths of pages, but for files and ways in, at which none of these addresses leads."""
    included = [each.original_router.routes for each in router.routes if hasattr(each, "original_router")]
    routes: list[Any] = [route for found in included for route in found if "GET" in route.methods]
    pages = [each for each in routes if not re.search(r"\.\w+$|\.\{ending\}|:path\}|^/sign-|^/live$", each.path)]
    assert len(pages) > 50
    seen = [each.partition("?")[0] for each in addresses]
    return {each.path for each in pages if not any(each.path_regex.match(path) for path in seen)}


def test_every_page_is_walked_through() -> None:
    assert len(BEHIND) == len(LINKED) + 1, "a subscription is by webhook, or to a mailbox"
    assert unseen(PAGES) == {*LINKED, LEADS_ON, DRAFTED}
    assert unseen(suite_pages.PAGES) == {*LINKED, LEADS_ON, DRAFTED, *MADE}


def test_every_page_has_its_picture() -> None:
    assert unseen(PICTURES.values()) == {*LINKED, LEADS_ON}
    kept = {each.stem for each in (ROOT / "docs" / "images").glob("*.webp")}
    assert kept == {*PICTURES, *BEHIND, "sign-in"}


def test_every_style_is_used() -> None:
    room = Path(portal.api.__file__).parent
    styles = set(re.findall(r"\.([a-z][a-z0-9_-]+)", (room / "static" / "portal.css").read_text(encoding="utf-8")))
    code = [*room.glob("templates/*.html"), *room.rglob("*.py")]
    used = "\n".join(each.read_text(encoding="utf-8") for each in code)
    prefixes = ("badge--", "heat--", "icon--", "govuk-")
    assert [each for each in sorted(styles) if not each.startswith(prefixes) and each not in used] == []
