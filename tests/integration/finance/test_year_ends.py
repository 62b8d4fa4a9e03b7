"""The end of a year: shared once all of it is closed, by a decision, and from then on as it was signed."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from services.finance.service.ledger import verify_ledger
from tests.integration.finance.test_action_plans import plan_body
from tests.integration.finance.world import faults_after, fund_body, money, scheme_body
from tests.integration.gateway.changes import audited

FUND = "/finance/v1/funds/integrated-fund"
SIGNED = {"financial_year": "2017/18", "decision": "Board, 24 May 2018, minute 12", "reason": "Accounts agreed"}
QUARTERS = ("2017-18-Q1", "2017-18-Q2", "2017-18-Q3", "2017-18-Q4")
Move = Callable[[date], Awaitable[None]]


def agreement(**sharing: Any) -> dict[str, Any]:
    contributions = [
        {"partner": partner, "financial_year": "2017/18", "amount": money(amount), "varies": "By agreement"}
        for partner, amount in {"PCC": 770_000, "CCG": 230_000}.items()
    ]
    terms = {"rule": "pro_rata", "underspend": "return"} | sharing
    return {"effective_from": "2017-04-01", "contributions": contributions, "risk_share": terms}


async def close(api: httpx.AsyncClient, quarters: tuple[str, ...] = QUARTERS) -> None:
    for quarter in quarters:
        answer = await api.put(f"{FUND}/closed-quarters/{quarter}")
        assert answer.status_code == 200, answer.text


async def bank(api: httpx.AsyncClient, validator: httpx.AsyncClient, banker: httpx.AsyncClient) -> None:
    """Make a fund with 1,000.01 banked in its year: an underspend that goes back to the partners."""
    assert (await api.put(FUND, json=fund_body(agreement=agreement()))).is_success
    scheme = {name: value for name, value in scheme_body().items() if name != "link"}
    assert (await api.post("/finance/v1/schemes", json=scheme)).status_code == 201
    for who, state in ((validator, "validated"), (banker, "banked")):
        entry = {"reference": state, "state": state, "period": "2017/18 Q3", "amount": money("1000.01"), "reason": "r"}
        entered = await who.post("/finance/v1/schemes/admissions/entries", json=entry)
        assert entered.status_code == 201, entered.text
    posting = {"reference": "gl", "line": "leisure", "period": "2017-11", "amount": money(410)}
    assert (await api.post(f"{FUND}/outturn", json={"postings": [posting]})).status_code == 201


@pytest.fixture
async def ended(api: httpx.AsyncClient, move_to: Move) -> httpx.AsyncClient:
    """The fund once its year is over."""
    await bank(api, api, api)
    await move_to(date(2018, 5, 24))
    return api


async def shares(api: httpx.AsyncClient) -> dict[str, Any]:
    """Balances of the ledger in the layer of shares, by partner."""
    found = (await api.get(f"{FUND}/trial-balance")).json()
    assert found["difference"] == money(0)
    return {one["account"]: one["balance"] for one in found["accounts"] if one["layer"] == "share"}


@pytest.mark.both_engines
async def test_a_year_is_shared_by_the_agreement_and_enters_the_ledger(ended: httpx.AsyncClient, database: Database):
    await close(ended)
    dry = await ended.post(f"{FUND}/year-end", json=SIGNED | {"dry_run": True})
    assert (dry.status_code, dry.json()["dry_run"]) == (200, True)
    assert (await ended.get(f"{FUND}/year-end")).status_code == 404
    answer = await ended.post(f"{FUND}/year-end", json=SIGNED)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["variance"], found["spent"]) == (money("-1000.01"), money(410))
    assert found["risk_share"]["partner_shares"] == [
        {"partner": "CCG", "amount": money("-230.00")},
        {"partner": "PCC", "amount": money("-770.01")},
    ]
    assert found["risk_share"] == dry.json()["risk_share"]
    assert (await ended.get(answer.headers["location"])).json() == found
    assert await shares(ended) == {"CCG": money("-230.00"), "PCC": money("-770.01"), "~control": money("1000.01")}
    for changed in ("UPDATE year_end SET signed_by = 'Bo'", "UPDATE year_end SET decision = 'Another'"):
        assert await faults_after(database, changed) == ["year_end integrated-fund 2017/18"]
    [audit] = [one for one in await audited(database) if one.action == "year.signed"]
    assert (audit.subject, audit.reason) == ("integrated-fund", "Accounts agreed")
    assert (await database.read(verify_ledger)).is_clean
    entry = (await ended.get(f"{FUND}/entries", params={"layer": "share"})).json()["items"][0]
    assert (entry["effective_on"], entry["period"], entry["reason"]) == ("2018-04-01", "2017/18", "Accounts agreed")
    refused = await ended.post(
        f"/finance/v1/entries/{entry['id']}/reverse", json={"effective_on": "2018-04-02", "reason": "No"}
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/entry-derived")


async def test_what_was_signed_stays_whatever_is_agreed_later(ended: httpx.AsyncClient):
    await close(ended)
    signed = (await ended.post(f"{FUND}/year-end", json=SIGNED)).json()
    ledger = await shares(ended)
    again = await ended.post(f"{FUND}/year-end", json=SIGNED)
    assert (again.status_code, again.json()) == (200, signed)
    other = await ended.post(f"{FUND}/year-end", json=SIGNED | {"decision": "Another"})
    assert (other.status_code, other.json()["type"]) == (409, "/problems/year-signed")
    assert (await ended.put(FUND, json=fund_body(agreement=agreement(rule="host")))).status_code == 200
    position = (await ended.get(f"{FUND}/position")).json()
    assert [one["partner"] for one in position["risk_share"]["partner_shares"]] == ["PCC"]
    assert (await ended.get(f"{FUND}/year-end")).json() == signed
    account = (await ended.get(f"{FUND}/partners/CCG/account")).json()
    assert (account["signed_off"], account["variance"]) == (True, money("-230.00"))
    assert (account["agreement"], position["risk_share"]["agreement"]) == (1, 2), "the one it was shared by"
    before = (await ended.get(f"{FUND}/partners/CCG/account", params={"quarter": "2017/18 Q4"})).json()
    assert before["signed_off"] is False
    assert await shares(ended) == ledger


async def test_a_year_is_not_signed_off_before_it_is_closed_and_shared(ended: httpx.AsyncClient):
    await close(ended, QUARTERS[1:])
    answer = await ended.post(f"{FUND}/year-end", json=SIGNED)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/year-open")
    assert answer.json()["detail"] == "Not closed: 2017/18 Q1."
    await close(ended, QUARTERS[:1])
    assert (await ended.put(FUND, json=fund_body(agreement=agreement() | {"risk_share": None}))).status_code == 200
    answer = await ended.post(f"{FUND}/year-end", json=SIGNED)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/sharing-not-agreed")
    assert (await ended.post(f"{FUND}/year-end", json=SIGNED | {"financial_year": "2018/19"})).status_code == 404
    assert (await ended.get(f"{FUND}/year-end")).status_code == 404


async def test_parts_of_lines_and_the_plan_that_is_asked_for_are_signed_with_it(ended: httpx.AsyncClient):
    sharing = {"lines": {"commissioning": {"rule": "host", "underspend": "return"}}, "underspend_obliges": "A plan"}
    assert (await ended.put(FUND, json=fund_body(agreement=agreement(**sharing)))).status_code == 200
    await close(ended)
    refused = await ended.post(f"{FUND}/year-end", json=SIGNED)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"field": "plan", "message": "the agreement asks for one: A plan"}],
    )
    answer = await ended.post(f"{FUND}/year-end", json=SIGNED | {"plan": "Spend it on one-off equipment"})
    assert answer.status_code == 201, answer.text
    signed = answer.json()
    assert (signed["obliges"], signed["plan"]) == ("A plan", "Spend it on one-off equipment")
    assert [(part["line"], part["variance"]) for part in signed["risk_share"]["parts"]] == [
        ("commissioning", money("-1000.01")),
        (None, money(0)),
    ]
    assert (await ended.put(FUND, json=fund_body(agreement=agreement()))).status_code == 200
    assert (await ended.get(f"{FUND}/year-end")).json() == signed
    assert (await ended.post(f"{FUND}/year-end", json=SIGNED)).status_code == 409, "without its plan it is another"
    assert (await shares(ended))["PCC"] == money("-1000.01")


async def test_a_year_is_signed_with_the_action_plan_that_was_resolved(ended: httpx.AsyncClient):
    asking = fund_body(agreement=agreement(underspend_obliges="A plan"))
    asking["budget_lines"] += [line | {"financial_year": "2018/19"} for line in asking["budget_lines"]]
    assert (await ended.put(FUND, json=asking)).status_code == 200
    await close(ended)
    for year, reference in (("2017/18", "a"), ("2018/19", "b")):
        body = plan_body(financial_year=year)
        assert (await ended.put(f"{FUND}/action-plans/{reference}", json=body)).status_code == 201
    for wrong in ("b", "c"):
        refused = await ended.post(f"{FUND}/year-end", json=SIGNED | {"action_plan": wrong})
        assert [(one["field"], one["message"]) for one in refused.json()["errors"]] == [
            ("action_plan", f"{wrong} is no action plan of 2017/18")
        ]
    signed = await ended.post(f"{FUND}/year-end", json=SIGNED | {"action_plan": "a"})
    assert (signed.status_code, signed.json()["action_plan"], signed.json()["plan"]) == (201, "a", None)
    assert (await ended.get(f"{FUND}/year-end")).json() == signed.json()
    assert (await ended.post(f"{FUND}/year-end", json=SIGNED | {"action_plan": "a"})).status_code == 200
    assert (await ended.post(f"{FUND}/year-end", json=SIGNED | {"action_plan": "b"})).status_code == 409
