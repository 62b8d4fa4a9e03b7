"""HTTP of what is done about risks: controls, assurances and actions, each for several of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.risks.domain.treatment import (
    ActionRecord,
    AssuranceRecord,
    ControlRecord,
    ControlState,
    RecordFilter,
    TreatmentState,
)
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
from services.risks.schemas.treatment_tables import records_table
from services.risks.service import treating

router = APIRouter()

RecordPath = Annotated[str, Path(max_length=40, description="Reference of the record", examples=["quality-terms"])]
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


ControlsWanted = Annotated[RecordFilter, Depends(_controls)]
AssurancesWanted = Annotated[RecordFilter, Depends(_assurances)]
ActionsWanted = Annotated[RecordFilter, Depends(_actions)]


@router.get("/controls", summary="Controls", responses=problems(422))
async def list_controls(read: Read, paging: Paging, wanted: ControlsWanted) -> PageBody[ControlOut]:
    """What keeps risks down, by reference, each with its newest tests and what is wrong with it."""
    page = await read(lambda tx: treating.list_records(tx, ControlRecord, wanted, paging.request))
    return paging.body(page, ControlOut.of)


@router.post(
    "/controls",
    status_code=status.HTTP_201_CREATED,
    summary="Enter a control",
    responses={200: {"model": ControlOut, "description": "It was there"}, **problems(409, 422)},
)
async def create_control(write: Write, body: ControlIn, response: Response) -> ControlOut:
    """For any number of risks. The same content again is answered with 200."""
    entered, new = await write(lambda tx: treating.enter(tx, body.to_domain()))
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    return ControlOut.of(entered)


@router.get("/controls/{ref}", summary="One control", responses=problems(404))
async def get_control(read: Read, ref: RecordPath) -> ControlOut:
    """With its newest tests, and what is wrong with it."""
    return ControlOut.of(await read(lambda tx: treating.get_record(tx, ControlRecord, ref)))


@router.patch("/controls/{ref}", summary="Change a control", responses=problems(404, 422))
async def amend_control(write: Write, ref: RecordPath, body: ControlPatch) -> ControlOut:
    """Change only what is sent; `risks` is the whole set. It is retired with a reason, never deleted."""
    return ControlOut.of(await write(lambda tx: treating.amend(tx, ControlRecord, ref, body.to_domain())))


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


@router.get("/assurances", summary="Assurances", responses=problems(422))
async def list_assurances(read: Read, paging: Paging, wanted: AssurancesWanted) -> PageBody[AssuranceOut]:
    """Comfort that controls work, by reference."""
    page = await read(lambda tx: treating.list_records(tx, AssuranceRecord, wanted, paging.request))
    return paging.body(page, AssuranceOut.of)


@router.post(
    "/assurances",
    status_code=status.HTTP_201_CREATED,
    summary="Enter an assurance",
    responses={200: {"model": AssuranceOut, "description": "It was there"}, **problems(409, 422)},
)
async def create_assurance(write: Write, body: AssuranceIn, response: Response) -> AssuranceOut:
    """For any number of risks. A new opinion is a new assurance; the same content again is answered with 200."""
    entered, new = await write(lambda tx: treating.enter(tx, body.to_domain()))
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    return AssuranceOut.of(entered)


@router.get("/assurances/{ref}", summary="One assurance", responses=problems(404))
async def get_assurance(read: Read, ref: RecordPath) -> AssuranceOut:
    """As it was given, and whether it is stale."""
    return AssuranceOut.of(await read(lambda tx: treating.get_record(tx, AssuranceRecord, ref)))


@router.patch("/assurances/{ref}", summary="Correct an assurance", responses=problems(404, 422))
async def amend_assurance(write: Write, ref: RecordPath, body: AssurancePatch) -> AssuranceOut:
    """Change only what is sent; `risks` is the whole set."""
    return AssuranceOut.of(await write(lambda tx: treating.amend(tx, AssuranceRecord, ref, body.to_domain())))


@router.get("/actions", summary="Actions about risks", responses=problems(422))
async def list_risk_actions(read: Read, paging: Paging, wanted: ActionsWanted) -> PageBody[RiskActionOut]:
    """What is to be done, by reference, and what is overdue."""
    page = await read(lambda tx: treating.list_records(tx, ActionRecord, wanted, paging.request))
    return paging.body(page, RiskActionOut.of)


@router.post(
    "/actions",
    status_code=status.HTTP_201_CREATED,
    summary="Enter an action about risks",
    responses={200: {"model": RiskActionOut, "description": "It was there"}, **problems(409, 422)},
)
async def create_risk_action(write: Write, body: RiskActionIn, response: Response) -> RiskActionOut:
    """For any number of risks. The same content again is answered with 200."""
    entered, new = await write(lambda tx: treating.enter(tx, body.to_domain()))
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    return RiskActionOut.of(entered)


@router.get("/actions/{ref}", summary="One action about risks", responses=problems(404))
async def get_risk_action(read: Read, ref: RecordPath) -> RiskActionOut:
    """With its day, what it is expected to do, and whether it is overdue."""
    return RiskActionOut.of(await read(lambda tx: treating.get_record(tx, ActionRecord, ref)))


@router.patch("/actions/{ref}", summary="Change an action about risks", responses=problems(404, 422))
async def amend_risk_action(write: Write, ref: RecordPath, body: RiskActionPatch) -> RiskActionOut:
    """Change only what is sent; `risks` is the whole set. It is done, or cancelled, with a reason."""
    return RiskActionOut.of(await write(lambda tx: treating.amend(tx, ActionRecord, ref, body.to_domain())))


async def _controls_table(request: Request, read: Read, wanted: ControlsWanted) -> Table:
    views = await read(lambda tx: treating.list_all_records(tx, ControlRecord, wanted))
    return records_table(ControlRecord, views, request.app.state.resources.clock())


async def _assurances_table(request: Request, read: Read, wanted: AssurancesWanted) -> Table:
    views = await read(lambda tx: treating.list_all_records(tx, AssuranceRecord, wanted))
    return records_table(AssuranceRecord, views, request.app.state.resources.clock())


async def _actions_table(request: Request, read: Read, wanted: ActionsWanted) -> Table:
    views = await read(lambda tx: treating.list_all_records(tx, ActionRecord, wanted))
    return records_table(ActionRecord, views, request.app.state.resources.clock())


for _path, _table, _title in (
    ("controls", _controls_table, "Controls"),
    ("assurances", _assurances_table, "Assurances"),
    ("actions", _actions_table, "Actions about risks"),
):
    add_table_routes(
        router,
        f"/{_path}",
        _table,
        name=f"get_risk_{_path}",
        title=_title,
        description=f"{_title} with the risks that each is for, by reference, and what is wrong with it.",
    )
