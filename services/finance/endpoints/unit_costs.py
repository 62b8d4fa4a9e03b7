"""The library of unit costs, and the indices of prices that it is uprated by."""

import asyncio
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from chassis.web.operation_call import Uploaded
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from contracts.large_bodies import LARGE_BODIES
from contracts.period import Period
from services.finance.domain.unit_costs import LibraryCost
from services.finance.errors import InvalidFinance
from services.finance.schemas.fields import Code, YearLabel
from services.finance.schemas.unit_cost_files import read_unit_cost_file
from services.finance.schemas.unit_costs import (
    CostsRecordedOut,
    DeflatorBody,
    DeflatorOut,
    LibraryCostBody,
    LibraryCostItemOut,
    LibraryCostOut,
    unit_cost_file,
)
from services.finance.service import unit_costs
from services.finance.service.unit_costs import UnitCostCall, Uprating

router = APIRouter()

CostCode = Annotated[Code, Path(description="Code of the unit cost", examples=["emergency-admission"])]
Release = Annotated[Code, Path(description="Name of the release", examples=["2018-03"])]


def _wanted(
    prices_of: Annotated[YearLabel | None, Query(description="Show amounts in the prices of this year as well")] = None,
    deflator: Annotated[Code | None, Query(description="Release of an index of prices to uprate by")] = None,
) -> Uprating | None:
    if (prices_of is None) != (deflator is None):
        missing = "prices_of" if prices_of is None else "deflator"
        raise InvalidFinance("prices_of and deflator go together.", [FieldError(missing, "is missing")])
    return None if prices_of is None or deflator is None else Uprating(Period.parse(prices_of), deflator)


Uprated = Annotated[Uprating | None, Depends(_wanted)]


@router.get("/unit-costs", tags=["unit costs"], summary="List unit costs", responses=problems(400, 401, 404, 422, 503))
async def list_unit_costs(read: Read, paging: Paging, wanted: Uprated) -> PageBody[LibraryCostItemOut]:
    """The newest version of each, in the order of their codes; with `prices_of` and `deflator` uprated as well."""

    async def work(tx: Tx) -> PageBody[LibraryCostItemOut]:
        page = await unit_costs.list_unit_costs(tx, paging.request)
        uprate = await unit_costs.get_uprating(tx, wanted)
        return paging.body(page, lambda cost: LibraryCostItemOut.of_cost(cost, uprate(cost.newest)))

    return await read(work)


@router.get(
    "/unit-costs/{code}", tags=["unit costs"], summary="Read a unit cost", responses=problems(401, 404, 422, 503)
)
async def get_unit_cost(read: Read, code: CostCode, wanted: Uprated) -> LibraryCostOut:
    """Every version, and the schemes that reckon with it."""

    async def work(tx: Tx) -> tuple[LibraryCost, list[Decimal | None]]:
        cost, uprate = await unit_costs.get_unit_cost(tx, code), await unit_costs.get_uprating(tx, wanted)
        return cost, [uprate(version) for version in cost.versions]

    return LibraryCostOut.of(*await read(work))


@router.put(
    "/unit-costs/{code}",
    tags=["unit costs"],
    summary="Record a unit cost",
    responses=problems(401, 409, 413, 415, 422, 503) | {201: {"model": LibraryCostOut, "description": "It is new"}},
)
async def put_unit_cost(write: Write, code: CostCode, body: LibraryCostBody, response: Response) -> LibraryCostOut:
    """Record what a unit costs; where it is recorded, another version, and why (`reason`). No version ever changes.

    Schemes that name it in `unit_cost_code` reckon, of each period, with the newest version that applies to all of it.
    A version that `ends` is the last one of what is after its `effective_to`, until another is recorded.
    They are restated: the difference is posted in open quarters, and closed ones stay as they are. It is published as
    `commissioning.unit_cost.changed.v1`. The same again changes nothing.
    """
    cost, new = await write(lambda tx: unit_costs.record_version(tx, code, body.to_domain(), body.reason))
    response.status_code = 201 if new else 200
    return LibraryCostOut.of(cost, [None] * len(cost.versions))


async def _file(request: Request, read: Read) -> Table:
    return unit_cost_file(await read(unit_costs.list_all), request.app.state.resources.clock())


add_table_routes(
    router,
    "/unit-costs",
    _file,
    name="get_unit_costs",
    title="The unit costs",
    description="The newest version of each unit cost, in the order of their codes.",
    tags=["unit costs"],
)


_FILES: Final[dict[str, Any]] = {
    "required": True,
    "description": "CSV in UTF-8, XLSX or ODS with the columns of the CSV that the library is exported as",
    "content": {
        kind: {"schema": {"type": "string", "format": "binary", "minLength": 1}, "example": "…"}
        for kind in LARGE_BODIES["/finance/v1/unit-cost-files"].types
    },
}


@router.post(
    "/unit-cost-files",
    tags=["unit costs"],
    status_code=201,
    summary="Record a file of unit costs",
    openapi_extra={"requestBody": _FILES},
    responses=problems(400, 401, 409, 413, 415, 422, 503)
    | {200: {"model": CostsRecordedOut, "description": "Nothing of it is new, or it is a dry run"}},
)
async def post_unit_cost_file(
    write: Write,
    upload: Uploaded,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only say what would be recorded")] = False,
) -> CostsRecordedOut:
    """A row for each unit cost: all of them are recorded as by `PUT`, or none.

    The columns are `code`, `description`, `unit`, `amount`, `price_year`, `source`, and if wanted those of the exported
    CSV and `reason`, which a unit cost needs that changes. A cell left empty is not said. Every cell that is wrong is
    named with its line and column. The same file again changes nothing.
    """
    file = await asyncio.to_thread(read_unit_cost_file, upload.file)
    call = UnitCostCall(file.costs, file.place_of, dry_run=dry_run)
    found = await write(lambda tx: unit_costs.record_many(tx, call))
    response.status_code = 201 if (found.new or found.changed) and not dry_run else 200
    if response.status_code == 201:  # noqa: PLR2004  created
        response.headers["location"] = "/finance/v1/unit-costs"
    return CostsRecordedOut.of(found, dry_run=dry_run)


@router.get("/deflators", tags=["unit costs"], summary="List indices of prices", responses=problems(400, 401, 422, 503))
async def list_deflators(read: Read, paging: Paging) -> PageBody[DeflatorOut]:
    """Releases of published indices, in the order of their names."""
    page = await read(lambda tx: unit_costs.list_deflators(tx, paging.request))
    return paging.body(page, DeflatorOut.of)


@router.get(
    "/deflators/{release}",
    tags=["unit costs"],
    summary="Read an index of prices",
    responses=problems(401, 404, 422, 503),
)
async def get_deflator(read: Read, release: Release) -> DeflatorOut:
    """A release of a published index, year by year."""
    return DeflatorOut.of(await read(lambda tx: unit_costs.get_deflator(tx, release)))


@router.put(
    "/deflators/{release}",
    tags=["unit costs"],
    summary="Record an index of prices",
    responses=problems(401, 409, 413, 415, 422, 503) | {201: {"model": DeflatorOut, "description": "It is new"}},
)
async def put_deflator(write: Write, release: Release, body: DeflatorBody, response: Response) -> DeflatorOut:
    """Record a release of a published index. It never changes (409): a revised one is a release of another name.

    Amounts are uprated within one release, by the figure of one year over that of the other, since the base year moves
    from one release to the next.
    """
    found, new = await write(lambda tx: unit_costs.record_deflator_release(tx, body.to_domain(release)))
    response.status_code = 201 if new else 200
    return DeflatorOut.of(found)
