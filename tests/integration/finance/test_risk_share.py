"""What the agreement of partners makes of a fund's year, and what it keeps from being closed."""

from typing import Any

import httpx
import pytest

from tests.integration.finance.world import fund_body, money, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"
FIXED = {"rule": "fixed_share", "shares": {"PCC": "0.77", "CCG": "0.23"}}
POOL = [{"name": "risk pool", "available": money(500)}]


async def agree(api: httpx.AsyncClient, rule: dict[str, Any], **changes: Any) -> None:
    agreement = {"effective_from": "2017-04-01", "risk_share": rule} | changes
    answer = await api.put(FUND, json=fund_body(agreement=agreement))
    assert answer.status_code == 200, answer.text


async def spend(api: httpx.AsyncClient, amount: str, code: str = "dear", partner: str = "CCG") -> None:
    """Change the outturn: money banked is saved, money taken back is spent."""
    await api.post(SCHEMES, json=scheme_body(code, link=None, partner=partner))
    for state in ("validated", "banked"):
        entry = {"reference": state, "state": state, "period": "2017-12", "amount": money(amount), "reason": "Invoices"}
        answer = await api.post(f"{SCHEMES}/{code}/entries", json=entry)
        assert answer.status_code == 201, answer.text


async def shared(api: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"{FUND}/position")).json()["risk_share"]
    return found


def by_partner(found: dict[str, Any]) -> dict[str, str]:
    return {share["partner"]: share["amount"]["amount"] for share in found["partner_shares"]}


async def close(api: httpx.AsyncClient) -> httpx.Response:
    return await api.put(f"{FUND}/closed-quarters/2017/18 Q3")


async def test_an_overspend_is_absorbed_then_borne(api: httpx.AsyncClient):
    assert await shared(api) is None
    await agree(api, FIXED | {"waterfall": POOL})
    await spend(api, "-1500.01")
    found = await shared(api)
    assert (found["agreement"], found["rule"], found["unallocated"]) == (1, "fixed_share", money(0))
    assert found["drawn"] == [{"name": "risk pool", "amount": money(500)}]
    assert by_partner(found) == {"CCG": "230.00", "PCC": "770.01"}
    assert (await close(api)).status_code == 200


async def test_nothing_closes_while_an_excess_is_nobodys(api: httpx.AsyncClient):
    await agree(api, FIXED | {"caps": {"PCC": {"limit": money(300)}}})
    await spend(api, "-1000")
    assert (await shared(api))["unallocated"] == money(470)
    refused = await close(api)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/variance-unallocated")
    assert "£470.00" in refused.json()["detail"]
    assert (await api.get(FUND)).json()["closed_quarters"] == []
    await agree(api, FIXED | {"caps": {"PCC": {"limit": money(300), "fallback": "CCG"}}})
    assert by_partner(await shared(api)) == {"CCG": "700.00", "PCC": "300.00"}
    assert (await close(api)).status_code == 200


GIVEN = [
    {"partner": partner, "financial_year": year, "amount": money(amount)}
    for partner, year, amount in (("PCC", "2017/18", 3000), ("CCG", "2017/18", 1000), ("CCG", "2018/19", 9000))
]


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        ({"rule": "host"}, {"PCC": "100.00"}),
        ({"rule": "own"}, {"CCG": "100.00"}),
        ({"rule": "pro_rata"}, {"CCG": "25.00", "PCC": "75.00"}),
        (
            {"rule": "tiered", "tiers": [{"up_to": money(40), "shares": {"PCC": "1"}}, {"shares": {"CCG": "1"}}]},
            {"CCG": "60.00", "PCC": "40.00"},
        ),
    ],
)
@pytest.mark.parametrize("sign", ["-", ""])
async def test_each_rule_shares_an_overspend_and_returns_an_underspend(
    api: httpx.AsyncClient, rule: dict[str, Any], shares: dict[str, str], sign: str
):
    await agree(api, rule | {"underspend": "return"}, contributions=GIVEN)
    await spend(api, f"{sign}100")
    found = by_partner(await shared(api))
    found = {partner: amount for partner, amount in found.items() if amount != "0.00"}
    assert found == {partner: amount if sign else f"-{amount}" for partner, amount in shares.items()}


async def test_an_underspend_stays_in_the_pool_or_goes_to_next_year(api: httpx.AsyncClient):
    await agree(api, FIXED)
    await spend(api, "100")
    found = await shared(api)
    assert (found["retained"], found["partner_shares"]) == (money(-100), [])
    await agree(api, FIXED | {"underspend": "carry_forward"})
    assert (await shared(api))["carried_forward"] == money(-100)


async def test_an_agreement_of_a_later_year_shares_nothing_yet(api: httpx.AsyncClient):
    await agree(api, FIXED, effective_from="2018-04-01")
    assert await shared(api) is None


async def test_nothing_closes_while_an_underspend_is_nobodys(api: httpx.AsyncClient):
    """It is to be returned by contributions, of which there are none."""
    await agree(api, {"rule": "pro_rata", "underspend": "return"})
    await spend(api, "100")
    assert (await shared(api))["unallocated"] == money(-100)
    refused = await close(api)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/variance-unallocated")
    assert "-£100.00" in refused.json()["detail"]
    await agree(api, {"rule": "pro_rata", "underspend": "return"}, contributions=GIVEN)
    assert (await close(api)).status_code == 200


RECKONED = {"name": "a", "kind": "underspends"}
OWN = {"leisure": {"rule": "host", "waterfall": [{"name": "pool", "kind": "underspends"}]}}


async def test_a_line_is_shared_by_its_own_terms_and_takes_what_others_leave_in_the_pool(api: httpx.AsyncClient):
    await agree(api, FIXED | {"lines": OWN})
    await spend(api, "60")
    await api.post(SCHEMES, json=scheme_body("pool", link=None, budget_line="leisure"))
    for state in ("validated", "banked"):
        entry = {"reference": state, "state": state, "period": "2017-12", "amount": money(-100), "reason": "Invoices"}
        assert (await api.post(f"{SCHEMES}/pool/entries", json=entry)).status_code == 201
    found = await shared(api)
    leisure, others = found["parts"]
    assert (leisure["line"], leisure["rule"], leisure["variance"]) == ("leisure", "host", money(100))
    assert (leisure["drawn"], by_partner(leisure)) == ([{"name": "pool", "amount": money(60)}], {"PCC": "40.00"})
    assert (others["line"], others["drawn"], others["retained"]) == (
        None,
        [{"name": "pool", "amount": money(-60)}],
        money(0),
    )
    assert (found["rule"], by_partner(found), found["drawn"]) == (
        "fixed_share",
        {"PCC": "40.00"},
        [{"name": "pool", "amount": money(0)}],
    )


@pytest.mark.parametrize(
    ("sharing", "field"),
    [
        ({"lines": {"pool": {"rule": "host"}}}, "agreement.risk_share.lines.pool"),
        ({"lines": {"leisure": FIXED | {"shares": {"NHS": "1"}}}}, "agreement.risk_share"),
        ({"lines": {"leisure": {"rule": "fixed_share"}}}, "agreement.risk_share.lines.leisure.shares"),
        ({"waterfall": [{"name": "a", "kind": "risk_pool"}]}, "agreement.risk_share.waterfall.0.available"),
        ({"waterfall": [RECKONED, RECKONED | {"name": "b"}]}, "agreement.risk_share.waterfall.1"),
    ],
)
async def test_terms_of_lines_that_do_not_fit_are_refused(api: httpx.AsyncClient, sharing: dict[str, Any], field: str):
    agreement = {"effective_from": "2017-04-01", "risk_share": FIXED | sharing}
    refused = await api.put(FUND, json=fund_body(agreement=agreement))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


async def test_terms_are_read_as_they_were_sent(api: httpx.AsyncClient):
    await agree(api, FIXED | {"lines": OWN, "overspend_obliges": "A recovery plan"})
    found = (await api.get(FUND)).json()["agreements"][-1]["risk_share"]
    assert found["lines"]["leisure"]["waterfall"] == [{"name": "pool", "kind": "underspends", "available": None}]
    assert (found["overspend_obliges"], found["underspend_obliges"]) == ("A recovery plan", None)
    await agree(api, FIXED | {"lines": OWN, "overspend_obliges": "A recovery plan"})
    assert len((await api.get(FUND)).json()["agreements"]) == 1
