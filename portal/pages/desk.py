"""The desk: one list of what waits for somebody."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from portal.api import Json, together
from portal.pages.scorecard import business_date, latest_quarter
from portal.routes import PageRoute
from portal.site import SignedIn, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SHOWN: Final = "200"
Text = Annotated[str, Query(max_length=120)]


@router.get("/desk")
async def desk_page(request: Request, looker: SignedIn, area: Text = "", owner: Text = "") -> Response:
    api = looker.api
    cards, areas, today = await together(
        api.get("/indicators/v1/scorecards", limit=_SHOWN),
        api.get("/indicators/v1/areas", limit=_SHOWN),
        business_date(api),
    )
    wanted = area or _usual_area(cards["items"], site_of(request).settings.scorecard) or _first(areas["items"])
    quarter = latest_quarter(today).label
    exceptions, quality, returns, proposals, reviews, breaches, letters = await together(
        api.get_if_any("/indicators/v1/exceptions", area=wanted, period=quarter),
        api.get_if_any("/indicators/v1/data-quality", area=wanted),
        api.get_if_any("/pledges/v1/returns", owner=owner, limit=_SHOWN),
        api.get_if_any("/risks/v1/proposals", state="open", limit=_SHOWN),
        api.get_if_any("/risks/v1/review-tasks", state="open", limit=_SHOWN),
        api.get_if_any("/risks/v1/breaches"),
        api.get_if_any("/operations/v1/dead-letters", state="parked", limit=_SHOWN),
    )
    open_returns = [each for each in _items(returns) if each["state"] != "approved" and not each["locked"]]
    return page(
        request,
        "desk.html",
        area=wanted,
        areas=[(each["code"], each["name"]) for each in areas["items"]],
        owner=owner,
        quarter=quarter,
        today=today.isoformat(),
        late=[each for each in _items(quality) if _is_late(each) and _answers(each, owner)],
        to_comment=[each for each in _items(exceptions) if not each["commentary"] and _answers(each, owner)],
        missing=[each for each in open_returns if each["missing"]],
        to_approve=[each for each in open_returns if each["state"] == "submitted"],
        to_write=[each for each in open_returns if each["state"] in {"draft", "returned"} and not each["missing"]],
        proposals=_items(proposals),
        reviews=_items(reviews),
        breaches=_items(breaches),
        letters=_items(letters),
    )


def _items(found: Json | None) -> list[Json]:
    return list(found["items"]) if found else []


def _is_late(row: Json) -> bool:
    return any(finding["kind"] == "late" for finding in row["findings"])


def _answers(row: Json, owner: str) -> bool:
    """Whether ``owner``, or anybody where none is named, answers for an indicator."""
    return owner.casefold() in (row["owner"] or "").casefold()


def _usual_area(cards: list[Json], usual: str) -> str | None:
    found = {card["code"]: card["area"] for card in cards}
    area: str | None = found.get(usual) or next(iter(found.values()), None)
    return area


def _first(areas: list[Json]) -> str:
    return str(areas[0]["code"]) if areas else "E92000001"
