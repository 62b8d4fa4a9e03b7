"""Indicator events as the bus hands them over, and what a linked pledge shows of them."""

from typing import Any
from uuid import uuid4

import httpx

from chassis.bus.port import Record
from chassis.clock import system_clock
from chassis.events import envelope as events
from chassis.events.envelope import Delivery, NewEvent
from chassis.storage.database import Database
from contracts.breakdown import Breakdown
from contracts.colours import Colour, Polarity
from contracts.indicators import (
    INDICATOR_UPDATED,
    SOURCE,
    AreaState,
    BenchmarkState,
    Definition,
    IndicatorUpdated,
    ObservationState,
    ObservationStatus,
    TargetState,
    TrendState,
    subject,
)
from contracts.period import Period
from services.pledges.projection import SUBSCRIPTION

PLYMOUTH = "E06000026"


def body(
    indicator: str, area: str, period: str | None, colours: tuple[Colour, Colour, Colour | None]
) -> IndicatorUpdated:
    benchmark, trend, target = colours
    latest = None
    if period:
        latest = ObservationState(
            period=Period.parse(period), value=None, revision=1, status=ObservationStatus.WITHDRAWN
        )
    return IndicatorUpdated(
        indicator=Definition(
            code=indicator,
            name="Four-hour wait",
            unit="percentage",
            decimals=1,
            polarity=Polarity.HIGH_IS_GOOD,
            frequency="month",
        ),
        area=AreaState(code=area, name="Plymouth", type="unitary"),
        latest=latest,
        benchmark=BenchmarkState(colour=benchmark, rule="fifteen_percent", reason="compared"),
        trend=TrendState(colour=trend, reason="one change"),
        target=None if target is None else TargetState(colour=target, expected=None, reason="against the target"),
        series=[],
        changed=[],
    )


def event(
    indicator: str,
    version: int,
    *,
    area: str = PLYMOUTH,
    period: str | None = "2018-01",
    colours: tuple[Colour, Colour, Colour | None] = (Colour.RED, Colour.AMBER, None),
    breakdown: str = "",
    generation: int = 1,
    provisional: bool = False,
) -> Delivery:
    """An event as the bus hands it over, encoded and read by the real code."""
    key, event_id = subject(indicator, area, breakdown), str(uuid4())
    state = body(indicator, area, period, colours)
    state = state.model_copy(
        update={
            "breakdown": Breakdown.parse(breakdown),
            "benchmark": state.benchmark.model_copy(update={"provisional": provisional}),
        }
    )
    new = NewEvent(INDICATOR_UPDATED, SOURCE, key, version, state)
    value = events.with_generation(
        events.encode(new, event_id=event_id, time=system_clock(), traceparent=None), generation
    )
    attributes = events.headers(
        event_id=event_id,
        source=SOURCE,
        type_=INDICATOR_UPDATED,
        version=version,
        traceparent=None,
        generation=generation,
    )
    return events.delivery(Record("commissioning.indicators.v1", 0, version, key, value, attributes, 0))


async def apply(database: Database, *deliveries: Delivery) -> None:
    await database.write(lambda tx: SUBSCRIPTION.projection.apply(tx, deliveries))


async def make(api: httpx.AsyncClient, number: str) -> None:
    officer = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}
    pledge = {"number": number, "theme": "Health", "title": "Faster discharge", "assignments": [officer]}
    assert (await api.post("/pledges/v1/pledges", json=pledge)).status_code == 201


async def link(api: httpx.AsyncClient, number: str, *indicators: str, area: str = PLYMOUTH) -> dict[str, Any]:
    links = [{"indicator": indicator, "area": area} for indicator in indicators]
    answer = await api.put(f"/pledges/v1/pledges/{number}/links", json={"links": links})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def shown(api: httpx.AsyncClient, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(f"/pledges/v1/pledges/{number}")).json()["indicators"]
    return found


def colours_of(indicator: str, period: str | None, *colours: str | None) -> dict[str, Any]:
    benchmark, trend, target = colours or (None, None, None)
    return {
        "indicator": indicator,
        "area": PLYMOUTH,
        "breakdown": {},
        "pending": not colours,
        "period": period,
        "benchmark": benchmark,
        "trend": trend,
        "target": target,
        "benchmark_provisional": False,
        "trend_provisional": False,
        "target_provisional": False,
        "value": None,
        "unit": "percentage" if colours else None,
    }
