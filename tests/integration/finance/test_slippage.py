"""Planned against delivered: by quarter, to date and of the year, as it was then, and as a file."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from chassis.business_dates import pin_business_date
from chassis.storage.database import Database
from tests.integration.finance.world import fund_body, money, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"
PATH = f"{FUND}/slippage"


async def validate(api: httpx.AsyncClient, scheme: str, period: str, amount: str) -> None:
    body = {"reference": period, "state": "validated", "period": period, "amount": money(amount), "reason": "Invoices"}
    answer = await api.post(f"{SCHEMES}/{scheme}/entries", json=body)
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def planned(api: httpx.AsyncClient) -> httpx.AsyncClient:
    """A scheme that is behind, one that is ahead, one that mitigates, and one that was withdrawn."""
    for code, more in {
        "behind": {"confidence": "0.5"},
        "ahead": {"plan": [{"period": "2017/18 Q3", "low": money(10_000), "high": money(20_000)}]},
        "mitigates": {"delivered_by": "mitigation"},
        "gone": {},
    }.items():
        body = scheme_body(code, link=None, optimism_bias="0", **{"confidence": "1", **more})
        assert (await api.post(SCHEMES, json=body)).status_code == 201
    await api.patch(f"{SCHEMES}/gone", json={"state": "withdrawn", "reason": "Mistyped"})
    await validate(api, "behind", "2017/18 Q1", "30000")
    await validate(api, "ahead", "2017-12", "25000")
    return api


def amounts(found: dict[str, Any]) -> tuple[str, ...]:
    names = ("planned_low", "planned_high", "delivered", "slippage")
    return tuple(found[name]["amount"] for name in names)


@pytest.mark.both_engines
async def test_what_was_planned_stands_against_what_was_delivered(planned: httpx.AsyncClient):
    found = (await planned.get(PATH)).json()
    assert (found["financial_year"], found["day"], found["illustrative"]) == ("2017/18", "2018-02-28", True)
    rows = {row["scheme"]: row for row in found["schemes"]}
    assert list(rows) == ["ahead", "behind", "mitigates"]
    behind = rows["behind"]
    # 100,000 to 180,000 in the year, of which eleven of twelve months are over
    assert amounts(behind["to_date"]) == ("91666.67", "165000.00", "30000.00", "98333.33")
    assert [amounts(part) for part in behind["quarters"]] == [
        ("25000.00", "45000.00", "30000.00", "5000.00"),
        *[("25000.00", "45000.00", "0.00", "35000.00")] * 3,
    ]
    assert amounts(behind["year"]) == ("100000.00", "180000.00", "30000.00", "110000.00")
    # of nine months that are open half is expected
    assert (behind["forecast"]["low"], behind["expected_slippage"]) == (money("67500.00"), money("57500.00"))
    ahead = rows["ahead"]
    assert (amounts(ahead["to_date"]), ahead["delivered_by"]) == (
        ("10000.00", "20000.00", "25000.00", "-10000.00"),
        "plan",
    )
    ratings = {code: (row["original"], row["colour"]) for code, row in rows.items() if code != "mitigates"}
    assert ratings == {"ahead": ("green", "blue"), "behind": ("red", "red")}
    total = found["total"]
    assert amounts(total["to_date"]) == ("101666.67", "185000.00", "55000.00", "88333.33"), "without what mitigates"
    pressure = (await planned.get("/finance/v1/funds/integrated-fund/savings")).json()["total"]["in_year_pressure"]
    assert total["expected_slippage"] == pressure
    assert [part["quarter"] for part in total["quarters"]] == [f"2017/18 Q{number}" for number in (1, 2, 3, 4)]


@pytest.mark.both_engines
async def test_slippage_as_it_was_at_the_end_of_a_quarter(planned: httpx.AsyncClient, move_to: Any):
    await move_to(date(2018, 4, 5))
    late = {"reference": "late", "state": "validated", "period": "2018-01", "amount": money(9), "reason": "Invoices"}
    assert (await planned.post(f"{SCHEMES}/behind/entries", json=late)).status_code == 201
    now, then = [(await planned.get(PATH, params=params)).json() for params in ({}, {"quarter": "2017-18-Q4"})]
    assert (now["day"], then["day"]) == ("2018-03-31", "2018-03-31")
    delivered = [found["total"]["to_date"]["delivered"] for found in (now, then)]
    assert delivered == [money("55009.00"), money("55000.00")], "what was posted after the quarter was not known in it"


@pytest.mark.both_engines
async def test_slippage_to_date_is_to_the_date_that_was_known(planned: httpx.AsyncClient, database: Database):
    """What was planned for months that had not been then is not set against what had been delivered."""
    then, moment = (await planned.get(PATH)).json(), datetime.now(UTC).isoformat()
    await database.write(lambda tx: pin_business_date(tx, date(2018, 4, 5)))
    found = (await planned.get(PATH, params={"as_of": moment})).json()
    assert (found["day"], found["total"]) == (then["day"], then["total"])
    both = (await planned.get(PATH, params={"as_of": moment, "quarter": "2017-18-Q4"})).json()
    assert (both["day"], both["total"]["to_date"]) == ("2018-02-28", then["total"]["to_date"])


async def test_months_to_come_of_a_quarter_that_is_open_have_not_slipped(planned: httpx.AsyncClient):
    now, quarter = [(await planned.get(PATH, params=params)).json() for params in ({}, {"quarter": "2017-18-Q4"})]
    assert (quarter["day"], quarter["total"]["to_date"]) == ("2018-02-28", now["total"]["to_date"])


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
async def test_slippage_as_a_file(planned: httpx.AsyncClient, ending: str):
    answer = await planned.get(f"{PATH}.{ending}")
    assert answer.status_code == 200, answer.text
    assert f'filename="slippage-integrated-fund-2017-18.{ending}"' in answer.headers["content-disposition"]
    if ending == "csv":
        lines = answer.text.splitlines()
        assert len(lines) == 1 + 4 * 6
        assert lines[-2] == "Total,,,,,,To date,101666.67,185000.00,55000.00,88333.33,"
        assert lines[-1] == "Total,,,,,,Year,110000.00,200000.00,55000.00,100000.00,37500.00"


async def test_slippage_of_no_fund_or_of_a_year_without_budgets_is_not_found(bare: httpx.AsyncClient):
    assert (await bare.get(PATH)).status_code == 404
    assert (await bare.put(PATH.removesuffix("/slippage"), json=fund_body())).status_code == 201
    assert (await bare.get(PATH, params={"financial_year": "2030/31"})).status_code == 404
    empty = (await bare.get(PATH)).json()
    assert (empty["schemes"], empty["total"]["to_date"]["slippage"]) == ([], money(0))


async def test_years_stand_one_below_the_other_and_add_up(planned: httpx.AsyncClient):
    body = fund_body()
    body["budget_lines"].append(body["budget_lines"][0] | {"financial_year": "2018/19"})
    assert (await planned.put(FUND, json=body)).status_code == 200
    plan = [{"period": "2018/19", "low": money(1_000), "high": money(3_000)}]
    later = scheme_body("later", link=None, financial_year="2018/19", plan=plan)
    assert (await planned.post(SCHEMES, json=later)).status_code == 201
    found = (await planned.get(f"{PATH}-by-year")).json()
    first, second = found["years"]
    table = (await planned.get(PATH, params={"financial_year": "2017/18"})).json()
    assert (first["financial_year"], first["schemes"]) == ("2017/18", ["ahead", "behind", "mitigates"])
    assert {name: first[name] for name in ("to_date", "year", "forecast", "expected_slippage")} == {
        name: table["total"][name] for name in ("to_date", "year", "forecast", "expected_slippage")
    }
    assert (second["schemes"], amounts(second["to_date"])) == (["later"], ("0.00", "0.00", "0.00", "0.00"))
    assert amounts(second["year"]) == ("1000.00", "3000.00", "0.00", "2000.00")
    for name in ("to_date", "year"):
        for each in ("planned_low", "delivered", "slippage"):
            parts = sum(Decimal(year[name][each]["amount"]) for year in found["years"])
            assert parts == Decimal(found["total"][name][each]["amount"])
    rows = list(csv.DictReader((await planned.get(f"{PATH}-by-year.csv")).text.splitlines()))
    assert [(row["financial_year"], row["schemes"]) for row in rows] == [
        ("2017/18", "3"),
        ("2018/19", "1"),
        ("Total", "4"),
    ]
    then = await planned.get(f"{PATH}-by-year", params={"quarter": "2017-18-Q3"})
    assert then.status_code == 404, "there was no fund then"
    assert (await planned.get("/finance/v1/funds/none/slippage-by-year")).status_code == 404
