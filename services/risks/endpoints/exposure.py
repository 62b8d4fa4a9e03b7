"""HTTP of what risks would cost."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.risks.domain.as_at import AsAt
from services.risks.domain.exposure import Exposure, Priced
from services.risks.endpoints.parameters import AsAtWanted
from services.risks.endpoints.paths import RefPath
from services.risks.schemas.exposure import ExposureOut, LossesIn, LossesOut
from services.risks.schemas.exposure_table import exposure_table
from services.risks.schemas.register import RiskOut
from services.risks.service import pricing, reading

router = APIRouter()
_ONE_AT_A_TIME = ThreadPoolExecutor(max_workers=1, thread_name_prefix="exposure")
"""A simulation takes a processor for a while: never more than one, and not the thread that answers others."""


_YEARS = f"How many years are simulated; {pricing.USUAL_YEARS} unless told otherwise, fewer of very many threats"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which register, as it was when, and how it is simulated."""

    register: str | None
    seed: int
    years: int | None
    at: AsAt


def _wanted(
    at: AsAtWanted,
    register: Annotated[str | None, Query(max_length=60, examples=["people-2018"])] = None,
    seed: Annotated[int, Query(ge=0, le=2**31, description="The same seed gives the same curve")] = 1,
    years: Annotated[int | None, Query(ge=pricing.FEWEST_YEARS, le=50_000, description=_YEARS)] = None,
) -> Wanted:
    return Wanted(register, seed, years, at)


async def _exposure(read: Read, wanted: Annotated[Wanted, Depends(_wanted)]) -> Exposure:
    priced = await read(lambda tx: pricing.list_priced(tx, wanted.register, wanted.at))
    years = pricing.years_of(len(priced.risks), wanted.years)
    simulated = partial(_simulate, priced, wanted.seed, years)
    return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, simulated)


def _simulate(priced: Priced, seed: int, years: int) -> Exposure:
    from services.risks.domain.simulation import simulate  # noqa: PLC0415  numpy takes half a second, and few estimate

    return simulate(priced, seed=seed, years=years)


Simulated = Annotated[Exposure, Depends(_exposure)]


@router.get("/exposure", summary="What the register could cost in a year", responses=problems(422))
async def get_exposure(found: Simulated) -> ExposureOut:
    """An estimate: the loss exceedance curve of the threats in force, by simulation from their owners' ranges.

    As it is, or as it was at the end of a quarter (`quarter=`) and as it was known at a moment (`as_of=`).
    """
    return ExposureOut.of(found)


@router.get("/risks/{ref}/losses", summary="What a risk would cost", responses=problems(404))
async def get_losses(read: Read, ref: RefPath) -> LossesOut:
    """The whole set, as it is replaced; by likelihood."""
    return LossesOut.of((await read(lambda tx: reading.get_view(tx, ref))).risk.losses)


@router.put("/risks/{ref}/losses", summary="Say what a risk would cost", responses=problems(404, 409, 422))
async def price_risk(write: Write, ref: RefPath, body: LossesIn) -> RiskOut:
    """By likelihood: the chance that it strikes within a year, and a range of pounds. The whole set at once."""
    return RiskOut.of(await write(lambda tx: pricing.price(tx, ref, body.to_domain(), body.reason)))


async def _table(request: Request, found: Simulated) -> Table:
    return exposure_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/exposure",
    _table,
    name="get_exposure",
    title="What the register could cost in a year",
    description="The loss exceedance curve: an estimate by simulation from owners' ranges, now or as it was at the end "
    "of a quarter (`quarter=`) and as it was known at a moment (`as_of=`).",
)
