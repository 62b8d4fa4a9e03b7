"""HTTP of reviews: what waits for an owner, and that somebody looked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.risks.domain.reviews import ReviewFilter
from services.risks.endpoints.paths import RefPath
from services.risks.schemas.assessing import DecisionIn
from services.risks.schemas.register import RiskOut
from services.risks.schemas.reviews import ReviewOut, TouchesOut
from services.risks.schemas.reviews_table import reviews_table
from services.risks.service import reviewing

router = APIRouter()


def _filter(
    overdue: Annotated[bool, Query(description="Only those whose day is over")] = False,
    owner: Annotated[str | None, Query(max_length=200, description="Only of risks that this owner answers for")] = None,
) -> ReviewFilter:
    return ReviewFilter(only_overdue=overdue, owner=owner)


ReviewsWanted = Annotated[ReviewFilter, Depends(_filter)]


@router.post("/risks/{ref}/review", summary="Review a risk", responses=problems(404, 409, 422))
async def review_risk(write: Write, ref: RefPath, body: DecisionIn) -> RiskOut:
    """Somebody looked at it, and it stays as it is rated. It answers the review that is open; so does an assessment."""
    return RiskOut.of(await write(lambda tx: reviewing.review(tx, ref, body.reason)))


@router.get("/risks/{ref}/review", summary="The open review of a risk", responses=problems(404))
async def get_review(read: Read, ref: RefPath) -> TouchesOut:
    """With how often people changed something of the risk, or decided on it."""
    return TouchesOut.of(await read(lambda tx: reviewing.get_touches(tx, ref)))


@router.get("/reviews", summary="Ratings that wait for their owner's review", responses=problems(422))
async def list_reviews(read: Read, paging: Paging, wanted: ReviewsWanted) -> PageBody[ReviewOut]:
    """One for each risk whose rating changed without its owner judging it, by the day it is due."""
    page = await read(lambda tx: reviewing.list_reviews(tx, wanted, paging.request))
    return paging.body(page, ReviewOut.of_risk)


async def _table(request: Request, read: Read, wanted: ReviewsWanted) -> Table:
    found = await read(lambda tx: reviewing.list_all_reviews(tx, wanted))
    return reviews_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/reviews",
    _table,
    name="list_reviews",
    title="Ratings that wait for their owner's review",
    description="A row a risk whose rating changed without its owner judging it, by the day it is due.",
)
