"""Pledges with their quarterly returns, and what is to be done next."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from httpx import codes

from portal.api import Api, part, together
from portal.errors import Refused, UnknownStep
from portal.files import file_response
from portal.forms import read_form
from portal.pages.chains import chains
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

COLOURS: Final = ("green", "amber", "red")
DELIVERIES: Final = ("not_started", "in_progress", "delivered", "undeliverable_external")
WRITTEN: Final = ("colour", "narrative", "next_steps")
"""Fields of a return that are written on its page."""
_DONE: Final = {
    "write": "What was written is saved.",
    "submit": "The return is submitted.",
    "approve": "The return is approved.",
    "return": "The return is handed back.",
}


@router.get("/promises")
async def promises_page(request: Request, looker: SignedIn, theme: Text = None, delivery: Text = None) -> Response:
    api = looker.api
    pledges, missing, drafts, returned, submitted, blocked, critical = await together(
        api.list_items("/pledges/v1/pledges", theme=theme, delivery=delivery, total="true"),
        api.list_items("/pledges/v1/returns", name="missing", missing="true", total="true"),
        api.list_items("/pledges/v1/returns", name="drafts", missing="false", state="draft", total="true"),
        api.list_items("/pledges/v1/returns", name="returned", missing="false", state="returned", total="true"),
        api.list_items("/pledges/v1/returns", name="submitted", state="submitted", total="true"),
        api.list_items("/pledges/v1/actions", blocked="true", total="true"),
        api.get("/pledges/v1/critical-dates"),
    )
    return page(
        request,
        "promises.html",
        live=["pledges/*"],
        pledges=pledges,
        returns=(missing, drafts, returned, submitted),
        blocked=blocked,
        chains=chains(blocked),
        critical=critical,
        themes=sorted({each["theme"] for each in pledges if each["theme"]} | ({theme} if theme else set())),
        deliveries=DELIVERIES,
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
        api.list_items("/pledges/v1/returns", pledge=pledge, total="true"),
        api.list_items(f"/pledges/v1/pledges/{part(pledge)}/decisions"),
    )
    live = [f"pledges/{found['id']}", f"pledges/{found['id']}.*"]
    return page(request, "pledge.html", live=live, pledge=found, returns=returns, decisions=decisions)


@router.get("/promises/returns/{code}")
async def return_page(request: Request, looker: SignedIn, code: str, done: Text = None) -> Response:
    return await _return(request, looker, code, done=_DONE.get(done or ""))


@router.post("/promises/returns/{code}")
async def change_return(request: Request, looker: SignedIn, code: str) -> Response:
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in _DONE:
        raise UnknownStep(step, _DONE)
    try:
        await _take(looker.api, f"/pledges/v1/returns/{part(code)}", step, fields)
    except Refused as refused:
        return await _return(request, looker, code, refused=refused, written=fields)
    return RedirectResponse(f"/promises/returns/{part(code)}?done={part(step)}", status_code=303)


async def _take(api: Api, path: str, step: str, fields: Mapping[str, str]) -> None:
    """Save what was written, if the return is still as the form showed it, or take a step with it."""
    for_whom = {"on_behalf_of": fields["on_behalf_of"]} if fields.get("on_behalf_of") else {}
    if step == "write":
        written = {name: fields.get(name) or None for name in WRITTEN}
        await api.change("PATCH", path, written, fields.get("tag"))
    elif step == "return":
        await api.change("POST", f"{path}/return", for_whom | {"reason": fields.get("reason", "")})
    else:
        await api.change("POST", f"{path}/{step}", for_whom)


async def _return(
    request: Request,
    looker: Looker,
    code: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    """The return; what was written and could not be saved stands in its form, and goes with the state it was read in.

    Where somebody else has changed it meanwhile, the page shows theirs, and saving once more is on that.
    """
    found, tag = await looker.api.get_with_tag(f"/pledges/v1/returns/{part(code)}")
    sent = written if written and written.get("step") == "write" else found
    return page(
        request,
        "return.html",
        status=refused.status if refused else 200,
        live=[f"pledges/{code}"],
        found=found,
        tag=tag,
        shown={name: sent.get(name) for name in WRITTEN},
        theirs=found if refused and refused.status == codes.PRECONDITION_FAILED else None,
        colours=COLOURS,
        done=done,
        problem=refused,
    )
