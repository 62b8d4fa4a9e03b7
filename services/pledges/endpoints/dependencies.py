"""Dependencies over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.domain.dependencies import DependencyFilter, DependencyKind, DependencyState
from services.pledges.endpoints.answers import NewCode, Word
from services.pledges.schemas.dependencies import DependencyIn, DependencyOut, DependencyPatch
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.service import dependencies

router = APIRouter(tags=["actions"])

DependencyInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["2018-10"])]


def _filter(
    priority: Word = None,
    action: Word = None,
    kind: DependencyKind | None = None,
    state: DependencyState | None = None,
) -> DependencyFilter:
    return DependencyFilter(priority, action, kind, state)


@router.get("/dependencies", summary="List dependencies", responses=problems(400, 401, 422))
async def list_dependencies(
    read: Read, paging: Paging, wanted: Annotated[DependencyFilter, Depends(_filter)]
) -> PageBody[DependencyOut]:
    """What actions wait for outside of themselves, by code."""
    page = await read(lambda tx: dependencies.list_dependencies(tx, wanted, paging.request))
    return paging.body(page, DependencyOut.of)


@router.get("/dependencies/{code}", summary="Read a dependency", responses=problems(401, 404))
async def read_dependency(read: Read, code: DependencyInPath) -> DependencyOut:
    return DependencyOut.of(await read(lambda tx: dependencies.get_dependency(tx, code)))


@router.put(
    "/dependencies/{code}",
    summary="Make or replace a dependency",
    responses=made(DependencyOut) | problems(401, 409, 413, 415, 422),
)
async def put_dependency(write: Write, code: NewCode, body: DependencyIn, response: Response) -> DependencyOut:
    """Set what is waited for. What was said of its state stays."""
    view, created = await write(lambda tx: dependencies.put_dependency(tx, code, body.to_domain()))
    set_made(response, created=created)
    return DependencyOut.of(view)


@router.patch("/dependencies/{code}", summary="Change a dependency", responses=problems(401, 404, 413, 415, 422))
async def change_dependency(write: Write, code: DependencyInPath, body: DependencyPatch) -> DependencyOut:
    """Say that it is met or broken, or by when it is needed. The actions that it blocks or sets free are published."""
    return DependencyOut.of(await write(lambda tx: dependencies.change_dependency(tx, code, body.to_domain())))
