"""HTTP of risks: entered, read, changed, linked and explained."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.making import made, set_made
from chassis.web.moments import AsOf, ChangedSince
from chassis.web.paging import CollectionPaging, PageBody, Paging, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.risks import Band
from services.risks.domain.rating import Kind, Status
from services.risks.domain.register import RiskFilter, RiskOrder
from services.risks.endpoints.paths import RefPath
from services.risks.schemas.assessing import HistoryOut, RegisterChangeOut
from services.risks.schemas.explaining import (
    ExplanationOut,
    RegisterSimulationIn,
    RegisterSimulationOut,
    SimulationIn,
    SimulationOut,
)
from services.risks.schemas.linking import LinksIn, LinksOut
from services.risks.schemas.register import RiskIn, RiskOut, RiskPatch
from services.risks.service import explaining, linking, reading, register, simulating

router = APIRouter()


def _filter(
    register: Annotated[str | None, Query(max_length=60, examples=["people-2018"])] = None,
    category: Annotated[str | None, Query(max_length=120)] = None,
    department: Annotated[str | None, Query(max_length=120)] = None,
    outcome: Annotated[str | None, Query(max_length=120)] = None,
    kind: Annotated[Kind | None, Query()] = None,
    band: Annotated[Band | None, Query(description="Band of the effective rating")] = None,
    status: Annotated[Status | None, Query()] = None,
    indicator: Annotated[str | None, Query(max_length=80, description="Risks that hang on this indicator")] = None,
    area: Annotated[str | None, Query(max_length=20, description="Risks that hang on indicators of this area")] = None,
    fund: Annotated[
        str | None, Query(max_length=60, description="Risks that hang on this fund, or on one of its lines")
    ] = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of a reference or title")] = None,
    owner: Annotated[str | None, Query(max_length=300, description="Who owns it, as the register says")] = None,
    changed_since: ChangedSince = None,
) -> RiskFilter:
    found = RiskFilter(register, category, department, outcome, kind, band, search, status, indicator, area)
    return replace(found, owner=owner, changed_since=changed_since, fund=fund)


@router.get("/risks", summary="The register", responses=problems(422))
async def list_risks(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(RiskOrder))],
    wanted: Annotated[RiskFilter, Depends(_filter)],
) -> PageBody[RiskOut]:
    """Risks by reference unless asked otherwise, filtered by what the register says of them, or searched."""
    page = await read(lambda tx: reading.list_views(tx, wanted, paging.request))
    return paging.body(page, RiskOut.of)


@router.post("/risks", summary="Enter a risk", responses=made(RiskOut) | problems(409, 413, 415, 422))
async def create_risk(write: Write, body: RiskIn, response: Response) -> RiskOut:
    """Enter a risk, with links and a first assessment where given; one with an assessment asks for `risks:assess` too.

    Links are snapshotted as their indicators stand now. The same content again is answered with 200.
    """
    entered, new = await write(lambda tx: register.enter(tx, body.to_domain()))
    set_made(response, created=new)
    return RiskOut.of(entered)


@router.get("/risks/{ref}", summary="One risk", responses=problems(404))
async def get_risk(read: Read, ref: RefPath) -> RiskOut:
    """A risk as assessed, as its indicators say, and as it stands, with its links and flags."""
    return RiskOut.of(await read(lambda tx: reading.get_view(tx, ref)))


@router.patch("/risks/{ref}", summary="Change a risk's description, aims or mode", responses=problems(404, 409, 422))
async def amend_risk(write: Write, ref: RefPath, body: RiskPatch) -> RiskOut:
    """Change only what is sent. Ratings change by assessment; a reference never changes."""
    return RiskOut.of(await write(lambda tx: register.amend(tx, ref, body.to_domain())))


@router.get("/risks/{ref}/links", summary="Which indicators move a risk", responses=problems(404))
async def get_links(read: Read, ref: RefPath) -> LinksOut:
    """The whole set, as it is replaced; where each link stands is told by the risk itself."""
    return LinksOut.of((await read(lambda tx: reading.get_view(tx, ref))).links)


@router.put("/risks/{ref}/links", summary="Say which indicators move a risk", responses=problems(404, 409, 422))
async def replace_links(write: Write, ref: RefPath, body: LinksIn) -> RiskOut:
    """The whole set of links. Links that stay keep their snapshot, also in another group; new ones are snapshotted.

    Without `fund_links` those to funds stay as they are.
    """
    links = [each.to_domain() for each in body.links] + [each.to_domain() for each in body.fund_links or ()]
    keeps = body.fund_links is None
    return RiskOut.of(await write(lambda tx: linking.replace_links(tx, ref, links, body.reason, keeps_funds=keeps)))


@router.get("/risks/{ref}/history", summary="How a risk's rating changed", responses=problems(404))
async def get_history(read: Read, ref: RefPath, paging: Paging) -> PageBody[HistoryOut]:
    """Every change of the effective rating, oldest first, with its reason and the events behind it."""
    page = await read(lambda tx: reading.list_history(tx, ref, paging.request))
    return paging.body(page, HistoryOut.of)


@router.get("/rating-changes", summary="How ratings changed", responses=problems(422))
async def list_rating_changes(
    read: Read,
    paging: Paging,
    first_day: Annotated[date, Query(alias="from", description="Business date of the first", examples=["2017-10-01"])],
    as_of: AsOf = None,
) -> PageBody[RegisterChangeOut]:
    """Every change of an effective rating from that day on, of whichever risk, oldest first."""
    page = await read(lambda tx: reading.list_changes(tx, first_day, as_of, paging.request))
    return paging.body(page, RegisterChangeOut.of_register)


@router.get("/risks/{ref}/explanation", summary="Why a risk stands where it does", responses=problems(404))
async def get_explanation(read: Read, ref: RefPath, as_of: AsOf = None) -> ExplanationOut:
    """Each link with its values and colours, the formula with its numbers, the rules that limited it, and a paragraph.

    `as_of` explains the rating of then, by what it was made of when it became so.
    """
    return ExplanationOut.of(await read(lambda tx: explaining.get_explanation(tx, ref, as_of)))


@router.post("/risks/{ref}/simulations", summary="What if an indicator changed", responses=problems(404, 409, 422))
async def simulate_risk(read: Read, ref: RefPath, body: SimulationIn) -> SimulationOut:
    """The rating if linked indicators stood as supposed. Nothing is stored."""
    return SimulationOut.of(await read(lambda tx: simulating.simulate(tx, ref, body.to_domain())))


@router.post("/simulations", summary="What if indicators changed, across the register", responses=problems(404, 422))
async def simulate_register(read: Read, body: RegisterSimulationIn) -> RegisterSimulationOut:
    """The risks that would be rated otherwise if series stood as supposed. Nothing is stored."""
    found = await read(lambda tx: simulating.simulate_register(tx, body.to_domain(), body.risks))
    return RegisterSimulationOut.of(found)
