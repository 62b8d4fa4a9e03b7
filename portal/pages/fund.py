"""The pooled fund: budget, outturn, forecast, savings and partners, and the way from a pound to its entry."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from contracts.period import Period
from portal.api import Json, part, together
from portal.files import file_response
from portal.pages.scorecard import business_date
from portal.routes import PageRoute
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SHOWN: Final = "200"
_ENTRIES: Final = "50"
Text = Annotated[str, Query(max_length=200)]


@router.get("/fund")
async def fund_page(request: Request, looker: SignedIn, fund: Text = "", year: Text = "") -> Response:
    api = looker.api
    funds, today = await together(api.get("/finance/v1/funds", limit=_SHOWN), business_date(api))
    if not funds["items"]:
        return page(request, "fund-none.html")
    at = f"/finance/v1/funds/{part(fund or funds['items'][0]['code'])}"
    of_year = {"financial_year": year or financial_year(today)}
    found, position, forecast, savings, schemes = await together(
        api.get(at),
        api.get_if_any(f"{at}/position", **of_year),
        api.get_if_any(f"{at}/forecast", **of_year),
        api.get_if_any(f"{at}/savings", **of_year),
        api.get("/finance/v1/schemes", fund=fund or funds["items"][0]["code"], limit=_SHOWN, **of_year),
    )
    return page(
        request,
        "fund.html",
        fund=found,
        funds=[(each["code"], each["name"]) for each in funds["items"]],
        year=of_year["financial_year"],
        years=_years(found["budget_lines"], of_year["financial_year"]),
        position=position,
        forecast={each["line"]: each for each in forecast["lines"]} if forecast else {},
        whole=forecast,
        savings=savings,
        schemes=schemes["items"],
    )


def financial_year(day: date) -> str:
    return Period.quarter_of(day).label.partition(" ")[0]


def _years(lines: Sequence[Json], chosen: str) -> list[tuple[str, str]]:
    return [(year, year) for year in sorted({line["financial_year"] for line in lines} | {chosen})]


@router.get("/fund/savings/file.{ending}")
async def savings_file(looker: SignedIn, ending: str, fund: Text, year: Text = "") -> Response:
    path = f"/finance/v1/funds/{part(fund)}/savings.{part(ending)}"
    return await file_response(looker.api, path, financial_year=year)


@router.get("/fund/{fund}/entries")
async def entries_page(
    request: Request, looker: SignedIn, fund: str, account: Text = "", layer: Text = "", after: Text = ""
) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/entries"
    found = await looker.api.get(path, account=account, layer=layer, cursor=after, limit=_ENTRIES)
    return page(
        request,
        "entries.html",
        fund=fund,
        account=account,
        layer=layer,
        entries=found["items"],
        following=found["next"],
    )


@router.get("/fund/{fund}/entries/{entry}")
async def entry_page(request: Request, looker: SignedIn, fund: str, entry: str) -> Response:
    found = await looker.api.get(f"/finance/v1/entries/{part(entry)}")
    return page(request, "entry.html", entry=found, fund=fund)


@router.get("/fund/{fund}/partners/{partner}")
async def partner_page(request: Request, looker: SignedIn, fund: str, partner: str, year: Text = "") -> Response:
    path = f"/finance/v1/funds/{part(fund)}/partners/{part(partner)}/account"
    found = await looker.api.get(path, financial_year=year)
    return page(request, "partner.html", account=found)


@router.get("/fund/{fund}/partners/{partner}/file.{ending}")
async def partner_file(looker: SignedIn, fund: str, partner: str, ending: str, year: Text = "") -> Response:
    path = f"/finance/v1/funds/{part(fund)}/partners/{part(partner)}/account.{part(ending)}"
    return await file_response(looker.api, path, financial_year=year)


@router.get("/fund/schemes/{code}")
async def scheme_page(request: Request, looker: SignedIn, code: str) -> Response:
    at = f"/finance/v1/schemes/{part(code)}"
    scheme, explanation = await together(looker.api.get(at), looker.api.get(f"{at}/explanation"))
    return page(request, "scheme.html", scheme=scheme, position=explanation["position"], explanation=explanation)
