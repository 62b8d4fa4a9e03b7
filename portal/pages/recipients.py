"""Who is told of what waits: entered, changed and taken out here, with what waits and the messages to them."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Api, Json, part, together
from portal.errors import Refused, UnknownStep
from portal.files import file_response
from portal.forms import read_form, whole_number_of
from portal.listing import Listing
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

CHANNELS: Final = (("email", "E-mail"), ("notify", "GOV.UK Notify"), ("teams", "A channel of Teams"))
PACES: Final = (("daily", "Once a day, all that waits"), ("immediate", "Each thing as it comes up"))
REACHED: Final = (("", "All"), ("true", "Somebody is told"), ("false", "Nobody is told"))
DAYS: Final = (("yes", "On working days"), ("no", "On every day"))
Fields = Mapping[str, str]
_AT: Final = "/events/v1/recipients"
_DEFAULTS: Final = {
    "channel": "email",
    "pace": "daily",
    "daily_at": "08:30",
    "working_days": "yes",
    "remind_after_days": "7",
}
_OPTIONAL: Final = ("address", "url", "escalates_to", "deputy", "away_from", "away_until")
_STEPS: Final = {
    "change": "It is saved.",
    "test": "A test is on its way: look again in a moment.",
    "retry": "It is tried again for three days.",
}
_DONE: Final = _STEPS | {"enter": "They are told from now on.", "remove": "They are told no more."}


@router.get("/operations/recipients")
async def recipients_page(request: Request, looker: SignedIn, reached: Text = None, done: Text = None) -> Response:
    return await _recipients(request, looker, reached, done=_DONE.get(done or ""))


@router.post("/operations/recipients")
async def retry_message(request: Request, looker: SignedIn) -> Response:
    """Have a message that was given up sent once more."""
    fields = await read_form(request)
    try:
        await _retry(looker.api, fields)
    except Refused as refused:
        return await _recipients(request, looker, None, refused=refused)
    return RedirectResponse("/operations/recipients?done=retry", status_code=303)


async def _recipients(
    request: Request,
    looker: Looker,
    reached: str | None,
    *,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    api = looker.api
    known, waiting, given_up = await together(
        api.list_part(_AT),
        api.list_part("/events/v1/notices", waits="true", reached=reached or None),
        api.list_part("/events/v1/messages", state="failed"),
    )
    return page(
        request,
        "recipients.html",
        status=refused.status if refused else 200,
        known=known,
        waiting=waiting,
        given_up=given_up,
        channels=dict(CHANNELS),
        reached=reached,
        choices=REACHED,
        done=done,
        problem=refused,
    )


@router.get("/operations/notices.{ending}")
async def notices_file(looker: SignedIn, ending: str, reached: Text = None) -> Response:
    """What waits for people, as a file."""
    path = f"/events/v1/notices.{part(ending)}"
    return await file_response(looker.api, path, waits="true", reached=reached or None)


@router.get("/operations/new-recipient")
async def new_recipient_page(request: Request, looker: SignedIn) -> Response:
    return await _new(request, looker, written=_DEFAULTS)


@router.post("/operations/new-recipient")
async def enter_recipient(request: Request, looker: SignedIn) -> Response:
    """Enter somebody; whoever is there already by that code stays as they are."""
    fields = await read_form(request)
    code = fields.get("code", "")
    try:
        await looker.api.change("PUT", f"{_AT}/{part(code)}", _content(fields), is_new=True)
    except Refused as refused:
        return await _new(request, looker, written=fields, refused=refused)
    return RedirectResponse(f"/operations/recipients/{part(code)}?done=enter", status_code=303)


def _content(sent: Fields) -> Json:
    """Who is told and how, as its form says it: an owner a line."""
    late = sent.get("escalate_after_days")
    return {
        **{name: sent.get(name, "") for name in ("name", "channel", "pace", "daily_at")},
        **{name: sent.get(name) or None for name in _OPTIONAL},
        "owners": [each.strip() for each in sent.get("owners", "").splitlines() if each.strip()],
        "working_days_only": sent.get("working_days") != "no",
        "remind_after_days": whole_number_of(sent.get("remind_after_days", "")),
        "escalate_after_days": whole_number_of(late) if late else None,
    }


def _fields_of(found: Json) -> Json:
    """What the form shows of a recipient."""
    days = "yes" if found["working_days_only"] else "no"
    return found | {"owners": "\n".join(found["owners"]), "working_days": days}


def _others(known: Listing, code: str | None = None) -> list[tuple[str, str]]:
    """Who may be told in somebody's place, or above them."""
    return [("", "Nobody"), *((each["code"], each["name"]) for each in known if each["code"] != code)]


async def _new(request: Request, looker: Looker, *, written: Fields, refused: Refused | None = None) -> Response:
    known = await looker.api.list_part(_AT)
    return page(
        request,
        "new-recipient.html",
        status=refused.status if refused else 200,
        shown=written,
        channels=CHANNELS,
        paces=PACES,
        days=DAYS,
        others=_others(known),
        problem=refused,
    )


@router.get("/operations/recipients/{code}")
async def recipient_page(request: Request, looker: SignedIn, code: str, done: Text = None) -> Response:
    return await _recipient(request, looker, code, done=_DONE.get(done or ""))


@router.post("/operations/recipients/{code}")
async def change_recipient(request: Request, looker: SignedIn, code: str) -> Response:
    """Change them, if they are still as the form showed them, send a test, try a message again, or take them out."""
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in {*_STEPS, "remove"}:
        raise UnknownStep(step, (*_STEPS, "remove"))
    try:
        await _take(looker.api, f"{_AT}/{part(code)}", step, fields)
    except Refused as refused:
        return await _recipient(request, looker, code, refused=refused, written=fields)
    below = "" if step == "remove" else f"/{part(code)}"
    return RedirectResponse(f"/operations/recipients{below}?done={step}", status_code=303)


async def _take(api: Api, path: str, step: str, sent: Fields) -> None:
    tag = sent.get("tag") or None
    match step:
        case "change":
            await api.change("PUT", path, _content(sent), tag)
        case "remove":
            await api.change("DELETE", path, None, tag)
        case "test":
            await api.change("POST", f"{path}/test")
        case _:
            await _retry(api, sent)


async def _retry(api: Api, sent: Fields) -> None:
    await api.change("POST", f"/events/v1/messages/{part(sent.get('id', ''))}/retry")


async def _recipient(
    request: Request,
    looker: Looker,
    code: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Fields | None = None,
) -> Response:
    api, sent = looker.api, written or {}
    (found, tag), known, messages = await together(
        api.get_with_tag(f"{_AT}/{part(code)}"),
        api.list_part(_AT),
        api.list_part("/events/v1/messages", recipient=code),
    )
    return page(
        request,
        "recipient.html",
        status=refused.status if refused else 200,
        found=found,
        tag=tag,
        messages=messages,
        shown=sent if sent.get("step") == "change" else _fields_of(found),
        channels=CHANNELS,
        paces=PACES,
        days=DAYS,
        others=_others(known, found["code"]),
        done=done,
        problem=refused,
    )
