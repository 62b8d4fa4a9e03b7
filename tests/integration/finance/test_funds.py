"""What callers of finance see of funds: lines as printed and as they add up, agreements, and what is refused."""

import csv
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.integration.finance.world import fund_body, money, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"


async def test_a_year_without_budget_lines_is_not_found(api: httpx.AsyncClient):
    for year in ("1999/00", "2018/19", "2099/00"):
        position = await api.get(f"{FUND}/position", params={"financial_year": year})
        closing = await api.put(f"{FUND}/closed-quarters/{year} Q3")
        for answer in (position, closing):
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/financial-year-unknown")
            assert "2017/18" in answer.json()["detail"]
    assert (await api.get(FUND)).json()["closed_quarters"] == []
    await api.put("/finance/v1/funds/empty", json=fund_body(budget_lines=[]))
    assert (await api.get("/finance/v1/funds/empty/position")).status_code == 404


PRINTED_LINE = {
    "code": "childrens-commissioning",
    "financial_year": "2018/19",
    "directorate": "People",
    "department": "Joint commissioning",
    "division": "Childrens Commissioning",
    "opening": money(4_915_000),
    "cost_increases": money(4_000),
    "savings": money(-4_000),
    "other_savings": money(0),
    "printed_net": money(4_914_000),
}


async def test_what_was_printed_is_kept_beside_what_adds_up(bare: httpx.AsyncClient):
    body = fund_body(
        budget_lines=[PRINTED_LINE],
        printed_totals=[{"financial_year": "2018/19", "column": "net_budget", "amount": money(4_913_000)}],
    )
    assert (await bare.put(FUND, json=body)).status_code == 201
    assert (await bare.put(FUND, json=body)).status_code == 200
    (line,) = (await bare.get(FUND)).json()["budget_lines"]
    assert (line["computed_net"], line["printed_net"], line["net_budget"]) == (
        money(4_915_000),
        money(4_914_000),
        money(4_914_000),
    )
    position = (await bare.get(f"{FUND}/position")).json()
    assert (position["financial_year"], position["budget"]) == ("2018/19", money(4_914_000))
    assert [(d["where"], d["difference"], d["used"]) for d in position["printed_differences"]] == [
        ("childrens-commissioning", money(-1_000), "printed"),
        ("total", money(-1_000), "computed"),
    ]


AGREEMENT = {
    "effective_from": "2017-04-01",
    "contributions": [{"partner": "PCC", "financial_year": "2017/18", "amount": money(77), "varies": "yearly"}],
    "risk_share": {
        "rule": "fixed_share",
        "shares": {"PCC": "0.77", "CCG": "0.23"},
        "caps": {"PCC": {"limit": money(1000), "fallback": "CCG"}},
        "waterfall": [{"name": "risk pool", "available": money(500)}],
        "underspend": "return",
    },
}


async def test_an_agreement_has_versions(api: httpx.AsyncClient):
    await api.put(FUND, json=fund_body(agreement=AGREEMENT))
    await api.put(FUND, json=fund_body(agreement=AGREEMENT))
    await api.put(FUND, json=fund_body(agreement=AGREEMENT | {"effective_from": "2018-04-01"}))
    found = (await api.get(FUND)).json()["agreements"]
    assert [(a["version"], a["effective_from"]) for a in found] == [(1, "2017-04-01"), (2, "2018-04-01")]
    assert found[0]["risk_share"]["shares"] == {"PCC": "0.77", "CCG": "0.23"}


def sharing(**changes: Any) -> dict[str, Any]:
    return {"agreement": AGREEMENT | {"risk_share": AGREEMENT["risk_share"] | changes}}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"partners": []}, "partners"),
        ({"host": "UHP"}, "host"),
        ({"partners": [{"code": "PCC", "name": "x"}] * 2}, "partners"),
        ({"budget_lines": [PRINTED_LINE, PRINTED_LINE]}, "budget_lines"),
        (sharing(shares={"PCC": "0.77"}), "agreement.risk_share.shares"),
        (sharing(shares={"PCC": "1.5", "CCG": "-0.5"}), "agreement.risk_share.shares.CCG"),
        (sharing(shares={"PCC": "0.5", "UHP": "0.5"}), "agreement.risk_share"),
        (sharing(caps={"PCC": {"limit": money(1), "fallback": "UHP"}}), "agreement.risk_share"),
        (sharing(rule="tiered"), "agreement.risk_share.tiers"),
    ],
)
async def test_a_fund_that_does_not_fit_is_refused_by_field(
    bare: httpx.AsyncClient, changes: dict[str, Any], field: str
):
    answer = await bare.put(FUND, json=fund_body(**changes))
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert (await bare.get("/finance/v1/funds")).json()["items"] == []


async def test_a_line_or_partner_that_schemes_stand_on_stays(api: httpx.AsyncClient):
    await api.post(SCHEMES, json=scheme_body())
    body = fund_body()
    without = fund_body(budget_lines=body["budget_lines"][1:])
    assert (await api.put(FUND, json=without)).status_code == 409
    assert (await api.put(FUND, json=fund_body(partners=body["partners"][:1]))).status_code == 409
    assert (await api.put(FUND, json=fund_body(budget_lines=body["budget_lines"][:1]))).status_code == 200


async def test_the_range_calculator_reads_the_print(bare: httpx.AsyncClient):
    path = "/finance/v1/calculators/savings-range"
    body = {
        "base": money(1_629_000),
        "low_percent": "2",
        "high_percent": "5",
        "unit": "1000",
        "printed_low": money(32_000),
    }
    found = (await bare.post(path, json=body)).json()
    assert found["low"] == {
        "exact": money(32_580),
        "rounded": money(33_000),
        "printed": money(32_000),
        "reading": "truncated",
    }
    assert found["high"] == {"exact": money(81_450), "rounded": money(81_000), "printed": None, "reading": None}
    assert (await bare.post(path, json=body | {"low_percent": "6"})).status_code == 422
    assert (await bare.post(path, json=body | {"unit": "0"})).status_code == 422


async def test_the_budget_as_a_table_has_what_was_printed_and_what_adds_up(bare: httpx.AsyncClient):
    made_up = PRINTED_LINE | {"code": "made-up", "printed_net": None, "illustrative": True, "partner": "CCG"}
    body = fund_body(
        budget_lines=[PRINTED_LINE, made_up],
        printed_totals=[
            {"financial_year": "2018/19", "column": "net_budget", "amount": money(4_913_000)},
            {"financial_year": "2018/19", "column": "savings", "amount": money(-4_000)},
        ],
    )
    assert (await bare.put(FUND, json=body)).status_code == 201
    found = (await bare.get(f"{FUND}/budget")).json()
    assert (found["financial_year"], [line["code"] for line in found["lines"]]) == (
        "2018/19",
        ["childrens-commissioning", "made-up"],
    )
    totals = {one["column"]: (one["computed"], one["printed"]) for one in found["totals"]}
    assert totals["net_budget"] == (money(4_914_000 + 4_915_000), money(4_913_000))
    assert (totals["savings"], totals["opening"]) == ((money(-8_000), money(-4_000)), (money(9_830_000), None))
    position = (await bare.get(f"{FUND}/position")).json()
    assert (found["adds_up"], found["differences"]) == (False, position["printed_differences"])
    rows = list(csv.DictReader((await bare.get(f"{FUND}/budget.csv")).text.splitlines()))
    assert [(row["code"], row["net_budget"], row["computed_net"], row["current"]) for row in rows] == [
        ("childrens-commissioning", "4914000.00", "4915000.00", "4914000.00"),
        ("made-up", "4915000.00", "4915000.00", "4915000.00"),
        ("Total", "9829000.00", "9830000.00", "9829000.00"),
        ("Total as printed", "4913000.00", "", ""),
    ]
    assert (await bare.get(f"{FUND}/budget.xlsx")).content[:2] == b"PK"
    unknown = await bare.get(f"{FUND}/budget", params={"financial_year": "2016/17"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/financial-year-unknown")


async def test_a_position_is_told_by_division_by_who_pays_and_by_period(api: httpx.AsyncClient):
    body = fund_body()
    body["budget_lines"][1] |= {"division": "Commissioning", "partner": "CCG"}
    body["budget_lines"].append(body["budget_lines"][1] | {"code": "parks", "division": "Parks", "partner": None})
    assert (await api.put(FUND, json=body)).status_code == 200
    spent = [("leisure", "2017-11", 410), ("commissioning", "2017-11", 90), ("parks", "2017/18 Q2", -5)]
    postings = [
        {"reference": f"{n}", "line": line, "period": period, "amount": money(amount)}
        for n, (line, period, amount) in enumerate(spent)
    ]
    assert (await api.post(f"{FUND}/outturn", json={"postings": postings})).status_code == 201
    found = (await api.get(f"{FUND}/position")).json()
    divisions = [(one["division"], one["lines"], one["budget"], one["spent"]) for one in found["by_division"]]
    assert divisions == [
        ("Commissioning", ["commissioning", "leisure"], money(1_005_000), money(500)),
        ("Parks", ["parks"], money(5_000), money(-5)),
    ]
    assert {one["partner"]: (one["budget"], one["spent"], one["lines"]) for one in found["by_partner"]} == {
        "PCC": (money(1_005_000), money(85), ["commissioning", "parks"]),
        "CCG": (money(5_000), money(410), ["leisure"]),
    }
    assert found["spent_in"] == [
        {"period": "2017/18 Q2", "spent": money(-5)},
        {"period": "2017-11", "spent": money(500)},
    ]
    for groups in (found["by_division"], found["by_partner"]):
        for name in ("budget", "outturn", "variance", "forecast", "vired", "spent"):
            total = sum(Decimal(one[name]["amount"]) for one in groups)
            assert name == "vired" or total == Decimal(found[name]["amount"])
