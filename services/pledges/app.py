"""The pledges service as a whole."""

from fastapi import FastAPI

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from services.pledges.endpoints import routers
from services.pledges.models import Base
from services.pledges.projection import RISKS, SCHEMES, SUBSCRIPTION
from services.pledges.schemas.descriptions import DESCRIPTIONS
from services.pledges.service.openings import JOB, run_opening, save_openings, sweep_missing
from services.pledges.service.publication import emit_moved_by_calendar
from services.pledges.service.rating_feeds import emit_rated_homes
from services.pledges.service.readiness import emit_actions_moved_by_calendar
from services.pledges.service.republication import REPUBLICATION

DESCRIPTION = """
What was promised, who answers for it and where it stands.

- **Pledges** keep their original wording for good; later wording is appended with its reason. Where a pledge stands
  is said on three separate axes: *delivery*, *evidence* and *schedule*. The schedule is computed from the due date
  and the business date; overdue means late, never broken.
- **Sign-off**: a portfolio holder closes a pledge, as delivered with evidence or as out of reach with what would
  change it; the decision keeps the state that it was taken on. It is reopened with a reason.
- **Files** hold all pledges now, as at a past quarter or as known at a moment; **promises** of sets that are public are
  given out with the day of their last evidence.
- **Indicators**, **risks** and **savings schemes** linked to a pledge show the values, ratings and positions that they
  last published, each with its date.
- **Quarterly returns** are opened for each assignment when a quarter closes; written, submitted, returned or approved
  by people or those they delegate to, each step recorded; found missing without anyone looking; and closed by
  themselves when the next quarter has ended.
- **Priorities** have must-do **actions**, which also hold the sites of the wellbeing hubs, the steps of the workforce
  plan and the stages of the integrated care partnership, and are rolled up by weight. What blocks an action is computed
  through chains of actions and **dependencies** on partners, approvals and resources.
- **Registers**: equality assessments, benefits with the indicators that prove them, consultations with feedback and
  options appraisals, and lists that papers print; **providers** with contracts and quality reviews; **ratings** of
  homes, and how many are good.
- **Boards** have members with terms, responsibilities, **meetings** on a forward plan, **reports** with a front sheet,
  and **decisions**, which are asked for, taken with conditions or without, and keep the state they were taken on.
"""

_SCOPES = {
    "change_return": "pledges:return",
    "submit_return": "pledges:return",
    "import_returns": "pledges:return",
    "return_return": "pledges:approve",
    "approve_return": "pledges:approve",
    "put_delegation": "pledges:approve",
    "sign_off": "pledges:approve",
    "reopen": "pledges:approve",
    "take_board_decision": "pledges:approve",
    "meet_condition": "pledges:approve",
}

SPEC = ServiceSpec(
    name="pledges",
    title="Pledges",
    description=DESCRIPTION.strip(),
    metadata=Base.metadata,
    package="services.pledges",
    descriptions=DESCRIPTIONS,
    scopes=_SCOPES,
    routers=routers,
    subscriptions=(SUBSCRIPTION, RISKS, SCHEMES),
    jobs={JOB: run_opening},
    sweeps=(emit_moved_by_calendar, emit_actions_moved_by_calendar, save_openings, sweep_missing, emit_rated_homes),
    republication=REPUBLICATION,
)


def create_app(resources: Resources) -> FastAPI:
    return build_app(SPEC, resources)
