"""The projection of indicators, in whatever order their events come."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from chassis.bus.port import Record
from chassis.events import envelope as events
from chassis.events.envelope import Delivery
from chassis.storage.database import Database
from contracts.colours import Colour
from services.pledges.models import IndicatorColour
from services.pledges.projection import SUBSCRIPTION
from tests.integration.pledges.indicator_events import PLYMOUTH, apply, colours_of, event, link, make, shown

Published = Callable[[str], Awaitable[list[Any]]]
COLOURS = st.sampled_from([Colour.GREEN, Colour.AMBER, Colour.RED, Colour.WHITE])


@pytest.mark.both_engines
async def test_a_linked_pledge_shows_and_publishes_the_latest_colours(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    assert (await link(api, "58", "dtoc"))["indicators"] == [colours_of("dtoc", None)]
    await apply(database, event("dtoc", 1), event("other", 1))
    assert await shown(api, "58") == [colours_of("dtoc", "2018-01", "red", "amber", None)]
    await apply(database, event("dtoc", 2, period="2018-02", colours=(Colour.GREEN, Colour.DARK_GREEN, Colour.AMBER)))
    latest = [colours_of("dtoc", "2018-02", "green", "dark_green", "amber")]
    assert await shown(api, "58") == latest
    rows = await published("58")
    assert [row.version for row in rows] == [1, 2, 3, 4]
    assert json.loads(rows[-1].body)["data"]["indicators"] == latest


async def test_a_link_made_later_shows_colours_published_before(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await apply(database, event("dtoc", 7))
    await make(api, "58")
    linked = await link(api, "58", "dtoc")
    assert linked["indicators"] == [colours_of("dtoc", "2018-01", "red", "amber", None)]
    assert await link(api, "58", "dtoc", "dtoc") == linked
    assert len(await published("58")) == 2
    assert (await link(api, "58"))["indicators"] == []
    await apply(database, event("dtoc", 8, colours=(Colour.GREEN, Colour.GREEN, None)))
    assert len(await published("58")) == 3


async def test_an_action_shows_the_colours_of_its_indicators(api: httpx.AsyncClient, database: Database):
    links = [{"indicator": "dtoc", "area": PLYMOUTH}]
    await api.put("/pledges/v1/actions/home-first", json={"title": "Home first", "indicators": links})
    await apply(database, event("dtoc", 1))
    found = (await api.get("/pledges/v1/actions/home-first")).json()
    assert found["indicators"] == [colours_of("dtoc", "2018-01", "red", "amber", None)]


async def test_older_events_and_repeated_colours_publish_nothing(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    await link(api, "58", "dtoc")
    await apply(database, event("dtoc", 5))
    before = await published("58")
    await apply(database, event("dtoc", 4, colours=(Colour.GREEN, Colour.GREEN, None)))
    await apply(database, event("dtoc", 5, colours=(Colour.GREEN, Colour.GREEN, None)))
    await apply(database, event("dtoc", 6))
    assert await shown(api, "58") == [colours_of("dtoc", "2018-01", "red", "amber", None)]
    assert await published("58") == before


async def test_everything_withdrawn_leaves_no_period(api: httpx.AsyncClient, database: Database):
    await make(api, "58")
    await link(api, "58", "dtoc")
    await apply(database, event("dtoc", 1))
    await apply(database, event("dtoc", 2, period=None, colours=(Colour.WHITE, Colour.NONE, None)))
    assert await shown(api, "58") == [colours_of("dtoc", None, "white", "none", None)]


async def test_a_body_that_does_not_fit_changes_nothing(api: httpx.AsyncClient, database: Database):
    await make(api, "58")
    await link(api, "58", "dtoc")
    good = event("dtoc", 1)
    body = f'{{"subject":"{good.subject}","data":{{}}}}'.encode()
    record = Record("commissioning.indicators.v1", 0, 9, good.subject, body, good.record.headers, 0)
    with pytest.raises(ValidationError):
        await apply(database, event("other", 1), events.delivery(record))
    assert await shown(api, "58") == [colours_of("dtoc", None)]
    async with database.connect() as connection:
        rows = (await connection.execute(select(IndicatorColour.indicator))).scalars().all()
    assert rows == ["dtoc"]


Histories = dict[str, list[tuple[str, tuple[Colour, Colour, Colour | None]]]]
HISTORIES = st.dictionaries(
    st.sampled_from(["dtoc", "admissions", "wait"]),
    st.lists(
        st.tuples(st.sampled_from(["2017-12", "2018-01"]), st.tuples(COLOURS, COLOURS, st.none() | COLOURS)),
        min_size=1,
        max_size=5,
    ),
    min_size=1,
)


def batches(deliveries: Sequence[Delivery], cuts: Iterable[int]) -> list[Sequence[Delivery]]:
    edges = sorted({0, len(deliveries), *(cut % (len(deliveries) + 1) for cut in cuts)})
    return [deliveries[start:end] for start, end in pairwise(edges)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=HISTORIES, data=st.data())
async def test_any_order_doubling_and_batching_ends_the_same(
    api: httpx.AsyncClient, database: Database, published: Published, histories: Histories, data: st.DataObject
):
    run = uuid4().hex[:8]
    number, area = str(int(run[:5], 16) % 999_999 + 1), f"E{int(run, 16) % 10**8:08d}"
    sent = [
        event(indicator, version, area=area, period=period, colours=colours)
        for indicator, history in histories.items()
        for version, (period, colours) in enumerate(history, 1)
    ]
    doubled = sent + data.draw(st.lists(st.sampled_from(sent), max_size=6))
    arriving = batches(data.draw(st.permutations(doubled)), data.draw(st.lists(st.integers(0, 50), max_size=5)))
    linked_before = data.draw(st.integers(0, len(arriving)))
    await make(api, number)
    for place, batch in enumerate(arriving):
        if place == linked_before:
            await link(api, number, *histories, area=area)
        await apply(database, *batch)
    await link(api, number, *histories, area=area)

    final = {indicator: history[-1] for indicator, history in histories.items()}
    expected = [
        colours_of(indicator, period, *colours) | {"area": area}
        for indicator, (period, colours) in sorted(final.items())
    ]
    assert await shown(api, number) == expected
    rows = await published(number)
    assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    assert json.loads(rows[-1].body)["data"]["indicators"] == expected


@pytest.mark.both_engines
async def test_linking_while_events_arrive_misses_none(
    api: httpx.AsyncClient, database: Database, published: Published
):
    indicators = [f"i{n}" for n in range(8)]
    numbers = [str(number) for number in range(100, 106)]
    for number in numbers:
        await make(api, number)
    updates = [[event(name, version) for name in indicators] for version in (1, 2, 3)]
    await asyncio.gather(
        *(apply(database, *batch) for batch in updates), *(link(api, number, *indicators) for number in numbers)
    )
    expected = [colours_of(name, "2018-01", "red", "amber", None) for name in indicators]
    for number in numbers:
        assert await shown(api, number) == expected
        rows = await published(number)
        assert json.loads(rows[-1].body)["data"]["indicators"] == expected
        assert [row.version for row in rows] == list(range(1, len(rows) + 1))


async def rebuild(database: Database, batches: Sequence[Sequence[Delivery]]) -> None:
    steps = SUBSCRIPTION.projection

    async def work(tx: Any) -> None:
        await steps.drop(tx)
        for batch in batches:
            await steps.fold(tx, batch)
        await steps.evaluate_all(tx)

    await database.write(work)


async def test_a_rebuild_from_the_whole_log_changes_and_publishes_nothing(
    api: httpx.AsyncClient, database: Database, published: Published
):
    log = [event("dtoc", 1), event("wait", 1), event("dtoc", 2, colours=(Colour.GREEN, Colour.GREEN, Colour.RED))]
    await make(api, "58")
    await link(api, "58", "dtoc", "silent")
    await apply(database, *log)
    before, events_before = await shown(api, "58"), await published("58")
    await rebuild(database, [log[:1], log[1:], log[:2]])
    assert await shown(api, "58") == before
    assert await published("58") == events_before
    assert (await link(api, "58", "wait"))["indicators"] == [colours_of("wait", "2018-01", "red", "amber", None)]


@pytest.mark.both_engines
async def test_a_rebuild_mends_what_was_lost_and_publishes_it_once(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    await link(api, "58", "dtoc", "wait")
    await apply(database, event("dtoc", 1))
    events_before = len(await published("58"))
    await rebuild(database, [[event("dtoc", 1)], [event("wait", 1)], [event("wait", 2)]])
    rows = await published("58")
    assert len(rows) == events_before + 1
    assert [one["benchmark"] for one in json.loads(rows[-1].body)["data"]["indicators"]] == ["red", "red"]


# ---- series by breakdown, generations, provisional colours, pending links


async def test_each_breakdown_is_a_series_of_its_own(api: httpx.AsyncClient, database: Database, published: Published):
    await make(api, "58")
    men = {"indicator": "hle", "area": PLYMOUTH, "breakdown": {"sex": "male"}}
    total = {"indicator": "hle", "area": PLYMOUTH}
    answer = await api.put("/pledges/v1/pledges/58/links", json={"links": [men, total, men]})
    assert [(one["breakdown"], one["pending"]) for one in answer.json()["indicators"]] == [
        ({}, True),
        ({"sex": "male"}, True),
    ]
    await apply(database, event("hle", 1, breakdown="sex=male", period="2015 - 17"))
    women = event("hle", 1, breakdown="sex=female", colours=(Colour.GREEN, Colour.GREEN, None))
    await apply(database, women)
    assert [(one["breakdown"], one["benchmark"], one["pending"]) for one in await shown(api, "58")] == [
        ({}, None, True),
        ({"sex": "male"}, "red", False),
    ]
    rows = await published("58")
    assert len(rows) == 3
    carried = json.loads(rows[-1].body)["data"]["indicators"]
    assert carried == await shown(api, "58")


async def test_a_later_generation_wins_over_a_higher_version(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    await link(api, "58", "dtoc")
    green = (Colour.GREEN, Colour.GREEN, None)
    restored = event("dtoc", 2, generation=2, colours=green)
    await apply(database, event("dtoc", 9), restored, event("dtoc", 3))
    assert [one["benchmark"] for one in await shown(api, "58")] == ["green"]
    count = len(await published("58"))
    await apply(database, event("dtoc", 10))
    assert [one["benchmark"] for one in await shown(api, "58")] == ["green"]
    await apply(database, event("dtoc", 3, generation=2))
    assert [one["benchmark"] for one in await shown(api, "58")] == ["red"]
    assert len(await published("58")) == count + 1


async def test_a_provisional_colour_says_so_and_its_final_form_is_published(
    api: httpx.AsyncClient, database: Database, published: Published
):
    await make(api, "58")
    await link(api, "58", "dtoc")
    await apply(database, event("dtoc", 1, provisional=True))
    (one,) = await shown(api, "58")
    assert (one["benchmark"], one["benchmark_provisional"], one["trend_provisional"]) == ("red", True, False)
    count = len(await published("58"))
    await apply(database, event("dtoc", 2))
    assert [one["benchmark_provisional"] for one in await shown(api, "58")] == [False]
    assert len(await published("58")) == count + 1


@pytest.mark.parametrize("area", ["e06000026", "E06 000026", "", "Plymouth", "E0600002\u0666"])
@pytest.mark.parametrize("path", ["pledges/58/links", "actions/home-first"])
async def test_an_area_that_is_no_code_is_refused(api: httpx.AsyncClient, path: str, area: str):
    await make(api, "58")
    links = [{"indicator": "dtoc", "area": area}]
    body = {"title": "Home first", "indicators": links} if path.startswith("actions") else {"links": links}
    answer = await api.put(f"/pledges/v1/{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(".0.area")


async def test_an_indicator_nobody_told_of_is_pending_until_it_is(api: httpx.AsyncClient, database: Database):
    links = [{"indicator": "mispelt", "area": PLYMOUTH}]
    made = await api.put("/pledges/v1/actions/home-first", json={"title": "Home first", "indicators": links})
    assert [one["pending"] for one in made.json()["indicators"]] == [True]
    await apply(database, event("mispelt", 1))
    found = (await api.get("/pledges/v1/actions/home-first")).json()
    assert [one["pending"] for one in found["indicators"]] == [False]
