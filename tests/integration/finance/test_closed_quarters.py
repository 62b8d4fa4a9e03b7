"""What a closed quarter shows it shows for ever, whatever is budgeted or posted after it was closed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from chassis.storage import migrate
from chassis.storage.database import Database
from services.finance.app import SPEC
from tests.integration.finance.world import fund_body, money, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"


def with_leisure(amount: int) -> dict[str, Any]:
    """The fund with another budget of the line leisure, of which 5,000 is what it was."""
    body = fund_body()
    body["budget_lines"][1]["opening"] = money(amount)
    return body


async def bank(api: httpx.AsyncClient, period: str, amount: str) -> None:
    for state in ("validated", "banked"):
        body = {"reference": f"{state} {period}", "state": state, "period": period, "amount": money(amount)}
        answer = await api.post(f"{SCHEMES}/pools/entries", json=body | {"reason": "Invoices"})
        assert answer.status_code == 201, answer.text


async def banked(api: httpx.AsyncClient) -> dict[str, str]:
    """What counts in each quarter. Quarters, line and fund are seen to add up."""
    shown = (await api.get(f"{FUND}/position")).json()
    found = {quarter["quarter"]: quarter["banked"]["amount"] for quarter in shown["quarters"]}
    scheme = (await api.get(f"{SCHEMES}/pools/position")).json()
    total = money(str(sum(map(float, found.values()))))
    assert shown["savings"]["banked"] == shown["lines"][1]["savings"]["banked"] == scheme["banked"] == total
    return found


@pytest.fixture
async def closed(api: httpx.AsyncClient, move_to: Callable[[date], Awaitable[None]]) -> httpx.AsyncClient:
    """Of 8,000 banked on a line of 5,000 in a quarter 2,000 count, after 3,000 before; that quarter is closed."""
    await move_to(date(2018, 2, 28))
    await api.post(SCHEMES, json=scheme_body("pools", budget_line="leisure", link=None))
    await bank(api, "2017-04", "3000")
    await bank(api, "2017-07", "8000")
    assert (await api.put(f"{FUND}/closed-quarters/2017/18 Q2")).status_code == 200
    assert await banked(api) == {"2017/18 Q1": "3000.00", "2017/18 Q2": "2000.00"}
    return api


@pytest.mark.parametrize(("budget", "difference"), [(9_000, "4000.00"), (4_000, "-1000.00")])
async def test_another_budget_moves_the_first_open_quarter_and_not_the_closed_one(
    closed: httpx.AsyncClient, budget: int, difference: str
):
    assert (await closed.put(FUND, json=with_leisure(budget))).status_code == 200
    assert await banked(closed) == {"2017/18 Q1": "3000.00", "2017/18 Q2": "2000.00", "2017/18 Q3": difference}


async def test_what_is_banked_before_a_closed_quarter_moves_the_open_one_after_it(closed: httpx.AsyncClient):
    await bank(closed, "2017-05", "1000")
    assert await banked(closed) == {"2017/18 Q1": "4000.00", "2017/18 Q2": "2000.00", "2017/18 Q3": "-1000.00"}
    for quarter in ("2017/18 Q3", "2017/18 Q1"):
        assert (await closed.put(f"{FUND}/closed-quarters/{quarter}")).status_code == 200
    await closed.put(FUND, json=with_leisure(20_000))
    assert await banked(closed) == {
        "2017/18 Q1": "4000.00",
        "2017/18 Q2": "2000.00",
        "2017/18 Q3": "-1000.00",
        "2017/18 Q4": "7000.00",
    }


@pytest.mark.both_engines
async def test_quarters_closed_before_the_upgrade_keep_what_they_showed(closed: httpx.AsyncClient, database: Database):
    url = database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url, "0008")
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    await closed.put(FUND, json=with_leisure(9_000))
    assert await banked(closed) == {"2017/18 Q1": "3000.00", "2017/18 Q2": "2000.00", "2017/18 Q3": "4000.00"}
