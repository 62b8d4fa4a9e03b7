"""Collections in pages: a cursor goes with the collection and the filters it was given out for, and no other."""

import base64
import json
from itertools import product
from typing import Any

import pytest

COLLECTIONS = ("/risks", "/risks/A/history", "/risks/A/proposals", "/proposals", "/review-tasks", "/link-audit")


async def _filled(register: Any, tied: Any) -> None:
    """Two items and more in every collection."""
    for subject in ("a/RK9", "b/RK9"):
        await register.say(subject, 1, "gg")
    await register.risk("A", mode="propose", links=tied("a/RK9", "new/RK9", "other/RK9"))
    await register.risk("B")
    for number in range(1, 4):
        await register.say("a/RK9", 2 * number, "gg" + "r")
        await register.say("a/RK9", 2 * number + 1, "gggg")
        rating = {"impact": 4, "likelihood": number, "reason": "Again"}
        await register.post("/risks/A/assessments", rating)
        await register.put("/risks/A/links", {"links": tied("a/RK9", f"n{number}/RK9")})
        await register.say(f"n{number}/RK9", 1, "rr")


async def _cursors(register: Any) -> dict[str, str]:
    return {path: (await register.get(path, limit=1))["next"] for path in COLLECTIONS}


async def test_every_collection_is_read_to_its_end(register: Any, tied: Any):
    await _filled(register, tied)
    for path in COLLECTIONS:
        whole = (await register.get(path))["items"]
        assert len(whole) > 1, path
        page, found = await register.get(path, limit=1), []
        while page["next"]:
            found += page["items"]
            page = await register.get(path, limit=1, cursor=page["next"])
        assert found + page["items"] == whole


async def test_a_cursor_is_refused_by_every_other_collection(register: Any, tied: Any):
    await _filled(register, tied)
    cursors = await _cursors(register)
    assert all(cursors.values())
    for path in COLLECTIONS:
        for other, cursor in cursors.items():
            problem = await register.get(path, 200 if path == other else 400, cursor=cursor)
            assert path == other or problem["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/risks", {"register": "people-2018"}),
        ("/risks", {"search": "Risk"}),
        ("/risks/A/proposals", {"state": "withdrawn"}),
        ("/review-tasks", {"state": "done"}),
        ("/review-tasks", {"risk": "A"}),
    ],
)
async def test_a_cursor_is_refused_with_other_filters(register: Any, tied: Any, path: str, filters: dict[str, str]):
    await _filled(register, tied)
    cursor = (await register.get(path, limit=1))["next"]
    await register.get(path, 400, cursor=cursor, **filters)
    assert (await register.get(path, 200, cursor=cursor, limit=7))["items"]


@pytest.mark.parametrize("text", ["a", "", "1", "-1", "9" * 18, "9" * 30, "\u0663", "[1]", "null", "\x00", "1e400"])
async def test_a_cursor_that_was_made_up_is_refused(register: Any, text: str):
    await register.risk("A")
    for path, content in product(COLLECTIONS, (json.dumps(text), json.dumps(["0" * 32, text]), text)):
        cursor = base64.urlsafe_b64encode(content.encode()).decode()
        problem = await register.get(path, 400, cursor=cursor)
        assert problem["errors"][0]["field"] == "cursor", path
