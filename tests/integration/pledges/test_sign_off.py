"""A pledge is closed by the signature of its portfolio holder and reopened with a reason, each on a state it keeps."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from chassis.audit import AuditFilter, list_entries
from chassis.paging import PageRequest
from chassis.storage.database import Database
from tests.integration.pledges.signing import PROOF, sign

PLEDGE = "/pledges/v1/pledges/46"
TUFFIN = {"portfolio_holder": "Ian Tuffin", "department": "People", "director": "C", "lead_officers": ["A"]}
MCDONALD = TUFFIN | {"portfolio_holder": "Sue McDonald"}
OUT_OF_REACH = {
    "delivery": "undeliverable_external",
    "evidence": [],
    "reason": "The grant was withdrawn",
    "would_change_it": "Another round of the grant",
}


@pytest.fixture
async def pledged(api: httpx.AsyncClient) -> httpx.AsyncClient:
    pledge = {"number": "46", "theme": "Health", "title": "Ease loneliness", "due": "2018-03-31"}
    ended = TUFFIN | {"portfolio_holder": "Gone Before", "valid_to": "2018-02-27"}
    body = pledge | {"assignments": [TUFFIN, MCDONALD, ended]}
    assert (await api.post("/pledges/v1/pledges", json=body)).status_code == 201
    return api


async def decisions(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await api.get(f"{PLEDGE}/decisions")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.both_engines
async def test_a_decision_keeps_the_state_that_it_was_taken_on(
    pledged: httpx.AsyncClient, published: Callable[[str], Awaitable[list[Any]]]
):
    link = {"indicator": "dtoc", "area": "E06000026"}
    await pledged.put(f"{PLEDGE}/links", json={"links": [link]})
    await pledged.patch(PLEDGE, json={"delivery": "in_progress", "evidence": "partial"})
    signed = await sign(pledged, "46", portfolio_holder="Sue McDonald")
    assert (signed["delivery"], signed["closed_on"], signed["evidence"]) == ("delivered", "2018-02-28", "partial")
    await pledged.patch(PLEDGE, json={"due": "2019-01-01", "amendment": {"text": "Other words", "reason": "x"}})
    await pledged.put(f"{PLEDGE}/links", json={"links": []})
    (taken,) = await decisions(pledged)
    assert (taken["decision"], taken["portfolio_holder"], taken["by"]) == ("delivered", "Sue McDonald", "officer")
    assert (taken["evidence"], taken["business_date"]) == ([PROOF], "2018-02-28")
    basis = taken["taken_on"]
    assert basis["indicators"][0].items() >= (link | {"pending": True, "benchmark": None}).items()
    assert basis | {"indicators": []} == {
        "version": 3,
        "wording": "Ease loneliness",
        "due": "2018-03-31",
        "delivery": "in_progress",
        "evidence": "partial",
        "schedule": "due",
        "indicators": [],
        "risks": [],
        "schemes": [],
    }
    event = json.loads((await published("46"))[3].body)
    assert (event["type"], event["data"]["delivery"]) == ("commissioning.pledge.updated.v1", "delivered")


async def test_what_is_out_of_reach_says_why_and_what_would_change_it(pledged: httpx.AsyncClient):
    assert (await sign(pledged, "46", **OUT_OF_REACH))["delivery"] == "undeliverable_external"
    reopened = await pledged.post(f"{PLEDGE}/reopen", json={"reason": "There is another round"})
    assert (reopened.json()["delivery"], reopened.json()["closed_on"]) == ("in_progress", None)
    await sign(pledged, "46")
    found = await decisions(pledged)
    assert [one["decision"] for one in found] == ["undeliverable_external", "reopened", "delivered"]
    assert (found[0]["reason"], found[0]["would_change_it"]) == (
        "The grant was withdrawn",
        "Another round of the grant",
    )
    assert (found[1]["reason"], found[1]["portfolio_holder"]) == ("There is another round", None)
    assert [one["taken_on"]["delivery"] for one in found] == ["not_started", "undeliverable_external", "in_progress"]
    first = (await pledged.get(f"{PLEDGE}/decisions", params={"limit": 2})).json()
    rest = (await pledged.get(f"{PLEDGE}/decisions", params={"limit": 2, "cursor": first["next"]})).json()
    assert [*first["items"], *rest["items"]] == found


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"evidence": []}, {"evidence"}),
        ({"portfolio_holder": "Somebody Else"}, {"portfolio_holder"}),
        ({"portfolio_holder": "Gone Before"}, {"portfolio_holder"}),
        (OUT_OF_REACH | {"reason": None}, {"reason"}),
        (OUT_OF_REACH | {"would_change_it": None}, {"would_change_it"}),
        (
            {"delivery": "undeliverable_external", "portfolio_holder": "X"},
            {"portfolio_holder", "reason", "would_change_it"},
        ),
        ({"closed_on": "2018-03-01"}, {"closed_on"}),
        ({"delivery": "in_progress"}, {"delivery"}),
        ({"evidence": [PROOF | {"url": "C:/plan.pdf"}]}, {"evidence.0.url"}),
    ],
)
async def test_what_is_not_borne_out_is_not_signed(pledged: httpx.AsyncClient, fields: dict[str, Any], wrong: set[str]):
    refused = await sign(pledged, "46", 422, **fields)
    assert {error["field"] for error in refused["errors"]} == wrong
    assert (await pledged.get(PLEDGE)).json()["version"] == 1
    assert await decisions(pledged) == []


async def test_it_is_closed_and_opened_by_nothing_else(pledged: httpx.AsyncClient):
    async def refused(answer: httpx.Response) -> str:
        assert answer.status_code == 409, answer.text
        found: str = answer.json()["type"]
        return found

    reason = {"reason": "x"}
    assert await refused(await pledged.post(f"{PLEDGE}/reopen", json=reason)) == "/problems/pledge-open"
    for delivery in ("delivered", "undeliverable_external"):
        assert await refused(await pledged.patch(PLEDGE, json={"delivery": delivery})) == "/problems/sign-off-needed"
    await sign(pledged, "46")
    assert (await sign(pledged, "46", 409))["type"] == "/problems/pledge-closed"
    for delivery in ("in_progress", "undeliverable_external"):
        assert await refused(await pledged.patch(PLEDGE, json={"delivery": delivery})) == "/problems/sign-off-needed"
    assert (await pledged.patch(PLEDGE, json={"delivery": "delivered", "evidence": "complete"})).status_code == 200
    assert (await pledged.post(f"{PLEDGE}/reopen", json={})).status_code == 422
    assert [one["decision"] for one in await decisions(pledged)] == ["delivered"]
    assert (await pledged.get("/pledges/v1/pledges/47/decisions")).status_code == 404


async def test_who_signed_and_why_it_was_reopened_is_in_the_audit_record(
    pledged: httpx.AsyncClient, database: Database, move_to: Callable[[date], Awaitable[None]]
):
    await sign(pledged, "46", closed_on="2018-02-20")
    await move_to(date(2018, 4, 2))
    await pledged.post(f"{PLEDGE}/reopen", json={"reason": "It closed after three weeks"})
    found = await database.read(lambda tx: list_entries(tx, AuditFilter(subject="2018-46"), PageRequest(10)))
    assert [(one.action, one.reason, one.after) for one in found.items[1:]] == [
        ("pledge.signed_off", None, {"delivery": "delivered", "closed_on": "2018-02-20"}),
        ("pledge.reopened", "It closed after three weeks", {"delivery": "in_progress", "closed_on": None}),
    ]
