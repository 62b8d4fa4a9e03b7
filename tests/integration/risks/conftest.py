"""A register on a real database, with its HTTP face, and indicator events as they come over the wire."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import event, insert, select

from chassis.bus.port import Record
from chassis.events.envelope import Delivery, delivery, headers
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.colours import Colour, Polarity
from contracts.envelope import CloudEvent
from contracts.finance import FUND_STATES
from contracts.indicators import (
    INDICATOR_UPDATED,
    SOURCE,
    AreaState,
    BenchmarkState,
    Definition,
    IndicatorUpdated,
    Missing,
    ObservationState,
    ObservationStatus,
    SeriesPoint,
    TrendState,
)
from contracts.period import Period
from services.risks.app import create_app
from services.risks.projection import FUNDS, SUBSCRIPTION

BUSINESS_DATE = date(2018, 2, 28)
COLOURS = {"g": Colour.GREEN, "a": Colour.AMBER, "r": Colour.RED, "w": Colour.WHITE, "c": Colour.WHITE}
"""Letters of colours; capitals are provisional, ``c`` is white for a symbol that stands instead of the value."""


def point(letter: str, period: Period) -> SeriesPoint:
    provisional, symbol = letter.isupper(), letter == "c"
    return SeriesPoint(
        period=period,
        value=None if symbol else "81.6",
        missing=Missing.SUPPRESSED if symbol else None,
        revision=1,
        status=ObservationStatus.PROVISIONAL if provisional else ObservationStatus.FINAL,
        benchmark=Colour.WHITE,
        trend=Colour.NONE,
        target=COLOURS[letter.lower()],
        target_provisional=provisional,
    )


def body(series_of: Sequence[str], colours: str, last: Period) -> IndicatorUpdated:
    """The state of a series whose latest months met their target (g), nearly (a), not (r), or had none (w)."""
    indicator, area, *breakdown = series_of
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
        breakdown=Breakdown.parse("".join(breakdown)),
        latest=ObservationState(period=latest.period, value=latest.value, revision=1, status=latest.status),
        benchmark=BenchmarkState(colour=Colour.WHITE, rule="none", reason="none"),
        trend=TrendState(colour=Colour.NONE, reason="none"),
        series=series,
        changed=[],
    )


def wire(
    subject: str, version: int, colours: str, *, last: str = "2018-01", copy: int = 0, generation: int = 1
) -> Delivery:
    """An event as the consumer gets it: encoded, with its headers, from a record."""
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
            generation=generation,
            data=body(subject.split("/"), colours, Period.parse(last)),
        )
        .model_dump_json()
        .encode()
    )
    named = headers(
        event_id=event_id,
        source=SOURCE,
        type_=INDICATOR_UPDATED,
        version=version,
        traceparent=None,
        generation=generation,
    )
    return delivery(Record("commissioning.indicators.v1", 0, version, subject, value, named, 0))


@dataclass(frozen=True)
class Register:
    """The risks service as its users and the bus meet it."""

    database: Database
    http: httpx.AsyncClient

    async def hear(self, *deliveries: Delivery) -> None:
        for projection, ours in ((SUBSCRIPTION.projection, False), (FUNDS.projection, True)):
            if told := [each for each in deliveries if (each.type in FUND_STATES) is ours]:
                await self.database.write(partial(projection.apply, deliveries=told))

    async def say(self, subject: str, version: int, colours: str, **options: Any) -> None:
        await self.hear(wire(subject, version, colours, **options))

    async def hear_both(self, colours: str) -> None:
        """The first event of beds, and of the flow of patients."""
        await self.hear(wire("beds/RK9", 1, colours), wire("flow/RK9", 1, colours))

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

    async def events(self, ref: str) -> list[Any]:
        """The data of every event about a risk, in order."""

        async def work(tx: Tx) -> list[Any]:
            outbox = tx.table("outbox")
            rows = await tx.session.execute(select(outbox).where(outbox.c.subject == ref).order_by(outbox.c.id))
            return [{"caused_by": []} | json.loads(row.body)["data"] for row in rows]

        return await self.database.read(work)

    async def audited(self) -> list[tuple[Any, ...]]:
        """Action, subject, before, after, reason and actor of every audit entry, in order."""
        return await self.column("audit_entry", "action", "subject", "before", "after", "reason", "actor")

    async def column(self, table: str, *names: str) -> list[tuple[Any, ...]]:
        """Columns of every row of a table."""

        async def work(tx: Tx) -> list[tuple[Any, ...]]:
            columns = [tx.table(table).c[name] for name in names]
            return [tuple(row) for row in await tx.session.execute(select(*columns))]

        return await self.database.read(work)

    async def forget(self, table: str, column: str) -> None:
        """Have nothing in a column, as in rows of before it was there."""

        async def work(tx: Tx) -> None:
            await tx.session.execute(tx.table(table).update().values({column: None}))

        await self.database.write(work)

    async def pin(self, day: date) -> None:
        async def work(tx: Tx) -> None:
            setting = tx.table("setting")
            await tx.session.execute(setting.delete())
            row = {"name": "business_date", "value": day.isoformat(), "set_at": tx.now}
            await tx.session.execute(insert(setting), [row])

        await self.database.write(work)


@contextmanager
def counted(database: Any) -> Iterator[list[str]]:
    """The statements a database is sent meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


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


@pytest.fixture(name="event")
def event_fixture() -> Callable[..., Delivery]:
    return wire


def links(*subjects: str, signal: str = "target", provisional: str | None = None) -> Sequence[dict[str, Any]]:
    """Links by subject, or ``indicator/area#group``; each its own group otherwise."""
    found = []
    for subject in subjects:
        name, _, group = subject.partition("#")
        indicator, area, *breakdown = name.split("/")
        link: dict[str, Any] = {"indicator": indicator, "area": area, "group": group or indicator, "signal": signal}
        if breakdown:
            link["breakdown"] = dict(Breakdown.parse(breakdown[0]).items)
        if provisional:
            link["provisional"] = provisional
        found.append(link)
    return found


@pytest.fixture
def tied() -> Callable[..., Sequence[dict[str, Any]]]:
    return links
