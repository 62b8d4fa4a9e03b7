"""The desk: one list of what waits for somebody."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from portal.api import Api, Json, together
from portal.calendar import business_date, latest_quarter
from portal.listing import Listing
from portal.pages.scorecard import usual_card
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import SignedIn, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


ANYBODY: Final = "anybody"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose desk it is: of who is called by one of these names; without any, of everybody."""

    names: Sequence[str] = ()

    def is_named(self, *texts: str | None) -> bool:
        """Whether a text names them, whole or as a part of it, as that of several owners does."""
        said = [text.casefold() for text in texts if text]
        return not self.names or any(name.casefold() in text for name in self.names for text in said)

    def answers_for(self, found: Json) -> bool:
        return self.is_named(found["owner"])

    def has_return(self, found: Json) -> bool:
        who = found["assignment"]
        return self.is_named(who["portfolio_holder"], who["director"], *who["lead_officers"])


@router.get("/desk")
async def desk_page(
    request: Request, looker: SignedIn, area: Text = None, owner: Text = None, whose: Text = None
) -> Response:
    """What waits for who looks, where they are entered as a person; for an ``owner``; or for anybody."""
    api = looker.api
    own = [] if owner or whose == ANYBODY else await looker.visitor.list_names()
    whom = Whose([owner] if owner else own)
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
        live=["indicators/*", "pledges/*", "risks/*"],
        area=wanted,
        areas=areas,
        owner=owner,
        is_own=bool(own),
        anybody=ANYBODY,
        quarter=quarter,
        today=today.isoformat(),
        late=late.where(whom.answers_for),
        to_comment=to_comment.where(lambda each: not each["commentary"] and whom.answers_for(each)),
        **await _of_others(api, owner, whom),
    )


async def _in_area(api: Api, collection: str, area: str | None, **wanted: str) -> Listing:
    """What is to be done about figures of an area; nothing where none is entered or can be seen."""
    return await api.list_part(f"/indicators/v1/{collection}", **_whole(collection), area=area or "E92000001", **wanted)


def _whole(collection: str) -> dict[str, str | None]:
    """Exceptions are one answer, not pages."""
    return {"limit": None, "cursor": None} if collection == "exceptions" else {}


async def _of_others(api: Api, owner: str | None, whom: Whose) -> dict[str, Any]:
    """What is to be done about returns, risks and events."""
    returns = "/pledges/v1/returns"
    missing, draft, returned, submitted, proposals, reviews, tasks, breaches, letters, risks = await together(
        api.list_part(returns, name="missing", owner=owner, missing="true", total="true"),
        api.list_part(returns, name="drafts", owner=owner, missing="false", state="draft", total="true"),
        api.list_part(returns, name="returned", owner=owner, missing="false", state="returned", total="true"),
        api.list_part(returns, name="submitted", owner=owner, state="submitted", total="true"),
        api.list_part("/risks/v1/proposals", state="open"),
        api.list_part("/risks/v1/reviews", owner=owner),
        api.list_part("/risks/v1/review-tasks", state="open"),
        api.list_part("/risks/v1/breaches", state="open"),
        api.list_part("/operations/v1/dead-letters", state="parked"),
        api.list_part("/risks/v1/risks"),
    )
    owners = {each["ref"]: each for each in risks}
    of_risk = _narrowed(whom, lambda each: each["risk"] not in owners or whom.answers_for(owners[each["risk"]]))
    mine = _narrowed(whom, (lambda _: True) if owner else whom.has_return)
    return {
        "missing": mine(missing),
        "to_write": mine(draft.where(_is_open)),
        "to_mend": mine(returned.where(_is_open)),
        "to_approve": mine(submitted.where(_is_open)),
        "proposals": of_risk(proposals),
        "reviews": of_risk(reviews),
        "tasks": of_risk(tasks),
        "breaches": of_risk(breaches),
        "letters": letters,
    }


def _narrowed(whom: Whose, wanted: Callable[[Json], bool]) -> Callable[[Listing], Listing]:
    """Narrows lists to what is wanted; where the desk is everybody's they stay, with how many there are in all."""
    return lambda found: found.where(wanted) if whom.names else found


def _is_open(found: Json) -> bool:
    return not found["locked"]


def _usual_area(cards: Listing, usual: str) -> str | None:
    code = usual_card(cards, usual)
    return next((str(card["area"]) for card in cards if card["code"] == code), None)


def _codes(areas: Iterable[Json]) -> Iterator[str]:
    return (str(each["code"]) for each in areas)
