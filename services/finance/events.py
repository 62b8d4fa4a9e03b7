"""From a scheme and its position to what the world is told."""

import hashlib
from collections.abc import Iterable

from chassis.events.envelope import NewEvent
from contracts.finance import SAVING_RESTATED, SOURCE, ForecastState, PlanState, SavingRestated
from contracts.money import pounds
from services.finance.domain.position import Position
from services.finance.models import Scheme


def saving_restated(scheme: Scheme, position: Position, why: str, caused_by: Iterable[str]) -> SavingRestated:
    return SavingRestated(
        scheme=scheme.code,
        name=scheme.name,
        workstream=scheme.workstream,
        fund=scheme.fund,
        budget_line=scheme.budget_line,
        financial_year=scheme.financial_year,
        plan=PlanState(low=pounds(position.plan.low), high=pounds(position.plan.high)),
        indicated=pounds(position.indicated.shown),
        validated=pounds(position.validated.shown),
        banked=pounds(position.banked.shown),
        forecast=ForecastState(low=pounds(position.forecast.low), high=pounds(position.forecast.high)),
        colour=position.colour,
        flags=list(position.flags),
        why=why,
        caused_by=sorted(set(caused_by)),
    )


def fingerprint(state: SavingRestated) -> str:
    """What of a state is news: all of it but the words and the causes."""
    return hashlib.sha256(state.model_dump_json(exclude={"why", "caused_by"}).encode()).hexdigest()


def new_event(state: SavingRestated, version: int) -> NewEvent:
    return NewEvent(type=SAVING_RESTATED, source=SOURCE, subject=state.scheme, version=version, data=state)
