"""The register of risks: its heat map, its list, and one risk's story."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Json, part, together
from portal.calendar import business_date, end_of_day, latest_quarter, quarters
from portal.errors import Refused, UnknownStep
from portal.files import file_response
from portal.forms import read_form
from portal.parameters import Number, Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

BANDS: Final = ("red", "amber", "yellow", "green")
STATUSES: Final = ("draft", "open", "escalated", "accepted", "closed")
SUPPOSED: Final = ("green", "amber", "red")
_DECISIONS: Final = {"accept": "The proposal is accepted.", "reject": "The proposal is rejected."}


@router.get("/register")
async def register_page(
    request: Request,
    looker: SignedIn,
    register: Text = None,
    band: Text = None,
    status: Text = None,
    search: Text = None,
    then: Text = None,
    impact: Number = None,
    likelihood: Number = None,
) -> Response:
    api = looker.api
    today = await business_date(api)
    quarter = then or latest_quarter(today).label
    now = await api.get("/risks/v1/heatmap", register=register)
    cell = _cell(now, impact, likelihood)
    wanted = {"band": cell["band"], "kind": "threat"} if cell else {"band": band, "status": status, "search": search}
    risks, before, proposals, breaches = await together(
        api.list_items("/risks/v1/risks", register=register, total="true", **wanted),
        api.get_part("/risks/v1/heatmap", register=register, quarter=quarter),
        api.list_part("/risks/v1/proposals", state="open"),
        api.list_part("/risks/v1/breaches", state="open"),
    )
    shown = risks.where(lambda each: each["ref"] in cell["refs"]) if cell else risks
    return page(
        request,
        "register.html",
        risks=shown,
        cell=cell,
        others=sorted(set(cell["refs"]) - {each["ref"] for each in shown}) if cell else [],
        now=_grid(now),
        before=_grid(before) if before else None,
        proposals=proposals,
        breaches=breaches,
        registers=sorted({each["register"] for each in risks} | ({register} if register else set())),
        chosen={"register": register, "band": band, "status": status, "search": search, "then": quarter},
        quarters=quarters(today),
        bands=BANDS,
        statuses=STATUSES,
    )


@router.get("/register/file.{ending}")
async def register_file(
    looker: SignedIn, ending: str, register: Text = None, band: Text = None, status: Text = None, as_of: Text = None
) -> Response:
    path = f"/risks/v1/register.{part(ending)}"
    moment = end_of_day(as_of)
    return await file_response(looker.api, path, register=register, band=band, status=status, as_of=moment)


@router.get("/register/risks/{ref}")
async def risk_page(request: Request, looker: SignedIn, ref: str, done: Text = None) -> Response:
    return await _story(request, looker, ref, done=_DECISIONS.get(done or ""))


@router.post("/register/risks/{ref}/proposals/{proposal}")
async def decide_proposal(request: Request, looker: SignedIn, ref: str, proposal: int) -> Response:
    fields = await read_form(request)
    decision = fields.get("decision", "")
    if decision not in _DECISIONS:
        raise UnknownStep(decision, _DECISIONS)
    path = f"/risks/v1/risks/{part(ref)}/proposals/{proposal}/{decision}"
    try:
        await looker.api.change("POST", path, {"reason": fields.get("reason", "")})
    except Refused as refused:
        return await _story(request, looker, ref, refused=refused, reason=fields.get("reason"))
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
    request: Request,
    looker: Looker,
    ref: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    reason: str | None = None,
) -> Response:
    api, at = looker.api, f"/risks/v1/risks/{part(ref)}"
    risk, explanation, history, proposals, acceptances = await together(
        api.get(at),
        api.get(f"{at}/explanation"),
        api.list_items(f"{at}/history"),
        api.list_items(f"{at}/proposals"),
        api.list_items(f"{at}/acceptances"),
    )
    return page(
        request,
        "risk.html",
        status=refused.status if refused else 200,
        risk=risk,
        explanation=explanation,
        history=history,
        proposals=proposals,
        acceptances=acceptances,
        reason=reason,
        done=done,
        problem=refused,
    )


def _cell(heatmap: Json, impact: int | None, likelihood: int | None) -> Json | None:
    """The cell that was opened, with the references of its risks; None where none was."""
    found: list[Json] = heatmap["cells"]
    return next((each for each in found if (each["impact"], each["likelihood"]) == (impact, likelihood)), None)


def _grid(heatmap: Json) -> Json:
    """The map as rows of cells, the highest impact first, the least likely cell first."""
    by_impact: dict[int, list[Json]] = {}
    for cell in sorted(heatmap["cells"], key=lambda each: int(each["likelihood"])):
        by_impact.setdefault(cell["impact"], []).append(cell)
    names: Sequence[str] = heatmap["impacts"]
    rows = [{"name": names[impact - 1], "cells": by_impact[impact]} for impact in sorted(by_impact, reverse=True)]
    return {"rows": rows, "likelihoods": heatmap["likelihoods"], "unrated": heatmap["unrated"]}
