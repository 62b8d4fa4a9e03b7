"""Printed tables of savings ranges."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.finance.schemas.fields import Code
from services.finance.schemas.range_models import RangeModelBody, RangeModelOut
from services.finance.service import range_models

router = APIRouter(prefix="/ranges", tags=["calculators"])

ModelCode = Annotated[Code, Path(description="Code of the table", examples=["ranges-2014"])]


@router.get("", summary="List savings ranges", responses=problems(400, 401, 422, 503))
async def list_ranges(read: Read, paging: Paging) -> PageBody[RangeModelOut]:
    """Tables of savings ranges in the order of their codes, with every printed figure that differs."""
    page = await read(lambda tx: range_models.list_models(tx, paging.request))
    return paging.body(page, RangeModelOut.of)


@router.get("/{code}", summary="Read savings ranges", responses=problems(401, 404, 422, 503))
async def get_ranges(read: Read, code: ModelCode) -> RangeModelOut:
    """A table figure by figure: a base times a rate to the penny, rounded half up to the unit, and what is printed.

    A total adds what is exact before it is rounded. `differences` has every printed figure that differs from the rate
    of its base, from its printed parts, or a base from those of its partners; nothing printed is mended.
    """
    return RangeModelOut.of(await read(lambda tx: range_models.get_model(tx, code)))


@router.put(
    "/{code}",
    summary="Record savings ranges",
    responses=problems(401, 409, 413, 415, 422, 503) | {201: {"model": RangeModelOut, "description": "It is new"}},
)
async def put_ranges(write: Write, code: ModelCode, body: RangeModelBody, response: Response) -> RangeModelOut:
    """Record a table as its source prints it. A changed one needs a reason; the same again changes nothing."""
    model, new = await write(lambda tx: range_models.record_model(tx, body.to_domain(code), body.reason))
    response.status_code = 201 if new else 200
    return RangeModelOut.of(model)
