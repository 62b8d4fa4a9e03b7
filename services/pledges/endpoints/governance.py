"""Boards, responsibilities, meetings and reports over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.domain.governance import Board, Meeting, RecordFilter, Report, Responsibility
from services.pledges.endpoints.answers import NewCode, Word, made, set_made
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.schemas.governance import (
    BoardIn,
    BoardOut,
    MeetingIn,
    MeetingOut,
    ResponsibilityIn,
    ResponsibilityOut,
)
from services.pledges.schemas.reports import ReportIn, ReportOut
from services.pledges.service import governance

router = APIRouter(tags=["governance"])

RecordInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["cabinet"])]
ReportsTo = Annotated[
    str | None,
    Query(max_length=80, pattern=WHOLE_TEXT, description="Only boards that report to this one", examples=["cabinet"]),
]
Day = Annotated[date | None, Query(examples=["2018-07-01"])]


def record_filter(board: Word = None, since: Day = None, until: Day = None) -> RecordFilter:
    return RecordFilter(board, since, until)


def _board_filter(board: ReportsTo = None) -> RecordFilter:
    return RecordFilter(board)


Wanted = Annotated[RecordFilter, Depends(record_filter)]


@router.get("/boards", summary="List boards", responses=problems(400, 401, 422))
async def list_boards(
    read: Read, paging: Paging, wanted: Annotated[RecordFilter, Depends(_board_filter)]
) -> PageBody[BoardOut]:
    """By code."""
    page = await read(lambda tx: governance.list_records(tx, Board, wanted, paging.request))
    return paging.body(page, BoardOut.of)


@router.get("/boards/{code}", summary="Read a board", responses=problems(401, 404))
async def read_board(read: Read, code: RecordInPath) -> BoardOut:
    return BoardOut.of(await read(lambda tx: governance.get_record(tx, Board, code)))


@router.put(
    "/boards/{code}",
    summary="Make or replace a board",
    responses=made(BoardOut) | problems(401, 409, 413, 415, 422),
)
async def put_board(write: Write, code: NewCode, body: BoardIn, response: Response) -> BoardOut:
    found, created = await write(lambda tx: governance.put_record(tx, body.to_domain(code)))
    set_made(response, created=created)
    return BoardOut.of(found)


@router.get("/responsibilities", summary="List responsibilities", responses=problems(400, 401, 422))
async def list_responsibilities(read: Read, paging: Paging) -> PageBody[ResponsibilityOut]:
    """By code."""
    page = await read(lambda tx: governance.list_records(tx, Responsibility, RecordFilter(), paging.request))
    return paging.body(page, ResponsibilityOut.of)


@router.get("/responsibilities/{code}", summary="Read a responsibility", responses=problems(401, 404))
async def read_responsibility(read: Read, code: RecordInPath) -> ResponsibilityOut:
    return ResponsibilityOut.of(await read(lambda tx: governance.get_record(tx, Responsibility, code)))


@router.put(
    "/responsibilities/{code}",
    summary="Make or replace a responsibility",
    responses=made(ResponsibilityOut) | problems(401, 409, 413, 415, 422),
)
async def put_responsibility(
    write: Write, code: NewCode, body: ResponsibilityIn, response: Response
) -> ResponsibilityOut:
    found, created = await write(lambda tx: governance.put_record(tx, body.to_domain(code)))
    set_made(response, created=created)
    return ResponsibilityOut.of(found)


@router.get("/meetings", summary="List meetings", responses=problems(400, 401, 422))
async def list_meetings(read: Read, paging: Paging, wanted: Wanted) -> PageBody[MeetingOut]:
    """By code."""
    page = await read(lambda tx: governance.list_records(tx, Meeting, wanted, paging.request))
    return paging.body(page, MeetingOut.of)


@router.get("/meetings/{code}", summary="Read a meeting", responses=problems(401, 404))
async def read_meeting(read: Read, code: RecordInPath) -> MeetingOut:
    return MeetingOut.of(await read(lambda tx: governance.get_record(tx, Meeting, code)))


@router.put(
    "/meetings/{code}",
    summary="Make or replace a meeting",
    responses=made(MeetingOut) | problems(401, 409, 413, 415, 422),
)
async def put_meeting(write: Write, code: NewCode, body: MeetingIn, response: Response) -> MeetingOut:
    found, created = await write(lambda tx: governance.put_record(tx, body.to_domain(code)))
    set_made(response, created=created)
    return MeetingOut.of(found)


@router.get("/reports", summary="List reports", responses=problems(400, 401, 422))
async def list_reports(read: Read, paging: Paging, wanted: Wanted) -> PageBody[ReportOut]:
    """By code."""
    page = await read(lambda tx: governance.list_records(tx, Report, wanted, paging.request))
    return paging.body(page, ReportOut.of)


@router.get("/reports/{code}", summary="Read a report", responses=problems(401, 404))
async def read_report(read: Read, code: RecordInPath) -> ReportOut:
    return ReportOut.of(await read(lambda tx: governance.get_record(tx, Report, code)))


@router.put(
    "/reports/{code}",
    summary="Make or replace a report",
    responses=made(ReportOut) | problems(401, 409, 413, 415, 422),
)
async def put_report(write: Write, code: NewCode, body: ReportIn, response: Response) -> ReportOut:
    found, created = await write(lambda tx: governance.put_record(tx, body.to_domain(code)))
    set_made(response, created=created)
    return ReportOut.of(found)
