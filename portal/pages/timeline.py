"""What is to be done by when: dated actions by quarter, what keeps them, and one action."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from contracts.period import Period
from portal.api import part, together
from portal.calendar import business_date, quarters
from portal.listing import Json
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/pledges/v1"
_YEARS_AHEAD: Final = 5


@router.get("/promises/timeline")
async def timeline_page(request: Request, looker: SignedIn, priority: Text = None, until: Text = None) -> Response:
    api = looker.api
    priorities, today = await together(api.list_items(f"{_AT}/priorities"), business_date(api))
    chosen = until or f"{today.year + _YEARS_AHEAD}-12-31"
    found = await api.get(f"{_AT}/critical-dates", priority=priority, until=chosen)
    dated = [each for each in found["items"] if each["due"]]
    return page(
        request,
        "timeline.html",
        live=["pledges/action/*"],
        quarters=by_quarter(dated),
        undated=[each for each in found["items"] if not each["due"]],
        overdue=sum(each["schedule"] == "overdue" for each in found["items"]),
        blocked=sum(each["blocked"] for each in found["items"]),
        count=len(found["items"]),
        priorities=[("", "All"), *((each["code"], each["title"]) for each in priorities)],
        priority=priority,
        today=today.isoformat(),
        until=found["until"],
    )


def by_quarter(dated: Iterable[Json]) -> Sequence[tuple[str, Sequence[Json]]]:
    """Actions by the quarter of the financial year that they are due in, in order of time."""
    found: dict[str, list[Json]] = {}
    for each in sorted(dated, key=lambda one: (one["due"], one["code"])):
        found.setdefault(Period.quarter_of(date.fromisoformat(each["due"])).label, []).append(each)
    return list(found.items())


@router.get("/promises/actions/{code}")
async def action_page(request: Request, looker: SignedIn, code: str, quarter: Text = None) -> Response:
    """An action, with what it was at the end of a past quarter beside it where one is named."""
    api, path = looker.api, f"{_AT}/actions/{part(code)}"
    found, parts, today = await together(
        api.get(path), api.list_items(f"{_AT}/actions", part_of=code), business_date(api)
    )
    then = await api.get_part(path, quarter=quarter) if quarter else None
    shown: Json = {"action": found, "parts": parts, "then": then, "quarter": quarter, "quarters": quarters(today)}
    return page(request, "action.html", live=[f"pledges/action/{code}"], **shown)
