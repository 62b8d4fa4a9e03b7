"""What the register could cost in a year, by simulation, and the ranges of pounds that it is made of."""

import re
from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Json, part, together
from portal.calendar import business_date, end_of_day, quarters
from portal.charts.loss_chart import loss_chart
from portal.errors import Refused
from portal.files import file_response
from portal.forms import pounds_of, read_form
from portal.pages.register import registers_of
from portal.pages.risk import matrix_of, steps_of
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/risks/v1"
_PRICED: Final = ("chance", "low", "high")
_FIELD: Final = re.compile(r"(chance|low|high)-(\d{1,2})")


@router.get("/register/exposure")
async def exposure_page(
    request: Request,
    looker: SignedIn,
    register: Text = None,
    seed: Text = None,
    quarter: Text = None,
    as_of: Text = None,
) -> Response:
    wanted = {"register": register, "seed": seed, "quarter": quarter}
    api, moment = looker.api, end_of_day(as_of)
    found, today, risks = await together(
        api.get(f"{_AT}/exposure", **wanted, as_of=moment),
        business_date(api),
        api.list_items(f"{_AT}/risks", kind="threat", total="true"),
    )
    return page(
        request,
        "exposure.html",
        found=found,
        chart=loss_chart(found["curve"], found["expected"]),
        registers=registers_of(risks, register),
        quarters=quarters(today),
        chosen=wanted | {"as_of": as_of},
    )


@router.get("/register/exposure/file.{ending}")
async def exposure_file(
    looker: SignedIn,
    ending: str,
    register: Text = None,
    seed: Text = None,
    quarter: Text = None,
    as_of: Text = None,
) -> Response:
    path, moment = f"{_AT}/exposure.{part(ending)}", end_of_day(as_of)
    wanted = {"register": register, "seed": seed, "quarter": quarter}
    return await file_response(looker.api, path, **wanted, as_of=moment)


@router.get("/register/risks/{ref}/losses")
async def losses_page(request: Request, looker: SignedIn, ref: str, done: Text = None) -> Response:
    return await _losses(request, looker, ref, done="What the risk could cost is saved." if done else None)


@router.post("/register/risks/{ref}/losses")
async def price_risk(request: Request, looker: SignedIn, ref: str) -> Response:
    """The whole set of ranges, one for each likelihood that anything was written of."""
    fields = await read_form(request)
    body = {"losses": _written(fields), "reason": fields.get("reason", "")}
    try:
        await looker.api.change("PUT", f"{_AT}/risks/{part(ref)}/losses", body)
    except Refused as refused:
        return await _losses(request, looker, ref, refused=refused, written=fields)
    return RedirectResponse(f"/register/risks/{part(ref)}/losses?done=yes", status_code=303)


def _written(fields: Mapping[str, str]) -> list[Json]:
    bands: dict[int, Json] = {}
    for name, value in fields.items():
        found = _FIELD.fullmatch(name)
        if found and value:
            bands.setdefault(int(found[2]), {})[found[1]] = pounds_of(value)
    return [{"likelihood": likelihood, **bands[likelihood]} for likelihood in sorted(bands)]


async def _losses(
    request: Request,
    looker: Looker,
    ref: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    risk, matrices = await together(looker.api.get(f"{_AT}/risks/{part(ref)}"), looker.api.get(f"{_AT}/matrices"))
    matrix = matrix_of(matrices, risk)
    there = {f"{name}-{band['likelihood']}": band[name] for band in risk["losses"] for name in _PRICED}
    return page(
        request,
        "losses.html",
        status=refused.status if refused else 200,
        risk=risk,
        likelihoods=steps_of(matrix, "likelihoods"),
        shown=written or there,
        done=done,
        problem=refused,
    )
