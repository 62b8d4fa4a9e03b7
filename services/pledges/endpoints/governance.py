"""Boards, responsibilities, meetings and reports over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from chassis.errors import FieldError, Invalid
from services.pledges.domain.governance import Board, Meeting, RecordFilter, Report, Responsibility
from services.pledges.endpoints.answers import Word
from services.pledges.endpoints.record_routes import RecordRoutes, add_record_routes
from services.pledges.schemas import record_sets as coded
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

router = APIRouter(tags=["governance"])

ReportsTo = Annotated[
    str | None,
    Query(max_length=80, pattern=WHOLE_TEXT, description="Only boards that report to this one", examples=["cabinet"]),
]
Day = Annotated[date | None, Query(examples=["2018-07-01"])]


def record_filter(board: Word = None, since: Day = None, until: Day = None) -> RecordFilter:
    if since and until and until < since:
        raise Invalid("No day fits.", [FieldError("until", f"is before {since}")])
    return RecordFilter(board, since, until)


def _board_filter(board: ReportsTo = None) -> RecordFilter:
    return RecordFilter(board)


for each in (
    RecordRoutes("/boards", "a board", "boards", Board, BoardIn, coded.BoardPut, BoardOut, _board_filter),
    RecordRoutes(
        "/responsibilities",
        "a responsibility",
        "responsibilities",
        Responsibility,
        ResponsibilityIn,
        coded.ResponsibilityPut,
        ResponsibilityOut,
    ),
    RecordRoutes("/meetings", "a meeting", "meetings", Meeting, MeetingIn, coded.MeetingPut, MeetingOut, record_filter),
    RecordRoutes("/reports", "a report", "reports", Report, ReportIn, coded.ReportPut, ReportOut, record_filter),
):
    add_record_routes(router, each)
