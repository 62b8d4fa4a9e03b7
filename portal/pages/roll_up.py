"""Outcomes with their objectives, and gaps of the system with their priorities: how the indicators of each stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from portal.api import together
from portal.calendar import business_date, end_of_day, latest_quarter, quarters
from portal.listing import Json, Listing
from portal.pages.scorecard import NOW, usual_card
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import SignedIn, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/indicators/v1"
_COLLECTIONS: Final = ("outcomes", "objectives", "system-gaps", "priorities")


@dataclass(frozen=True, slots=True)
class Whole:
    """An outcome or a gap with its parts; ``found`` is None for the parts that are of none."""

    found: Json | None
    parts: Sequence[Json]


@router.get("/scorecard/objectives")
async def objectives_page(
    request: Request, looker: SignedIn, area: Text = None, period: Text = None, as_of: Text = None
) -> Response:
    api = looker.api
    cards, areas, today = await together(
        api.list_items(f"{_AT}/scorecards"), api.list_items(f"{_AT}/areas", total="true"), business_date(api)
    )
    wanted = area or _usual_area(cards, site_of(request).settings.scorecard) or next((a["code"] for a in areas), None)
    if wanted is None:
        return page(request, "none.html", title="Objectives", text="No area has been entered.")
    chosen = period or latest_quarter(today).label
    view = {"area": wanted, "period": None if chosen == NOW else chosen, "as_of": end_of_day(as_of)}
    outcomes, objectives, gaps, priorities = await together(
        *(api.list_items(f"{_AT}/{collection}", **view) for collection in _COLLECTIONS)
    )
    return page(
        request,
        "objectives.html",
        live=() if as_of else ["indicators/*"],
        kinds=(
            ("outcome", "Outcomes", "Objective", wholes(outcomes, objectives), outcomes, objectives),
            ("gap", "Gaps of the system", "Priority", wholes(gaps, priorities), gaps, priorities),
        ),
        area=wanted,
        place=next((each["name"] for each in areas if each["code"] == wanted), wanted),
        areas=areas,
        period=chosen,
        periods=[*quarters(today), (NOW, "Latest of each")],
        as_of=as_of,
    )


def _usual_area(cards: Listing, usual: str) -> str | None:
    code = usual_card(cards, usual)
    return next((card["area"] for card in cards if card["code"] == code), None)


def wholes(found: Iterable[Json], parts: Iterable[Json]) -> list[Whole]:
    """Each whole with its parts in printed order, and in the end the parts that are of none."""
    every = list(parts)
    shown = [Whole(one, [each for each in every if each["part_of"] == one["code"]]) for one in found]
    placed = {each["code"] for one in shown for each in one.parts}
    rest = [each for each in every if each["code"] not in placed]
    return [*shown, Whole(None, rest)] if rest else shown
