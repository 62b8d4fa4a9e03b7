"""Pledges over HTTP, as an officer and a loader use them."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from tests.integration.pledges.signing import sign

Published = Callable[[str], Awaitable[list[Any]]]

ASSIGNED = {
    "portfolio_holder": "Ian Tuffin",
    "department": "People - Strategic Co-operative Commissioning",
    "director": "Craig McArdle",
    "lead_officers": ["Rachel Silcock"],
}
UNDATED = {"valid_from": None, "valid_to": None}
LONELINESS = {
    "number": "55",
    "theme": "Health and Adult Social Care",
    "title": "Publish an action plan to ease loneliness",
    "assignments": [ASSIGNED],
}


async def make(api: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await api.post("/pledges/v1/pledges", json=LONELINESS | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_new_pledge_is_shown_whole(api: httpx.AsyncClient, published: Published):
    made = await make(api, due="2018-03-31")
    assert made == {
        "id": "2018-55",
        "set": "2018",
        "number": "55",
        "theme": "Health and Adult Social Care",
        "title": "Publish an action plan to ease loneliness",
        "wording": "Publish an action plan to ease loneliness",
        "top": None,
        "due": "2018-03-31",
        "delivery": "not_started",
        "evidence": "none",
        "schedule": "due",
        "closed_on": None,
        "last_evidence_on": None,
        "measure": None,
        "cannot_be_rated": "no measure, baseline and date were given",
        "assignments": [ASSIGNED | UNDATED],
        "amendments": [],
        "indicators": [],
        "risks": [],
        "schemes": [],
        "notes": [],
        "version": 1,
    }
    assert (await api.get("/pledges/v1/pledges/55")).json() == made
    (event,) = await published("55")
    body = json.loads(event.body)
    assert (body["type"], body["source"]) == ("commissioning.pledge.updated.v1", "/pledges")
    assert (body["subject"], body["partitionkey"], body["aggregateversion"]) == ("2018-55", "2018-55", 1)
    assert body["data"] == {
        "set": "2018",
        "number": "55",
        "title": "Publish an action plan to ease loneliness",
        "delivery": "not_started",
        "evidence": "none",
        "schedule": "due",
        "indicators": [],
        "risks": [],
        "schemes": [],
    }


async def test_two_assignments_and_two_officers_keep_their_order(api: httpx.AsyncClient):
    officers = ["Emma Crowther", "Caroline Paterson"]
    both = [ASSIGNED | {"portfolio_holder": "Sue McDonald", "lead_officers": officers}, ASSIGNED]
    await make(api, number="46", assignments=both)
    assert (await api.get("/pledges/v1/pledges/46")).json()["assignments"] == [one | UNDATED for one in both]


async def test_the_same_sent_again_is_found_and_other_content_refused(api: httpx.AsyncClient, published: Published):
    await make(api)
    await api.patch("/pledges/v1/pledges/55", json={"delivery": "in_progress"})
    again = await api.post("/pledges/v1/pledges", json=LONELINESS)
    assert again.status_code == 200
    assert again.json()["delivery"] == "in_progress"
    other = await api.post("/pledges/v1/pledges", json=LONELINESS | {"theme": "Jobs"})
    assert other.status_code == 409
    assert other.json()["type"] == "/problems/pledge-exists"
    assert len(await published("55")) == 2


async def test_a_change_moves_only_what_it_names(api: httpx.AsyncClient, published: Published):
    made = await make(api)
    change = {"delivery": "in_progress", "evidence": "partial", "due": "2017-12-31", "top": True}
    changed = (await api.patch("/pledges/v1/pledges/55", json=change)).json()
    assert changed == made | change | {"schedule": "overdue", "version": 2}
    same = (await api.patch("/pledges/v1/pledges/55", json=change)).json()
    assert same == changed
    cleared = (await api.patch("/pledges/v1/pledges/55", json={"due": None})).json()
    assert (cleared["due"], cleared["schedule"], cleared["delivery"]) == (None, "unscheduled", "in_progress")
    assert [event.version for event in await published("55")] == [1, 2, 3]


async def test_delivery_stops_the_clock(api: httpx.AsyncClient, move_to: Callable[[date], Awaitable[None]]):
    await make(api, due="2018-03-31")
    done = await sign(api, "55")
    assert (done["closed_on"], done["schedule"]) == ("2018-02-28", "on_time")
    await move_to(date(2019, 1, 1))
    assert (await api.get("/pledges/v1/pledges/55")).json()["schedule"] == "on_time"
    again = (await api.post("/pledges/v1/pledges/55/reopen", json={"reason": "It was taken back"})).json()
    assert (again["closed_on"], again["schedule"]) == (None, "overdue")
    late = await sign(api, "55", closed_on="2018-04-02")
    assert (late["closed_on"], late["schedule"]) == ("2018-04-02", "overdue")


async def test_a_closing_day_that_does_not_fit_is_refused(api: httpx.AsyncClient):
    await make(api)
    answer = await api.patch("/pledges/v1/pledges/55", json={"closed_on": "2018-02-01"})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["closed_on"]
    assert (await api.get("/pledges/v1/pledges/55")).json()["version"] == 1


async def test_the_original_wording_stays_and_amendments_are_added(api: httpx.AsyncClient, published: Published):
    await make(api)
    refused = await api.patch("/pledges/v1/pledges/55", json={"title": "Something easier"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "title"
    assert (await api.patch("/pledges/v1/pledges/55", json={"title": LONELINESS["title"]})).json()["version"] == 1
    first = {"text": "Publish a plan and review it yearly", "reason": "Cabinet asked for a review"}
    for _ in range(2):
        changed = (await api.patch("/pledges/v1/pledges/55", json={"amendment": first})).json()
    await api.patch("/pledges/v1/pledges/55", json={"amendment": first | {"text": "Publish it by autumn"}})
    shown = (await api.get("/pledges/v1/pledges/55")).json()
    assert (shown["title"], shown["wording"]) == (LONELINESS["title"], "Publish it by autumn")
    assert [(one["text"], one["by"]) for one in shown["amendments"]] == [
        (first["text"], "officer"),
        ("Publish it by autumn", "officer"),
    ]
    assert shown["amendments"][0] == changed["amendments"][0]
    assert len(await published("55")) == 3


async def test_pages_and_filters(api: httpx.AsyncClient):
    dues = {"9": None, "41": "2017-12-31", "46": "2018-03-01", "100": "2018-06-30", "101": "2018-02-28"}
    for number, due in dues.items():
        await make(api, number=number, due=due, top=number == "46")
    await sign(api, "101")

    async def numbers(**query: Any) -> list[str]:
        answer = await api.get("/pledges/v1/pledges", params=query)
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["items"]]

    assert await numbers() == ["9", "41", "46", "100", "101"]
    assert await numbers(schedule="overdue") == ["41"]
    assert await numbers(schedule="due") == ["46"]
    assert await numbers(schedule="on_time") == ["100", "101"]
    assert await numbers(schedule="unscheduled") == ["9"]
    assert await numbers(top="true") == ["46"]
    assert await numbers(delivery="delivered") == ["101"]
    assert await numbers(theme="Jobs") == []
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = (await api.get("/pledges/v1/pledges", params=query)).json()
        seen.append([one["number"] for one in answer["items"]])
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == [["9", "41"], ["46", "100"], ["101"]]


@pytest.mark.parametrize("today", [date(2018, 2, 28), date(2018, 3, 31), date(2018, 4, 1), date(2018, 9, 1)])
async def test_the_filter_agrees_with_the_rule(
    api: httpx.AsyncClient, move_to: Callable[[date], Awaitable[None]], today: date
):
    await move_to(date(2018, 2, 28))
    dues = [None, "2018-02-27", "2018-02-28", "2018-03-31", "2018-04-01", "2018-09-01"]
    for place, due in enumerate(dues):
        await make(api, number=f"{place + 1}", due=due)
        await make(api, number=f"{place + 11}", due=due, delivery="delivered")
    await move_to(today)
    everything = (await api.get("/pledges/v1/pledges")).json()["items"]
    found = []
    for schedule in ("unscheduled", "on_time", "due", "overdue"):
        items = (await api.get("/pledges/v1/pledges", params={"schedule": schedule})).json()["items"]
        assert {one["schedule"] for one in items} <= {schedule}
        found += [one["number"] for one in items]
    assert sorted(found) == sorted(one["number"] for one in everything)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"number": ""}, {"number"}),
        ({"number": "5\x005"}, {"number"}),
        ({"number": "0"}, {"number"}),
        ({"number": "-5"}, {"number"}),
        ({"number": "\u0665\u0665"}, {"number"}),
        ({"set": "18"}, {"set"}),
        ({"title": "a\x00b", "theme": " "}, {"title", "theme"}),
        ({"assignments": None}, {"assignments"}),
        ({"delivery": "broken"}, {"delivery"}),
        ({"due": "31/03/2018"}, {"due"}),
        ({"colour": "red"}, {"colour"}),
        ({"assignments": [ASSIGNED | {"lead_officers": []}]}, {"assignments.0.lead_officers"}),
    ],
)
async def test_bad_pledges_are_refused_by_field(api: httpx.AsyncClient, change: dict[str, Any], fields: set[str]):
    answer = await api.post("/pledges/v1/pledges", json=LONELINESS | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {one["field"] for one in answer.json()["errors"]} == fields


@pytest.mark.parametrize("change", [{"delivery": None}, {"evidence": None}, {"amendment": None}, {"number": "56"}])
async def test_bad_changes_are_refused_by_field(api: httpx.AsyncClient, change: dict[str, Any]):
    await make(api)
    answer = await api.patch("/pledges/v1/pledges/55", json=change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == list(change)


async def test_the_example_of_linking_works(api: httpx.AsyncClient):
    await make(api)
    document = (await api.get("/openapi.json")).json()
    example = document["components"]["schemas"]["LinksIn"]["examples"][0]
    assert (await api.put("/pledges/v1/pledges/55/links", json=example)).status_code == 200


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("PATCH", ""), ("PUT", "/links")])
async def test_an_unknown_pledge_is_a_404(api: httpx.AsyncClient, method: str, rest: str):
    body = {"links": []} if rest else {}
    answer = await api.request(method, f"/pledges/v1/pledges/99{rest}", json=body)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/pledge-unknown"
