"""The first page: the form to sign in by, or where to go."""

from typing import Final

from fastapi import APIRouter, Request, Response

from portal.pages.signing_in import sign_in_form
from portal.routes import PageRoute
from portal.site import get_looker, page

CARDS: Final = (("/docs", "Every call", "What programs can ask, to be tried here."),)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
async def first_page(request: Request) -> Response:
    looker = await get_looker(request)
    if looker is None:
        return sign_in_form(request)
    return page(request, "home.html", cards=CARDS)
