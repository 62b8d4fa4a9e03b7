"""Pledges with their quarterly returns, actions, and what boards have decided."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Api, Json, part, together
from portal.errors import Refused
from portal.files import file_response
from portal.forms import read_form
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

COLOURS: Final = ("green", "amber", "red")
_SHOWN: Final = "200"
_DONE: Final = {
    "write": "What was written is saved.",
    "submit": "The return is submitted.",
    "approve": "The return is approved.",
    "return": "The return is handed back.",
}
Text = Annotated[str, Query(max_length=120)]


@router.get("/promises")
async def promises_page(request: Request, looker: SignedIn, theme: Text = "", delivery: Text = "") -> Response:
    api = looker.api
    pledges, returns, blocked, critical, boards, decisions = await together(
        api.get("/pledges/v1/pledges", theme=theme, delivery=delivery, limit=_SHOWN),
        api.get("/pledges/v1/returns", limit=_SHOWN),
        api.get("/pledges/v1/actions", blocked="true", limit=_SHOWN),
        api.get("/pledges/v1/critical-dates"),
        api.get("/pledges/v1/boards", limit=_SHOWN),
        api.get("/pledges/v1/decisions", limit=_SHOWN),
    )
    return page(
        request,
        "promises.html",
        pledges=pledges["items"],
        returns=[each for each in returns["items"] if each["state"] != "approved"],
        blocked=blocked["items"],
        critical=critical,
        boards={each["code"]: each["title"] for each in boards["items"]},
        decisions=decisions["items"],
        themes=sorted({each["theme"] for each in pledges["items"] if each["theme"]} | ({theme} if theme else set())),
        deliveries=sorted({each["delivery"] for each in pledges["items"]} | ({delivery} if delivery else set())),
        theme=theme,
        delivery=delivery,
    )


@router.get("/promises/returns/file.{ending}")
async def returns_file(looker: SignedIn, ending: str) -> Response:
    return await file_response(looker.api, f"/pledges/v1/returns.{part(ending)}")


@router.get("/promises/pledges/{pledge}")
async def pledge_page(request: Request, looker: SignedIn, pledge: str) -> Response:
    api = looker.api
    found, returns, decisions = await together(
        api.get(f"/pledges/v1/pledges/{part(pledge)}"),
        api.get("/pledges/v1/returns", pledge=pledge, limit=_SHOWN),
        api.get(f"/pledges/v1/pledges/{part(pledge)}/decisions"),
    )
    return page(request, "pledge.html", pledge=found, returns=returns["items"], decisions=decisions["items"])


@router.get("/promises/returns/{code}")
async def return_page(request: Request, looker: SignedIn, code: str, done: Text = "") -> Response:
    return await _return(request, looker, code, done=_DONE.get(done))


@router.post("/promises/returns/{code}")
async def change_return(request: Request, looker: SignedIn, code: str) -> Response:
    fields = await read_form(request)
    step = fields.get("step", "write")
    try:
        await _take(looker.api, f"/pledges/v1/returns/{part(code)}", step, fields)
    except Refused as refused:
        return await _return(request, looker, code, refused=refused, written=fields)
    return RedirectResponse(f"/promises/returns/{part(code)}?done={part(step)}", status_code=303)


async def _take(api: Api, path: str, step: str, fields: dict[str, str]) -> None:
    """Save what was written, or take a step with the return."""
    for_whom = {"on_behalf_of": fields["on_behalf_of"]} if fields.get("on_behalf_of") else {}
    if step == "return":
        await api.change("POST", f"{path}/return", for_whom | {"reason": fields.get("reason", "")})
    elif step in {"submit", "approve"}:
        await api.change("POST", f"{path}/{step}", for_whom)
    else:
        written = {name: fields.get(name) or None for name in ("colour", "narrative", "next_steps")}
        await api.change("PATCH", path, written)


async def _return(
    request: Request,
    looker: Looker,
    code: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Json | None = None,
) -> Response:
    found = await looker.api.get(f"/pledges/v1/returns/{part(code)}")
    names = ("colour", "narrative", "next_steps")
    return page(
        request,
        "return.html",
        status=refused.status if refused else 200,
        found=found,
        shown={name: (written or {}).get(name) or found[name] for name in names},
        colours=COLOURS,
        done=done,
        problem=refused,
    )
