"""From a scheme and its figures to the event that carries them."""

import hashlib
from collections.abc import Iterable

from chassis.events.envelope import NewEvent
from contracts.finance import SAVING_RESTATED, SOURCE, ForecastState, PlanState, SavingRestated
from contracts.money import pounds
from services.finance.domain.figures import SchemeFigures
from services.finance.domain.scheme import Scheme


def saving_restated(scheme: Scheme, figures: SchemeFigures, why: str, caused_by: Iterable[str]) -> SavingRestated:
    agreed = scheme.definition
    return SavingRestated(
        scheme=agreed.code,
        name=agreed.name,
        workstream=agreed.workstream,
        fund=agreed.fund,
        budget_line=agreed.budget_line,
        financial_year=agreed.financial_year.label,
        plan=PlanState(low=pounds(figures.plan.low), high=pounds(figures.plan.high)),
        indicated=pounds(figures.indicated),
        validated=pounds(figures.validated),
        banked=pounds(figures.banked.counted),
        forecast=ForecastState(low=pounds(figures.forecast.low), high=pounds(figures.forecast.high)),
        colour=figures.colour,
        flags=list(figures.flags),
        why=why,
        caused_by=sorted(set(caused_by)),
    )


def fingerprint(state: SavingRestated) -> str:
    """What tells two states apart: all but the words and the causes."""
    return hashlib.sha256(state.model_dump_json(exclude={"why", "caused_by"}).encode()).hexdigest()


def new_event(state: SavingRestated, version: int) -> NewEvent:
    return NewEvent(type=SAVING_RESTATED, source=SOURCE, subject=state.scheme, version=version, data=state)
