"""Signing in and out."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.errors import SignInFailed
from portal.forms import ON_THE_WAY, SESSION, VISITOR, cookie_of, delete_cookie, read_form, set_cookie
from portal.listing import Json
from portal.routes import PageRoute
from portal.site import get_looker, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_UNKNOWN: Final = "Enter a key that is in use"
_EMPTY: Final = "Enter your key"


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002  a query parameter's name
    return sign_in_form(request, after=next)


def sign_in_form(
    request: Request, *, after: str = "/", error: str | None = None, failed: str | None = None, status: int = 200
) -> Response:
    """The form for a key, and the way to the provider. ``error`` is of the key, ``failed`` of the provider."""
    provider = site_of(request).door.provider
    shown: Json = {"after": own_path(after), "error": error, "failed": failed, "provider": provider}
    return page(request, "sign-in.html", status=status, **shown)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    fields = await read_form(request, VISITOR)
    key, after = fields.get("key", ""), own_path(fields.get("next", "/"))
    if not key:
        return sign_in_form(request, after=after, error=_EMPTY, status=422)
    address = request.client.host if request.client else "-"
    token = await site_of(request).door.open_session(key, address, cookie_of(request, SESSION))
    if token is None:
        return sign_in_form(request, after=after, error=_UNKNOWN, status=422)
    return _signed_in(request, token, after)


@router.get("/sign-in/provider")
async def to_provider(request: Request, next: str = "/") -> Response:  # noqa: A002  a query parameter's name
    """By a link and not a form: the policy for content lets forms lead to this site only."""
    url, cookie = await site_of(request).door.begin_at_provider(own_path(next))
    response = RedirectResponse(url, status_code=303)
    set_cookie(request, response, ON_THE_WAY, cookie)
    return response


@router.get("/sign-in/callback")
async def from_provider(request: Request) -> Response:
    door, cookie, before = site_of(request).door, cookie_of(request, ON_THE_WAY), cookie_of(request, SESSION)
    try:
        token, after = await door.open_session_of_provider(cookie, request.query_params.multi_items(), before)
    except SignInFailed as failed:
        response = sign_in_form(request, failed=failed.said, status=403)
        delete_cookie(request, response, ON_THE_WAY)
        return response
    response = _signed_in(request, token, own_path(after))
    delete_cookie(request, response, ON_THE_WAY)
    return response


def _signed_in(request: Request, token: str, after: str) -> Response:
    response = RedirectResponse(after, status_code=303)
    set_cookie(request, response, SESSION, token)
    delete_cookie(request, response, VISITOR)
    return response


@router.get("/sign-out")
async def sign_out_page(request: Request) -> Response:
    """For who comes by the address: leaving changes something, so it is asked by a form."""
    if await get_looker(request) is None:
        return _to_form()
    return page(request, "sign-out.html")


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Here, and on to the provider where somebody signed in by one that offers it."""
    await read_form(request)
    token = cookie_of(request, SESSION)
    there = await site_of(request).door.close_session(token) if token else None
    response: Response = page(request, "signed-out.html", there=there) if there else _to_form()
    delete_cookie(request, response, SESSION)
    return response


def _to_form() -> Response:
    return RedirectResponse("/sign-in", status_code=303)


def own_path(path: str) -> str:
    """A path of this site to go on to; home for anything else, such as another site's address."""
    is_own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_own else "/"
