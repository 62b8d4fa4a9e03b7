"""Memorandum accounts of partners, and the calculator of risk shares."""

from typing import Any

import httpx
import pytest

from tests.integration.finance.world import fund_body, money

FUND = "/finance/v1/funds/integrated-fund"


@pytest.fixture
async def pooled(api: httpx.AsyncClient) -> httpx.AsyncClient:
    contributions = [
        {"partner": partner, "financial_year": "2017/18", "amount": money(amount), "varies": "By agreement"}
        for partner, amount in {"PCC": 770_000, "CCG": 230_000}.items()
    ]
    agreement = {"effective_from": "2017-04-01", "contributions": contributions}
    assert (await api.put(FUND, json=fund_body(agreement=agreement))).status_code == 200
    posting = {"reference": "gl", "line": "commissioning", "period": "2017-11", "amount": money("1000.01")}
    assert (await api.post(f"{FUND}/outturn", json={"postings": [posting]})).status_code == 201
    return api


@pytest.mark.both_engines
async def test_accounts_add_up_to_the_fund(pooled: httpx.AsyncClient):
    found = {}
    for partner in ("PCC", "CCG"):
        answer = await pooled.get(f"{FUND}/partners/{partner}/account")
        assert answer.status_code == 200, answer.text
        found[partner] = answer.json()
    assert [found[one]["spent"] for one in ("PCC", "CCG")] == [money("770.01"), money("230.00")]
    assert found["PCC"]["balance"] == money("769229.99")
    assert found["CCG"]["fund_balance"] == money("998999.99")
    assert found["CCG"]["contributions"] == [{"amount": money(230_000), "varies": "By agreement"}]
    assert (await pooled.get(f"{FUND}/partners/nobody/account")).status_code == 404
    assert (await pooled.get(f"{FUND}/partners/PCC/account", params={"quarter": "2017/18 Q1"})).status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
async def test_an_account_as_a_file(pooled: httpx.AsyncClient, ending: str):
    answer = await pooled.get(f"{FUND}/partners/PCC/account.{ending}")
    assert answer.status_code == 200, answer.text
    if ending == "csv":
        assert "Balance,769229.99,998999.99" in answer.text.splitlines()


@pytest.mark.parametrize(
    ("terms", "shares", "rest"),
    [
        ({"rule": "fixed_share", "shares": {"PCC": "0.77", "CCG": "0.23"}}, {"CCG": "230.00", "PCC": "770.01"}, "0.00"),
        (
            {"rule": "pro_rata", "weights": {"PCC": money(1), "CCG": money(1)}},
            {"CCG": "500.01", "PCC": "500.00"},
            "0.00",
        ),
        ({"rule": "host", "host": "PCC"}, {"PCC": "1000.01"}, "0.00"),
        ({"rule": "host"}, {}, "1000.01"),
        (
            {"rule": "host", "host": "PCC", "caps": {"PCC": {"limit": money(600)}}},
            {"PCC": "600.00"},
            "400.01",
        ),
    ],
)
async def test_the_calculator(api: httpx.AsyncClient, terms: dict[str, Any], shares: dict[str, str], rest: str):
    answer = await api.post("/finance/v1/risk-share", json={"variance": money("1000.01")} | terms)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {one["partner"]: one["amount"]["amount"] for one in found["partner_shares"]} == shares
    assert found["unallocated"] == money(rest)
    assert "action plan" in found["obliges"]


async def test_the_waterfall_absorbs_first(api: httpx.AsyncClient):
    sources = [{"name": "pool underspends", "available": money(400)}, {"name": "risk pool", "available": money(900)}]
    body = {"variance": money("1000.01"), "rule": "host", "host": "PCC", "waterfall": sources}
    found = (await api.post("/finance/v1/risk-share", json=body)).json()
    assert [one["amount"]["amount"] for one in found["drawn"]] == ["400.00", "600.01"]
    assert found["partner_shares"] == []
    wrong = await api.post("/finance/v1/risk-share", json=body | {"rule": "fixed_share", "shares": {"PCC": "0.5"}})
    assert wrong.status_code == 422
