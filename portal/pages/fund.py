"""The pooled fund: budget, outturn, forecast, savings and partners, and the way from a pound to its entry."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response

from portal.api import Json, part, together
from portal.calendar import business_date, financial_year
from portal.charts.plan_chart import Quarter, plan_chart
from portal.files import file_response
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import note
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_ENTRIES: Final = "50"
_CAME: Final = ("indicated", "validated", "banked")


@router.get("/fund")
async def fund_page(request: Request, looker: SignedIn, fund: Text = None, year: Text = None) -> Response:
    api = looker.api
    funds, today = await together(api.list_items("/finance/v1/funds"), business_date(api))
    code = fund or next((each["code"] for each in funds), None)
    if code is None:
        return page(request, "none.html", title="Fund", text="No fund has been entered.")
    at, chosen = f"/finance/v1/funds/{part(code)}", year or financial_year(today)
    found, position, forecast, savings, schemes, slippage, years = await together(
        api.get(at),
        api.get_part(f"{at}/position", financial_year=chosen),
        api.get_part(f"{at}/forecast", financial_year=chosen),
        api.get_part(f"{at}/savings", financial_year=chosen),
        api.list_part("/finance/v1/schemes", fund=code, financial_year=chosen, total="true"),
        api.get_part(f"{at}/slippage", financial_year=chosen),
        api.get_part(f"{at}/slippage-by-year"),
    )
    plan = by_quarter(slippage, position)
    return page(
        request,
        "fund.html",
        live=["finance/*"],
        fund=found,
        funds=[(each["code"], each["name"]) for each in funds],
        year=chosen,
        years=_years(found["budget_lines"], chosen),
        notes=_notes(found),
        lines_notes={line["code"]: line["notes"] for line in found["budget_lines"] if line["financial_year"] == chosen},
        position=position,
        forecast={each["line"]: each for each in forecast["lines"]} if forecast else {},
        whole=forecast,
        savings=savings,
        schemes=schemes,
        slippage=slippage,
        by_year=years,
        plan=plan,
        chart=plan_chart(plan),
        partners={each["code"]: each["name"] for each in found["partners"]},
    )


def by_quarter(slippage: Json | None, position: Json | None) -> list[Quarter]:
    """The plan of each quarter of a year, with what was posted in it."""
    posted = {each["quarter"]: each for each in (position or {"quarters": ()})["quarters"]}
    planned = slippage["total"]["quarters"] if slippage else ()
    return [
        Quarter(
            label=each["quarter"],
            low=each["planned_low"]["amount"],
            high=each["planned_high"]["amount"],
            **{name: found[name]["amount"] for name in _CAME if (found := posted.get(each["quarter"]))},
        )
        for each in planned
    ]


def _notes(found: Json) -> list[str]:
    """What is said below the tables of where documents differ, each once."""
    every = [*found["notes"], *(each for line in found["budget_lines"] for each in line["notes"])]
    return list(dict.fromkeys(map(note, every)))


def _years(lines: Sequence[Json], chosen: str) -> list[tuple[str, str]]:
    return [(year, year) for year in sorted({line["financial_year"] for line in lines} | {chosen})]


@router.get("/fund/savings/file.{ending}")
async def savings_file(looker: SignedIn, ending: str, fund: str, year: Text = None) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/savings.{part(ending)}"
    return await file_response(looker.api, path, financial_year=year)


@router.get("/fund/slippage-by-year/file.{ending}")
async def slippage_by_year_file(looker: SignedIn, ending: str, fund: str) -> Response:
    return await file_response(looker.api, f"/finance/v1/funds/{part(fund)}/slippage-by-year.{part(ending)}")


@router.get("/fund/budget/file.{ending}")
async def budget_file(looker: SignedIn, ending: str, fund: str, year: Text = None) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/budget.{part(ending)}"
    return await file_response(looker.api, path, financial_year=year)


@router.get("/fund/slippage/file.{ending}")
async def slippage_file(looker: SignedIn, ending: str, fund: str, year: Text = None) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/slippage.{part(ending)}"
    return await file_response(looker.api, path, financial_year=year)


@router.get("/fund/{fund}/trial-balance.{ending}")
async def trial_balance_file(looker: SignedIn, fund: str, ending: str) -> Response:
    return await file_response(looker.api, f"/finance/v1/funds/{part(fund)}/trial-balance.{part(ending)}")


@router.get("/fund/{fund}/entries")
async def entries_page(
    request: Request, looker: SignedIn, fund: str, account: Text = None, layer: Text = None
) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/entries"
    entries = await looker.api.list_items(path, account=account, layer=layer, limit=_ENTRIES)
    return page(request, "entries.html", fund=fund, account=account, entries=entries)


@router.get("/fund/{fund}/entries/{entry}")
async def entry_page(request: Request, looker: SignedIn, fund: str, entry: str) -> Response:
    found = await looker.api.get(f"/finance/v1/entries/{part(entry)}")
    return page(request, "entry.html", entry=found, fund=fund)


@router.get("/fund/{fund}/partners/{partner}")
async def partner_page(request: Request, looker: SignedIn, fund: str, partner: str, year: Text = None) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/partners/{part(partner)}/account"
    found = await looker.api.get(path, financial_year=year)
    return page(request, "partner.html", account=found)


@router.get("/fund/{fund}/partners/{partner}/file.{ending}")
async def partner_file(looker: SignedIn, fund: str, partner: str, ending: str, year: Text = None) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/partners/{part(partner)}/account.{part(ending)}"
    return await file_response(looker.api, path, financial_year=year)


@router.get("/fund/schemes/{code}")
async def scheme_page(request: Request, looker: SignedIn, code: str, after: Text = None) -> Response:
    at = f"/finance/v1/schemes/{part(code)}"
    scheme, explanation = await together(looker.api.get(at), looker.api.get(f"{at}/explanation", cursor=after))
    shown: Json = {"scheme": scheme, "position": explanation["position"], "explanation": explanation}
    return page(request, "scheme.html", live=[f"finance/{scheme['code']}"], **shown)
