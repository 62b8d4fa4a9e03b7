"""The register of risks: its heat map, its list, and one risk's story."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Json, part, together
from portal.errors import Refused
from portal.files import file_response
from portal.forms import read_form
from portal.pages.scorecard import business_date, end_of_day, latest_quarter, quarters
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

BANDS: Final = ("red", "amber", "yellow", "green")
STATUSES: Final = ("draft", "open", "escalated", "accepted", "closed")
SUPPOSED: Final = ("green", "amber", "red")
_DECISIONS: Final = {"accept": "The proposal is accepted.", "reject": "The proposal is rejected."}
_SHOWN: Final = "200"
Text = Annotated[str, Query(max_length=120)]


@router.get("/register")
async def register_page(
    request: Request,
    looker: SignedIn,
    register: Text = "",
    band: Text = "",
    status: Text = "",
    search: Text = "",
    then: Text = "",
    impact: Annotated[int | None, Query()] = None,
    likelihood: Annotated[int | None, Query()] = None,
) -> Response:
    api = looker.api
    today = await business_date(api)
    quarter = then or latest_quarter(today).label
    risks, now, before, proposals, breaches = await together(
        api.get("/risks/v1/risks", register=register, band=band, status=status, search=search, limit=_SHOWN),
        api.get("/risks/v1/heatmap", register=register),
        api.get("/risks/v1/heatmap", register=register, quarter=quarter),
        api.get("/risks/v1/proposals", state="open", limit=_SHOWN),
        api.get("/risks/v1/breaches"),
    )
    return page(
        request,
        "register.html",
        risks=[each for each in risks["items"] if _is_in(each, impact, likelihood)],
        cell=(impact, likelihood) if impact and likelihood else None,
        now=_grid(now),
        before=_grid(before),
        proposals=proposals["items"],
        breaches=breaches["items"],
        registers=sorted({each["register"] for each in risks["items"]} | ({register} if register else set())),
        chosen={"register": register, "band": band, "status": status, "search": search, "then": quarter},
        quarters=quarters(today),
        bands=BANDS,
        statuses=STATUSES,
    )


@router.get("/register/file.{ending}")
async def register_file(
    looker: SignedIn, ending: str, register: Text = "", band: Text = "", status: Text = "", as_of: Text = ""
) -> Response:
    path = f"/risks/v1/register.{part(ending)}"
    moment = end_of_day(as_of)
    return await file_response(looker.api, path, register=register, band=band, status=status, as_of=moment)


@router.get("/register/risks/{ref}")
async def risk_page(request: Request, looker: SignedIn, ref: str, done: Text = "") -> Response:
    return await _story(request, looker, ref, done=_DECISIONS.get(done))


@router.post("/register/risks/{ref}/proposals/{proposal}")
async def decide_proposal(request: Request, looker: SignedIn, ref: str, proposal: int) -> Response:
    fields = await read_form(request)
    decision = "accept" if fields.get("decision") == "accept" else "reject"
    path = f"/risks/v1/risks/{part(ref)}/proposals/{proposal}/{decision}"
    try:
        await looker.api.change("POST", path, {"reason": fields.get("reason", "")})
    except Refused as refused:
        return await _story(request, looker, ref, refused=refused)
    return RedirectResponse(f"/register/risks/{part(ref)}?done={decision}", status_code=303)


@router.get("/register/risks/{ref}/what-if")
async def what_if_page(
    request: Request, looker: SignedIn, ref: str, suppose: Annotated[list[str] | None, Query(max_length=100)] = None
) -> Response:
    """How the risk would be rated if its indicators stood otherwise. Nothing is stored."""
    at = f"/risks/v1/risks/{part(ref)}"
    risk = await looker.api.get(at)
    wanted = _supposed(risk["links"], suppose or [])
    found = await looker.api.change("POST", f"{at}/simulations", {"signals": wanted}) if wanted else None
    return page(request, "what-if.html", risk=risk, found=found, chosen=suppose or [], colours=SUPPOSED)


def _supposed(links: Sequence[Json], colours: Sequence[str]) -> list[Json]:
    """A signal for each link, in order, whose colour was chosen."""
    named = zip(links, colours, strict=False)
    return [
        {"indicator": link["indicator"], "area": link["area"], "breakdown": link["breakdown"], "colour": colour}
        for link, colour in named
        if colour in SUPPOSED
    ]


async def _story(
    request: Request, looker: Looker, ref: str, *, done: str | None = None, refused: Refused | None = None
) -> Response:
    api, at = looker.api, f"/risks/v1/risks/{part(ref)}"
    risk, explanation, history, proposals, acceptances = await together(
        api.get(at),
        api.get(f"{at}/explanation"),
        api.get(f"{at}/history", limit=_SHOWN),
        api.get(f"{at}/proposals", limit=_SHOWN),
        api.get(f"{at}/acceptances"),
    )
    return page(
        request,
        "risk.html",
        status=refused.status if refused else 200,
        risk=risk,
        explanation=explanation,
        history=history["items"],
        proposals=proposals["items"],
        acceptances=acceptances["items"],
        done=done,
        problem=refused,
    )


def _is_in(risk: Mapping[str, Any], impact: int | None, likelihood: int | None) -> bool:
    """Whether a risk stands in the cell that was opened; everything does where none was."""
    if impact is None or likelihood is None:
        return True
    rating = risk["effective"] or {}
    return bool(risk["kind"] == "threat" and rating.get("impact") == impact and rating.get("likelihood") == likelihood)


def _grid(heatmap: Json) -> Json:
    """The map as rows of cells, the highest impact first, the least likely cell first."""
    by_impact: dict[int, list[Json]] = {}
    for cell in sorted(heatmap["cells"], key=lambda each: int(each["likelihood"])):
        by_impact.setdefault(cell["impact"], []).append(cell)
    names: Sequence[str] = heatmap["impacts"]
    rows = [{"name": names[impact - 1], "cells": by_impact[impact]} for impact in sorted(by_impact, reverse=True)]
    return {"rows": rows, "likelihoods": heatmap["likelihoods"], "unrated": heatmap["unrated"]}
