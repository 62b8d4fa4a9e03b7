"""What the ratings of homes make of an indicator: told after every change of it, and after nothing else."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from services.pledges.app import SPEC
from services.pledges.service.rating_feeds import emit_rated_homes
from services.pledges.service.republication import REPUBLICATION

Published = Callable[[str], Awaitable[list[Any]]]
MoveTo = Callable[[date], Awaitable[None]]
ROOT = "/pledges/v1"
SUBJECT = "rated-homes/care-homes"
FEED = {
    "title": "Care homes",
    "indicator": "cqc-good-or-outstanding",
    "area": "E06000026",
    "frequency": "quarter",
    "starts_on": "2017-10-01",
    "source": "CQC",
}


async def put(api: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = await api.put(f"{ROOT}/{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rate(api: httpx.AsyncClient, code: str, home: str, grade: str, day: str, **more: str) -> None:
    body = {"home": home, "grade": grade, "rated_on": day} | more
    assert (await api.put(f"{ROOT}/ratings/{code}", json=body)).status_code < 300


async def told(published: Published) -> list[list[tuple[str, int, int, bool]]]:
    bodies = [json.loads(row.body)["data"] for row in await published(SUBJECT)]
    return [[tuple(one.values()) for one in body["periods"]] for body in bodies]


@pytest.mark.both_engines
async def test_each_period_is_told_provisional_while_it_goes_on_and_final_after(
    api: httpx.AsyncClient, database: Database, published: Published, move_to: MoveTo
):
    assert (await put(api, "rating-feeds/care-homes", FEED))["ends_on"] is None
    assert await told(published) == [], "no home is rated"
    await rate(api, "1", "a", "good", "2017-06-01")
    await rate(api, "2", "b", "inadequate", "2018-01-10")
    first, second = await told(published)
    assert first == [("2017/18 Q3", 1, 1, True), ("2017/18 Q4", 1, 1, False)]
    assert second == [("2017/18 Q3", 1, 1, True), ("2017/18 Q4", 2, 1, False)]
    await rate(api, "2", "b", "inadequate", "2018-01-10")
    await database.write(emit_rated_homes)
    assert len(await told(published)) == 2
    await move_to(date(2018, 4, 1))
    await database.write(emit_rated_homes)
    await database.write(emit_rated_homes)
    assert (await told(published))[2:] == [
        [("2017/18 Q3", 1, 1, True), ("2017/18 Q4", 2, 1, True), ("2018/19 Q1", 2, 1, False)]
    ]
    body = json.loads((await published(SUBJECT))[-1].body)["data"]
    assert (body["indicator"], body["area"], body["source"]) == ("cqc-good-or-outstanding", "E06000026", "CQC")
    assert emit_rated_homes in SPEC.sweeps


async def test_many_ratings_at_once_are_told_once_and_late_ones_change_the_past(
    api: httpx.AsyncClient, published: Published
):
    await put(api, "rating-feeds/care-homes", FEED | {"frequency": "month", "starts_on": "2018-01-01"})
    homes = [
        {"code": f"{n}", "home": f"{n}", "grade": "good" if n else "inadequate", "rated_on": "2018-01-05"}
        for n in range(4)
    ]
    assert (await api.post(f"{ROOT}/records", json={"ratings": homes})).status_code == 200
    await rate(api, "late", "0", "good", "2018-01-20")
    first, second = await told(published)
    assert first == [("2018-01", 4, 3, True), ("2018-02", 4, 3, False)]
    assert second == [("2018-01", 4, 4, True), ("2018-02", 4, 4, False)]
    await rate(api, "late", "0", "good", "2018-02-20")
    assert (await told(published))[2] == [("2018-01", 4, 3, True), ("2018-02", 4, 4, False)]


async def test_a_period_that_was_told_and_has_no_home_left_says_so(api: httpx.AsyncClient, published: Published):
    await put(api, "rating-feeds/care-homes", FEED)
    await rate(api, "1", "a", "good", "2017-12-01")
    await rate(api, "1", "a", "good", "2018-02-01")
    assert await told(published) == [
        [("2017/18 Q3", 1, 1, True), ("2017/18 Q4", 1, 1, False)],
        [("2017/18 Q3", 0, 0, True), ("2017/18 Q4", 1, 1, False)],
    ]


async def test_periods_outside_the_days_of_a_feed_are_left_alone(api: httpx.AsyncClient, published: Published):
    await rate(api, "1", "a", "good", "2015-05-01")
    await put(api, "rating-feeds/care-homes", FEED | {"starts_on": "2017-10-02", "frequency": "quarter"})
    await put(api, "rating-feeds/ended", FEED | {"ends_on": "2017-12-31", "area": "E10000008"})
    assert await told(published) == [[("2017/18 Q4", 1, 1, False)]]
    (row,) = await published("rated-homes/ended")
    assert [one["period"] for one in json.loads(row.body)["data"]["periods"]] == ["2017/18 Q3"]
    backwards = FEED | {"ends_on": "2017-09-30"}
    answer = await api.put(f"{ROOT}/rating-feeds/wrong", json=backwards)
    assert answer.status_code == 422
    yearly = FEED | {"frequency": "financial_year", "starts_on": "2016-04-01", "area": "E12000009"}
    await put(api, "rating-feeds/yearly", yearly)
    (row,) = await published("rated-homes/yearly")
    periods = json.loads(row.body)["data"]["periods"]
    assert [(one["period"], one["final"]) for one in periods] == [("2016/17", True), ("2017/18", False)]


async def test_a_feed_is_told_once_more_after_a_recovery(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await put(api, "rating-feeds/care-homes", FEED)
    assert list(await database.read(REPUBLICATION.list_subjects)) == []
    await rate(api, "1", "a", "good", "2018-01-01")
    assert list(await database.read(REPUBLICATION.list_subjects)) == [SUBJECT]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, [SUBJECT]))
    rows = await published(SUBJECT)
    assert [row.version for row in rows] == [1, 2]
    one, two = await told(published)
    assert one == two


async def test_a_feed_for_another_area_says_all_of_it_there_and_days_are_of_our_times(
    api: httpx.AsyncClient, published: Published
):
    await put(api, "rating-feeds/care-homes", FEED)
    await rate(api, "1", "a", "good", "2017-06-01")
    await put(api, "rating-feeds/care-homes", FEED | {"area": "E10000008"}, 200)
    await put(api, "rating-feeds/care-homes", FEED | {"area": "E10000008"}, 200)
    bodies = [json.loads(row.body)["data"] for row in await published(SUBJECT)]
    assert [(body["area"], len(body["periods"])) for body in bodies] == [("E06000026", 2), ("E10000008", 2)]
    refused = await put(api, "rating-feeds/old", FEED | {"starts_on": "0001-01-01"}, 422)
    assert [error["field"] for error in refused["errors"]] == ["starts_on"]


@pytest.mark.both_engines
async def test_an_indicator_takes_its_share_from_one_feed_at_a_time(api: httpx.AsyncClient):
    await put(api, "rating-feeds/care-homes", FEED)
    other = FEED | {"title": "CQC"}
    refused = await put(api, "rating-feeds/other", other, 409)
    assert (refused["type"], refused["errors"]) == (
        "/problems/series-taken",
        [{"field": "indicator", "message": "care-homes tells of it in E06000026 on some of these days"}],
    )
    assert (await api.get(f"{ROOT}/rating-feeds/other")).status_code == 404
    both = {"rating_feeds": [FEED | {"code": "care-homes", "ends_on": "2018-03-31"}, other | {"code": "other"}]}
    answer = await api.post(f"{ROOT}/records", json=both)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (
        422,
        ["rating_feed/care-homes/indicator", "rating_feed/other/indicator"],
    )
    both["rating_feeds"][1]["starts_on"] = "2018-04-01"
    assert (await api.post(f"{ROOT}/records", json=both)).json()["created"] == 1, "one after the other"
    await put(api, "rating-feeds/elsewhere", FEED | {"area": "E10000008"})
    await put(api, "rating-feeds/care-homes", FEED, 409)
    await put(api, "rating-feeds/other", other | {"starts_on": "2018-04-01"}, 200)
