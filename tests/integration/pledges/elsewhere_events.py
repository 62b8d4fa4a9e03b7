"""Events of risks and schemes as the bus hands them over."""

from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from chassis.bus.port import Record
from chassis.clock import system_clock
from chassis.events import envelope as events
from chassis.events.envelope import Delivery, NewEvent
from chassis.events.subscription import Subscription
from chassis.storage.database import Database
from contracts import finance, risks
from contracts.colours import Colour
from contracts.finance import ForecastState, PlanState, SavingRestated
from contracts.money import pounds
from contracts.risks import Band, RatingState, RiskRescored, RiskReviewed

Rating = tuple[int, int]


def delivery(service: str, type_: str, subject: str, version: int, body: BaseModel, generation: int = 1) -> Delivery:
    """An event encoded and read by the real code."""
    event_id, source = str(uuid4()), f"/{service}"
    new = NewEvent(type_, source, subject, version, body)
    value = events.encode(new, event_id=event_id, time=system_clock(), traceparent=None)
    head = events.headers(
        event_id=event_id, source=source, type_=type_, version=version, traceparent=None, generation=generation
    )
    whole = events.with_generation(value, generation)
    return events.delivery(Record(f"commissioning.{service}.v1", 0, version, subject, whole, head, 0))


def _rating(rating: Rating) -> RatingState:
    impact, likelihood = rating
    score = impact * likelihood
    band = Band.RED if score >= 20 else Band.AMBER if score > 5 else Band.GREEN
    return RatingState(impact=impact, likelihood=likelihood, score=score, band=band)


def rescored(ref: str, version: int, rating: Rating, generation: int = 1) -> Delivery:
    body = RiskRescored(
        ref=ref,
        kind="threat",
        title="Demand",
        before=None,
        after=_rating(rating),
        why="It changed",
        caused_by=[],
        matrix="5x5",
        rule_version=1,
        links=[],
    )
    return delivery("risks", risks.RISK_RESCORED, ref, version, body, generation)


def reviewed(ref: str, version: int, rating: Rating, status: str = "open") -> Delivery:
    found = _rating(rating)
    body = RiskReviewed(
        ref=ref,
        kind="threat",
        title="Demand",
        by="Ana",
        reason="Reviewed",
        assessed=found,
        indicated=found,
        effective=found,
        links=[],
        status=status,
    )
    return delivery("risks", risks.RISK_REVIEWED, ref, version, body)


def restated(scheme: str, version: int, banked: str, **more: Any) -> Delivery:
    fields = {
        "scheme": scheme,
        "name": "Sooner home",
        "workstream": "packages_of_care",
        "fund": "integrated-fund",
        "budget_line": "social-care-contract",
        "financial_year": "2017/18",
        "plan": PlanState(low=pounds(20000), high=pounds(60000)),
        "indicated": pounds("1234.56"),
        "validated": pounds(banked),
        "banked": pounds(banked),
        "forecast": ForecastState(low=pounds(18000), high=pounds(50000)),
        "colour": Colour.AMBER,
        "flags": [],
        "why": "Banked",
        "caused_by": [],
    }
    return delivery("finance", finance.SAVING_RESTATED, scheme, version, SavingRestated(**(fields | more)))


async def apply(database: Database, subscription: Subscription, *deliveries: Delivery) -> None:
    await database.write(lambda tx: subscription.projection.apply(tx, deliveries))
