"""HTTP of what is done about risks: controls, assurances and actions, each for several of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.risks.domain.treatment import (
    ActionRecord,
    AssuranceRecord,
    ControlRecord,
    ControlState,
    RecordFilter,
    TreatmentState,
)
from services.risks.endpoints.record_routes import RecordPath, RecordRoutes, add_record_routes
from services.risks.schemas.treatment import (
    AssuranceIn,
    AssuranceOut,
    AssurancePatch,
    ControlIn,
    ControlOut,
    ControlPatch,
    ControlTestIn,
    RecordedTestOut,
    RiskActionIn,
    RiskActionOut,
    RiskActionPatch,
)
from services.risks.service import treating

router = APIRouter()

OfRisk = Annotated[str | None, Query(max_length=40, description="Only those for the risk of this reference")]
OfOwner = Annotated[str | None, Query(max_length=200, description="Only those that this owner answers for")]


def _controls(risk: OfRisk = None, owner: OfOwner = None, state: ControlState | None = None) -> RecordFilter:
    return RecordFilter(risk, owner, state and state.value)


def _assurances(
    risk: OfRisk = None,
    line: Annotated[int | None, Query(ge=1, le=3, description="Only those of this line of defence")] = None,
    stale: Annotated[bool, Query(description="Only those given more than a year ago")] = False,
) -> RecordFilter:
    return RecordFilter(risk, line=line, flagged=stale)


def _actions(
    risk: OfRisk = None,
    owner: OfOwner = None,
    state: TreatmentState | None = None,
    overdue: Annotated[bool, Query(description="Only those that are open after their day")] = False,
) -> RecordFilter:
    return RecordFilter(risk, owner, state and state.value, flagged=overdue)


KINDS = (
    RecordRoutes(
        of=ControlRecord,
        path="/controls",
        noun="control",
        one="a control",
        many="Controls",
        sent=ControlIn,
        changed=ControlPatch,
        shown=ControlOut,
        wanted=_controls,
        about=(
            "What keeps risks down, by reference, each with its newest tests and what is wrong with it.",
            "For any number of risks. The same content again is answered with 200.",
            "With its newest tests, and what is wrong with it.",
            "Change only what is sent; `risks` is the whole set. It is retired with a reason, never deleted.",
        ),
    ),
    RecordRoutes(
        of=AssuranceRecord,
        path="/assurances",
        noun="assurance",
        one="an assurance",
        many="Assurances",
        sent=AssuranceIn,
        changed=AssurancePatch,
        shown=AssuranceOut,
        wanted=_assurances,
        about=(
            "Comfort that controls work, by reference.",
            "For any number of risks. A new opinion is a new assurance; the same content again is answered with 200.",
            "As it was given, and whether it is stale.",
            "Change only what is sent; `risks` is the whole set.",
        ),
        changing="Correct",
    ),
    RecordRoutes(
        of=ActionRecord,
        path="/actions",
        noun="risk_action",
        one="an action about risks",
        many="Actions about risks",
        sent=RiskActionIn,
        changed=RiskActionPatch,
        shown=RiskActionOut,
        wanted=_actions,
        about=(
            "What is to be done, by reference, and what is overdue.",
            "For any number of risks. The same content again is answered with 200.",
            "With its day, what it is expected to do, and whether it is overdue.",
            "Change only what is sent; `risks` is the whole set. It is done, or cancelled, with a reason.",
        ),
    ),
)

for _kind in KINDS:
    add_record_routes(router, _kind)


@router.get("/controls/{ref}/tests", summary="Tests of a control", responses=problems(404))
async def list_control_tests(read: Read, ref: RecordPath, paging: Paging) -> PageBody[RecordedTestOut]:
    """Of its design and of its operation, in the order they were recorded."""
    page = await read(lambda tx: treating.list_tests(tx, ref, paging.request))
    return paging.body(page, RecordedTestOut.of_recorded)


@router.post(
    "/controls/{ref}/tests",
    status_code=status.HTTP_201_CREATED,
    summary="Record a test of a control",
    responses=problems(404, 422),
)
async def record_control_test(write: Write, ref: RecordPath, body: ControlTestIn, response: Response) -> ControlOut:
    """Of its design, or of its operation. Answered with the control, where the newest test of each aspect counts."""
    response.headers["location"] = f"/risks/v1/controls/{ref}"
    return ControlOut.of(await write(lambda tx: treating.record_test(tx, ref, body.to_domain())))
