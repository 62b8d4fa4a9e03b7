"""The first page: the form to sign in by, or where to go."""

from typing import Final

from fastapi import APIRouter, Request, Response

from portal.pages.operations import recent_changes
from portal.pages.signing_in import sign_in_form
from portal.routes import PageRoute
from portal.site import get_looker, page

CARDS: Final = (
    ("/scorecard", "Scorecard", "Indicators under their strategies, with benchmark, trend and target."),
    ("/register", "Risks", "The register, the heat map, and what indicators propose."),
    ("/fund", "Fund", "Budget, outturn, forecast and savings of the pooled fund."),
    ("/promises", "Pledges", "Returns that are due, actions, and what boards have decided."),
    ("/reports", "Reports", "The board's report of a quarter, drafted, published, and frozen with its numbers."),
    ("/desk", "Desk", "What is late, to be looked at or to be decided."),
    ("/import", "Import", "Figures out of a file, checked before they are saved."),
    ("/operations", "Operations", "Whether all is running, and what has gone wrong."),
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
async def first_page(request: Request) -> Response:
    looker = await get_looker(request)
    if looker is None:
        return sign_in_form(request)
    since = looker.visitor.last_visit
    moment = since.isoformat() if since else None
    return page(request, "home.html", cards=CARDS, changes=await recent_changes(looker.api, moment), since=moment)
