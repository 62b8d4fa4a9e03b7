"""What moves risks: links to indicators and funds, changed here, their audit, and indicators that would have told."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Json, part, together
from portal.errors import Refused, UnknownStep
from portal.files import file_response
from portal.forms import read_form
from portal.parameters import Series, Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PROCESS_CONTROL: Final = "process-control"
SIGNALS: Final = ("best", "target", "benchmark", "trend", PROCESS_CONTROL)
Fields = Mapping[str, str]
_AT: Final = "/risks/v1/risks"
_DONE: Final = {
    "link": "The indicator is linked.",
    "link-carried": "The indicator is linked, and its events carry what process control says of it.",
    "link-not-carried": "The indicator is linked. Until somebody who writes indicators has its events carry what "
    "process control says of it, nothing is known by this link.",
    "link-fund": "The fund is linked.",
    "remove": "The link is removed.",
    "remove-fund": "The link is removed.",
}
_STEPS: Final = ("link", "link-fund", "remove", "remove-fund")
_OF_SERIES: Final = ("indicator", "area", "breakdown", "group", "signal")
FINDINGS: Final = (
    "unassessed",
    "pending",
    "not_carried",
    "unknown_at_snapshot",
    "unknown_now",
    "stale",
    "unconfirmed",
    "doubled",
    "contradicted",
)
_AUDIT: Final = "/risks/v1/link-audit"


@router.get("/register/risks/{ref}/links")
async def links_page(
    request: Request,
    looker: SignedIn,
    ref: str,
    indicator: Text = None,
    area: Text = None,
    breakdown: Series = "",
    signal: Text = None,
    done: Text = None,
) -> Response:
    """A series that is named stands in the form already."""
    suggested = {"indicator": indicator, "area": area, "breakdown": breakdown, "signal": signal}
    written = {name: each for name, each in suggested.items() if each}
    return await _links(request, looker, ref, done=_DONE.get(done or ""), written=written)


@router.post("/register/risks/{ref}/links")
async def change_links(request: Request, looker: SignedIn, ref: str) -> Response:
    """The whole set as it was shown, with one more link or one less; refused where it is another set by now."""
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in _STEPS:
        raise UnknownStep(step, _STEPS)
    at = f"{_AT}/{part(ref)}/links"
    body = _changed(await looker.api.get(at), step, fields) | {"reason": fields.get("reason") or None}
    try:
        await looker.api.change("PUT", at, body, fields.get("tag") or None)
    except Refused as refused:
        return await _links(request, looker, ref, refused=refused, written=fields)
    if step == "link" and fields.get("signal") == PROCESS_CONTROL:
        step = "link-carried" if await _have_carried(looker, ref, fields) else "link-not-carried"
    return RedirectResponse(f"/register/risks/{part(ref)}/links?done={step}", status_code=303)


async def _have_carried(looker: Looker, ref: str, sent: Fields) -> bool:
    """Ask that events of the series that was linked carry process control, as far as the one who links may."""
    path = f"/indicators/v1/indicators/{part(sent.get('indicator', ''))}/{PROCESS_CONTROL}/signal"
    why = sent.get("reason") or f"The risk {ref} is linked to it by that"
    body = {"area": sent.get("area", ""), "breakdown": _breakdown(sent), "carried": True, "reason": why}
    try:
        await looker.api.change("POST", path, body)
    except Refused:
        return False
    return True


def _changed(found: Json, step: str, sent: Fields) -> Json:
    """The set that is sent: ``number`` counts the links as they were shown."""
    links, of_funds = list(found["links"]), list(found["fund_links"])
    if step == "link":
        links.append({name: sent.get(name, "") for name in _OF_SERIES} | {"breakdown": _breakdown(sent)})
    elif step == "link-fund":
        of_funds.append(
            {"fund": sent.get("fund", ""), "line": sent.get("line") or None, "group": sent.get("group", "")}
        )
    else:
        _remove(links if step == "remove" else of_funds, sent.get("number", ""))
    return {"links": links, "fund_links": of_funds}


def _remove(links: list[Any], number: str) -> None:
    if not number.isdecimal() or not int(number[:9]) < len(links):
        raise UnknownStep(number, map(str, range(len(links))))
    del links[int(number)]


def _breakdown(sent: Fields) -> dict[str, str]:
    """``sex=female;age=65+`` as the API takes it; what cannot be read names the field there."""
    pairs = (each.partition("=") for each in sent.get("breakdown", "").split(";") if each.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


async def _links(
    request: Request,
    looker: Looker,
    ref: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Fields | None = None,
) -> Response:
    api, at = looker.api, f"{_AT}/{part(ref)}"
    risk, (found, tag) = await together(api.get(at), api.get_with_tag(f"{at}/links"))
    return page(
        request,
        "risk-links.html",
        status=refused.status if refused else 200,
        risk=risk,
        found=found,
        tag=tag,
        signals=SIGNALS,
        written=written or {},
        done=done,
        problem=refused,
    )


@router.get("/register/risks/{ref}/suggested-links")
async def suggested_links_page(
    request: Request, looker: SignedIn, ref: str, area: Text = None, signal: Text = None
) -> Response:
    at, chosen = f"{_AT}/{part(ref)}", signal or SIGNALS[0]
    risk, found = await together(looker.api.get(at), looker.api.get(f"{at}/suggested-links", area=area, signal=chosen))
    return page(request, "suggested-links.html", risk=risk, found=found, area=area, signal=chosen, signals=SIGNALS)


@router.get("/register/risks/{ref}/suggested-links/file.{ending}")
async def suggested_links_file(
    looker: SignedIn, ref: str, ending: str, area: Text = None, signal: Text = None
) -> Response:
    path = f"{_AT}/{part(ref)}/suggested-links.{part(ending)}"
    return await file_response(looker.api, path, area=area, signal=signal)


@router.get("/register/link-audit")
async def link_audit_page(request: Request, looker: SignedIn, risk: Text = None, finding: Text = None) -> Response:
    """Every link of the register: who made it and why, whether it works, and what it told."""
    found = await looker.api.list_items(_AUDIT, risk=risk, finding=finding)
    return page(request, "link-audit.html", links=found, risk=risk, finding=finding, findings=FINDINGS)


@router.get("/register/link-audit/file.{ending}")
async def link_audit_file(looker: SignedIn, ending: str, risk: Text = None, finding: Text = None) -> Response:
    return await file_response(looker.api, f"{_AUDIT}.{part(ending)}", risk=risk, finding=finding)
