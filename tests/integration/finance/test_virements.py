"""Budget moves from line to line once a second person approves it, and all that depends on it moves along."""

from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from services.finance.service.ledger import verify_ledger
from tests.integration.finance.world import money, published, scheme_body
from tests.integration.gateway.changes import audited

FUND = "/finance/v1/funds/integrated-fund"
VIREMENTS = f"{FUND}/virements"
MANAGER = {"x-actor": "manager"}


def virement(reference: str = "vir-1", **changes: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "financial_year": "2017/18",
        "from_line": "leisure",
        "to_line": "commissioning",
        "amount": money(1500),
        "effective_on": "2018-02-01",
        "reason": "The pools cost less",
    } | changes


async def budgets(api: httpx.AsyncClient) -> list[str]:
    position = (await api.get(f"{FUND}/position")).json()
    return [line["budget"]["amount"] for line in position["lines"]] + [position["budget"]["amount"]]


async def decide(api: httpx.AsyncClient, what: str, reference: str = "vir-1", **body: Any) -> httpx.Response:
    return await api.post(f"{VIREMENTS}/{reference}/{what}", json=body, headers=MANAGER)


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]


@pytest.mark.both_engines
async def test_nothing_moves_before_a_second_person_approves(api: httpx.AsyncClient, database: Database):
    before = await budgets(api)
    assert (await api.post(VIREMENTS, json=virement())).status_code == 201
    assert (await api.post(VIREMENTS, json=virement())).status_code == 200
    assert kind(await api.post(VIREMENTS, json=virement(amount=money(1)))) == (409, "reference-used")
    own = await api.post(f"{VIREMENTS}/vir-1/approve", json={})
    assert kind(own) == (409, "same-person")
    assert await budgets(api) == before
    approved = await decide(api, "approve", reason="Agreed at the board")
    assert approved.status_code == 200, approved.text
    found = approved.json()
    assert (found["state"], found["decided_by"], found["proposed_by"]) == ("approved", "manager", "accountant")
    assert await budgets(api) == ["1001500.00", "3500.00", "1005000.00"]
    fund = (await api.get(FUND)).json()
    assert [line["net_budget"] for line in fund["budget_lines"]] == [money(1_000_000), money(5_000)], "as approved"
    entries = (await api.get(f"{FUND}/entries", params={"layer": "virement"})).json()["items"]
    assert [(one["id"], one["debit"], one["credit"]) for one in entries] == [
        (found["entry"], "commissioning", "leisure")
    ]
    assert (await decide(api, "approve")).json() == found
    assert kind(await decide(api, "reject", reason="No")) == (409, "virement-decided")
    event = (await published(database, "fund/integrated-fund"))[-1]["data"]["years"][0]
    assert [line["vired"] for line in event["lines"]] == [money(1500), money(-1500)]
    told = [(one.action, one.actor) for one in await audited(database) if one.action.startswith("virement")]
    assert told == [("virement.proposed", "accountant"), ("virement.approved", "manager")]
    assert (await database.read(verify_ledger)).is_clean


async def test_a_virement_is_rejected_with_a_reason(api: httpx.AsyncClient):
    await api.post(VIREMENTS, json=virement())
    assert (await decide(api, "reject")).status_code == 422
    own = await api.post(f"{VIREMENTS}/vir-1/reject", json={"reason": "Not now"})
    assert kind(own) == (409, "same-person")
    assert (await decide(api, "reject", reason="Not now")).json()["decision_reason"] == "Not now"
    assert (await decide(api, "reject", reason="Not now")).status_code == 200
    assert kind(await decide(api, "approve")) == (409, "virement-decided")
    states = {}
    for state in ("proposed", "rejected"):
        states[state] = len((await api.get(VIREMENTS, params={"state": state})).json()["items"])
    assert states == {"proposed": 0, "rejected": 1}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from_line": "none"}, "from_line"),
        ({"to_line": "leisure"}, "to_line"),
        ({"effective_on": "2018-04-01"}, "effective_on"),
        ({"amount": money(0)}, "amount"),
        ({"amount": money(-1)}, "amount"),
    ],
)
async def test_what_does_not_fit_is_named(api: httpx.AsyncClient, changes: dict[str, Any], field: str):
    answer = await api.post(VIREMENTS, json=virement(**changes))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.both_engines
async def test_a_line_gives_no_more_than_it_has_and_a_closed_quarter_takes_nothing(api: httpx.AsyncClient):
    await api.post(VIREMENTS, json=virement(amount=money("5000.01")))
    assert kind(await decide(api, "approve")) == (409, "budget-exceeded")
    await api.post(VIREMENTS, json=virement("vir-2", effective_on="2017-12-01"))
    assert (await api.put(f"{FUND}/closed-quarters/2017/18 Q3")).status_code == 200
    assert kind(await decide(api, "approve", "vir-2")) == (409, "period-closed")
    assert kind(await api.post(VIREMENTS, json=virement("vir-3", effective_on="2017-12-01"))) == (409, "period-closed")
    assert kind(await decide(api, "approve", "none")) == (404, "virement-unknown")
    assert (await api.get(f"{VIREMENTS}/vir-3")).status_code == 404


@pytest.mark.both_engines
async def test_what_counts_as_banked_follows_the_budget_in_force(api: httpx.AsyncClient):
    await api.post("/finance/v1/schemes", json=scheme_body("pools", link=None, budget_line="leisure"))
    for state in ("validated", "banked"):
        body = {"reference": state, "state": state, "period": "2018-01", "amount": money(5_000), "reason": "Invoices"}
        assert (await api.post("/finance/v1/schemes/pools/entries", json=body)).status_code == 201
    await api.post(VIREMENTS, json=virement())
    assert (await decide(api, "approve")).status_code == 200
    position = (await api.get("/finance/v1/schemes/pools/position")).json()
    assert (position["banked"], position["held"]["banked"]) == (money(3_500), money(1_500))
    entry = (await api.get(f"{VIREMENTS}/vir-1")).json()["entry"]
    body = {"effective_on": "2018-02-02", "reason": "Given back"}
    alone = await api.post(f"/finance/v1/entries/{entry}/reverse", json=body)
    assert kind(alone) == (409, "entry-derived"), "what two decided, one does not undo"
    assert "the other way" in alone.json()["detail"]
    back = virement("vir-2", from_line="commissioning", to_line="leisure")
    assert (await api.post(VIREMENTS, json=back)).status_code == 201
    assert (await decide(api, "approve", "vir-2")).status_code == 200
    assert (await budgets(api))[:2] == ["1000000.00", "5000.00"]
    assert (await api.get("/finance/v1/schemes/pools/position")).json()["banked"] == money(5_000)
