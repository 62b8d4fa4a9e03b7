"""The scorecard: strategies, aims and rows as they are printed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from portal.api import Api, Json, part, together
from portal.calendar import business_date, end_of_day, latest_quarter, quarters
from portal.files import file_response
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import breakdown_text, note, query
from portal.site import SignedIn, page, site_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

NOW: Final = "now"
"""As a period: the latest of each row, whenever that was."""
_BAD: Final = frozenset({"red", "dark_red"})


@dataclass(frozen=True, slots=True)
class View:
    """What of a scorecard is looked at, as the address says it; empty is the scorecard's own."""

    card: str | None = None
    area: str | None = None
    period: str | None = None
    breakdown: str | None = None
    comparator: str | None = None
    as_of: str | None = None

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
        return query({"card": self.card, **self.parameters()})


def view(
    card: Text = None,
    area: Text = None,
    period: Text = None,
    breakdown: Text = None,
    comparator: Text = None,
    as_of: Text = None,
) -> View:
    return View(card, area, period, breakdown, comparator, as_of)


Wanted = Annotated[View, Depends(view)]


@router.get("/scorecard")
async def scorecard_page(
    request: Request, looker: SignedIn, wanted: Wanted, strategy: Text = None, attention: Text = None
) -> Response:
    api = looker.api
    cards, areas, groups, today = await together(
        api.list_items("/indicators/v1/scorecards"),
        api.list_items("/indicators/v1/areas", total="true"),
        api.list_items("/indicators/v1/area-groups"),
        business_date(api),
    )
    code = wanted.card or usual_card(cards, site_of(request).settings.scorecard)
    if code is None:
        return page(request, "none.html", title="Scorecard", text="No scorecard has been entered.")
    seen = replace(wanted, card=code, period=wanted.period or latest_quarter(today).label)
    area = seen.area or next((each["area"] for each in cards if each["code"] == code), None)
    card, controls = await together(
        api.get(f"/indicators/v1/scorecards/{part(code)}", **seen.parameters()), _get_controls(api, code, area, seen)
    )
    return page(
        request,
        "scorecard.html",
        live=() if seen.as_of else [f"indicators/{row['indicator']['code']}/*" for row in rows_of(card)],
        card=card,
        view=seen,
        sections=_sections(card, strategy, needs_attention=bool(attention)),
        strategy=strategy,
        attention=attention,
        notes=_notes(card),
        controls=controls,
        areas=areas,
        choices=_choices(card, cards, areas, groups, today),
    )


@router.get("/scorecard/file.{ending}")
async def scorecard_file(looker: SignedIn, wanted: Wanted, ending: str) -> Response:
    path = f"/indicators/v1/scorecards/{part(wanted.card or '')}.{part(ending)}"
    return await file_response(looker.api, path, **wanted.parameters())


async def _get_controls(api: Api, code: str, area: str | None, seen: View) -> dict[tuple[str, str], Json]:
    """What process control says of each row of a scorecard, by indicator and breakdown."""
    wanted = {"scorecard": code, "area": area, "breakdown": seen.breakdown, "as_of": end_of_day(seen.as_of)}
    found = await api.get_part("/indicators/v1/process-control", **wanted) or {"rows": ()}
    return {(each["indicator"], breakdown_text(each["breakdown"])): each for each in found["rows"]}


def usual_card(cards: Iterable[Json], usual: str) -> str | None:
    """The code of the scorecard that is shown first: the usual one, else the first there is."""
    codes = [str(card["code"]) for card in cards]
    return usual if usual in codes else next(iter(codes), None)


def needs_attention(row: Mapping[str, Any]) -> bool:
    """Whether a colour of a row is red, or it has no value."""
    colours = {row["benchmark"]["colour"], row["trend"]["colour"], (row["target"] or {}).get("colour")}
    return bool(colours & _BAD) or row["latest"] is None or row["latest"]["value"] is None


def rows_of(card: Json) -> Iterator[Json]:
    """The rows of a scorecard, in its order."""
    return (row for section in card["sections"] for aim in section["aims"] for row in aim["rows"])


def _notes(card: Json) -> list[str]:
    """What is said below the tables of where documents differ, each once."""
    found = (each for row in rows_of(card) for each in (*row["notes"], *((row["latest"] or {}).get("notes") or ())))
    return list(dict.fromkeys(note(each) for each in found))


def _sections(card: Json, strategy: str | None, *, needs_attention: bool) -> list[Json]:
    """The strategies that are looked at, with their rows; those without any are left out."""
    chosen = [section for section in card["sections"] if not strategy or section["code"] == strategy]
    shown = [section | {"aims": _aims(section["aims"], only_bad=needs_attention)} for section in chosen]
    return [section for section in shown if section["aims"]]


def _aims(aims: Sequence[Json], *, only_bad: bool) -> list[Json]:
    shown = [aim | {"rows": [row for row in aim["rows"] if not only_bad or needs_attention(row)]} for aim in aims]
    return [aim for aim in shown if aim["rows"]]


def _choices(
    card: Json, cards: Iterable[Json], areas: Iterable[Json], groups: Iterable[Json], today: date
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


def _breakdowns(card: Json) -> list[tuple[str, str]]:
    values = {
        f"{dimension}={value}": f"{dimension}: {value}"
        for row in rows_of(card)
        for dimension, found in row["indicator"]["dimensions"].items()
        for value in found
    }
    return sorted(values.items())
