"""Decisions of boards over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.pledges.domain.governance import RecordFilter
from services.pledges.endpoints.answers import NewCode
from services.pledges.endpoints.governance import record_filter
from services.pledges.endpoints.record_routes import MADE_ANEW
from services.pledges.schemas.board_decisions import BoardDecisionOut, DecisionAskedIn, DecisionPut, TakingIn
from services.pledges.schemas.decision_table import decisions_table
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.service import board_decisions

router = APIRouter(tags=["governance"])

DecisionInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["2018-1"])]
ConditionInPath = Annotated[int, Path(ge=1, le=50, description="Its place among the conditions", examples=[1])]


@router.get("/decisions", summary="List decisions", responses=problems(400, 401, 422))
async def list_board_decisions(
    read: Read, paging: Paging, wanted: Annotated[RecordFilter, Depends(record_filter)]
) -> PageBody[BoardDecisionOut]:
    """What boards are asked for and have decided, by code."""
    page = await read(lambda tx: board_decisions.list_decisions(tx, wanted, paging.request))
    return paging.body(page, BoardDecisionOut.of)


async def _table(request: Request, read: Read, wanted: Annotated[RecordFilter, Depends(record_filter)]) -> Table:
    found = await read(lambda tx: board_decisions.export_decisions(tx, wanted))
    return decisions_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/decisions",
    _table,
    name="list_board_decisions",
    title="Decisions",
    description="What boards are asked for and have decided, by code, a row each, with the same filters as the list.",
)


@router.post(
    "/decisions",
    summary="Ask for a new decision",
    description=MADE_ANEW,
    status_code=201,
    responses=made(BoardDecisionOut) | problems(401, 409, 413, 415, 422),
)
async def make_board_decision(write: Write, body: DecisionPut, response: Response) -> BoardDecisionOut:
    view, created = await write(lambda tx: board_decisions.ask_decision(tx, body.code, body.to_domain(), anew=True))
    set_made(response, created=created)
    return BoardDecisionOut.of(view)


@router.get("/decisions/{code}", summary="Read a decision", responses=problems(401, 404))
async def read_board_decision(read: Read, code: DecisionInPath) -> BoardDecisionOut:
    return BoardDecisionOut.of(await read(lambda tx: board_decisions.get_decision(tx, code)))


@router.put(
    "/decisions/{code}",
    summary="Ask for a decision",
    responses=made(BoardDecisionOut) | problems(401, 409, 413, 415, 422),
)
async def put_board_decision(
    write: Write, code: NewCode, body: DecisionAskedIn, response: Response
) -> BoardDecisionOut:
    """Set what is asked. How it was decided stays, with what was asked then."""
    view, created = await write(lambda tx: board_decisions.ask_decision(tx, code, body.to_domain()))
    set_made(response, created=created)
    return BoardDecisionOut.of(view)


@router.post("/decisions/{code}/take", summary="Record a decision", responses=problems(401, 404, 409, 413, 415, 422))
async def take_board_decision(write: Write, code: DecisionInPath, body: TakingIn) -> BoardDecisionOut:
    """Agree to it, with conditions or without, reject it, or put it off; what was put off is taken again later.

    It keeps the state that it was taken on. Agreeing before what it depends on is refused (409), and so is a meeting of
    another board, or of another day (422).
    """
    return BoardDecisionOut.of(await write(lambda tx: board_decisions.take_decision(tx, code, body.to_domain())))


@router.post(
    "/decisions/{code}/conditions/{number}/meet",
    summary="Record that a condition is met",
    responses=problems(401, 404, 409, 422),
)
async def meet_condition(write: Write, code: DecisionInPath, number: ConditionInPath) -> BoardDecisionOut:
    """On the business date, of a decision that was agreed. Once all are met it is in force."""
    return BoardDecisionOut.of(await write(lambda tx: board_decisions.meet_condition(tx, code, number)))
