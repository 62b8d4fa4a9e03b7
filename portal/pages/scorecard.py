"""The scorecard: strategies, aims and rows as they are printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from contracts.period import Period
from portal.api import Api, Json, part, together
from portal.files import file_response
from portal.routes import PageRoute
from portal.site import SignedIn, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

NOW: Final = "now"
"""As a period: the latest of each row, whenever that was."""
_QUARTERS: Final = 12
_BAD: Final = frozenset({"red", "dark_red"})

Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class View:
    """What of a scorecard is looked at, as the address says it; empty is the scorecard's own."""

    card: str
    area: str
    period: str
    breakdown: str
    comparator: str
    as_of: str

    def parameters(self) -> dict[str, str | None]:
        """As the API takes them."""
        return {
            "area": self.area,
            "period": None if self.period == NOW else self.period,
            "breakdown": self.breakdown,
            "comparator": self.comparator,
            "as_of": end_of_day(self.as_of),
        }

    def query(self) -> str:
        """For links that keep the view."""
        return urlencode({name: value for name, value in self.parameters().items() if value})


def view(
    card: Text = "", area: Text = "", period: Text = "", breakdown: Text = "", comparator: Text = "", as_of: Text = ""
) -> View:
    return View(card, area, period, breakdown, comparator, as_of)


Wanted = Annotated[View, Depends(view)]


def end_of_day(day: str) -> str | None:
    """The last moment of a day that a form has sent; a moment as it is."""
    return f"{day}T23:59:59Z" if day and "T" not in day else day or None


@router.get("/scorecard")
async def scorecard_page(
    request: Request, looker: SignedIn, wanted: Wanted, strategy: Text = "", attention: Text = ""
) -> Response:
    api = looker.api
    cards, areas, groups, today = await together(
        api.get("/indicators/v1/scorecards", limit="200"),
        api.get("/indicators/v1/areas", limit="200"),
        api.get("/indicators/v1/area-groups", limit="200"),
        business_date(api),
    )
    if not cards["items"]:
        return page(request, "scorecard-none.html")
    seen = _completed(wanted, cards["items"], site_of(request).settings.scorecard, today)
    card = await api.get(f"/indicators/v1/scorecards/{part(seen.card)}", **seen.parameters())
    return page(
        request,
        "scorecard.html",
        card=card,
        view=seen,
        sections=_sections(card, strategy, needs_attention=bool(attention)),
        strategy=strategy,
        attention=attention,
        choices=_choices(card, cards["items"], areas["items"], groups["items"], today),
    )


@router.get("/scorecard/file.{ending}")
async def scorecard_file(looker: SignedIn, wanted: Wanted, ending: str) -> Response:
    path = f"/indicators/v1/scorecards/{part(wanted.card)}.{part(ending)}"
    return await file_response(looker.api, path, **wanted.parameters())


async def business_date(api: Api) -> date:
    """The day that calendar rules read."""
    return date.fromisoformat((await api.get("/operations/v1/business-date"))["date"])


def latest_quarter(today: date) -> Period:
    """The latest financial quarter that has ended."""
    found = Period.quarter_of(today)
    return found if found.end == today else found.previous()


def _completed(wanted: View, cards: Sequence[Json], usual: str, today: date) -> View:
    """The view with what the address leaves out: the usual scorecard, and the latest end of a quarter."""
    codes = [card["code"] for card in cards]
    first = usual if usual in codes else codes[0]
    return View(
        wanted.card or first,
        wanted.area,
        wanted.period or latest_quarter(today).label,
        wanted.breakdown,
        wanted.comparator,
        wanted.as_of,
    )


def needs_attention(row: Mapping[str, Any]) -> bool:
    """Whether a colour of a row is red, or it has no value."""
    colours = {row["benchmark"]["colour"], row["trend"]["colour"], (row["target"] or {}).get("colour")}
    return bool(colours & _BAD) or row["latest"] is None or row["latest"]["value"] is None


def _sections(card: Json, strategy: str, *, needs_attention: bool) -> list[Json]:
    """The strategies that are looked at, with their rows; those without any are left out."""
    chosen = [section for section in card["sections"] if not strategy or section["code"] == strategy]
    shown = [section | {"aims": _aims(section["aims"], only_bad=needs_attention)} for section in chosen]
    return [section for section in shown if section["aims"]]


def _aims(aims: Sequence[Json], *, only_bad: bool) -> list[Json]:
    shown = [aim | {"rows": [row for row in aim["rows"] if not only_bad or needs_attention(row)]} for aim in aims]
    return [aim for aim in shown if aim["rows"]]


def _choices(
    card: Json, cards: Sequence[Json], areas: Sequence[Json], groups: Sequence[Json], today: date
) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers."""
    named = [(area["code"], area["name"]) for area in areas]
    of_groups = [(group["code"], group["name"]) for group in groups]
    usual = ("", f"As the scorecard says ({card['compared_with']['name']})")
    return {
        "cards": [(each["code"], each["name"]) for each in cards],
        "areas": named,
        "comparators": [usual, ("parent", "What the area is part of"), *named, *of_groups],
        "periods": [*quarters(today), (NOW, "Latest of each")],
        "strategies": [("", "All"), *((each["code"], each["name"]) for each in card["sections"])],
        "breakdowns": [("", "As the scorecard says"), *_breakdowns(card)],
    }


def quarters(today: date) -> list[tuple[str, str]]:
    """The ends of the latest quarters, the newest first."""
    found = [latest_quarter(today)]
    while len(found) < _QUARTERS:
        found.append(found[-1].previous())
    return [(quarter.label, f"End of {quarter.label}") for quarter in found]


def _breakdowns(card: Json) -> list[tuple[str, str]]:
    rows = [row for section in card["sections"] for aim in section["aims"] for row in aim["rows"]]
    values = {
        f"{dimension}={value}": f"{dimension}: {value}"
        for row in rows
        for dimension, found in row["indicator"]["dimensions"].items()
        for value in found
    }
    return sorted(values.items())
