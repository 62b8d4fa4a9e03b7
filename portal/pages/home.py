"""The first page: the form to sign in by, or where to go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request, Response

from portal.api import Api, Json, part, together
from portal.listing import Listing
from portal.pages.operations import recent_changes
from portal.pages.scorecard import rows_of, usual_card
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
    cards, risks, pledges, changes = await together(
        api.list_part("/indicators/v1/scorecards"),
        api.list_part("/risks/v1/risks", changed_since=since, sort="changed_at", **newest),
        api.list_part("/pledges/v1/pledges", changed_since=since, limit=_MOST, total="true"),
        recent_changes(api, since),
    )
    figures = await _moved(api, cards, site_of(request).settings.scorecard, since)
    shown = {"figures": figures, "risks": risks, "pledges": pledges, "changes": changes}
    return page(request, "home.html", cards=CARDS, since=since, is_return=last is not None, **shown)


@dataclass(frozen=True, slots=True)
class Moved:
    """A row of a scorecard that says another value or another colour than it did; ``then`` None: it was not there."""

    now: Json
    then: Json | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What has moved on a scorecard, of which area that is, and what stands there where nothing has."""

    rows: Sequence[Moved] = ()
    area: str = ""
    nothing: str = "None."


async def _moved(api: Api, cards: Listing, usual: str, since: str) -> Figures:
    """What of the usual scorecard is otherwise than it was known then."""
    code = usual_card(cards, usual)
    if code is None:
        return Figures(nothing=cards.absence or "No scorecard has been entered.")
    path = f"/indicators/v1/scorecards/{part(code)}"
    now, then = await together(api.get_part(path), api.get_part(path, as_of=since))
    if now is None or then is None:
        return Figures(nothing="The scorecard was not there then.")
    return Figures(moved_rows(then, now), now["area"]["code"])


def moved_rows(then: Json, now: Json) -> list[Moved]:
    """The rows of ``now`` that say something else than ``then``, in their order."""
    before = {_key(row): row for row in rows_of(then)}
    rows = [Moved(row, before.get(_key(row))) for row in rows_of(now)]
    return [row for row in rows if row.then is None or _said(row.then) != _said(row.now)]


def _key(row: Json) -> tuple[str, tuple[tuple[str, str], ...]]:
    return row["indicator"]["code"], tuple(sorted(row["breakdown"].items()))


def _said(row: Json) -> list[str | None]:
    latest, target = row["latest"] or {}, row["target"] or {}
    colours = [row["benchmark"]["colour"], row["trend"]["colour"], target.get("colour")]
    return [latest.get("period"), latest.get("value"), latest.get("missing"), *colours]
