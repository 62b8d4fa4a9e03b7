"""Savings that a budget contains already: they are followed as all others, and count in no outturn once more."""

import asyncio
from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from tests.integration.finance.world import fund_body, money, published, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"


def within(code: str = "printed", amount: int = 300, **changes: Any) -> dict[str, Any]:
    plan = [{"period": "2017/18", "low": money(amount), "high": money(amount)}]
    terms = {"link": None, "budget_line": "leisure", "plan": plan, "cashable_share": "1", "in_budget": True}
    return scheme_body(code, workstream="unassigned", **terms) | changes


@pytest.fixture
async def saving(api: httpx.AsyncClient) -> httpx.AsyncClient:
    """A fund of which leisure saves 300 in one column and 50 in the other, and is given 20 back: 5,000 less 330."""
    assert (await budget(api, -300)).status_code == 200
    return api


async def budget(api: httpx.AsyncClient, savings: int, other: int = -50) -> httpx.Response:
    body = fund_body()
    body["budget_lines"][1] |= {
        "savings": money(savings),
        "cost_increases": money(20),
        "other_savings": money(other),
    }
    return await api.put(FUND, json=body)


async def post(api: httpx.AsyncClient, state: str, amount: int) -> httpx.Response:
    entry = {"reference": state, "state": state, "period": "2017-12", "amount": money(amount), "reason": "Invoices"}
    return await api.post(f"{SCHEMES}/printed/entries", json=entry)


async def test_what_is_validated_of_it_is_achieved_and_no_outturn_moves(saving: httpx.AsyncClient, database: Database):
    assert (await saving.post(SCHEMES, json=within())).status_code == 201
    assert (await post(saving, "validated", 200)).status_code == 201
    position = (await saving.get(f"{FUND}/position")).json()
    leisure = position["lines"][1]
    assert (leisure["budget"], leisure["outturn"], leisure["variance"]) == (money(4670), money(4670), money(0))
    assert (leisure["savings"]["plan_high"], leisure["savings"]["validated"]) == (money(300), money(200))
    table = (await saving.get(f"{FUND}/savings")).json()
    row = table["workstreams"][-1]
    assert (row["workstream"], row["proposed"], row["achieved"], row["unachieved"], row["banked"]) == (
        "unassigned",
        money(300),
        money(200),
        money(100),
        money(0),
    )
    assert (await saving.get(f"{SCHEMES}/printed")).json()["in_budget"] is True
    assert (await published(database, "printed"))[-1]["data"]["in_budget"] is True


async def test_nothing_of_it_is_banked(saving: httpx.AsyncClient):
    await saving.post(SCHEMES, json=within())
    await post(saving, "validated", 200)
    refused = await post(saving, "banked", 200)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"field": "state", "message": "the saving is in the budget already"}],
    )
    assert (await saving.get(f"{FUND}/position")).json()["variance"] == money(0)


async def test_schemes_plan_together_no_more_than_the_budget_was_reduced_by(saving: httpx.AsyncClient):
    refused = await saving.post(SCHEMES, json=within(amount=351))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "plan")
    assert (await saving.post(SCHEMES, json=within())).status_code == 201
    assert (await saving.post(SCHEMES, json=within())).status_code == 200, "the same again"
    refused = await saving.post(SCHEMES, json=within("other", 51))
    assert "£50.00" in refused.json()["errors"][0]["message"]
    assert (await saving.post(SCHEMES, json=within("other", 50))).status_code == 201
    assert (await saving.post(SCHEMES, json=within("else", 1, in_budget=False))).status_code == 201
    await saving.patch(f"{SCHEMES}/other", json={"state": "withdrawn", "reason": "Mistyped"})
    assert (await saving.post(SCHEMES, json=within("another", 50))).status_code == 201


@pytest.mark.both_engines
async def test_those_who_claim_the_same_saving_side_by_side_do_not_both_have_it(saving: httpx.AsyncClient):
    answers = await asyncio.gather(*(saving.post(SCHEMES, json=within(f"s{n}", 200)) for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]


@pytest.mark.both_engines
async def test_the_savings_in_a_budget_are_not_cut_below_what_schemes_plan_of_them(saving: httpx.AsyncClient):
    for code, amount in (("printed", 200), ("other", 100)):
        assert (await saving.post(SCHEMES, json=within(code, amount))).status_code == 201
    refused = await budget(saving, -249)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"field": "budget_lines.1.savings", "message": "schemes plan £300.00 of the savings in it"}],
    )
    assert (await saving.get(FUND)).json()["budget_lines"][1]["savings"] == money(-300)
    assert (await budget(saving, -250)).status_code == 200
    assert (await budget(saving, -100, -200)).status_code == 200, "which column they stand in is one"
    await saving.patch(f"{SCHEMES}/other", json={"state": "withdrawn", "reason": "Mistyped"})
    assert (await budget(saving, -200, 0)).status_code == 200
