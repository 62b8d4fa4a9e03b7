"""An indicators service as finance hears it, and finance as its callers see it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import Executable, select, text

from chassis.bus.port import Record
from chassis.events import inbox
from chassis.events.envelope import Delivery, delivery, headers
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.colours import Colour, Polarity
from contracts.envelope import CloudEvent
from contracts.indicators import (
    INDICATOR_UPDATED,
    SOURCE,
    AreaState,
    BenchmarkState,
    ChangedPeriod,
    Definition,
    IndicatorUpdated,
    Missing,
    ObservationStatus,
    SeriesPoint,
    TrendState,
    subject,
)
from contracts.period import Period
from contracts.topics import events_topic
from services.finance.domain.transfers import Layer, TrialBalance
from services.finance.projection import SUBSCRIPTION
from services.finance.service.ledger import verify_ledger

PLYMOUTH = "E06000026"
ADMISSIONS = "emergency-admissions-65-plus"
MONTHS = [f"2017-{month:02d}" for month in range(4, 13)] + ["2018-01", "2018-02", "2018-03"]


@dataclass(slots=True)
class Source:
    """One indicator in one area at the indicators service: revisions a period, an event a change."""

    indicator: str = ADMISSIONS
    area: str = PLYMOUTH
    breakdown: str = ""
    polarity: Polarity = Polarity.LOW_IS_GOOD
    points: dict[Period, ChangedPeriod] = field(default_factory=dict)
    version: int = 0
    generation: int = 1

    def go_back(self) -> None:
        """The database is one of before, in a new generation: revisions and versions count anew."""
        self.generation, self.version = self.generation + 1, 0
        self.points = {period: point.model_copy(update={"revision": 1}) for period, point in self.points.items()}

    def say(self, changes: dict[str, str | None], status: str = "final") -> Delivery:
        """Change these periods (null withdraws, a symbol is no value) and return the event that tells of it."""
        changed = [self._revise(Period.parse(label), value, status) for label, value in changes.items()]
        return self._event(changed)

    def tell_all(self) -> Delivery:
        """After a recovery: every period that there is, and that these are all."""
        return self._event(list(self.points.values()), complete=True)

    def turn(self, polarity: Polarity) -> Delivery:
        """Change the definition only."""
        self.polarity = polarity
        return self._event([])

    def _revise(self, period: Period, value: str | None, status: str) -> ChangedPeriod:
        revision = self.points[period].revision + 1 if period in self.points else 1
        told = ObservationStatus.WITHDRAWN if value is None else ObservationStatus(status)
        missing = Missing(value) if value is not None and value.startswith("[") else None
        number = None if value is None or missing is not None else Decimal(value)
        self.points[period] = ChangedPeriod(
            period=period, value=number, revision=revision, status=told, missing=missing
        )
        return self.points[period]

    def _event(self, changed: Sequence[ChangedPeriod], *, complete: bool = False) -> Delivery:
        self.version += 1
        latest = sorted(self.points.values(), key=lambda point: point.period.sort_key)[-6:]
        white = {"benchmark": Colour.WHITE, "trend": Colour.NONE, "target": Colour.WHITE}
        body = IndicatorUpdated(
            indicator=Definition(
                code=self.indicator,
                name="Emergency admissions",
                unit="count",
                decimals=0,
                polarity=self.polarity,
                frequency="month",
            ),
            area=AreaState(code=self.area, name="Plymouth", type="unitary"),
            breakdown=Breakdown.parse(self.breakdown),
            latest=None,
            benchmark=BenchmarkState(colour=Colour.WHITE, rule="fifteen_percent", reason="no_benchmark"),
            trend=TrendState(colour=Colour.NONE, reason="one_value"),
            series=[SeriesPoint(**point.model_dump(), **white) for point in latest],
            changed=list(changed),
            complete=complete,
        )
        named = f"{self.area}{self.breakdown}-{self.version}" + ("" if self.generation == 1 else f"-{self.generation}")
        return as_delivered(body, named, self.version, self.generation)


def as_delivered(body: IndicatorUpdated, event_id: str, version: int, generation: int = 1) -> Delivery:
    key = subject(body.indicator.code, body.area.code, body.breakdown)
    event = CloudEvent[IndicatorUpdated](
        id=event_id,
        source=SOURCE,
        type=INDICATOR_UPDATED,
        subject=key,
        time=datetime(2018, 2, 28, tzinfo=UTC),
        partitionkey=key,
        aggregateversion=version,
        generation=generation,
        data=body,
    )
    value = event.model_dump_json().encode()
    named = headers(
        event_id=event_id,
        source=SOURCE,
        type_=INDICATOR_UPDATED,
        version=version,
        traceparent=None,
        generation=generation,
    )
    return delivery(Record(events_topic("indicators"), 0, version, key, value, named, 0))


async def hear(database: Database, deliveries: Sequence[Delivery], *, through_inbox: bool = True) -> None:
    """One batch, as the consumer loop applies it; without the inbox a duplicate reaches finance itself."""

    async def work(tx: Tx) -> None:
        fresh = await inbox.record_new(tx, "finance", deliveries) if through_inbox else deliveries
        if fresh:
            await SUBSCRIPTION.projection.apply(tx, fresh)

    await database.write(work)


async def published(database: Database, subject: str) -> list[dict[str, Any]]:
    """The events about a scheme or a fund, oldest first, as they go on the bus."""

    async def work(tx: Tx) -> list[dict[str, Any]]:
        outbox = tx.table("outbox")
        rows = await tx.session.execute(select(outbox.c.body).where(outbox.c.subject == subject).order_by(outbox.c.id))
        return [json.loads(body) for (body,) in rows]

    return await database.read(work)


def money(amount: str | int) -> dict[str, str]:
    return {"amount": f"{Decimal(amount):.2f}", "currency": "GBP"}


def fund_body(**changes: Any) -> dict[str, Any]:
    line = {
        "directorate": "People",
        "department": "Joint commissioning",
        "cost_increases": money(0),
        "savings": money(0),
        "other_savings": money(0),
    }
    return {
        "name": "Integrated Fund",
        "host": "PCC",
        "partners": [{"code": "PCC", "name": "The council"}, {"code": "CCG", "name": "The health commissioner"}],
        "budget_lines": [
            line | {"code": code, "division": code.title(), "financial_year": "2017/18", "opening": money(amount)}
            for code, amount in {"commissioning": 1_000_000, "leisure": 5_000}.items()
        ],
        "reason": "Agreed by the partners",
    } | changes


def link_body(**changes: Any) -> dict[str, Any]:
    return {
        "indicator": ADMISSIONS,
        "area": PLYMOUTH,
        "baseline": {"value": "1400", "every": "month"},
        "volume": "1",
        "unit_cost": {"amount": money(1609), "source": "illustrative", "price_year": "2017/18"},
        "marginal_rate": "0.5",
        "attribution": "0.4",
    } | changes


def scheme_body(code: str = "admissions", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": "Fewer emergency admissions",
        "workstream": "prevention_and_demand",
        "fund": "integrated-fund",
        "budget_line": "commissioning",
        "partner": "CCG",
        "financial_year": "2017/18",
        "plan": [{"period": "2017/18", "low": money(100_000), "high": money(180_000)}],
        "cashable_share": "0.75",
        "illustrative": True,
        "link": link_body(),
    } | changes


def worth(actual: str, attribution: str = "0.4", cashable: str = "0.75") -> Decimal:
    """Cash of a month of ``scheme_body``, worked out apart from the service."""
    exact = (1400 - Decimal(actual)) * 1609 * Decimal("0.5") * Decimal(attribution) * Decimal(cashable)
    return Decimal(int(abs(exact) * 100 + Decimal("0.5"))) / 100 * (-1 if exact < 0 else 1)


async def totals(api: httpx.AsyncClient, scheme: str) -> dict[str, tuple[str, str]]:
    """Indicated cash and non-cash a period, where either is not nothing."""
    position = (await api.get(f"/finance/v1/schemes/{scheme}/position")).json()
    found = {p["period"]: (p["indicated"]["amount"], p["non_cash"]["amount"]) for p in position["periods"]}
    return {period: amounts for period, amounts in found.items() if any(Decimal(a) for a in amounts)}


async def entries(api: httpx.AsyncClient, scheme: str) -> list[dict[str, Any]]:
    answer = await api.get(f"/finance/v1/schemes/{scheme}/entries", params={"limit": 200})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def cash(found: Iterable[dict[str, Any]]) -> Decimal:
    return sum((Decimal(entry["cash"]["amount"]) for entry in found), Decimal(0))


def unbalanced(found: TrialBalance) -> list[Layer]:
    """Layers whose accounts do not add to nought: none, ever."""
    sums: dict[Layer, Decimal] = defaultdict(Decimal)
    for one in found.accounts:
        sums[one.account.layer] += one.balance
    return [layer for layer, left in sums.items() if left]


class _UndoneError(Exception):
    """Ends a transaction so that nothing is left of it."""


async def faults_after(database: Database, statement: str | Executable) -> list[str]:
    """What is found of the ledger once a row is changed, which is undone again."""
    found: list[str] = []

    async def work(tx: Tx) -> None:
        await tx.session.execute(text(statement) if isinstance(statement, str) else statement)
        found.extend(f"{one.table} {one.row}" for one in (await verify_ledger(tx)).faults)
        raise _UndoneError

    with pytest.raises(_UndoneError):
        await database.write(work)
    return found
