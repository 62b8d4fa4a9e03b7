"""The finance service on a real database, and its HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import httpx
import pytest

from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.units import Resources
from services.finance.app import create_app
from tests.integration.finance.world import fund_body

BUSINESS_DATE = date(2018, 2, 28)


async def pin(database: Database, day: date) -> None:
    async def work(tx: Tx) -> None:
        row = {"name": "business_date", "value": day.isoformat(), "set_at": tx.now}
        await upsert(tx, tx.table("setting"), [row], ("name",), ("value", "set_at"))

    await database.write(work)


@pytest.fixture
async def resources(resources_for: Callable[[str], Awaitable[Resources]]) -> Resources:
    """The service's database, with the business date of the reference data."""
    made = await resources_for("services.finance")
    await pin(made.database, BUSINESS_DATE)
    return made


@pytest.fixture
async def database(resources: Resources) -> Database:
    return resources.database


async def _planner_defines(request: httpx.Request) -> None:
    """Schemes are defined by another than who validates them."""
    if (
        request.method == "POST"
        and request.url.path.endswith("/schemes")
        and request.headers["x-actor"] == "accountant"
    ):
        request.headers["x-actor"] = "planner"


@pytest.fixture
async def bare(resources: Resources) -> AsyncIterator[httpx.AsyncClient]:
    """Finance with nothing in it."""
    transport = httpx.ASGITransport(app=create_app(resources))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://finance",
        headers={"x-actor": "accountant"},
        event_hooks={"request": [_planner_defines]},
    ) as client:
        yield client


@pytest.fixture
async def api(bare: httpx.AsyncClient) -> httpx.AsyncClient:
    """Finance with a fund of two partners and two lines."""
    answer = await bare.put("/finance/v1/funds/integrated-fund", json=fund_body())
    assert answer.status_code == 201, answer.text
    return bare


@pytest.fixture
def move_to(database: Database) -> Callable[[date], Awaitable[None]]:
    return lambda day: pin(database, day)
