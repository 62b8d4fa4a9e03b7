"""The finance service, ready to be run."""

from fastapi import FastAPI

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from services.finance.endpoints import (
    action_plans,
    budget_table,
    fund_returns,
    funds,
    ledger,
    outturn,
    partners,
    range_models,
    savings,
    schemes,
    slippage,
    unit_costs,
    virements,
    year_ends,
)
from services.finance.models import Base
from services.finance.projection import SUBSCRIPTION
from services.finance.schemas.descriptions import DESCRIPTIONS
from services.finance.service.republication import REPUBLICATION
from services.finance.service.updates import RESTATE_DIFFERING, restate_differing

DESCRIPTION = """\
Pooled funds, budget lines and savings schemes of partners who plan and pay together.

A scheme tied to an indicator is **indicated** as the indicator's values arrive; finance posts what it has
**validated** and what it has **banked**. Only banked money changes a budget or an outturn; indicated money is never
shown as delivered. The ledger is append-only: a revised value posts the difference in an open quarter, closed
quarters never change, and every figure shown is added up from entries. Provisional values count as indicated, and
say so in the flags of the position.

Money is `{"amount": "1234.56", "currency": "GBP"}`, exact to the penny; rates and shares travel as text.
"""

_SCOPES = {
    "savings_range": "finance:read",
    "share_variance": "finance:read",
    "post_entry": ("finance:validate", "finance:bank"),
    "reverse_entry": "finance:validate",
    "approve_virement": "finance:validate",
    "reject_virement": "finance:validate",
    "close_quarter": "finance:close",
    "sign_off_year": "finance:close",
    "put_fund_return": ("finance:write", "finance:close"),
}
"""What an entry asks for depends on its state (``service/postings.py``), a return on whether it is signed or was."""

SPEC = ServiceSpec(
    name="finance",
    title="Finance",
    description=DESCRIPTION,
    metadata=Base.metadata,
    package="services.finance",
    descriptions=DESCRIPTIONS,
    scopes=_SCOPES,
    routers=(
        funds.router,
        budget_table.router,
        schemes.router,
        unit_costs.router,
        savings.router,
        slippage.router,
        ledger.router,
        outturn.router,
        virements.router,
        partners.router,
        year_ends.router,
        action_plans.router,
        fund_returns.router,
        range_models.router,
    ),
    subscriptions=(SUBSCRIPTION,),
    republication=REPUBLICATION,
    jobs={RESTATE_DIFFERING: restate_differing},
)


def create_app(resources: Resources) -> FastAPI:
    return build_app(SPEC, resources)
