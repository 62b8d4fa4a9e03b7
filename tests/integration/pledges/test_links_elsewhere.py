"""A promise, its indicator, its money and its risk in one answer: what pledges make of risks and schemes."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.events.subscription import Subscription
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.pledges.projection import RISKS, SCHEMES
from services.pledges.service.republication import REPUBLICATION
from tests.integration.pledges.elsewhere_events import apply, rescored, restated, reviewed
from tests.integration.pledges.indicator_events import PLYMOUTH, make
from tests.integration.pledges.signing import sign

Published = Callable[[str], Awaitable[list[Any]]]
ROOT = "/pledges/v1/pledges"
LINKED = {
    "links": [{"indicator": "dtoc-all", "area": PLYMOUTH}],
    "risks": ["OCC4"],
    "schemes": ["sooner-home"],
}


async def link(api: httpx.AsyncClient, number: str = "58", status: int = 200, **links: Any) -> dict[str, Any]:
    answer = await api.put(f"{ROOT}/{number}/links", json=LINKED | links)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def shown(api: httpx.AsyncClient, number: str = "58") -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"{ROOT}/{number}")).json()
    return found


async def last_told(published: Published, number: str = "58") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await published(number))[-1].body)["data"]
    return found


@pytest.mark.both_engines
async def test_a_promise_shows_its_risk_and_its_money_with_their_dates(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    made = await link(api)
    assert made["risks"] == [{"risk": "OCC4", "pending": True, "rating": None}]
    assert made["schemes"] == [{"scheme": "sooner-home", "pending": True, "position": None}]
    await apply(database, RISKS, rescored("OCC4", 1, (4, 4)), rescored("OTHER", 1, (1, 1)))
    await apply(database, SCHEMES, restated("sooner-home", 1, "500.00"))
    found = await shown(api)
    ((risk,), (scheme,)) = found["risks"], found["schemes"]
    rating, position = risk["rating"], scheme["position"]
    assert (risk["pending"], rating["score"], rating["band"], rating["status"]) == (False, 16, "amber", "open")
    assert (position["financial_year"], position["colour"]) == ("2017/18", "amber")
    assert position["banked"] == {"amount": "500.00", "currency": "GBP"}
    assert position["indicated"] == {"amount": "1234.56", "currency": "GBP"}
    assert rating["as_of"].endswith("Z")
    assert position["as_of"].endswith("Z")
    told = await last_told(published)
    assert (told["risks"][0]["score"], told["schemes"][0]["banked"]["amount"]) == (16, "500.00")
    assert [row.version for row in await published("58")] == [1, 2, 3, 4]
    assert [one["indicator"] for one in told["indicators"]] == ["dtoc-all"]


async def test_what_was_told_before_the_link_is_shown_at_once_and_links_are_replaced_whole(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await apply(database, RISKS, reviewed("OCC4", 3, (5, 5), "escalated"))
    await make(api, "58")
    found = await link(api)
    assert (found["risks"][0]["rating"]["band"], found["risks"][0]["rating"]["status"]) == ("red", "escalated")
    assert await link(api) == found
    assert len(await published("58")) == 2
    there = (await api.get(f"{ROOT}/58/links")).json()
    assert (there["risks"], there["schemes"]) == (["OCC4"], ["sooner-home"])
    assert (await api.put(f"{ROOT}/58/links", json=there)).json() == found
    assert (await link(api, risks=[]))["risks"] == []
    count = len(await published("58"))
    await apply(database, RISKS, rescored("OCC4", 4, (1, 1)))
    assert len(await published("58")) == count


@pytest.mark.parametrize("links", [{"risks": ["a b"]}, {"schemes": ["x" * 81]}, {"risks": "OCC4"}, {"funds": []}])
async def test_links_that_are_none_are_refused_by_field(api: httpx.AsyncClient, links: dict[str, Any]):
    await make(api, "58")
    refused = await link(api, status=422, **links)
    assert {one["field"].split(".")[0] for one in refused["errors"]} == set(links)


async def test_older_and_repeated_events_publish_nothing(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    await link(api)
    await apply(database, RISKS, rescored("OCC4", 5, (4, 4)))
    count = len(await published("58"))
    await apply(database, RISKS, rescored("OCC4", 4, (1, 1)), rescored("OCC4", 5, (1, 1)))
    await apply(database, RISKS, reviewed("OCC4", 6, (4, 4)))
    assert len(await published("58")) == count, "another event of the same rating"
    await apply(database, RISKS, rescored("OCC4", 1, (2, 2), generation=2))
    assert (await shown(api))["risks"][0]["rating"]["score"] == 4
    await apply(database, RISKS, rescored("OCC4", 9, (5, 5)))
    assert (await shown(api))["risks"][0]["rating"]["score"] == 4, "of a time that was lost"


async def test_a_decision_keeps_the_risk_and_the_money_it_was_taken_on(api: httpx.AsyncClient, database: Database):
    await make(api, "58")
    await link(api)
    await apply(database, RISKS, rescored("OCC4", 1, (4, 4)))
    await apply(database, SCHEMES, restated("sooner-home", 1, "500.00"))
    await sign(api, "58")
    await apply(database, RISKS, rescored("OCC4", 2, (5, 5)))
    (decision,) = (await api.get(f"{ROOT}/58/decisions")).json()["items"]
    taken_on = decision["taken_on"]
    assert taken_on["risks"][0]["rating"]["score"] == 16
    assert taken_on["schemes"][0]["position"]["banked"]["amount"] == "500.00"


async def test_what_the_producer_no_longer_has_is_forgotten_and_told(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    await link(api)
    await apply(database, RISKS, rescored("OCC4", 1, (4, 4)))
    forget = RISKS.projection.forget
    assert forget
    await database.write(lambda tx: forget(tx, ["OCC4", "control/OCC4"]))
    assert (await shown(api))["risks"] == [{"risk": "OCC4", "pending": True, "rating": None}]
    assert (await last_told(published))["risks"][0]["pending"] is True
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, ["2018-58"]))
    assert (await last_told(published))["schemes"] == [
        (await last_told(published))["schemes"][0] | {"scheme": "sooner-home", "pending": True}
    ]


@pytest.mark.parametrize(
    ("subscription", "log"),
    [
        (RISKS, [rescored("OCC4", 1, (4, 4)), reviewed("OCC4", 2, (4, 5))]),
        (SCHEMES, [restated("sooner-home", 1, "1.00"), restated("sooner-home", 2, "2.00")]),
    ],
    ids=["risks", "schemes"],
)
@pytest.mark.both_engines
async def test_a_rebuild_changes_and_publishes_nothing_and_mends_what_was_lost(
    api: httpx.AsyncClient, database: Database, published: Published, subscription: Subscription, log: Sequence[Any]
):
    await make(api, "58")
    await link(api)
    await apply(database, subscription, *log)
    before, count = await shown(api), len(await published("58"))
    await rebuild(database, subscription, log)
    assert (await shown(api), len(await published("58"))) == (before, count)
    newest, contradicted = [log[-1]], subscription.projection.list_contradicted
    assert contradicted
    assert list(await database.read(lambda tx: contradicted(tx, newest))) == []
    await database.write(subscription.projection.drop)
    assert list(await database.read(lambda tx: contradicted(tx, newest))) == [log[-1].subject]
    await rebuild(database, subscription, log)
    assert (await shown(api), len(await published("58"))) == (before, count)


async def rebuild(database: Database, subscription: Subscription, log: Sequence[Any]) -> None:
    steps = subscription.projection

    async def work(tx: Tx) -> None:
        await steps.drop(tx)
        for one in log:
            await steps.fold(tx, [one])
        await steps.evaluate_all(tx)

    await database.write(work)


RATINGS = st.tuples(st.integers(1, 5), st.integers(1, 5))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(RATINGS, min_size=1, max_size=5), data=st.data())
async def test_any_order_and_doubling_ends_the_same(
    api: httpx.AsyncClient, database: Database, history: list[tuple[int, int]], data: st.DataObject
):
    await api.post(ROOT, json=PLEDGE)
    await database.write(RISKS.projection.drop)
    await link(api)
    sent = [rescored("OCC4", version, rating) for version, rating in enumerate(history, 1)]
    arriving = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=4))))
    for one in arriving:
        await apply(database, RISKS, one)
    (impact, likelihood), rating = history[-1], (await shown(api))["risks"][0]["rating"]
    assert (rating["impact"], rating["likelihood"]) == (impact, likelihood)


WHO = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}
PLEDGE = {"number": "58", "theme": "Health", "title": "Faster discharge", "assignments": [WHO]}
