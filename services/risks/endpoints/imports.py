"""The register out of a file."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query

from chassis.tabular.reading import Unreadable, refuse_unloadable
from chassis.web.operation_call import Uploaded
from chassis.web.problems import problems
from chassis.web.units import Write
from contracts.large_bodies import LARGE_BODIES
from contracts.reasons import Reason
from services.risks.domain.importing import RowFault
from services.risks.schemas.importing import RegisterImportOut
from services.risks.schemas.register_rows import read_register
from services.risks.service import importing

router = APIRouter()

_FILES: dict[str, Any] = {
    "required": True,
    "description": "The bytes of the file: CSV in UTF-8, XLSX or ODS, at most 8 MiB and 2,000 risks",
    "content": {
        kind: {"schema": {"type": "string", "format": "binary", "minLength": 1}, "example": "…"}
        for kind in LARGE_BODIES["/risks/v1/imports"].types
    },
}


@router.post(
    "/imports",
    summary="Import a register",
    description="The columns of `register.csv`, or those of them that the file has: `ref`, `register` and `title` are "
    "needed. A risk that is not there is entered, one that is there becomes what its row says; an empty cell takes "
    "away, a column that is left out changes nothing. Ratings are taken from `assessed_impact` and "
    "`assessed_likelihood`; columns that follow from others are not read. All rows are saved in one transaction, or "
    "none: every fault is named by line and column. The same file again changes nothing. "
    "A file that assesses asks for `risks:assess` as well.",
    openapi_extra={"requestBody": _FILES},
    responses=problems(400, 401, 409, 413, 415, 422, 503),
)
async def import_register(
    write: Write,
    upload: Uploaded,
    reason: Annotated[Reason, Query(description="Why, of every change", examples=["Register of the last quarter"])],
) -> RegisterImportOut:
    try:
        await asyncio.to_thread(refuse_unloadable, upload.file)
        rows, faults = await asyncio.to_thread(read_register, upload.file, reason)
    except Unreadable as error:
        raise importing.rows_wrong([RowFault(error.line, None, str(error))]) from error
    return RegisterImportOut.of(await write(lambda tx: importing.import_rows(tx, rows, reason, faults)))
