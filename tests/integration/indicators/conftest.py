"""A running indicators app on each database, with the definitions most tests need."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import select

from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.indicators import INDICATOR_UPDATED, IndicatorUpdated
from services.indicators.app import create_app
from services.indicators.models import Base

PLYMOUTH, ENGLAND = "E06000026", "E92000001"
AREAS = {PLYMOUTH: "Plymouth", "E06000027": "Torbay", "E10000008": "Devon", ENGLAND: "England"}

MONTHLY: dict[str, Any] = {
    "code": "ae-four-hour-wait",
    "name": "A&E four hour wait",
    "unit": "percentage",
    "decimals": 2,
    "polarity": "high_is_good",
    "frequency": "month",
}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.moment = datetime(2018, 2, 28, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: int) -> None:
        self.moment += timedelta(**by)


def as_shown(told: Any) -> Any:
    """Points of an event as the status shows them: process control is asked for by an address of its own."""
    return [{name: value for name, value in point.items() if name != "process_control"} for point in told]


class Api:
    """The app's calls as tests write them, and its outbox."""

    def __init__(self, client: AsyncClient, database: Database, clock: Clock) -> None:
        self.client = client
        self.database = database
        self.clock = clock

    async def get(self, path: str, expect: int = 200, **params: Any) -> Any:
        return _body(await self.client.get(f"/indicators/v1{path}", params=params), expect)

    async def post(self, path: str, body: Any, expect: int = 201, *, actor: str = "tester") -> Any:
        answer = await self.client.post(f"/indicators/v1{path}", json=body, headers={"x-actor": actor})
        return _body(answer, expect)

    async def patch(self, path: str, body: Any, expect: int = 200, *, reason: str | None = "it was wrong") -> Any:
        sent = body if reason is None else {"reason": reason} | body
        return _body(await self.client.patch(f"/indicators/v1{path}", json=sent), expect)

    async def put(self, path: str, body: Any, expect: int = 200) -> Any:
        return _body(await self.client.put(f"/indicators/v1{path}", json=body), expect)

    async def observe(
        self,
        period: str,
        value: str | None,
        expect: int = 201,
        *,
        area: str = PLYMOUTH,
        code: str = "ae-four-hour-wait",
        **more: Any,
    ) -> Any:
        body = {"area": area, "period": period, "value": value, "status": "final"} | more
        return await self.post(f"/indicators/{code}/observations", body, expect)

    async def events(self) -> list[dict[str, Any]]:
        """Every event in the outbox, oldest first; states of series are written as their contract writes them."""
        outbox = Base.metadata.tables["outbox"].c

        async def read(tx: Tx) -> list[dict[str, Any]]:
            rows = (await tx.session.execute(select(outbox.type, outbox.body).order_by(outbox.id))).all()
            for row in rows:
                if row.type == INDICATOR_UPDATED:
                    state = IndicatorUpdated.model_validate(json.loads(row.body)["data"])
                    assert row.body.endswith(b'"data":%s}' % state.model_dump_json().encode())
            return [json.loads(row.body) for row in rows]

        return await self.database.read(read)


def _body(answer: Response, expect: int) -> Any:
    assert answer.status_code == expect, answer.text
    return answer.json()


MakeApi = Callable[[], Awaitable[Api]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(resources_for: Any, clock: Clock) -> AsyncIterator[Api]:
    """The app with four areas and one monthly indicator."""
    resources = await resources_for("services.indicators", clock=clock)
    app: FastAPI = create_app(resources)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        made = Api(client, resources.database, clock)
        for code, name in AREAS.items():
            await made.post("/areas", {"code": code, "name": name, "type": "area"})
        await made.post("/indicators", MONTHLY)
        yield made
