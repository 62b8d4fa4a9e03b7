"""Providers, contracts, quality reviews and ratings over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from chassis.web.problems import problems
from chassis.web.units import Read
from services.pledges.domain.providers import Contract, Grade, Provider, QualityReview, Rating, RatingCount
from services.pledges.domain.rating_feeds import RatingFeed
from services.pledges.endpoints.record_routes import RecordRoutes, add_record_routes, filter_by
from services.pledges.schemas import providers as care
from services.pledges.schemas import record_sets as coded
from services.pledges.service import governance

router = APIRouter(tags=["providers"])

_PROVIDER = filter_by("provider", "Only those of the provider with this code", "LWSW")

for each in (
    RecordRoutes(
        "/providers",
        "a provider",
        "providers",
        Provider,
        care.ProviderIn,
        coded.ProviderPut,
        care.ProviderOut,
        filter_by("kind", "Only organisations of this kind", "council"),
    ),
    RecordRoutes(
        "/contracts",
        "a contract",
        "contracts",
        Contract,
        care.ContractIn,
        coded.ContractPut,
        care.ContractOut,
        _PROVIDER,
    ),
    RecordRoutes(
        "/quality-reviews",
        "a quality review",
        "quality reviews",
        QualityReview,
        care.QualityReviewIn,
        coded.QualityReviewPut,
        care.QualityReviewOut,
        _PROVIDER,
    ),
    RecordRoutes(
        "/ratings",
        "a rating",
        "ratings of homes",
        Rating,
        care.RatingIn,
        coded.RatingPut,
        care.RatingOut,
        filter_by("home", "Only ratings of this home", "1-101668076"),
        about="A home has the grade of its last rating, until that ends. A new rating has a code of its own.",
    ),
    RecordRoutes(
        "/rating-counts",
        "a rating count",
        "printed counts of rated homes",
        RatingCount,
        care.RatingCountIn,
        coded.RatingCountPut,
        care.RatingCountOut,
        filter_by("grade", "Only counts of this grade", "good", Grade),
    ),
    RecordRoutes(
        "/rating-feeds",
        "a rating feed",
        "indicators that take the ratings of homes",
        RatingFeed,
        care.RatingFeedIn,
        coded.RatingFeedPut,
        care.RatingFeedOut,
        filter_by("indicator", "Only feeds of the indicator with this code", "cqc-good-or-outstanding"),
        about="The share of homes that are good or outstanding becomes an observation of each period from a day on: "
        "provisional while the period goes on, final after it, and revised where ratings are recorded later.",
    ),
):
    add_record_routes(router, each)


@router.get("/rated-homes", summary="Homes by grade", responses=problems(401, 422))
async def read_rated_homes(
    read: Read,
    on: Annotated[
        date | None,
        Query(description="By the last ratings up to this day; the business date if left out", examples=["2018-02-28"]),
    ] = None,
) -> care.RatedHomesOut:
    """How many homes have each grade on a day, and the percentage that is good or outstanding.

    A rating feed makes observations of an indicator of it.
    """
    return care.RatedHomesOut.of(await read(lambda tx: governance.get_rated_homes(tx, on)))
