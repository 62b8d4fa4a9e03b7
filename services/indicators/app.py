"""The indicators service, as whoever runs it sees it."""

from fastapi import FastAPI

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from services.indicators.endpoints import routers
from services.indicators.models import Base
from services.indicators.projection import SUBSCRIPTION
from services.indicators.schemas.descriptions import DESCRIPTIONS
from services.indicators.service import late_values
from services.indicators.service.importing import JOB, run_import
from services.indicators.service.imports import forget_imports
from services.indicators.service.republication import REPUBLICATION

DESCRIPTION = """
What is measured, where and when, and the colours those measurements earn.

Define an **indicator** and the **areas** it is measured in, then record **observations**: each change is a new
revision and nothing is overwritten, so `as_of` reads any state as it was known. The **status** of an indicator in an
area holds its benchmark, trend and target colours, each with its reason, and the six latest periods. **Scorecards**
put indicators under sections and aims.

Numbers travel as text (`"79.29"`), periods by their label (`2017-12`, `2017/18 Q3`, `2017/18`); sending the same
content again changes nothing. Every change of state is published as `commissioning.indicator.updated.v1`; the answer
to a recorded observation names that event and the version of the state it made.
"""

_SCOPES = {"record_commentary": ("indicators:write", "indicators:publish")}
"""What a commentary asks for depends on its state: see ``service/commentaries.py``."""

SPEC = ServiceSpec(
    name="indicators",
    title="Indicators",
    description=DESCRIPTION.strip(),
    metadata=Base.metadata,
    package="services.indicators",
    descriptions=DESCRIPTIONS,
    scopes=_SCOPES,
    routers=routers,
    subscriptions=(SUBSCRIPTION,),
    republication=REPUBLICATION,
    jobs={JOB: run_import, late_values.JOB: late_values.find_late_values},
    schedules=(late_values.SCHEDULE,),
    sweeps=(forget_imports,),
)


def create_app(resources: Resources) -> FastAPI:
    return build_app(SPEC, resources)
