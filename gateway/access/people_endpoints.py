"""People over HTTP, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from gateway.access import people_service
from gateway.access.people_schemas import PersonIn, PersonOut

router = APIRouter(tags=["people"])

Code = Annotated[
    str, Path(max_length=60, pattern=r"^[a-z0-9][a-z0-9.-]*$", description="The person's code", examples=["ana-nowak"])
]


@router.get("/people", summary="List people", responses=problems(400, 422))
async def list_people(read: Read, paging: Paging) -> PageBody[PersonOut]:
    """By code, those who have left too."""
    return paging.body(await read(lambda tx: people_service.list_people(tx, paging.request)), PersonOut.of)


@router.get("/people/{code}", summary="Read a person", responses=problems(404))
async def get_person(read: Read, code: Code) -> PersonOut:
    """With the posts they hold, and the keys and subjects of tokens that are theirs."""
    return PersonOut.of(await read(lambda tx: people_service.get_person(tx, code)))


@router.put(
    "/people/{code}",
    summary="Enter or replace a person",
    responses=problems(409, 422) | {201: {"model": PersonOut, "description": "The person is new"}},
)
async def put_person(write: Write, request: Request, response: Response, code: Code, body: PersonIn) -> PersonOut:
    """Duties are kept apart by person: whoever acts by any of these keys and subjects is the same."""
    person, created = await write(lambda tx: people_service.put_person(tx, body.to_domain(code)))
    response.status_code = 201 if created else 200
    request.app.state.keyring.forget()
    return PersonOut.of(person)
