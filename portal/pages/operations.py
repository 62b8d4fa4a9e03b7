"""Whether all is running, what went wrong, and what was changed of late."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Api, Json, part, together
from portal.errors import Refused
from portal.forms import read_form
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SERVICES: Final = ("indicators", "risks", "pledges", "finance", "operations")
_RECENT: Final = "20"
_MOST: Final = 20
_SHOWN: Final = "100"
Text = Annotated[str, Query(max_length=20)]


@router.get("/operations")
async def operations_page(request: Request, looker: SignedIn, done: Text = "") -> Response:
    return await _operations(request, looker, done="It is tried again." if done else None)


@router.post("/operations/retries")
async def retry(request: Request, looker: SignedIn) -> Response:
    fields = await read_form(request)
    try:
        await looker.api.change("POST", f"/operations/v1/dead-letters/{part(fields.get('id', ''))}/retry")
    except Refused as refused:
        return await _operations(request, looker, refused=refused)
    return RedirectResponse("/operations?done=retry", status_code=303)


async def _operations(
    request: Request, looker: Looker, *, done: str | None = None, refused: Refused | None = None
) -> Response:
    api = looker.api
    ready, letters, recoveries, verifications, rebuilds, audit = await together(
        api.get_readiness(),
        api.get_if_any("/operations/v1/dead-letters", state="parked", limit=_SHOWN),
        api.get_if_any("/operations/v1/recoveries"),
        api.get_if_any("/operations/v1/verifications"),
        api.get_if_any("/operations/v1/rebuilds"),
        recent_changes(api),
    )
    return page(
        request,
        "operations.html",
        status=refused.status if refused else 200,
        ready=ready,
        letters=_items(letters),
        work={"Recoveries": _items(recoveries), "Verifications": _items(verifications), "Rebuilds": _items(rebuilds)},
        audit=audit,
        done=done,
        problem=refused,
    )


def _items(found: Json | None) -> list[Json]:
    return list(found["items"]) if found else []


async def recent_changes(api: Api, since: str | None = None) -> list[Json]:
    """What was changed in all services, the newest first, as far as the caller may see it."""
    wanted = {"since": since, "sort": "changed_at", "descending": "true", "limit": _RECENT}
    audits = await together(*(api.get_if_any(f"/{name}/v1/audit", **wanted) for name in SERVICES))
    entries = [
        {**entry, "service": name} for name, each in zip(SERVICES, audits, strict=True) for entry in _items(each)
    ]
    return sorted(entries, key=lambda entry: str(entry["changed_at"]), reverse=True)[:_MOST]
