"""The first page: the form to sign in by, or where to go."""

from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request, Response

from portal.api import together
from portal.pages.operations import recent_changes
from portal.pages.signing_in import sign_in_form
from portal.routes import PageRoute
from portal.site import get_looker, page, site_of

CARDS: Final = (
    ("/scorecard", "Scorecard", "Indicators under their strategies, with benchmark, trend and target."),
    ("/register", "Risks", "The register, the heat map, and what indicators propose."),
    ("/fund", "Fund", "Budget, outturn, forecast and savings of the pooled fund."),
    ("/promises", "Pledges", "Returns that are due, actions, and what boards have decided."),
    ("/reports", "Reports", "The board's report of a quarter, drafted, published, and frozen with its numbers."),
    ("/desk", "Desk", "What is late, to be looked at or to be decided."),
    ("/import", "Import", "Figures out of a file, checked before they are saved."),
    ("/people", "People", "Who they are, which posts they hold, and what names nobody as its owner."),
    ("/operations", "Operations", "Whether all is running, and what has gone wrong."),
)
_OF_LATE: Final = timedelta(days=7)
"""What is shown to who is here for the first time."""
_MOST: Final = "20"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
async def first_page(request: Request) -> Response:
    looker = await get_looker(request)
    if looker is None:
        return sign_in_form(request)
    last = looker.visitor.last_visit
    since = (last or site_of(request).clock() - _OF_LATE).isoformat()
    api, newest = looker.api, {"limit": _MOST, "descending": "true", "total": "true"}
    risks, pledges, changes = await together(
        api.list_part("/risks/v1/risks", changed_since=since, sort="changed_at", **newest),
        api.list_part("/pledges/v1/pledges", changed_since=since, limit=_MOST, total="true"),
        recent_changes(api, since),
    )
    shown = {"risks": risks, "pledges": pledges, "changes": changes}
    return page(request, "home.html", cards=CARDS, since=since, is_return=last is not None, **shown)
