"""The risks service, to whoever runs it."""

from fastapi import FastAPI

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from services.risks.endpoints import routers
from services.risks.models import Base
from services.risks.projection import FUNDS, SUBSCRIPTION
from services.risks.schemas.descriptions import DESCRIPTIONS
from services.risks.service.expiring import sweep_acceptances
from services.risks.service.overriding import sweep_overrides
from services.risks.service.republication import REPUBLICATION
from services.risks.service.reviewing import sweep_reviews

DESCRIPTION = """
The risk register. An owner assesses a risk; linked indicators then move its likelihood, never its impact, by rules
that anyone can check.

- **assessed**: what the owner judged, with a snapshot of the linked indicators' severities at that moment.
- **indicated**: what the indicators say now. Worse counts at once, better only once the two latest periods with
  a severity are better.
- **effective**: an override in force, else indicated (mode `auto`) or assessed (mode `propose`).

Ask `explanation` why a risk stands where it does, and `simulations` where it would stand.
"""

_SCOPES = {
    "simulate_risk": "risks:read",
    "simulate_register": "risks:read",
    "assess_risk": "risks:assess",
    "review_risk": "risks:assess",
    "move_risk": "risks:assess",
    "accept_proposal": "risks:assess",
    "reject_proposal": "risks:assess",
    "request_acceptance": "risks:assess",
    "withdraw_acceptance": ("risks:assess", "risks:accept"),
    "override_risk": "risks:override",
    "lift_override": "risks:override",
    "approve_acceptance": "risks:accept",
}

SPEC = ServiceSpec(
    name="risks",
    title="Risks",
    version="1.0.0",
    description=DESCRIPTION.strip(),
    metadata=Base.metadata,
    package="services.risks",
    descriptions=DESCRIPTIONS,
    scopes=_SCOPES,
    routers=routers,
    subscriptions=(SUBSCRIPTION, FUNDS),
    sweeps=(sweep_overrides, sweep_acceptances, sweep_reviews),
    republication=REPUBLICATION,
)


def create_app(resources: Resources) -> FastAPI:
    return build_app(SPEC, resources)
