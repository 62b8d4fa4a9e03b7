"""What every page has at hand: who looks, the API with their rights, and the templates."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from httpx import codes
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, select_autoescape
from markupsafe import Markup

from chassis.clock import Clock
from portal import figures, showing
from portal.api import Api
from portal.errors import SignInNeeded
from portal.forms import SESSION, TOKEN, VISITOR, cookie_of, form_token, new_visitor, set_cookie
from portal.live.follower import Follower
from portal.live.subjects import readable
from portal.ports import Door, Visitor
from portal.settings import PortalSettings

CONNECT: Final = "connect-src 'self'; "
NAVIGATION: Final = (
    ("/", "Home"),
    ("/scorecard", "Scorecard"),
    ("/register", "Risks"),
    ("/fund", "Fund"),
    ("/promises", "Pledges"),
    ("/boards", "Boards"),
    ("/reports", "Reports"),
    ("/desk", "Desk"),
    ("/import", "Import"),
    ("/operations", "Operations"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """Stands on ``app.state.portal``."""

    door: Door
    settings: PortalSettings
    clock: Clock
    form_key: bytes
    """What the tokens of forms are made with."""
    follower: Follower
    """Who follows the events for open pages."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks at a page, and the API with their rights.

    ``last_id`` is of the newest event that was seen before the page was made, where events are being followed.
    """

    visitor: Visitor
    api: Api
    last_id: str | None = None


def site_of(request: Request) -> Site:
    found: Site = request.app.state.portal
    return found


async def get_looker(request: Request) -> Looker | None:
    """Who is signed in, if anybody is."""
    token = cookie_of(request, SESSION)
    visitor = await site_of(request).door.get_visitor(token) if token else None
    if visitor is None:
        return None
    last_id = site_of(request).follower.last_id
    looker = Looker(visitor, Api(visitor.send, request.query_params.multi_items()), last_id)
    request.state.looker = looker
    return looker


async def _require_looker(request: Request) -> Looker:
    looker = await get_looker(request)
    if looker is None:
        raise SignInNeeded
    return looker


SignedIn = Annotated[Looker, Depends(_require_looker)]


@cache
def templates() -> Environment:
    theirs = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("portal"), theirs]),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(showing.FILTERS)
    environment.filters["stands"] = figures.stands
    return environment


def page(request: Request, template: str, *, status: int = 200, live: Iterable[str] = (), **shown: Any) -> HTMLResponse:
    """A whole page, with the policy by which a browser loads and runs only what is this site's.

    ``live``: the subjects that it shows, as ``<service>/<subject>``, beginnings with ``*``; while it is open its reader
    is told that any has changed.
    """
    nonce = secrets.token_urlsafe(16)
    looker: Looker | None = getattr(request.state, "looker", None)
    stream = _live_address(request, looker, live) if looker and status == codes.OK else None
    session = cookie_of(request, SESSION) if looker else None
    form_cookie = session or cookie_of(request, VISITOR) or new_visitor()
    token = form_token(site_of(request).form_key, form_cookie)
    html = (
        templates()
        .get_template(template)
        .render(
            shown,
            cspNonce=nonce,
            council=site_of(request).settings.council,
            themeColor=site_of(request).settings.colour,
            visitor=looker.visitor if looker else None,
            own_form=Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, token),
            navigation=_navigation(request.url.path) if looker else (),
            path=request.url.path,
            absences=looker.api.absences if looker else (),
            stream=stream,
        )
    )
    headers = page_headers(nonce, connects=stream is not None)
    response = HTMLResponse(html, status_code=status, headers=headers)
    if session is None and cookie_of(request, VISITOR) != form_cookie:
        set_cookie(request, response, VISITOR, form_cookie)
    return response


def _live_address(request: Request, looker: Looker, live: Iterable[str]) -> str | None:
    """Where a page is told of what changed since it was made; None where it is not."""
    subjects = readable(live, looker.visitor.services)
    if not subjects or request.method != "GET" or not site_of(request).settings.live_streams:
        return None
    after = [("after", looker.last_id)] if looker.last_id else []
    return "/live?" + urlencode([*(("subjects", each) for each in subjects), *after])


def page_headers(nonce: str, *, connects: bool = False) -> dict[str, str]:
    """``connects``: whether its script may ask this site for more."""
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
        f"{CONNECT if connects else ''}form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    # with no referrer at all browsers say that a form comes from nowhere, which is what forged ones say
    return {"content-security-policy": policy, "cache-control": "no-store", "referrer-policy": "same-origin"}


def _navigation(path: str) -> list[dict[str, object]]:
    def is_here(href: str) -> bool:
        return path == href or (href != "/" and path.startswith(f"{href}/"))

    return [{"href": href, "text": text, "active": is_here(href)} for href, text in NAVIGATION]
