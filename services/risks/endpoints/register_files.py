"""The register as it is or was, whole: as one answer, and as files."""

from fastapi import APIRouter, Request

from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.risks.endpoints.parameters import AsAtWanted, LinesWanted
from services.risks.schemas.register_lines import RegisterOut
from services.risks.schemas.register_table import register_table
from services.risks.service import history

router = APIRouter()


@router.get("/register", summary="The register on a day", responses=problems(422))
async def get_register_lines(read: Read, wanted: LinesWanted, at: AsAtWanted) -> RegisterOut:
    """Risks with previous and current rating side by side, by reference.

    Now, or as it was at the end of a quarter (`quarter=`) and as it was known at a moment (`as_of=`). What its files
    hold beside that is said of one risk by the risk itself.
    """
    return RegisterOut.of(await read(lambda tx: history.get_register(tx, wanted, at)))


async def _table(request: Request, read: Read, wanted: LinesWanted, at: AsAtWanted) -> Table:
    state = await read(lambda tx: history.get_register(tx, wanted, at))
    return register_table(state, request.app.state.resources.clock())


add_table_routes(
    router,
    "/register",
    _table,
    name="get_register",
    title="The register",
    description="Every field as printed, previous and current rating side by side, now or as it was at the end of a "
    "quarter (`quarter=`) and as it was known at a moment (`as_of=`). The CSV comes in again by `POST /imports`.",
)
