"""HTTP of risk matrices, and of the heat map."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from chassis.web.paging import PageBody
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.risks.domain.heatmap import HeatMapRating
from services.risks.domain.matrix import DEFAULT_MATRIX
from services.risks.domain.rating import Kind
from services.risks.domain.register import RiskFilter
from services.risks.schemas.heatmap import HeatMapOut
from services.risks.schemas.matrices import MatrixIn, MatrixOut
from services.risks.schemas.values import MatrixName
from services.risks.service import reading
from services.risks.service import register as entering

router = APIRouter()


@router.get("/matrices", summary="Risk matrices")
async def list_matrices(read: Read) -> PageBody[MatrixOut]:
    """Every version of every matrix: axes with labels, and a band for each cell."""
    return PageBody[MatrixOut](items=[MatrixOut.of(matrix) for matrix in await read(reading.list_matrices)])


@router.post(
    "/matrices",
    status_code=status.HTTP_201_CREATED,
    summary="Add a version of a matrix",
    responses={200: {"description": "It exists already, just so"}, **problems(409, 422)},
)
async def add_matrix(write: Write, body: MatrixIn, response: Response) -> MatrixOut:
    """Add a matrix or a new version of one. A version that exists is never changed."""
    matrix, added = await write(lambda tx: entering.add_matrix(tx, body.to_domain()))
    if not added:
        response.status_code = status.HTTP_200_OK
    return MatrixOut.of(matrix)


@router.get("/heatmap", summary="Where risks stand on their matrix", responses=problems(422))
async def get_heat_map(
    read: Read,
    rating: HeatMapRating = HeatMapRating.RESIDUAL,
    kind: Kind = Kind.THREAT,
    matrix: MatrixName = DEFAULT_MATRIX.name,
    register: Annotated[str | None, Query(max_length=60, examples=["people-2018"])] = None,
    category: Annotated[str | None, Query(max_length=120)] = None,
    department: Annotated[str | None, Query(max_length=120)] = None,
    outcome: Annotated[str | None, Query(max_length=120)] = None,
) -> HeatMapOut:
    """How many risks of a kind stand in each cell, and which; threats and opportunities never in one map.

    Drafts and closed risks stand nowhere. `residual` is the rating in effect on the business date.
    """
    wanted = RiskFilter(register, category, department, outcome, kind)
    return HeatMapOut.of(await read(lambda tx: reading.get_heat_map(tx, wanted, matrix, rating)))
