"""HTTP of risk matrices."""

from fastapi import APIRouter, Response, status

from chassis.web.paging import PageBody
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.risks.schemas.matrices import MatrixIn, MatrixOut
from services.risks.service import reading, register

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
    matrix, added = await write(lambda tx: register.add_matrix(tx, body.to_domain()))
    if not added:
        response.status_code = status.HTTP_200_OK
    return MatrixOut.of(matrix)
