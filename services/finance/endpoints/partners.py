"""Memorandum accounts of partners, and the calculator by which they share a variance."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.finance.domain.partner_account import PartnerAccount
from services.finance.endpoints.parameters import OfYear, Wanted
from services.finance.schemas.partner_accounts import PartnerAccountOut, partner_account_table
from services.finance.schemas.sharing import SharedVarianceOut, VarianceBody
from services.finance.service import calculators, partner_accounts

router = APIRouter()

_ACCOUNT = (
    "What the partner puts in by the agreement in force, its part of what was spent to date, the balance, its part of "
    "the variance by the risk-share rule, and the savings of its schemes. What was spent is divided by what partners "
    "put in, to the penny, so that the balances of all partners add up to the fund's. `quarter` reads it as at the end "
    "of a past quarter, `as_of` as it was known at a moment."
)


async def _account(
    read: Read,
    code: str,
    partner: str,
    as_at: Wanted,
    year: OfYear,
) -> PartnerAccount:
    return await read(lambda tx: partner_accounts.get_partner_account(tx, code, partner, year, as_at))


@router.get(
    "/funds/{code}/partners/{partner}/account",
    tags=["funds"],
    summary="A partner's memorandum account",
    description=_ACCOUNT,
    responses=problems(401, 404, 422, 503),
)
async def get_account(found: Annotated[PartnerAccount, Depends(_account)], as_at: Wanted) -> PartnerAccountOut:
    return PartnerAccountOut.of(found, as_at)


async def _file(request: Request, found: Annotated[PartnerAccount, Depends(_account)]) -> Table:
    return partner_account_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/funds/{code}/partners/{partner}/account",
    _file,
    name="get_account",
    title="A partner's memorandum account",
    description=_ACCOUNT,
    tags=["funds"],
)


@router.post(
    "/risk-share",
    tags=["calculators"],
    summary="Share a variance",
    responses=problems(401, 413, 415, 422),
)
async def share_variance(body: VarianceBody) -> SharedVarianceOut:
    """Who bears an overspend, or where an underspend goes, by terms that are sent along. Nothing is stored.

    An overspend is absorbed by the sources of the waterfall in their order (underspends of the pool, the risk pool,
    uncommitted money, resources outside), then borne by rule and caps. `shares` are for `fixed_share`, `weights` for
    `pro_rata` (what each contributed) and `own` (the size of each partner's own variance). The parts add up to the
    variance, to the penny; what is `unallocated` would block closing.
    """
    return SharedVarianceOut.of(*calculators.share_variance_by(*body.to_calculation()))
