"""Pages of every collection: whole when read to the end, and each cursor good for its own collection only."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import BigInteger, Date, Integer, SmallInteger, String
from sqlalchemy.types import TypeEngine

from chassis.errors import BadRequest
from chassis.storage.pages import parse_sort_key, sort_key
from chassis.storage.types import UtcDateTime
from chassis.web.paging import _encode
from tests.integration.indicators.conftest import MONTHLY, PLYMOUTH, Api

AE = "/indicators/ae-four-hour-wait"
STANDARD = {"service": "s", "title": "t", "limits": [{"limit": 1, "unit": "hours"}]}
COLLECTIONS = {
    "/indicators": {},
    "/areas": {"type": "area"},
    "/frameworks": {},
    f"{AE}/observations": {"revisions": "true"},
    f"{AE}/targets": {"area": PLYMOUTH},
    f"{AE}/projections": {"breakdown": ""},
    "/scorecards": {},
    "/outcomes": {},
    "/objectives": {},
    "/standards": {},
}


@pytest.fixture
async def filled(api: Api) -> Api:
    """Three items at least in every collection."""
    for n in range(3):
        await api.post("/indicators", MONTHLY | {"code": f"more-{n}"})
        await api.post("/frameworks", {"code": f"F{n}", "name": "F", "benchmark_method": "significance"})
        await api.observe("Dec-17", str(n), status="provisional")
        target = {"area": PLYMOUTH, "kind": "reach", "value": str(n), "applies_from": "2017-12", "reason": "Anew"}
        await api.post(f"{AE}/targets", target)
        projection = {"area": PLYMOUTH, "name": f"forecast-{n}", "period": "2019-01", "value": str(n)}
        await api.post(f"{AE}/projections", projection)
        await api.put(f"/scorecards/card-{n}", {"name": "c", "sections": []}, 201)
        await api.put(f"/standards/standard-{n}", STANDARD, 201)
        for kind in ("outcomes", "objectives"):
            await api.put(f"/{kind}/code-{n}", {"title": "t"}, 201)
    return api


async def _read_in_pages(api: Api, path: str, filters: dict[str, str]) -> list[Any]:
    page = await api.get(path, limit=1, **filters)
    items = page["items"]
    while page["next"]:
        page = await api.get(path, limit=1, cursor=page["next"], **filters)
        items += page["items"]
    return items


async def test_every_collection_is_whole_in_pages_and_refuses_the_cursors_of_others(filled: Api):
    cursors = {}
    for path, filters in COLLECTIONS.items():
        whole = (await filled.get(path, **filters))["items"]
        assert len(whole) >= 3
        assert await _read_in_pages(filled, path, filters) == whole
        cursors[path] = (await filled.get(path, limit=1, **filters))["next"]
    for path, filters in COLLECTIONS.items():
        foreign = [cursor for other, cursor in cursors.items() if other != path]
        for cursor in [*foreign, "made-up", "e30", ""]:
            problem = await filled.get(path, 400, cursor=cursor, **filters)
            assert [error["field"] for error in problem["errors"]] == ["cursor"]


async def test_a_cursor_is_bound_to_its_filters(filled: Api):
    cursor = (await filled.get(f"{AE}/observations", limit=1, revisions="true"))["next"]
    for filters in ({}, {"revisions": "false"}, {"revisions": "true", "area": PLYMOUTH}):
        await filled.get(f"{AE}/observations", 400, cursor=cursor, **filters)
    await filled.get(f"{AE}/observations", cursor=cursor, limit=2, revisions="true")


KEYS = [
    '["E06000026", "", "2018-01-31", "2018-01-01", 1000000000000000000000000000000]',
    '["E06000026", "", "2018-01-31", "2018-01-01", -1]',
    '["E06000026", "", "2018-01-31", "2018-01-01", true]',
    '["E06000026", "", "2018-02-31", "2018-01-01", 1]',
    '["E06000026", "", 5, "2018-01-01", 1]',
    '[["E06000026"], "", "2018-01-31", "2018-01-01", 1]',
    '["E06000026", "", 1e400]',
    '["E06000026", "", "1"]',
    "[]",
    "{}",
    "1",
    "a",
]


@pytest.mark.parametrize("key", KEYS)
async def test_a_cursor_made_by_the_rules_with_another_key_is_refused(api: Api, key: str):
    for listed in ("observations", "targets"):
        collection = f'["/indicators/v1{AE}/{listed}", []]'
        problem = await api.get(f"{AE}/{listed}", 400, cursor=_encode(key, collection))
        assert problem["detail"] == "This cursor was not given out here."


def test_a_sort_key_is_read_as_it_was_written():
    parts = ("E06000026", date(2018, 1, 31), datetime(2018, 1, 1, 9, 30, 0, 5, tzinfo=UTC), 2**31 - 1, 2**62)
    types = (String(), Date(), UtcDateTime(), Integer(), BigInteger())
    assert parse_sort_key(sort_key(*parts), types) == parts


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        (sort_key(2**15), SmallInteger()),
        (sort_key(2**31), Integer()),
        (sort_key(2**63), BigInteger()),
        (sort_key(-1), Integer()),
        ("[true]", Integer()),
        ("[1.5]", Integer()),
        (sort_key("a\x00"), String()),
        (r'["\ud800"]', String()),
        ("[1]", String()),
        ('["0001-01-01T00:00:00+14:00"]', UtcDateTime()),
        ('["2018-02"]', UtcDateTime()),
        ("[7]", UtcDateTime()),
        ("[7]", Date()),
        ("[]", String()),
    ],
)
def test_a_sort_key_that_no_column_has_is_refused(text: str, type_: TypeEngine[Any]):
    with pytest.raises(BadRequest):
        parse_sort_key(text, [type_])
