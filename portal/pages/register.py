"""The register of risks: its heat map now and then, its list, what indicators propose, and what is done about risks."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from portal.api import Json, part, together
from portal.calendar import business_date, end_of_day, latest_quarter, quarters
from portal.files import file_response
from portal.parameters import Number, Text
from portal.routes import PageRoute
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

BANDS: Final = ("red", "amber", "yellow", "green")
STATUSES: Final = ("draft", "open", "escalated", "accepted", "closed")
KINDS: Final = ("threat", "opportunity")
RATINGS: Final = (("residual", "In effect"), ("inherent", "With nothing done"), ("target", "Aimed at"))
PROPOSALS: Final = ("open", "accepted", "rejected", "withdrawn")
ACCEPTANCES: Final = ("requested", "in_force", "suspended", "expired", "withdrawn")
LEVELS: Final = (
    ("within", "Within its trigger"),
    ("beyond", "Beyond its trigger"),
    ("twice", "Twice its trigger and more"),
)
_AT: Final = "/risks/v1"
_RECORDS: Final = ("controls", "assurances", "actions")


@router.get("/register")
async def register_page(
    request: Request,
    looker: SignedIn,
    register: Text = None,
    band: Text = None,
    status: Text = None,
    search: Text = None,
    then: Text = None,
    kind: Text = None,
    rating: Text = None,
    impact: Number = None,
    likelihood: Number = None,
    on: Text = None,
) -> Response:
    """``impact`` and ``likelihood`` open a cell: of the map of then where ``on`` says so."""
    api, kind = looker.api, kind or KINDS[0]
    today = await business_date(api)
    quarter = then or latest_quarter(today).label
    seen = {"register": register, "kind": kind, "rating": rating}
    now, before = await together(
        api.get(f"{_AT}/heatmap", **seen), api.get_part(f"{_AT}/heatmap", quarter=quarter, **seen)
    )
    cell = _cell(before if on == "then" else now, impact, likelihood)
    wanted = {"kind": kind} if cell else {"band": band, "status": status, "search": search, "kind": kind}
    risks, proposals, breaches = await together(
        api.list_items(f"{_AT}/risks", register=register, total="true", **wanted),
        api.list_part(f"{_AT}/proposals", state="open"),
        api.list_part(f"{_AT}/breaches", state="open"),
    )
    shown = risks.where(lambda each: each["ref"] in cell["refs"]) if cell else risks
    return page(
        request,
        "register.html",
        live=["risks/*"],
        risks=shown,
        cell=cell,
        others=sorted(set(cell["refs"]) - {each["ref"] for each in shown}) if cell else [],
        now=_grid(now),
        before=_grid(before) if before else None,
        proposals=proposals,
        breaches=breaches,
        registers=registers_of(risks, register),
        chosen={**seen, "band": band, "status": status, "search": search, "then": quarter, "on": on},
        quarters=quarters(today),
        bands=BANDS,
        statuses=STATUSES,
        kinds=KINDS,
        ratings=RATINGS,
    )


@router.get("/register/file.{ending}")
async def register_file(
    looker: SignedIn,
    ending: str,
    register: Text = None,
    band: Text = None,
    status: Text = None,
    kind: Text = None,
    quarter: Text = None,
    as_of: Text = None,
) -> Response:
    path, moment = f"{_AT}/register.{part(ending)}", end_of_day(as_of)
    wanted = {"register": register, "band": band, "status": status, "kind": kind, "quarter": quarter}
    return await file_response(looker.api, path, **wanted, as_of=moment)


@router.get("/register/proposals")
async def proposals_page(request: Request, looker: SignedIn, state: Text = None) -> Response:
    """What indicators have proposed across the register, and what became of it."""
    found = await looker.api.list_items(f"{_AT}/proposals", state=state)
    return page(request, "proposals.html", live=["risks/*"], proposals=found, state=state, states=PROPOSALS)


@router.get("/register/acceptances")
async def acceptances_page(request: Request, looker: SignedIn, state: Text = None) -> Response:
    """Which risks are accepted as they are, or asked to be, across the register, and what is otherwise since."""
    found = await looker.api.list_items(f"{_AT}/acceptances", state=state)
    return page(request, "acceptances.html", live=["risks/*"], acceptances=found, state=state, states=ACCEPTANCES)


@router.get("/register/treatment")
async def treatment_page(request: Request, looker: SignedIn, risk: Text = None) -> Response:
    """Controls, assurances and actions of all risks, or of one, and what is wrong with them."""
    found = await together(*(looker.api.list_items(f"{_AT}/{name}", risk=risk) for name in _RECORDS))
    return page(request, "treatment.html", live=["risks/*"], risk=risk, **dict(zip(_RECORDS, found, strict=True)))


@router.get("/register/changes")
async def changes_page(request: Request, looker: SignedIn, since: Text = None) -> Response:
    """Every change of a rating in effect from a day on; without one from the first of the latest quarter to end."""
    day = since or latest_quarter(await business_date(looker.api)).start.isoformat()
    changes = await looker.api.list_items(f"{_AT}/rating-changes", **{"from": day})
    return page(request, "rating-changes.html", changes=changes, since=day)


@router.get("/register/treatment/{name}.{ending}")
async def treatment_file(looker: SignedIn, name: str, ending: str, risk: Text = None) -> Response:
    return await file_response(looker.api, f"{_AT}/{part(name)}.{part(ending)}", risk=risk)


@router.get("/register/what-if")
async def register_what_if_page(
    request: Request,
    looker: SignedIn,
    indicator: Text = None,
    area: Text = None,
    colour: Text = None,
    fund: Text = None,
    level: Text = None,
) -> Response:
    """Which risks would be rated otherwise if an indicator, or a fund, stood otherwise. Nothing is stored."""
    found: Json | None = None
    signals = [{"indicator": indicator, "area": area, "colour": colour}] if indicator and area and colour else []
    code, _, line = (fund or "").partition("/")
    funds = [{"fund": code, "level": level} | ({"line": line} if line else {})] if code and level else []
    if signals or funds:
        found = await looker.api.change("POST", f"{_AT}/simulations", {"signals": signals, "funds": funds})
    linked = await looker.api.list_items(f"{_AT}/risks")
    series = {(link["indicator"], link["area"]) for risk in linked for link in risk["links"]}
    places = {"/".join(filter(None, (link["fund"], link["line"]))) for risk in linked for link in risk["fund_links"]}
    return page(
        request,
        "register-what-if.html",
        found=found,
        indicators=sorted({code for code, _ in series}),
        areas=sorted({code for _, code in series}),
        funds=sorted(places | ({fund} if fund else set())),
        levels=LEVELS,
        chosen={"indicator": indicator, "area": area, "colour": colour, "fund": fund, "level": level},
    )


def registers_of(risks: Iterable[Json], chosen: str | None) -> list[str]:
    """The registers there are to choose from: those of the risks shown, and the one that was chosen."""
    return sorted({each["register"] for each in risks} | ({chosen} if chosen else set()))


def _cell(heatmap: Json | None, impact: int | None, likelihood: int | None) -> Json | None:
    """The cell that was opened, with the references of its risks; None where none was."""
    found: list[dict[str, Any]] = heatmap["cells"] if heatmap else []
    return next((each for each in found if (each["impact"], each["likelihood"]) == (impact, likelihood)), None)


def _grid(heatmap: Json) -> Json:
    """The map as rows of cells, the highest impact first, the least likely cell first."""
    by_impact: dict[int, list[Json]] = {}
    for cell in sorted(heatmap["cells"], key=lambda each: int(each["likelihood"])):
        by_impact.setdefault(cell["impact"], []).append(cell)
    names: Sequence[str] = heatmap["impacts"]
    rows = [{"name": names[impact - 1], "cells": by_impact[impact]} for impact in sorted(by_impact, reverse=True)]
    return {"rows": rows, "likelihoods": heatmap["likelihoods"], "unrated": heatmap["unrated"]}
