"""From a pound to its event in three steps; and the table of savings as councils publish it."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from tests.integration.finance.world import Source, hear, link_body, money, scheme_body, worth

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"


async def post(api: httpx.AsyncClient, scheme: str, state: str, amount: str) -> None:
    body = {"reference": state, "state": state, "period": "2017-11", "amount": money(amount), "reason": "Invoices"}
    assert (await api.post(f"{SCHEMES}/{scheme}/entries", json=body)).status_code == 201


@pytest.mark.both_engines
async def test_a_pound_is_walked_to_its_event(api: httpx.AsyncClient, database: Database):
    source = Source()
    await api.post(SCHEMES, json=scheme_body())
    other = scheme_body("other", link=link_body(attribution="0.1"))
    assert (await api.post(SCHEMES, json=other)).status_code == 201
    await hear(database, [source.say({"2017-11": "1390", "2017-12": "[c]"}), source.say({"2017-11": "1380"})])
    await post(api, "admissions", "validated", "100")
    found = (await api.get(f"{SCHEMES}/admissions/explanation")).json()
    assert found["position"] == (await api.get(f"{SCHEMES}/admissions/position")).json()
    formula = found["formula"]
    assert (formula["polarity"], formula["volume"], formula["unit_cost"]) == ("low_is_good", "1", money(1609))
    assert (formula["claims"], formula["unattributed"]) == ({"admissions": "0.4", "other": "0.1"}, "0.5")
    [november, december] = formula["periods"]
    assert (november["value"], november["revision"], november["event_id"]) == ("1380", 2, "E06000026-2")
    assert november["worth"] == {
        "quantity": "20",
        "gross": "16090",
        "attributed": "6436",
        "cash": "4827",
        "non_cash": "1609",
    }
    assert november["indicated"] == november["posted"] == money(str(worth("1380")))
    assert (december["missing"], december["why_nothing"], december["worth"]) == ("[c]", "suppressed", None)
    chain = [(one["layer"], one["amount"]["amount"], one["event_id"]) for one in found["entries"]]
    assert chain == [
        ("validated", "100.00", None),
        ("non_cash", "1609.00", "E06000026-2"),
        ("indicated", "4827.00", "E06000026-2"),
    ]
    assert (found["entry_count"], found["next"]) == (len(chain), None)


async def test_every_entry_behind_a_scheme_is_reached_page_by_page(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    await api.post(SCHEMES, json=scheme_body("other", link=None))
    await hear(database, [Source().say({"2017-10": "1390", "2017-11": "1390", "2017-12": "1380"})])
    await post(api, "admissions", "validated", "100")
    await post(api, "other", "validated", "1")
    found, cursor = list[dict[str, Any]](), None
    while cursor is not None or not found:
        params = {"limit": "3"} | ({} if cursor is None else {"cursor": cursor})
        page = (await api.get(f"{SCHEMES}/admissions/explanation", params=params)).json()
        assert (page["entry_count"], len(page["entries"]) <= 3) == (7, True)
        assert page["formula"]["periods"], "the rest stands on every page"
        found, cursor = [*found, *page["entries"]], page["next"]
    listed = (await api.get(f"{FUND}/entries", params={"account": "admissions", "limit": 200})).json()["items"]
    assert found == [one for one in listed[::-1] if not one["layer"].startswith("planned")]
    made_up = await api.get(f"{SCHEMES}/other/explanation", params={"cursor": cursor or "none"})
    assert made_up.status_code == 400


async def test_a_manual_scheme_and_one_that_waits_are_explained_too(api: httpx.AsyncClient):
    await api.post(SCHEMES, json=scheme_body("pools", link=None))
    await api.post(SCHEMES, json=scheme_body("waits"))
    manual = (await api.get(f"{SCHEMES}/pools/explanation")).json()
    assert (manual["formula"], manual["entries"], manual["entry_count"]) == (None, [], 0)
    waiting = (await api.get(f"{SCHEMES}/waits/explanation")).json()["formula"]
    assert (waiting["polarity"], waiting["rule_version"], waiting["periods"]) == (None, None, [])
    assert (await api.get(f"{SCHEMES}/none/explanation")).status_code == 404


@pytest.fixture
async def saving(api: httpx.AsyncClient) -> httpx.AsyncClient:
    """Two schemes of the plan, of which one is achieved in part, and one that mitigates."""
    plans = {
        "a": {"workstream": "prevention_and_demand", "delivered_by": "plan", "confidence": "0.5"},
        "b": {"workstream": "packages_of_care", "delivered_by": "plan", "confidence": "1"},
        "c": {"workstream": "packages_of_care", "delivered_by": "mitigation", "confidence": "1"},
    }
    for code, more in plans.items():
        answer = await api.post(SCHEMES, json=scheme_body(code, link=None, optimism_bias="0") | more)
        assert answer.status_code == 201, answer.text
    await post(api, "a", "validated", "30000")
    await post(api, "a", "banked", "20000")
    return api


@pytest.mark.both_engines
async def test_the_table_of_savings(saving: httpx.AsyncClient):
    found = (await saving.get(f"{FUND}/savings")).json()
    rows = {row["workstream"]: row for row in found["workstreams"]}
    assert list(rows) == [
        "commissioned_contracts",
        "prevention_and_demand",
        "maximising_grants",
        "best_use_of_resources",
        "packages_of_care",
    ]
    # of 140,000 planned 30,000 is validated, and half of eleven twelfths is expected besides
    demand = rows["prevention_and_demand"]
    assert (demand["proposed"], demand["achieved"], demand["banked"]) == (money(140_000), money(30_000), money(20_000))
    assert (demand["unachieved"], demand["in_year_pressure"]) == (money(110_000), money("45833.33"))
    care = rows["packages_of_care"]
    assert (care["schemes"], care["in_year_pressure"], care["mitigation"]) == (2, money(0), money(140_000))
    total = found["total"]
    assert (total["proposed"], total["net_pressure"]) == (money(280_000), money("-94166.67"))
    assert total["percent_of_net_budget"] == "2.99"
    for name in ("proposed", "achieved", "unachieved", "in_year_pressure", "mitigation", "net_pressure"):
        amounts = [Decimal(row[name]["amount"]) for row in rows.values()]
        assert sum(amounts) == Decimal(total[name]["amount"]), name
    assert (found["illustrative"], found["net_budget"]) == (True, money(1_005_000))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
async def test_the_table_of_savings_as_a_file(saving: httpx.AsyncClient, ending: str):
    answer = await saving.get(f"{FUND}/savings.{ending}")
    assert answer.status_code == 200, answer.text
    assert f'filename="savings-integrated-fund-2017-18.{ending}"' in answer.headers["content-disposition"]
    if ending == "csv":
        last = answer.text.splitlines()[-1]
        assert last == "Total,3,280000.00,30000.00,20000.00,45833.33,250000.00,2.99,140000.00,-94166.67"


async def test_the_table_of_a_year_without_budgets_or_of_no_fund_is_not_found(saving: Any):
    assert (await saving.get(f"{FUND}/savings", params={"financial_year": "2030/31"})).status_code == 404
    assert (await saving.get("/finance/v1/funds/none/savings.csv")).status_code == 404
    assert (await saving.get(f"{FUND}/savings", params={"as_of": "2001-01-01T00:00:00Z"})).status_code == 404


async def test_what_nobody_claims_of_an_indicator_is_shown(api: httpx.AsyncClient):
    for code, claim in {"admissions": "0.4", "visits": "0.25", "gone": "0.3"}.items():
        answer = await api.post("/finance/v1/schemes", json=scheme_body(code, link=link_body(attribution=claim)))
        assert answer.status_code == 201, answer.text
    await api.post("/finance/v1/schemes", json=scheme_body("elsewhere", link=link_body(area="E92000001")))
    await api.patch("/finance/v1/schemes/gone", json={"state": "withdrawn", "reason": "Mistyped"})
    first = (await api.get("/finance/v1/attributions", params={"limit": 1})).json()
    [found] = first["items"]
    assert (found["area"], found["claims"]) == ("E06000026", {"admissions": "0.4", "visits": "0.25"})
    assert (found["claimed"], found["unattributed"]) == ("0.65", "0.35")
    rest = (await api.get("/finance/v1/attributions", params={"limit": 1, "cursor": first["next"]})).json()
    assert ([one["unattributed"] for one in rest["items"]], rest["next"]) == (["0.6"], None)
    assert (await api.get("/finance/v1/attributions", params={"indicator": "none"})).json()["items"] == []
