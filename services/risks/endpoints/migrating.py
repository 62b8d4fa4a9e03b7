"""HTTP of risks that move to another matrix."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.risks.endpoints.paths import RefPath
from services.risks.schemas.migrating import NewMatrixIn, StillToMoveOut
from services.risks.schemas.register import RiskOut
from services.risks.schemas.values import MatrixName
from services.risks.service import migrating

router = APIRouter()


@router.get("/migrations", summary="Risks that are still on a matrix", responses=problems(422))
async def list_still_to_move(
    read: Read,
    paging: Paging,
    matrix: Annotated[MatrixName, Query(description="The matrix that is to be left", examples=["five-by-five@1"])],
    to: Annotated[MatrixName, Query(description="The matrix that they move to", examples=["five-by-five@2"])],
) -> PageBody[StillToMoveOut]:
    """By reference, each with the cell of the other matrix that has its words, if there is one. Closed risks stay."""
    page = await read(lambda tx: migrating.list_still_to_move(tx, matrix, to, paging.request))
    return paging.body(page, StillToMoveOut.of)


@router.post("/risks/{ref}/move", summary="Move a risk to another matrix", responses=problems(404, 409, 422))
async def move_risk(write: Write, ref: RefPath, body: NewMatrixIn) -> RiskOut:
    """By an assessment on it. Nothing that was said by cells of the old one goes with it, and nothing is clamped.

    Aims that are not given anew, the override, the ranges of pounds and an acceptance end; the past stays as it was.
    """
    return RiskOut.of(await write(lambda tx: migrating.move(tx, ref, body.to_domain())))
