"""Returns, actions and decisions out of files."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, BinaryIO, Final, TypeVar

from fastapi import APIRouter, Query

from chassis.tabular.reading import Unreadable, refuse_unloadable
from chassis.web.operation_call import Uploaded
from chassis.web.problems import problems
from chassis.web.units import Write
from contracts.large_bodies import LARGE_BODIES
from contracts.reasons import Reason
from services.pledges.domain.file_rows import RowFault
from services.pledges.schemas.files import ImportedOut, read_action_file, read_decision_file, read_return_file
from services.pledges.service import decision_imports, file_imports

router = APIRouter()
WhyAll = Annotated[Reason | None, Query(description="Why, of every change", examples=["Plan of the year"])]
Row = TypeVar("Row")


def _files(path: str, columns: str) -> dict[str, Any]:
    return {
        "requestBody": {
            "required": True,
            "description": f"CSV in UTF-8, XLSX or ODS, at most 2,000 rows, {columns}",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary", "minLength": 1}, "example": "…"}
                for kind in LARGE_BODIES[path].types
            },
        }
    }


_REFUSALS: Final = problems(400, 401, 413, 415, 422, 503)


@router.post(
    "/return-files",
    tags=["returns"],
    summary="Import returns",
    openapi_extra=_files("/pledges/v1/return-files", "with the columns id, and colour, narrative or next_steps"),
    responses=_REFUSALS,
)
async def import_returns(write: Write, upload: Uploaded) -> ImportedOut:
    """Write returns that are drafts or were handed back, a row each, as `returns.csv` gives them out.

    An empty cell takes back what was said, a column that is left out changes nothing. All rows are saved, or none:
    every fault is named by line and column. They are submitted one by one, by who answers for it.
    """
    rows, faults = await _read(upload.file, read_return_file)
    return ImportedOut.of(await write(lambda tx: file_imports.import_returns(tx, rows, faults)))


@router.post(
    "/action-files",
    tags=["actions"],
    summary="Import actions",
    openapi_extra=_files("/pledges/v1/action-files", "with the columns code and title, and any other of an action"),
    responses=_REFUSALS,
)
async def import_actions(
    write: Write,
    upload: Uploaded,
    reason: WhyAll = None,
) -> ImportedOut:
    """Make or change actions, a row each; lists stand in a cell between semicolons.

    Of an action that is there, columns that the file does not have stay, and so do its links and notes. Rows may name
    one another in any order. All rows are saved, or none: every fault is named by line and column.
    """
    rows, faults = await _read(upload.file, read_action_file)
    return ImportedOut.of(await write(lambda tx: file_imports.import_actions(tx, rows, reason, faults)))


@router.post(
    "/decision-files",
    tags=["governance"],
    summary="Import decisions",
    openapi_extra=_files(
        "/pledges/v1/decision-files", "with the columns code and title, and any other of what is asked"
    ),
    responses=_REFUSALS,
)
async def import_decisions(write: Write, upload: Uploaded, reason: WhyAll = None) -> ImportedOut:
    """Ask for decisions, or put what is asked of those that are there, a row each, as `decisions.csv` gives them out.

    Lists stand in a cell between semicolons, and columns that the file does not have stay. How they were taken is not
    read: they are taken one by one. Rows may name one another in any order. All rows are saved, or none: every fault
    is named by line and column.
    """
    rows, faults = await _read(upload.file, read_decision_file)
    return ImportedOut.of(await write(lambda tx: decision_imports.import_decisions(tx, rows, reason, faults)))


async def _read(
    file: BinaryIO, read: Callable[[BinaryIO], tuple[list[Row], list[RowFault]]]
) -> tuple[list[Row], list[RowFault]]:
    """Read a file in another thread, so that others are answered meanwhile."""
    try:
        await asyncio.to_thread(refuse_unloadable, file)
        return await asyncio.to_thread(read, file)
    except Unreadable as error:
        raise file_imports.rows_wrong([RowFault(error.line, None, str(error))]) from error
