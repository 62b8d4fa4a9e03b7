"""Every collection is walked by cursors that go with it, its filters and its order, and with nothing else."""

import base64
import json
from typing import Any

import httpx
import pytest

OFFICER = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}
COLLECTIONS = {
    "sets": ("code", ""),
    "pledges": ("number", "delivery=not_started"),
    "priorities": ("code", ""),
    "actions": ("code", "kind=must_do"),
}


@pytest.fixture
async def filled(api: httpx.AsyncClient) -> httpx.AsyncClient:
    assert (await api.put("/pledges/v1/sets/2018", json={"title": "x"})).status_code == 201
    for n in range(5):
        pledge = {
            "set": "2018",
            "number": f"{n + 8}",
            "theme": "Health",
            "title": "Faster discharge",
            "assignments": [OFFICER],
        }
        assert (await api.post("/pledges/v1/pledges", json=pledge)).status_code == 201
        assert (await api.put(f"/pledges/v1/sets/200{n}", json={"title": "x"})).status_code == 201
        for what in ("priorities", "actions"):
            assert (await api.put(f"/pledges/v1/{what}/{what}-{n}", json={"title": "x"})).status_code == 201
    return api


async def page(api: httpx.AsyncClient, what: str, query: str, cursor: str | None = None) -> dict[str, Any]:
    more = f"&cursor={cursor}" if cursor else ""
    answer = await api.get(f"/pledges/v1/{what}?limit=2&{query}{more}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("what", COLLECTIONS)
@pytest.mark.parametrize("filtered", [False, True])
async def test_pages_hold_everything_once(filled: httpx.AsyncClient, what: str, filtered: bool):
    name, query = COLLECTIONS[what]
    query = query if filtered else ""
    seen, cursor = [], None
    while True:
        found = await page(filled, what, query, cursor)
        seen.append([one[name] for one in found["items"]])
        cursor = found["next"]
        if cursor is None:
            break
    assert [len(each) for each in seen] == ([2, 2, 2] if what == "sets" else [2, 2, 1])
    whole = (await filled.get(f"/pledges/v1/{what}")).json()["items"]
    assert [one for each in seen for one in each] == [one[name] for one in whole]


@pytest.mark.parametrize("what", COLLECTIONS)
async def test_a_cursor_of_another_collection_or_filter_is_refused(filled: httpx.AsyncClient, what: str):
    others = [(each, "") for each in COLLECTIONS if each != what]
    others += [(each, query) for each, (_, query) in COLLECTIONS.items() if query]
    for other, query in others:
        cursor = (await page(filled, other, query))["next"]
        answer = await filled.get(f"/pledges/v1/{what}?cursor={cursor}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


@pytest.mark.parametrize("what", COLLECTIONS)
@pytest.mark.parametrize("after", ["", "\udc80", "9" * 300, "x\x00", "%", "8"])
async def test_a_cursor_that_was_made_up_is_refused(api: httpx.AsyncClient, what: str, after: str):
    for content in (after, ["", after]):
        cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
        refused = await api.get(f"/pledges/v1/{what}", params={"cursor": cursor})
        assert refused.status_code == 400
    assert (await api.get(f"/pledges/v1/{what}", params={"cursor": "not-a-cursor"})).status_code == 400
