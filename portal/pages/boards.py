"""Boards: who decides what, what comes before them and when, and what they have decided."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from portal.api import part, together
from portal.calendar import business_date
from portal.files import file_response
from portal.listing import Json
from portal.routes import PageRoute
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/pledges/v1"


class GovernanceFile(StrEnum):
    """What of boards comes as a file."""

    BOARDS = "boards"
    DECISIONS = "decisions"
    MEETINGS = "meetings"
    REPORTS = "reports"
    LISTS = "printed-lists"


@router.get("/boards")
async def boards_page(request: Request, looker: SignedIn) -> Response:
    api = looker.api
    boards, meetings, decisions, today = await together(
        api.list_items(f"{_AT}/boards"),
        api.list_items(f"{_AT}/meetings"),
        api.list_items(f"{_AT}/decisions"),
        business_date(api),
    )
    ahead, past = split_meetings(meetings, today.isoformat())
    return page(
        request,
        "boards.html",
        boards=in_order_of_reporting(list(boards)),
        titles=_titles(boards),
        ahead=ahead,
        past=past,
        listed=(boards, meetings, decisions),
        open=decisions.where(lambda each: not each["in_force"]),
        today=today.isoformat(),
    )


def split_meetings(meetings: Iterable[Json], today: str) -> tuple[Sequence[Json], Sequence[Json]]:
    """Those that are not over, the next first, and those that are, the last first."""
    ordered = sorted(meetings, key=lambda each: (each["first_day"], each["code"]))
    return (
        [each for each in ordered if each["last_day"] >= today],
        [each for each in reversed(ordered) if each["last_day"] < today],
    )


def in_order_of_reporting(boards: Sequence[Json]) -> Sequence[tuple[int, Json]]:
    """Each board below the one that it reports to, with how deep it stands.

    What reports to a board that is not among them, or in a circle, stands at the top.
    """
    codes = {each["code"] for each in boards}
    found: list[tuple[int, Json]] = []
    seen: set[str] = set()

    def add(each: Json, depth: int) -> None:
        if each["code"] in seen:
            return
        seen.add(each["code"])
        found.append((depth, each))
        for other in boards:
            if other["reports_to"] == each["code"]:
                add(other, depth + 1)

    for each in boards:
        if each["reports_to"] not in codes:
            add(each, 0)
    for each in boards:
        add(each, 0)
    return found


def _titles(boards: Iterable[Json]) -> dict[str, str]:
    return {each["code"]: each["title"] for each in boards}


@router.get("/boards/lists")
async def lists_page(request: Request, looker: SignedIn) -> Response:
    """What papers list and nobody is to do."""
    found = await looker.api.list_items(f"{_AT}/printed-lists")
    return page(request, "lists.html", lists=found)


@router.get("/boards/lists/{code}")
async def list_page(request: Request, looker: SignedIn, code: str) -> Response:
    found: Json = await looker.api.get(f"{_AT}/printed-lists/{part(code)}")
    return page(request, "list.html", list=found)


@router.get("/boards/files/{kind}.{ending}")
async def governance_file(looker: SignedIn, kind: GovernanceFile, ending: str) -> Response:
    return await file_response(looker.api, f"{_AT}/{kind}.{part(ending)}")


@router.get("/boards/{board}")
async def board_page(request: Request, looker: SignedIn, board: str) -> Response:
    api = looker.api
    found, responsibilities, meetings, reports, decisions, below = await together(
        api.get(f"{_AT}/boards/{part(board)}"),
        api.list_items(f"{_AT}/responsibilities"),
        api.list_items(f"{_AT}/meetings", board=board),
        api.list_items(f"{_AT}/reports", board=board),
        api.list_items(f"{_AT}/decisions", board=board),
        api.list_items(f"{_AT}/boards", board=board),
    )
    return page(
        request,
        "board.html",
        board=found,
        responsibilities=responsibilities.where(lambda each: board in each["boards"]),
        meetings=meetings,
        reports=reports,
        decisions=decisions,
        below=below,
    )


@router.get("/boards/reports/{code}")
async def report_page(request: Request, looker: SignedIn, code: str) -> Response:
    """A report's front sheet, with what was appraised, asked and assessed for it, and what was decided on it."""
    api = looker.api
    found, appraisals, consultations, assessments, decisions, lists = await together(
        api.get(f"{_AT}/reports/{part(code)}"),
        api.list_items(f"{_AT}/options-appraisals", report=code),
        api.list_items(f"{_AT}/consultations", report=code),
        api.list_items(f"{_AT}/impact-assessments", subject=code),
        api.list_items(f"{_AT}/decisions"),
        api.list_items(f"{_AT}/printed-lists", report=code),
    )
    return page(
        request,
        "report.html",
        report=found,
        appraisals=appraisals,
        consultations=consultations,
        assessments=assessments.where(lambda each: each["subject_kind"] == "report"),
        lists=lists,
        decisions=decisions.where(lambda each: each["report"] == code),
    )


@router.get("/boards/decisions/{code}")
async def decision_page(request: Request, looker: SignedIn, code: str) -> Response:
    found: dict[str, Any] = await looker.api.get(f"{_AT}/decisions/{part(code)}")
    return page(request, "decision.html", live=[f"pledges/decision/{code}"], decision=found)
