"""One risk: its story, what people decide about it, what if its indicators stood otherwise, and whether they told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Json, part, together
from portal.charts.ratings_chart import ratings_chart
from portal.errors import Refused, UnknownStep
from portal.files import file_response
from portal.forms import read_form
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SUPPOSED: Final = ("green", "amber", "red")
_AT: Final = "/risks/v1"
_ON_PROPOSALS: Final = {"accept": "The proposal is accepted.", "reject": "The proposal is rejected."}
_ON_ACCEPTANCES: Final = {"approve": "The risk is accepted.", "withdraw": "The acceptance is withdrawn."}
Fields = Mapping[str, str]
Step = Callable[[Fields], tuple[str, str, Json | None]]
"""From the fields of a form to method, path below the risk, and body."""


def _number(text: str | None) -> object:
    """A number where it is one; else the text, so that the API names the field."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else text or None  # noqa: PLR2004


def _reasoned(path: str) -> Step:
    return lambda sent: ("POST", path, {"reason": sent.get("reason", "")})


def _assess(sent: Fields) -> tuple[str, str, Json | None]:
    body = {name: _number(sent.get(name)) for name in ("impact", "likelihood")}
    return "POST", "/assessments", body | {"reason": sent.get("reason", "")}


def _override(sent: Fields) -> tuple[str, str, Json | None]:
    _, _, body = _assess(sent)
    return "POST", "/override", (body or {}) | {"until": sent.get("until", "")}


def _ask(sent: Fields) -> tuple[str, str, Json | None]:
    return "POST", "/acceptances", {name: sent.get(name, "") for name in ("until", "reason")}


def _lift(sent: Fields) -> tuple[str, str, Json | None]:
    return "DELETE", f"/override?{urlencode({'reason': sent.get('reason', '')})}", None


_STEPS: Final[Mapping[str, tuple[str, Step]]] = {
    "assess": ("The assessment is recorded.", _assess),
    "review": ("It is recorded that somebody looked.", _reasoned("/review")),
    "ask": ("It is asked that the risk be accepted; somebody else approves.", _ask),
    "override": ("The rating is overridden.", _override),
    "lift": ("The override is lifted.", _lift),
    "close": ("The risk is closed.", _reasoned("/close")),
    "reopen": ("The risk is open again.", _reasoned("/reopen")),
}
_DONE: Final = {name: words for name, (words, _) in _STEPS.items()} | _ON_PROPOSALS | _ON_ACCEPTANCES


@router.get("/register/risks/{ref}")
async def risk_page(request: Request, looker: SignedIn, ref: str, done: Text = None) -> Response:
    return await _story(request, looker, ref, done=_DONE.get(done or ""))


@router.post("/register/risks/{ref}/steps")
async def take_step(request: Request, looker: SignedIn, ref: str) -> Response:
    """What an owner decides: an assessment, a look, an acceptance asked for, an override, closing."""
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in _STEPS:
        raise UnknownStep(step, _STEPS)
    method, below, body = _STEPS[step][1](fields)
    return await _changed(request, looker, ref, step, (method, below, body), fields)


@router.post("/register/risks/{ref}/proposals/{proposal}")
async def decide_proposal(request: Request, looker: SignedIn, ref: str, proposal: int) -> Response:
    return await _decided(request, looker, ref, f"/proposals/{proposal}", _ON_PROPOSALS)


@router.post("/register/risks/{ref}/acceptances/{acceptance}")
async def decide_acceptance(request: Request, looker: SignedIn, ref: str, acceptance: int) -> Response:
    return await _decided(request, looker, ref, f"/acceptances/{acceptance}", _ON_ACCEPTANCES)


async def _decided(request: Request, looker: Looker, ref: str, below: str, decisions: Mapping[str, str]) -> Response:
    fields = await read_form(request)
    decision = fields.get("decision", "")
    if decision not in decisions:
        raise UnknownStep(decision, decisions)
    call = ("POST", f"{below}/{decision}", {"reason": fields.get("reason", "")})
    return await _changed(request, looker, ref, decision, call, fields)


async def _changed(
    request: Request, looker: Looker, ref: str, step: str, call: tuple[str, str, Json | None], fields: Fields
) -> Response:
    """Back to the risk; where it was refused, with what was written."""
    method, below, body = call
    try:
        await looker.api.change(method, f"{_AT}/risks/{part(ref)}{below}", body)
    except Refused as refused:
        return await _story(request, looker, ref, refused=refused, written=fields)
    return RedirectResponse(f"/register/risks/{part(ref)}?done={step}", status_code=303)


@router.get("/register/risks/{ref}/what-if")
async def what_if_page(
    request: Request, looker: SignedIn, ref: str, suppose: Annotated[list[str] | None, Query(max_length=100)] = None
) -> Response:
    """How the risk would be rated if its indicators stood otherwise. Nothing is stored."""
    at = f"{_AT}/risks/{part(ref)}"
    risk = await looker.api.get(at)
    wanted = _supposed(risk["links"], suppose or [])
    found = await looker.api.change("POST", f"{at}/simulations", {"signals": wanted}) if wanted else None
    return page(request, "what-if.html", risk=risk, found=found, chosen=suppose or [], colours=SUPPOSED)


@router.get("/register/risks/{ref}/back-test")
async def back_test_page(request: Request, looker: SignedIn, ref: str) -> Response:
    """Whether the risk's indicators told of what its owner judged."""
    at = f"{_AT}/risks/{part(ref)}"
    risk, found = await together(looker.api.get(at), looker.api.get(f"{at}/back-test"))
    return page(request, "back-test.html", risk=risk, found=found)


@router.get("/register/risks/{ref}/back-test/file.{ending}")
async def back_test_file(looker: SignedIn, ref: str, ending: str) -> Response:
    return await file_response(looker.api, f"{_AT}/risks/{part(ref)}/back-test.{part(ending)}")


def _supposed(links: Sequence[Json], colours: Sequence[str]) -> list[Json]:
    """A signal for each link, in order, whose colour was chosen."""
    named = zip(links, colours, strict=False)
    return [
        {"indicator": link["indicator"], "area": link["area"], "breakdown": link["breakdown"], "colour": colour}
        for link, colour in named
        if colour in SUPPOSED
    ]


async def _story(
    request: Request,
    looker: Looker,
    ref: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Fields | None = None,
) -> Response:
    found = await _asked(looker, ref)
    today = date.fromisoformat(found["explanation"]["business_date"])
    matrix = matrix_of(found["matrices"], found["risk"])
    return page(
        request,
        "risk.html",
        status=refused.status if refused else 200,
        live=_subjects(found),
        **found,
        chart=ratings_chart(found["risk"]["ref"], list(found["history"]), today),
        impacts=steps_of(matrix, "impacts"),
        likelihoods=steps_of(matrix, "likelihoods"),
        today=today.isoformat(),
        written=written or {},
        done=done,
        problem=refused,
    )


def _subjects(found: Mapping[str, Any]) -> list[str]:
    """What the page shows, as its events name it."""
    records = (("control", "controls"), ("assurance", "assurances"), ("action", "actions"))
    of_records = [f"risks/{kind}/{each['ref']}" for kind, name in records for each in found[name]]
    of_links = [f"indicators/{each['indicator']}/*" for each in found["risk"]["links"] if each.get("indicator")]
    return [f"risks/{found['risk']['ref']}", *of_records, *of_links]


async def _asked(looker: Looker, ref: str) -> dict[str, Any]:
    api, at = looker.api, f"{_AT}/risks/{part(ref)}"
    names = ("risk", "explanation", "history", "proposals", "acceptances", "touches", "matrices")
    records = ("controls", "assurances", "actions")
    answers = await together(
        api.get(at),
        api.get(f"{at}/explanation"),
        api.list_items(f"{at}/history"),
        api.list_items(f"{at}/proposals"),
        api.list_items(f"{at}/acceptances"),
        api.get(f"{at}/review"),
        api.get(f"{_AT}/matrices"),
        *(api.list_items(f"{_AT}/{name}", risk=ref) for name in records),
    )
    return dict(zip((*names, *records), answers, strict=True))


def steps_of(matrix: Json | None, axis: str) -> list[tuple[str, str]]:
    """The steps of an axis with their words, as a list to choose from has them."""
    named = matrix[axis] if matrix else []
    return [(str(number), f"{number}: {name}") for number, name in enumerate(named, start=1)]


def matrix_of(matrices: Json, risk: Json) -> Json | None:
    """The matrix that a risk is rated on."""
    return next((each for each in matrices["items"] if each["name"] == risk["matrix"]), None)
