"""What is to be looked at of figures: late, far off, contradicted, too small, of nobody."""

from typing import Final

from fastapi import APIRouter, Request, Response

from portal.api import part, together
from portal.files import file_response
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import query
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/indicators/v1"
KINDS: Final = {
    "no_owner": "Nobody answers for it",
    "late": "Late",
    "outlier": "Far from its own history",
    "contradiction": "Contradicts another",
    "small_number": "A small number, not published",
}


@router.get("/scorecard/data-quality")
async def data_quality_page(
    request: Request, looker: SignedIn, area: Text = None, owner: Text = None, kind: Text = None
) -> Response:
    wanted = {"area": area, "owner": owner, "kind": kind}
    areas, found = await together(
        looker.api.list_items(f"{_AT}/areas", total="true"), looker.api.list_items(f"{_AT}/data-quality", **wanted)
    )
    return page(
        request,
        "data-quality.html",
        live=["indicators/*"],
        found=found,
        areas=areas,
        kinds=[("", "Any"), *KINDS.items()],
        words=KINDS,
        query=query(wanted),
        area=area,
        owner=owner,
        kind=kind,
    )


@router.get("/scorecard/data-quality/file.{ending}")
async def data_quality_file(
    looker: SignedIn, ending: str, area: Text = None, owner: Text = None, kind: Text = None
) -> Response:
    return await file_response(looker.api, f"{_AT}/data-quality.{part(ending)}", area=area, owner=owner, kind=kind)
