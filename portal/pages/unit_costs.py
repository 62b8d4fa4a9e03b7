"""The library of unit costs: what a unit of something costs, by which source, and which schemes reckon with it."""

from fastapi import APIRouter, Request, Response

from portal.api import part
from portal.files import file_response
from portal.routes import PageRoute
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/fund/unit-costs")
async def unit_costs_page(request: Request, looker: SignedIn) -> Response:
    return page(
        request,
        "unit-costs.html",
        live=["finance/unit-cost/*"],
        costs=await looker.api.list_items("/finance/v1/unit-costs"),
    )


@router.get("/fund/unit-costs/file.{ending}")
async def unit_costs_file(looker: SignedIn, ending: str) -> Response:
    return await file_response(looker.api, f"/finance/v1/unit-costs.{part(ending)}")


@router.get("/fund/unit-costs/{code}")
async def unit_cost_page(request: Request, looker: SignedIn, code: str) -> Response:
    return page(request, "unit-cost.html", cost=await looker.api.get(f"/finance/v1/unit-costs/{part(code)}"))
