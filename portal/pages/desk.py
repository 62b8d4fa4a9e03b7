"""The desk: one list of what waits for somebody."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter, Request, Response

from portal.api import Api, Json, together
from portal.calendar import business_date, latest_quarter
from portal.listing import Listing
from portal.pages.scorecard import usual_card
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import SignedIn, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/desk")
async def desk_page(request: Request, looker: SignedIn, area: Text = None, owner: Text = None) -> Response:
    api = looker.api
    cards, areas, today = await together(
        api.list_part("/indicators/v1/scorecards"),
        api.list_part("/indicators/v1/areas", total="true"),
        business_date(api),
    )
    wanted = area or _usual_area(cards, site_of(request).settings.scorecard) or next(_codes(areas), None)
    quarter = latest_quarter(today).label
    late, to_comment = await together(
        _in_area(api, "data-quality", wanted, kind="late"), _in_area(api, "exceptions", wanted, period=quarter)
    )
    return page(
        request,
        "desk.html",
        area=wanted,
        areas=areas,
        owner=owner,
        quarter=quarter,
        today=today.isoformat(),
        late=late.where(lambda each: _answers(each, owner)),
        to_comment=to_comment.where(lambda each: not each["commentary"] and _answers(each, owner)),
        **await _of_others(api, owner),
    )


async def _in_area(api: Api, collection: str, area: str | None, **wanted: str) -> Listing:
    """What is to be done about figures of an area; nothing where none is entered or can be seen."""
    return await api.list_part(f"/indicators/v1/{collection}", **_whole(collection), area=area or "E92000001", **wanted)


def _whole(collection: str) -> dict[str, str | None]:
    """Exceptions are one answer, not pages."""
    return {"limit": None, "cursor": None} if collection == "exceptions" else {}


async def _of_others(api: Api, owner: str | None) -> dict[str, Any]:
    """What is to be done about returns, risks and events."""
    returns = "/pledges/v1/returns"
    missing, draft, returned, submitted, proposals, reviews, tasks, breaches, letters = await together(
        api.list_part(returns, name="missing", owner=owner, missing="true", total="true"),
        api.list_part(returns, name="drafts", owner=owner, missing="false", state="draft", total="true"),
        api.list_part(returns, name="returned", owner=owner, missing="false", state="returned", total="true"),
        api.list_part(returns, name="submitted", owner=owner, state="submitted", total="true"),
        api.list_part("/risks/v1/proposals", state="open"),
        api.list_part("/risks/v1/reviews", owner=owner),
        api.list_part("/risks/v1/review-tasks", state="open"),
        api.list_part("/risks/v1/breaches", state="open"),
        api.list_part("/operations/v1/dead-letters", state="parked"),
    )
    return {
        "missing": missing,
        "to_write": draft.where(_is_open),
        "to_mend": returned.where(_is_open),
        "to_approve": submitted.where(_is_open),
        "proposals": proposals,
        "reviews": reviews,
        "tasks": tasks,
        "breaches": breaches,
        "letters": letters,
    }


def _is_open(found: Json) -> bool:
    return not found["locked"]


def _answers(row: Json, owner: str | None) -> bool:
    """Whether ``owner``, or anybody where none is named, answers for an indicator."""
    return (owner or "").casefold() in (row["owner"] or "").casefold()


def _usual_area(cards: Listing, usual: str) -> str | None:
    code = usual_card(cards, usual)
    return next((str(card["area"]) for card in cards if card["code"] == code), None)


def _codes(areas: Iterable[Json]) -> Iterator[str]:
    return (str(each["code"]) for each in areas)
