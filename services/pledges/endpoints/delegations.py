"""Delegations over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.pledges.endpoints.answers import NewCode
from services.pledges.schemas.delegations import DelegationIn, DelegationOut
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.service import delegations

router = APIRouter(tags=["returns"])

DelegationInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["tuffin-leave"])]
Person = Annotated[
    str | None, Query(max_length=200, pattern=WHOLE_TEXT, description="Only those of this person", examples=["A. Head"])
]


@router.get("/delegations", summary="List delegations", responses=problems(400, 401, 422))
async def list_delegations(read: Read, paging: Paging, person: Person = None) -> PageBody[DelegationOut]:
    """By code. A step on behalf of somebody needs one that holds on the business date."""
    page = await read(lambda tx: delegations.list_delegations(tx, person, paging.request))
    return paging.body(page, DelegationOut.of)


@router.get("/delegations/{code}", summary="Read a delegation", responses=problems(401, 404))
async def read_delegation(read: Read, code: DelegationInPath) -> DelegationOut:
    return DelegationOut.of(await read(lambda tx: delegations.get_delegation(tx, code)))


@router.put(
    "/delegations/{code}",
    summary="Make or replace a delegation",
    responses=made(DelegationOut) | problems(401, 409, 413, 415, 422),
)
async def put_delegation(write: Write, code: NewCode, body: DelegationIn, response: Response) -> DelegationOut:
    """Have the returns of a person submitted, handed back or approved, and their pledges signed off, by another.

    The delegate is a person by their code in `/access/v1/people`, or a name: of a key, or the subject of tokens; a name
    counts for all keys and tokens of the person whose it is. Nobody gives a delegation to themselves, and who is
    entered as a person gives only their own, and ends or replaces only their own (409).
    """
    found, created = await write(lambda tx: delegations.put_delegation(tx, body.to_domain(code)))
    set_made(response, created=created)
    return DelegationOut.of(found)
