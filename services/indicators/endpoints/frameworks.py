"""Frameworks."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.endpoints.parameters import answer_whether_new
from services.indicators.schemas.frameworks import FrameworkIn, FrameworkOut, FrameworkPatch
from services.indicators.service import frameworks

router = APIRouter(tags=["Areas and frameworks"])

FrameworkInPath = Annotated[str, Path(max_length=40, description="Code of the framework", examples=["PHOF"])]


@router.get("/frameworks", summary="List frameworks", responses=problems(400, 401, 422))
async def list_frameworks(read: Read, paging: Paging) -> PageBody[FrameworkOut]:
    return paging.body(await read(lambda tx: frameworks.list_frameworks(tx, paging.request)), FrameworkOut.of)


@router.post(
    "/frameworks",
    status_code=201,
    summary="Add a framework and the method it benchmarks by",
    description="The same content again is answered with 200 and changes nothing.",
    responses={200: {"model": FrameworkOut, "description": "It was there"}, **problems(401, 409, 413, 415, 422, 503)},
)
async def add_framework(write: Write, body: FrameworkIn, response: Response) -> FrameworkOut:
    framework = body.to_domain()
    answer_whether_new(response, new=await write(lambda tx: frameworks.add_framework(tx, framework)))
    return FrameworkOut.of(framework)


@router.get("/frameworks/{code}", summary="A framework", responses=problems(401, 404, 422))
async def get_framework(read: Read, code: FrameworkInPath) -> FrameworkOut:
    return FrameworkOut.of(await read(lambda tx: frameworks.get_framework(tx, code)))


@router.patch(
    "/frameworks/{code}",
    summary="Rename or end a framework",
    description="A change says why. From `ended_on` on it takes no more indicators; those that it has stay, and their "
    "colours. The method never changes, since colours were made by it.",
    responses=problems(401, 404, 413, 415, 422, 503),
)
async def change_framework(write: Write, code: FrameworkInPath, body: FrameworkPatch) -> FrameworkOut:
    return FrameworkOut.of(await write(lambda tx: frameworks.change_framework(tx, code, body.to_domain(), body.reason)))
