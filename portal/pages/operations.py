"""Whether all is running, what went wrong, and what was changed of late."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Api, Json, part, together
from portal.errors import Refused
from portal.forms import read_form
from portal.listing import Listing
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SERVICES: Final = ("indicators", "risks", "pledges", "finance", "events", "operations")
_RECENT: Final = "20"
_MOST: Final = 20
_WORK: Final = "10"


@router.get("/operations")
async def operations_page(request: Request, looker: SignedIn, done: Text = None) -> Response:
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
    api, at = looker.api, "/operations/v1"
    ready, consumers, outboxes, jobs, letters, hooks, told, *work, changes = await together(
        api.get_readiness(),
        api.list_part(f"{at}/consumers"),
        api.list_part(f"{at}/outbox"),
        api.list_part(f"{at}/jobs", limit=_RECENT),
        api.list_part(f"{at}/dead-letters", state="parked"),
        api.list_part("/events/v1/subscriptions"),
        _told_to_people(api),
        api.list_part(f"{at}/recoveries", limit=_WORK),
        api.list_part(f"{at}/verifications", limit=_WORK),
        api.list_part(f"{at}/rebuilds", limit=_WORK),
        recent_changes(api),
    )
    return page(
        request,
        "operations.html",
        status=refused.status if refused else 200,
        ready=ready,
        consumers=consumers,
        outboxes=outboxes,
        jobs=jobs,
        letters=letters,
        hooks=hooks,
        unreached=told[0],
        given_up=told[1],
        work=dict(zip(("Recoveries", "Verifications", "Rebuilds"), work, strict=True)),
        changes=changes,
        done=done,
        problem=refused,
    )


async def _told_to_people(api: Api) -> Sequence[Listing]:
    """What waits of which nobody is told, and messages that were given up."""
    return await together(
        api.list_part("/events/v1/notices", waits="true", reached="false"),
        api.list_part("/events/v1/messages", state="failed"),
    )


async def recent_changes(api: Api, since: str | None = None) -> Listing:
    """What was changed in all services, the newest first, as far as the caller may see it."""
    wanted = {"since": since, "sort": "changed_at", "descending": "true", "limit": _RECENT}
    audits = await together(*(api.list_part(f"/{name}/v1/audit", name=f"{name}-audit", **wanted) for name in SERVICES))
    entries = [entry | {"service": name} for name, each in zip(SERVICES, audits, strict=True) for entry in each]
    newest: list[Json] = sorted(entries, key=lambda entry: str(entry["changed_at"]), reverse=True)[:_MOST]
    return Listing(newest, absence=next((each.absence for each in audits if each.absence), None))
