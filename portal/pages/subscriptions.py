"""One subscription, by webhook or to a mailbox: how far it is served, what was sent, and what was never taken."""

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Json, part, together
from portal.errors import Refused, UnknownStep
from portal.forms import read_form
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

OUTCOMES: Final = (
    "delivered",
    "refused",
    "redirected",
    "gone",
    "timed_out",
    "unreachable",
    "address_refused",
    "undelivered",
)
STATUSES: Final = (
    ("", "All"),
    ("planned", "Waits to be sent"),
    ("accepted", "Waits in the mailbox"),
    ("acknowledged", "Collected"),
    ("undeliverable", "Given up by MESH"),
    ("unknown", "MESH knows it no more"),
)
"""How messages to a mailbox stand."""
_LATEST: Final = "50"
Fields = Mapping[str, str]
Step = Callable[[Fields], tuple[str, Json | None]]
"""From the fields of a form to the path below the subscription, and the body that is posted there."""


def _whole(path: str) -> Step:
    return lambda _sent: (path, None)


def _aggregates(sent: Fields) -> Json:
    """Of the one that the form names."""
    return {"aggregates": [{name: sent.get(name, "") for name in ("service", "subject")}]}


_STEPS: Final[Mapping[str, tuple[str, Step]]] = {
    "test": ("A test is on its way: look again in a moment.", _whole("/test")),
    "pause": ("Nothing more is sent until it is resumed.", _whole("/pause")),
    "resume": ("It goes on where it stopped.", _whole("/resume")),
    "resync": ("Present state is sent, then what follows.", _whole("/resync")),
    "retry": ("It is tried again, with what waits behind it.", lambda sent: ("/dead-letters/retry", _aggregates(sent))),
    "discard": (
        "The event is left out, and what waits behind it is sent.",
        lambda sent: ("/dead-letters/discard", _aggregates(sent) | {"reason": sent.get("reason", "")}),
    ),
    "resend": (
        "The message is sent again, before what comes next.",
        lambda sent: (f"/messages/{part(sent.get('message', ''))}/resend", None),
    ),
}


@router.get("/operations/subscriptions/{code}")
async def subscription_page(
    request: Request,
    looker: SignedIn,
    code: str,
    outcome: Text = None,
    status: Text = None,
    done: Text = None,
) -> Response:
    words, _ = _STEPS.get(done or "", (None, None))
    return await _subscription(request, looker, code, outcome, status, done=words)


@router.post("/operations/subscriptions/{code}")
async def change_subscription(request: Request, looker: SignedIn, code: str) -> Response:
    """Test, pause, resume, send present state, decide on what was never taken, or send a message again."""
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in _STEPS:
        raise UnknownStep(step, _STEPS)
    below, body = _STEPS[step][1](fields)
    try:
        await looker.api.change("POST", f"{_path(code)}{below}", body)
    except Refused as refused:
        return await _subscription(request, looker, code, None, None, refused=refused, written=fields)
    return RedirectResponse(f"/operations/subscriptions/{part(code)}?done={step}", status_code=303)


async def _subscription(
    request: Request,
    looker: Looker,
    code: str,
    outcome: str | None,
    status: str | None,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Fields | None = None,
) -> Response:
    api, at = looker.api, _path(code)
    found = await api.get(at)
    is_mailbox = found["kind"] == "mesh"
    progress, deliveries, kept = await together(
        api.get(f"{at}/progress"),
        api.list_items(f"{at}/deliveries", outcome=outcome, limit=_LATEST),
        api.list_items(f"{at}/messages", status=status or None) if is_mailbox else api.list_items(f"{at}/dead-letters"),
    )
    return page(
        request,
        "subscription.html",
        status=refused.status if refused else 200,
        found=found,
        progress=progress,
        dead=() if is_mailbox else kept,
        messages=kept if is_mailbox else None,
        message_status=status,
        statuses=STATUSES,
        deliveries=deliveries,
        outcome=outcome,
        outcomes=OUTCOMES,
        written=written or {},
        done=done,
        problem=refused,
    )


def _path(code: str) -> str:
    return f"/events/v1/subscriptions/{part(code)}"
