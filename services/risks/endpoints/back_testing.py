"""HTTP of back-tests, and of the links that they suggest."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from contracts.areas import AreaCode
from services.risks.domain.back_test import Suggestions
from services.risks.domain.severity import Signal
from services.risks.endpoints.paths import RefPath
from services.risks.schemas.back_test import BackTestOut, SuggestionsOut
from services.risks.schemas.back_test_table import back_test_table, suggestions_table
from services.risks.schemas.linking import IndicatorSignal
from services.risks.service import back_testing

router = APIRouter()


@router.get("/risks/{ref}/back-test", summary="Whether its indicators told", responses=problems(404))
async def get_back_test(read: Read, ref: RefPath) -> BackTestOut:
    """Of each link: did it move before its owner judged otherwise, after that, or the other way; how often it flipped.

    Of every period that events of a series showed since that is kept, by the day each ended on: when it was published
    is not on record. Judgements that accept a proposal follow from the indicators and are left out, and so are links to
    funds, whose past is not kept by periods.
    """
    return BackTestOut.of(await read(lambda tx: back_testing.get_back_test(tx, ref)))


async def _back_test_table(request: Request, read: Read, ref: RefPath) -> Table:
    found = await read(lambda tx: back_testing.get_back_test(tx, ref))
    return back_test_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/risks/{ref}/back-test",
    _back_test_table,
    name="get_back_test",
    title="Whether its indicators told",
    description="A row a link: how often it flipped, and what it did about each re-assessment of the owner.",
)


async def _suggestions(
    read: Read,
    ref: RefPath,
    area: Annotated[
        AreaCode | None, Query(description="Area to look into; without it those that the risk is linked to")
    ] = None,
    signal: Annotated[IndicatorSignal, Query(description="Which colour to read")] = "best",
) -> Suggestions:
    return await read(lambda tx: back_testing.get_suggestions(tx, ref, area, Signal(signal)))


@router.get("/risks/{ref}/suggested-links", summary="Which indicators would have told", responses=problems(404, 422))
async def get_suggested_links(found: Annotated[Suggestions, Depends(_suggestions)]) -> SuggestionsOut:
    """Series that the risk is not linked to, and that moved before its owner judged likewise, with all counts.

    Totals of up to 500 indicators are looked at. Counts of the past say nothing of causes: a person decides.
    """
    return SuggestionsOut.of(found)


async def _suggestions_table(request: Request, found: Annotated[Suggestions, Depends(_suggestions)]) -> Table:
    return suggestions_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/risks/{ref}/suggested-links",
    _suggestions_table,
    name="get_suggested_links",
    title="Which indicators would have told",
    description="A row a series that is not linked, with what it did about each re-assessment of the owner.",
)
