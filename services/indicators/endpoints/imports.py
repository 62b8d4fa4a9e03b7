"""Imports of files, and the mappings that they are read by."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from chassis.web.operation_call import Uploaded
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.answers import file_responses
from chassis.web.units import Read, Write
from contracts.areas import AREA_CODE_PATTERN
from contracts.large_bodies import CSV, LARGE_BODIES
from contracts.reasons import Reason
from services.indicators.domain.definitions import Calculation
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.endpoints.parameters import answer_whether_new
from services.indicators.schemas.imports import ImportOut
from services.indicators.schemas.mappings import MAPPING_NAME, FileMappingIn, FileMappingOut
from services.indicators.service import imports, mappings

router = APIRouter(tags=["Imports"])

ImportId = Annotated[int, Path(ge=1, le=2**62, description="Number of the import")]
MappingName = Annotated[str, Path(max_length=60, pattern=MAPPING_NAME, description="Name of the mapping")]
_FILES: dict[str, Any] = {
    "required": True,
    "description": "The bytes of the file: CSV in UTF-8, XLSX or ODS, at most 100 MiB",
    "content": {
        kind: {"schema": {"type": "string", "format": "binary", "minLength": 1}, "example": "…"}
        for kind in LARGE_BODIES["/indicators/v1/imports"].types
    },
}


def _order(
    mapping: Annotated[
        str, Query(max_length=60, pattern=MAPPING_NAME, description="Name of the mapping", examples=["native"])
    ],
    filename: Annotated[
        str, Query(min_length=1, max_length=200, description="As its owner calls it", examples=["waits.csv"])
    ] = "upload",
    dry_run: Annotated[bool, Query(description="Only say what would change")] = False,
    skip_invalid: Annotated[bool, Query(description="Save what is right, although other rows are not")] = False,
    create_missing: Annotated[
        bool, Query(description="Create indicators, areas and values of dimensions that are not known")
    ] = False,
    sum_into: Annotated[
        str | None,
        Query(
            pattern=AREA_CODE_PATTERN,
            description="Area that gets the sum of all others in the file",
            examples=["E92000001"],
        ),
    ] = None,
    accept_fewer: Annotated[
        bool, Query(description="Let a sum replace one of more parts, or a figure that is no sum")
    ] = False,
    reason: Annotated[Reason | None, Query(description="Why final figures change, where they do")] = None,
    calculation: Annotated[
        Calculation | None,
        Query(
            description="How values of indicators follow that are created, whatever the file and its mapping say",
            examples=["crude"],
        ),
    ] = None,
) -> ImportOrder:
    return ImportOrder(
        filename, mapping, dry_run, skip_invalid, create_missing, sum_into, accept_fewer, reason, calculation
    )


@router.post(
    "/imports",
    status_code=202,
    summary="Import a file",
    description="Answered at once with a job; `GET /imports/{id}` tells how far it is and what became of every row. "
    "All rows are saved in one transaction, or none where one is not right, unless `skip_invalid` is asked for. The "
    "same file again changes nothing. The area England is written to only where the file names it, or by `sum_into`.",
    openapi_extra={"requestBody": _FILES},
    responses=problems(400, 401, 409, 413, 415, 422, 503),
)
async def order_import(
    write: Write, upload: Uploaded, order: Annotated[ImportOrder, Depends(_order)], response: Response
) -> ImportOut:
    ordered = await write(lambda tx: imports.order_import(tx, order, upload.file, upload.size))
    response.headers["location"] = f"/indicators/v1/imports/{ordered.id}"
    return ImportOut.of(ordered)


@router.get("/imports", summary="List imports", responses=problems(400, 401, 422))
async def list_imports(read: Read, paging: Paging) -> PageBody[ImportOut]:
    return paging.body(await read(lambda tx: imports.list_imports(tx, paging.request)), ImportOut.of)


@router.get("/imports/{id}", summary="An import", responses=problems(401, 404, 422))
async def get_import(read: Read, id: ImportId) -> ImportOut:  # noqa: A002  the name of the parameter is part of the path
    return ImportOut.of(await read(lambda tx: imports.get_import(tx, id)))


@router.get(
    "/imports/{id}/errors.csv",
    summary="The rows that were not right",
    description="As they were sent, with the error and the line before them: mend them and send the file again. Only "
    "its header while the import is under way, and where nothing was wrong.",
    response_class=Response,
    responses={**file_responses(CSV), **problems(401, 404, 422)},
)
async def get_import_errors(read: Read, id: ImportId) -> Response:  # noqa: A002  the name of the parameter is part of the path
    found = await read(lambda tx: imports.get_import(tx, id))
    headers = {"content-disposition": f'attachment; filename="errors-{found.id}.csv"'}
    return StreamingResponse(_parts(read, found.id), media_type=f"{CSV}; charset=utf-8", headers=headers)


async def _parts(read: Read, number: int) -> AsyncIterator[bytes]:
    part = 0
    while content := await read(lambda tx, at=part: imports.get_errors_part(tx, number, at)):  # type: ignore[misc]  # the default only binds the name
        yield content
        part += 1
    if not part:
        yield b"error,line\r\n"


@router.post(
    "/imports/{id}/save",
    status_code=202,
    summary="Save a file that was checked",
    description="The file of a dry run is read again as it was ordered then, and saved: an import of its own, answered "
    "like one that was just sent. A dry run's file is kept for as long as the import is, and handed on once.",
    responses=problems(401, 404, 409, 422, 503),
)
async def save_import(
    write: Write,
    id: ImportId,  # noqa: A002  the name of the parameter is part of the path
    response: Response,
    skip_invalid: Annotated[bool, Query(description="Save what is right, although other rows are not")] = False,
) -> ImportOut:
    saving = await write(lambda tx: imports.save_checked(tx, id, skip_invalid=skip_invalid))
    response.headers["location"] = f"/indicators/v1/imports/{saving.id}"
    return ImportOut.of(saving)


@router.post(
    "/imports/{id}/cancel",
    summary="End an import that has not ended",
    description="What it has not committed is rolled back. One that has ended stays as it is.",
    responses=problems(401, 404, 409, 422, 503),
)
async def cancel_import(write: Write, id: ImportId) -> ImportOut:  # noqa: A002  the name of the parameter is part of the path
    return ImportOut.of(await write(lambda tx: imports.cancel_import(tx, id)))


@router.get("/mappings", summary="List mappings of files", responses=problems(400, 401, 422))
async def list_mappings(read: Read, paging: Paging) -> PageBody[FileMappingOut]:
    return paging.body(await read(lambda tx: mappings.list_mappings(tx, paging.request)), FileMappingOut.of)


@router.get("/mappings/{name}", summary="A mapping of files", responses=problems(401, 404, 422))
async def get_mapping(read: Read, name: MappingName) -> FileMappingOut:
    return FileMappingOut.of(await read(lambda tx: mappings.get_mapping(tx, name)))


@router.put(
    "/mappings/{name}",
    summary="Put a mapping of files in place",
    description="Whole. Those that ship with the product do not change: save your own under another name.",
    responses={
        201: {"model": FileMappingOut, "description": "It is new"},
        **problems(401, 409, 413, 415, 422, 503),
    },
)
async def put_mapping(write: Write, name: MappingName, body: FileMappingIn, response: Response) -> FileMappingOut:
    mapping = body.to_domain(name)
    answer_whether_new(response, new=await write(lambda tx: mappings.save_mapping(tx, mapping)))
    return FileMappingOut.of(mapping)
