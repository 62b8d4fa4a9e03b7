"""Lines that partners pay for, against what they put in; what nobody printed is marked and in no printed total."""

from typing import Any

import httpx

from tests.integration.finance.world import fund_body, money

FUND = "/finance/v1/funds/integrated-fund"


def pooled(**changes: Any) -> dict[str, Any]:
    """Two lines of the council, as printed, beside one that the health commissioner is said to pay for."""
    given = {"PCC": 1_005_000, "CCG": 400_000}
    contributions = [
        {"partner": partner, "financial_year": "2017/18", "amount": money(amount)} for partner, amount in given.items()
    ]
    body = fund_body(
        agreement={"effective_from": "2017-04-01", "contributions": contributions},
        printed_totals=[{"financial_year": "2017/18", "column": "net_budget", "amount": money(1_005_000)}],
    )
    line = body["budget_lines"][0] | {"code": "hospital", "opening": money(390_000)}
    body["budget_lines"].append(line | {"partner": "CCG", "illustrative": True} | changes)
    return body


async def test_lines_and_contributions_stand_beside_one_another(api: httpx.AsyncClient):
    assert (await api.put(FUND, json=pooled())).status_code == 200
    position = (await api.get(f"{FUND}/position")).json()
    assert position["partners"] == [
        {
            "partner": "CCG",
            "contributed": money(400_000),
            "lines": money(390_000),
            "illustrative": money(390_000),
            "difference": money(10_000),
        },
        {
            "partner": "PCC",
            "contributed": money(1_005_000),
            "lines": money(1_005_000),
            "illustrative": money(0),
            "difference": money(0),
        },
    ]
    assert position["printed_differences"] == [], "an illustrative line is in no printed table"
    assert (position["budget"], position["flags"]) == (money(1_395_000), ["illustrative"])
    hospital = next(line for line in position["lines"] if line["code"] == "hospital")
    assert (hospital["partner"], hospital["flags"]) == ("CCG", ["illustrative"])


async def test_budget_moved_to_a_line_is_paid_for_by_its_partner(api: httpx.AsyncClient):
    await api.put(FUND, json=pooled())
    virement = {
        "reference": "v1",
        "financial_year": "2017/18",
        "from_line": "commissioning",
        "to_line": "hospital",
        "amount": money(10_000),
        "effective_on": "2018-02-28",
        "reason": "Agreed",
    }
    proposed = await api.post(f"{FUND}/virements", json=virement)
    assert proposed.status_code == 201, proposed.text
    approved = await api.post(f"{FUND}/virements/v1/approve", json={"reason": "Yes"}, headers={"x-actor": "director"})
    assert approved.status_code == 200, approved.text
    partners = (await api.get(f"{FUND}/position")).json()["partners"]
    assert [(one["partner"], one["difference"]) for one in partners] == [("CCG", money(0)), ("PCC", money(10_000))]


async def test_lines_are_read_as_they_were_sent_now_and_as_they_were(api: httpx.AsyncClient):
    await api.put(FUND, json=pooled())
    for params in ({}, {"quarter": "2017/18 Q4"}):
        lines = {line["code"]: line for line in (await api.get(FUND, params=params)).json()["budget_lines"]}
        assert (lines["hospital"]["partner"], lines["hospital"]["illustrative"]) == ("CCG", True)
        assert (lines["leisure"]["partner"], lines["leisure"]["illustrative"]) == (None, False)
    refused = await api.put(FUND, json=pooled(partner="NHS"))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "budget_lines")
