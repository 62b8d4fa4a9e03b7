"""Pledge sets: a pledge is a set and a number, and a bare number is the newest set's."""

from typing import Any

import httpx
import pytest

OFFICER = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}


async def put_set(api: httpx.AsyncClient, code: str, status: int = 201, **fields: Any) -> dict[str, Any]:
    answer = await api.put(f"/pledges/v1/sets/{code}", json={"title": f"Pledges of {code}"} | fields)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def make(api: httpx.AsyncClient, number: str, status: int = 201, **fields: Any) -> dict[str, Any]:
    pledge = {"number": number, "theme": "Health", "title": "Faster discharge", "assignments": [OFFICER]}
    answer = await api.post("/pledges/v1/pledges", json=pledge | fields)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(api: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await api.get("/pledges/v1/pledges", params=query)
    return [one["id"] for one in answer.json()["items"]]


async def test_sets_are_listed_with_what_is_recorded_and_which_is_newest(api: httpx.AsyncClient):
    made = await put_set(api, "2018", size=100, source="front sheet")
    expected = {
        "code": "2018",
        "title": "Pledges of 2018",
        "size": 100,
        "source": "front sheet",
        "recorded": 0,
        "public": False,
    }
    assert made == expected | {"newest": True}
    await put_set(api, "2013", size=50)
    await make(api, "1", set="2013")
    await make(api, "46")
    items = (await api.get("/pledges/v1/sets")).json()["items"]
    assert [(one["code"], one["size"], one["recorded"], one["newest"]) for one in items] == [
        ("2013", 50, 1, False),
        ("2018", 100, 1, True),
    ]
    assert (await put_set(api, "2018", 200, size=101))["size"] == 101
    assert (await api.get("/pledges/v1/sets/2018")).json()["recorded"] == 1


async def test_the_same_number_of_two_sets_is_two_pledges(api: httpx.AsyncClient):
    await put_set(api, "2013")
    await put_set(api, "2018")
    await make(api, "4", set="2013", title="A forum for women who return to work")
    await make(api, "4", title="Something else")
    assert await ids(api) == ["2013-4", "2018-4"]
    assert await ids(api, pledge_set="2013") == ["2013-4"]
    assert (await api.get("/pledges/v1/pledges/2013-4")).json()["title"] == "A forum for women who return to work"
    assert (await api.get("/pledges/v1/pledges/4")).json()["id"] == "2018-4"
    await put_set(api, "2022")
    assert (await api.get("/pledges/v1/pledges/4")).status_code == 404
    assert (await api.get("/pledges/v1/pledges/2018-4")).status_code == 200


async def test_leading_zeros_do_not_count(api: httpx.AsyncClient):
    await put_set(api, "2018")
    made = await make(api, "055")
    assert (made["id"], made["number"]) == ("2018-55", "55")
    assert await make(api, "55", 200) == made
    for path in ("55", "055", "2018-55", "2018-0055"):
        assert (await api.get(f"/pledges/v1/pledges/{path}")).json() == made
    changed = await api.patch("/pledges/v1/pledges/2018-055", json={"delivery": "in_progress"})
    assert changed.json()["version"] == 2


async def test_an_unknown_set_is_refused_and_the_first_one_is_made(api: httpx.AsyncClient):
    assert (await api.get("/pledges/v1/pledges/1")).status_code == 404
    refused = await make(api, "1", 422, set="2013")
    assert [one["field"] for one in refused["errors"]] == ["set"]
    assert (await make(api, "1"))["id"] == "2018-1", "the business date is of 2018"
    assert (await api.get("/pledges/v1/sets")).json()["items"][0]["newest"] is True
    assert (await api.get("/pledges/v1/sets/2013")).json()["type"] == "/problems/pledge-set-unknown"


@pytest.mark.parametrize("code", ["18", "20180", "two", "2018-1"])
async def test_a_set_is_named_by_its_year(api: httpx.AsyncClient, code: str):
    assert (await api.put(f"/pledges/v1/sets/{code}", json={"title": "x"})).status_code == 422
