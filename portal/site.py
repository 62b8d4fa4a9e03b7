"""What every page has at hand: who looks, the API with their rights, and the templates."""

import secrets
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, select_autoescape
from markupsafe import Markup

from chassis.clock import Clock
from portal import figures, showing
from portal.api import Api
from portal.errors import SignInNeeded
from portal.forms import SESSION, TOKEN, VISITOR, cookie_of, form_token, new_visitor, set_cookie
from portal.ports import Door, Visitor
from portal.settings import PortalSettings

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


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks at a page, and the API with their rights."""

    visitor: Visitor
    api: Api


def site_of(request: Request) -> Site:
    found: Site = request.app.state.portal
    return found


async def get_looker(request: Request) -> Looker | None:
    """Who is signed in, if anybody is."""
    token = cookie_of(request, SESSION)
    visitor = await site_of(request).door.get_visitor(token) if token else None
    if visitor is None:
        return None
    looker = Looker(visitor, Api(visitor.send, request.query_params.multi_items()))
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


def page(request: Request, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A whole page, with the policy by which a browser loads and runs only what is this site's."""
    nonce = secrets.token_urlsafe(16)
    looker: Looker | None = getattr(request.state, "looker", None)
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
        )
    )
    response = HTMLResponse(html, status_code=status, headers=page_headers(nonce))
    if session is None and cookie_of(request, VISITOR) != form_cookie:
        set_cookie(request, response, VISITOR, form_cookie)
    return response


def page_headers(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    # with no referrer at all browsers say that a form comes from nowhere, which is what forged ones say
    return {"content-security-policy": policy, "cache-control": "no-store", "referrer-policy": "same-origin"}


def _navigation(path: str) -> list[dict[str, object]]:
    def is_here(href: str) -> bool:
        return path == href or (href != "/" and path.startswith(f"{href}/"))

    return [{"href": href, "text": text, "active": is_here(href)} for href, text in NAVIGATION]
