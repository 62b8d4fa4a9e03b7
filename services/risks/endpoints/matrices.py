"""HTTP of risk matrices, and of the heat map."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.risks.domain.heatmap import HeatMap, HeatMapRating
from services.risks.domain.rating import Kind
from services.risks.domain.register import RiskFilter, default_matrix
from services.risks.endpoints.parameters import AsAtWanted
from services.risks.schemas.heatmap import HeatMapOut
from services.risks.schemas.heatmap_table import heat_map_table
from services.risks.schemas.matrices import MatrixIn, MatrixOut
from services.risks.schemas.values import MatrixName
from services.risks.service import history, reading
from services.risks.service import register as entering

router = APIRouter()


@router.get("/matrices", summary="Risk matrices")
async def list_matrices(read: Read) -> PageBody[MatrixOut]:
    """Every version of every matrix: axes with labels, and a band for each cell."""
    return PageBody[MatrixOut](items=[MatrixOut.of(matrix) for matrix in await read(reading.list_matrices)])


@router.post(
    "/matrices",
    summary="Add a version of a matrix",
    responses=made(MatrixOut) | problems(409, 422),
)
async def add_matrix(write: Write, body: MatrixIn, response: Response) -> MatrixOut:
    """Add a matrix or a new version of one. A version that exists is never changed."""
    matrix, added = await write(lambda tx: entering.add_matrix(tx, body.to_domain()))
    set_made(response, created=added)
    return MatrixOut.of(matrix)


async def _heat_map(
    read: Read,
    at: AsAtWanted,
    rating: HeatMapRating = HeatMapRating.RESIDUAL,
    kind: Kind = Kind.THREAT,
    matrix: MatrixName | None = None,
    register: Annotated[str | None, Query(max_length=60, examples=["people-2018"])] = None,
    category: Annotated[str | None, Query(max_length=120)] = None,
    department: Annotated[str | None, Query(max_length=120)] = None,
    outcome: Annotated[str | None, Query(max_length=120)] = None,
) -> HeatMap:
    wanted = RiskFilter(register, category, department, outcome, kind)
    name = matrix or default_matrix(kind)
    return await read(lambda tx: history.get_heat_map(tx, wanted, name, rating, at))


HeatMapWanted = Annotated[HeatMap, Depends(_heat_map)]


@router.get("/heatmap", summary="Where risks stand on their matrix", responses=problems(422))
async def get_heat_map(found: HeatMapWanted) -> HeatMapOut:
    """How many risks of a kind stand in each cell, and which; threats and opportunities never in one map.

    Drafts and closed risks stand nowhere. `residual` is the rating in effect on the business date, or at the end of a
    quarter as it was known at a moment. Without `matrix` the map is of the matrix that is the default of the kind.
    """
    return HeatMapOut.of(found)


async def _table(request: Request, found: HeatMapWanted) -> Table:
    return heat_map_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/heatmap",
    _table,
    name="get_heat_map",
    title="The heat map",
    description="A row a cell of the matrix with how many risks stand in it and which, now or as it was at the end of "
    "a quarter (`quarter=`) and as it was known at a moment (`as_of=`). The last row has those that stand in none.",
)
