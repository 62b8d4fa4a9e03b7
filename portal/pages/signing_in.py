"""Signing in and out."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.forms import SESSION, VISITOR, cookie_of, delete_cookie, read_form, set_cookie
from portal.routes import PageRoute
from portal.site import get_looker, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_UNKNOWN: Final = "Enter a key that is in use"
_EMPTY: Final = "Enter your key"


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002  a query parameter's name
    return sign_in_form(request, after=next)


def sign_in_form(request: Request, *, after: str = "/", error: str | None = None, status: int = 200) -> Response:
    return page(request, "sign-in.html", status=status, after=own_path(after), error=error)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    fields = await read_form(request, VISITOR)
    key, after = fields.get("key", ""), own_path(fields.get("next", "/"))
    if not key:
        return sign_in_form(request, after=after, error=_EMPTY, status=422)
    address = request.client.host if request.client else "-"
    token = await site_of(request).door.open_session(key, address)
    if token is None:
        return sign_in_form(request, after=after, error=_UNKNOWN, status=422)
    response = RedirectResponse(after, status_code=303)
    set_cookie(request, response, SESSION, token)
    delete_cookie(request, response, VISITOR)
    return response


@router.get("/sign-out")
async def sign_out_page(request: Request) -> Response:
    """For who comes by the address: leaving changes something, so it is asked by a form."""
    if await get_looker(request) is None:
        return RedirectResponse("/sign-in", status_code=303)
    return page(request, "sign-out.html")


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    await read_form(request)
    token = cookie_of(request, SESSION)
    if token:
        await site_of(request).door.close_session(token)
    response = RedirectResponse("/sign-in", status_code=303)
    delete_cookie(request, response, SESSION)
    return response


def own_path(path: str) -> str:
    """A path of this site to go on to; home for anything else, such as another site's address."""
    is_own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_own else "/"
