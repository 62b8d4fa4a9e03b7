"""Funds and schemes as at a past quarter, and as they were known at a moment."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.storage import migrate
from chassis.storage.database import Database
from services.finance.app import SPEC
from tests.integration.finance.world import Source, fund_body, hear, link_body, money, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"
Move = Callable[[date], Awaitable[None]]


async def post(api: httpx.AsyncClient, state: str, period: str, amount: str) -> None:
    body = {"reference": f"{state} {period}", "state": state, "period": period, "amount": money(amount)}
    answer = await api.post(f"{SCHEMES}/admissions/entries", json=body | {"reason": "Invoices"})
    assert answer.status_code == 201, answer.text


async def savings(api: httpx.AsyncClient, **when: str) -> tuple[str, str, str, str]:
    """The budget, and the savings indicated, validated and banked; scheme and fund are seen to agree."""
    shown = (await api.get(f"{FUND}/position", params={"financial_year": "2017/18"} | when)).json()
    scheme = (await api.get(f"{SCHEMES}/admissions/position", params=when)).json()
    for name in ("indicated", "validated", "banked"):
        assert shown["savings"][name] == scheme[name]
    found = shown["savings"]
    return (shown["budget"]["amount"], *(found[name]["amount"] for name in ("indicated", "validated", "banked")))


@pytest.fixture
async def lived(bare: httpx.AsyncClient, database: Database, move_to: Move) -> list[str]:
    """A year of the fund in four quarters. Returns a moment of real time after each of them."""
    api, source, moments = bare, Source(), list[str]()

    async def end_quarter() -> None:
        moments.append(datetime.now(UTC).isoformat())

    await move_to(date(2017, 12, 20))
    await api.put(FUND, json=fund_body())
    await api.post(SCHEMES, json=scheme_body())
    await hear(database, [source.say({"2017-11": "1390"}, "provisional")])
    await end_quarter()
    await move_to(date(2018, 2, 28))
    await hear(database, [source.say({"2017-11": "1371"})])
    await post(api, "validated", "2017-11", "5000")
    await post(api, "banked", "2017-11", "4000")
    await api.put(f"{FUND}/closed-quarters/2017/18 Q3")
    await end_quarter()
    await move_to(date(2018, 5, 2))
    body = fund_body(name="Pooled")
    body["budget_lines"][0]["opening"] = money(2_000_000)
    await api.put(FUND, json=body)
    await post(api, "validated", "2018-01", "250")
    await end_quarter()
    return moments


Q3 = ("1005000.00", "2413.50", "0.00", "0.00")
Q4 = ("1005000.00", "6999.15", "5000.00", "4000.00")
NOW = ("2005000.00", "6999.15", "5250.00", "4000.00")


@pytest.mark.both_engines
async def test_a_fund_is_read_as_at_a_past_quarter_and_as_it_was_known(bare: httpx.AsyncClient, lived: list[str]):
    api = bare
    assert [await savings(api, quarter=f"2017/18 Q{n}") for n in (3, 4)] == [Q3, Q4]
    assert await savings(api, quarter="2018-19-Q1") == await savings(api) == NOW
    assert [await savings(api, as_of=moment) for moment in lived] == [Q3, Q4, NOW]
    assert await savings(api, quarter="2017/18 Q4", as_of=lived[0]) == Q3, "both bounds count"
    assert await savings(api, quarter="2017/18 Q3", as_of=lived[2]) == Q3
    before = (await api.get(f"{FUND}/position", params={"quarter": "2017/18 Q4"})).json()
    assert (before["quarter"], before["flags"], before["outturn"]) == (
        "2017/18 Q4",
        ["illustrative"],
        money(1_001_000),
    )
    assert [(q["quarter"], q["closed"]) for q in before["quarters"]] == [("2017/18 Q3", True)]


async def test_definitions_and_closed_quarters_are_read_as_they_were(bare: httpx.AsyncClient, lived: list[str]):
    api = bare
    seen = [(await api.get(FUND, params=when)).json() for when in ({"as_of": lived[0]}, {"quarter": "2017/18 Q4"}, {})]
    assert [one["name"] for one in seen] == ["Integrated Fund", "Integrated Fund", "Pooled"]
    assert [one["closed_quarters"] for one in seen] == [[], ["2017/18 Q3"], ["2017/18 Q3"]]
    assert [one["budget_lines"][0]["opening"] for one in seen][1:] == [money(1_000_000), money(2_000_000)]
    past = (await api.get(f"{SCHEMES}/admissions/position", params={"as_of": lived[0]})).json()
    assert (past["version"], past["why"]) == (None, "Added up from what had been posted by then")


@pytest.mark.usefixtures("lived")
async def test_before_it_was_defined_there_was_none(bare: httpx.AsyncClient):
    api = bare
    for path in (FUND, f"{FUND}/position", f"{SCHEMES}/admissions/position"):
        for when in ({"quarter": "2017/18 Q2"}, {"as_of": "2001-01-01T00:00:00Z"}):
            answer = await api.get(path, params=when)
            assert answer.status_code == 404, (path, when, answer.text)
        for wrong in ({"quarter": "2017-12"}, {"as_of": "2018-02-28"}):
            assert (await api.get(path, params=wrong)).status_code == 422


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_a_past_position_costs_as_many_statements_whatever_the_number_of_schemes(
    api: httpx.AsyncClient, database: Database
):
    costs = []
    for batch in (range(1), range(1, 12)):
        for n in batch:
            await api.post(SCHEMES, json=scheme_body(f"s{n}", link=link_body(attribution="0.05")))
        await hear(database, [Source(breakdown="" if not n else "sex=male").say({"2017-11": "1390"})])
        with counted(database) as statements:
            await api.get(f"{FUND}/position", params={"quarter": "2017/18 Q4"})
        costs.append(len([one for one in statements if not one.startswith("BEGIN")]))
    assert costs[0] == costs[1] <= 14, costs


@pytest.mark.both_engines
async def test_a_fund_of_before_versions_has_always_been_what_it_was_at_the_upgrade(
    api: httpx.AsyncClient, database: Database
):
    now = (await api.get(FUND)).json()
    url = database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url, "0009")
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    await api.put(FUND, json=fund_body(name="Pooled", budget_lines=[]))
    assert (await api.get(FUND, params={"as_of": "2001-01-01T00:00:00Z"})).json() == now
