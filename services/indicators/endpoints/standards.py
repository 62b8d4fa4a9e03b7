"""Service standards."""

from fastapi import APIRouter, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.endpoints.parameters import CodeInPath, NewCode, answer_whether_new
from services.indicators.schemas.standards import StandardIn, StandardOut
from services.indicators.service import standards

router = APIRouter(tags=["Service standards"])


@router.get("/standards", summary="List service standards", responses=problems(400, 401, 422))
async def list_standards(read: Read, paging: Paging) -> PageBody[StandardOut]:
    return paging.body(await read(lambda tx: standards.list_standards(tx, paging.request)), StandardOut.of)


@router.get("/standards/{code}", summary="A service standard", responses=problems(401, 404, 422))
async def get_standard(read: Read, code: CodeInPath) -> StandardOut:
    return StandardOut.of(await read(lambda tx: standards.get_standard(tx, code)))


@router.put(
    "/standards/{code}",
    summary="Put a service standard in place",
    description="With its limits oldest first; their dates may not overlap. One without a limit is qualitative.",
    responses={201: {"model": StandardOut, "description": "It is new"}, **problems(401, 413, 415, 422, 503)},
)
async def put_standard(write: Write, code: NewCode, body: StandardIn, response: Response) -> StandardOut:
    standard = body.to_domain(code)
    answer_whether_new(response, new=await write(lambda tx: standards.save_standard(tx, standard)))
    return StandardOut.of(standard)
