"""A register on a real database, with its HTTP face, and indicator events as they come over the wire."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select

from chassis.bus.port import Record
from chassis.events.envelope import Delivery, delivery, headers
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.colours import Colour, Polarity
from contracts.envelope import CloudEvent
from contracts.indicators import (
    INDICATOR_UPDATED,
    SOURCE,
    AreaState,
    BenchmarkState,
    Definition,
    IndicatorUpdated,
    ObservationState,
    ObservationStatus,
    SeriesPoint,
    TrendState,
)
from contracts.period import Period
from services.risks.app import create_app
from services.risks.projection import INDICATORS

BUSINESS_DATE = date(2018, 2, 28)
COLOURS = {"g": Colour.GREEN, "a": Colour.AMBER, "r": Colour.RED, "w": Colour.WHITE}


def point(letter: str, period: Period) -> SeriesPoint:
    colour = COLOURS[letter]
    return SeriesPoint(
        period=period,
        value="81.6",
        revision=1,
        status=ObservationStatus.FINAL,
        benchmark=Colour.WHITE,
        trend=Colour.NONE,
        target=colour,
    )


def body(indicator: str, area: str, colours: str, last: Period) -> IndicatorUpdated:
    """The state of an indicator whose latest months met their target (g), nearly (a), not (r), or had none (w)."""
    periods = [last]
    for _ in colours[1:]:
        periods.insert(0, periods[0].previous())
    series = [point(letter, period) for letter, period in zip(colours, periods, strict=True)]
    latest = series[-1]
    return IndicatorUpdated(
        indicator=Definition(
            code=indicator,
            name=indicator,
            unit="percentage",
            decimals=1,
            polarity=Polarity.HIGH_IS_GOOD,
            frequency="month",
        ),
        area=AreaState(code=area, name=area, type="provider"),
        latest=ObservationState(period=latest.period, value=latest.value, revision=1, status=latest.status),
        benchmark=BenchmarkState(colour=Colour.WHITE, rule="none", reason="none"),
        trend=TrendState(colour=Colour.NONE, reason="none"),
        series=series,
        changed=[],
    )


def wire(subject: str, version: int, colours: str, *, last: str = "2018-01", copy: int = 0) -> Delivery:
    """An event as the consumer gets it: encoded, with its headers, from a record."""
    indicator, area = subject.split("/")
    event_id = f"{subject}@{version}.{copy}"
    value = (
        CloudEvent[IndicatorUpdated](
            id=event_id,
            source=SOURCE,
            type=INDICATOR_UPDATED,
            subject=subject,
            time=datetime(2018, 2, 1, tzinfo=UTC),
            partitionkey=subject,
            aggregateversion=version,
            data=body(indicator, area, colours, Period.parse(last)),
        )
        .model_dump_json()
        .encode()
    )
    named = headers(event_id=event_id, source=SOURCE, type_=INDICATOR_UPDATED, version=version, traceparent=None)
    return delivery(Record("commissioning.indicators.v1", 0, version, subject, value, named, 0))


@dataclass(frozen=True)
class Register:
    """The risks service as its users and the bus meet it."""

    database: Database
    http: httpx.AsyncClient

    async def hear(self, *deliveries: Delivery) -> None:
        await self.database.write(lambda tx: INDICATORS.projection.apply(tx, deliveries))

    async def say(self, subject: str, version: int, colours: str, **options: Any) -> None:
        await self.hear(wire(subject, version, colours, **options))

    async def post(self, path: str, json: Any, status: int = 201) -> Any:
        return await self._call("POST", path, json, status)

    async def put(self, path: str, json: Any, status: int = 200) -> Any:
        return await self._call("PUT", path, json, status)

    async def patch(self, path: str, json: Any, status: int = 200) -> Any:
        return await self._call("PATCH", path, json, status)

    async def delete(self, path: str, status: int = 200) -> Any:
        return await self._call("DELETE", path, None, status)

    async def get(self, path: str, status: int = 200, **params: Any) -> Any:
        return await self._call("GET", path, None, status, params)

    async def _call(self, method: str, path: str, json: Any, status: int, params: Any = None) -> Any:
        answer = await self.http.request(method, f"/risks/v1{path}", json=json, params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def risk(self, ref: str = "OCC4", **fields: Any) -> Any:
        """Enter a risk of impact 4 and likelihood 3 unless told otherwise."""
        assessment = {"impact": 4, "likelihood": 3, "reason": "First"}
        given = {"ref": ref, "register": "people-2018", "title": f"Risk {ref}", "assessment": assessment} | fields
        return await self.post("/risks", {name: value for name, value in given.items() if value is not None})

    async def likelihoods(self, ref: str = "OCC4") -> tuple[int, int, int]:
        risk = await self.get(f"/risks/{ref}")
        assessed, indicated, effective = (risk[name]["likelihood"] for name in ("assessed", "indicated", "effective"))
        return assessed, indicated, effective

    async def outbox(self) -> list[tuple[str, str, int]]:
        """Type, subject and version of every event told, in order."""

        async def work(tx: Tx) -> list[tuple[str, str, int]]:
            outbox = tx.table("outbox")
            rows = await tx.session.execute(select(outbox).order_by(outbox.c.id))
            return [(row.type.split(".")[2], row.subject, row.version) for row in rows]

        return await self.database.read(work)

    async def pin(self, day: date) -> None:
        async def work(tx: Tx) -> None:
            setting = tx.table("setting")
            await tx.session.execute(setting.delete())
            row = {"name": "business_date", "value": day.isoformat(), "set_at": tx.now}
            await tx.session.execute(insert(setting), [row])

        await self.database.write(work)


Opened = Callable[[], Awaitable[Register]]


@pytest.fixture
async def open_register(resources_for: Any) -> AsyncIterator[Opened]:
    clients: list[httpx.AsyncClient] = []

    async def make() -> Register:
        resources = await resources_for("services.risks")
        transport = httpx.ASGITransport(create_app(resources), raise_app_exceptions=False)
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://risks", headers={"x-actor": "officer"}))
        opened = Register(resources.database, clients[-1])
        await opened.pin(BUSINESS_DATE)
        return opened

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
async def register(open_register: Opened) -> Register:
    return await open_register()


@pytest.fixture
def event() -> Callable[..., Delivery]:
    return wire


def links(*subjects: str, signal: str = "target") -> Sequence[dict[str, str]]:
    """Links by ``indicator/area``, or ``indicator/area#group``; each its own group otherwise."""
    found = []
    for subject in subjects:
        name, _, group = subject.partition("#")
        indicator, area = name.split("/")
        found.append({"indicator": indicator, "area": area, "group": group or indicator, "signal": signal})
    return found


@pytest.fixture
def tied() -> Callable[..., Sequence[dict[str, str]]]:
    return links
