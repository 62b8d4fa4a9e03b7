"""Who the people are, which posts they hold, and what names none of them as its owner."""

from typing import Final

from fastapi import APIRouter, Request, Response

from portal.api import part, together
from portal.files import file_response
from portal.listing import Json
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import query
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/access/v1"
KINDS: Final = {
    "indicator": "/scorecard/indicators/",
    "risk": "/register/risks/",
    "pledge": "/promises/pledges/",
    "action": "/promises/actions/",
}
"""Where the page of a thing is, by its kind; of other kinds there is none."""
REASONS: Final = (
    ("", "Any"),
    ("nobody", "Nothing is said"),
    ("unknown", "Neither a person nor a post"),
    ("vacant", "Nobody holds the post"),
    ("left", "The person has left"),
)


@router.get("/people")
async def people_page(request: Request, looker: SignedIn, why: Text = None) -> Response:
    api = looker.api
    people, unowned = await together(
        api.list_part(f"{_AT}/people"),
        api.list_part(f"{_AT}/unowned", why=why),
    )
    shown = [each | {"page": page_of(each)} for each in unowned]
    return page(
        request,
        "people.html",
        people=people,
        unowned=unowned,
        shown=shown,
        reasons=REASONS,
        words=dict(REASONS),
        why=why,
        query=query({"why": why}),
    )


def page_of(found: Json) -> str | None:
    """Where the page of what names nobody is."""
    return f"{KINDS[found['kind']]}{part(found['code'])}" if found["kind"] in KINDS else None


@router.get("/people/unowned.{ending}")
async def unowned_file(looker: SignedIn, ending: str, why: Text = None) -> Response:
    return await file_response(looker.api, f"{_AT}/unowned.{part(ending)}", why=why)
