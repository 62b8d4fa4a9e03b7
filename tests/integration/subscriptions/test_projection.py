"""What consumers put into the feed: every event once, in order, without a gap, whatever is applied again."""

import asyncio
import json
from datetime import timedelta
from functools import partial

import pytest

from chassis.events.envelope import UnreadableEventError
from chassis.storage.database import Database
from contracts.topics import SERVICES
from services.subscriptions.domain.feed import FeedEvent, FeedHead
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.repository import aggregates, feed
from services.subscriptions.service.feed import trim
from services.subscriptions.settings import SubscriptionsSettings
from tests.integration.indicators.counting import counted
from tests.integration.subscriptions.events import OF, apply, event, wired

ALL = EventFilter(frozenset(SERVICES))


async def whole(database: Database) -> list[FeedEvent]:
    return list(await database.read(lambda tx: feed.list_events(tx, 0, 10_000, ALL)))


async def head_of(database: Database) -> FeedHead:
    return await database.read(feed.get_head)


async def newest(database: Database) -> list[FeedEvent]:
    return list(await database.read(lambda tx: aggregates.list_newest(tx, ALL, 0, 10_000)))


async def test_events_of_all_services_stand_in_one_order_with_their_very_bytes(database: Database) -> None:
    first = [event("risks", "OCC4", 1), event("risks", "action/1", 1), event("risks", "OCC4", 2)]
    second = event("pledges", "action/1", 1, data={"area": "E06000026"})
    third = event("indicators", "ae/RK9", 1, data={"area": {"code": "RK9", "name": "Plymouth"}})
    await apply(database, *first)
    await apply(database, second)
    await apply(database, third)
    found = await whole(database)
    assert [each.position for each in found] == [1, 2, 3, 4, 5]
    assert [each.body for each in found] == [each.record.value for each in (*first, second, third)]
    assert [(each.service, each.subject, each.version, each.area) for each in found[2:]] == [
        ("risks", "OCC4", 2, None),
        ("pledges", "action/1", 1, "E06000026"),
        ("indicators", "ae/RK9", 1, "RK9"),
    ]
    assert found[0].time.isoformat() == "2018-02-01T09:30:00+00:00"
    assert await head_of(database) == FeedHead(1, 5, third.id)
    assert [each.position for each in await newest(database)] == [2, 3, 4, 5]


async def test_what_is_applied_again_or_late_has_no_second_place(database: Database) -> None:
    events = [event("risks", "OCC4", version) for version in (1, 2, 4)]
    await apply(database, *events)
    await apply(database, *events)
    await apply(database, event("risks", "OCC4", 3), events[-1])
    assert [each.version for each in await whole(database)] == [1, 2, 4]
    await apply(database, event("risks", "OCC4", 1, generation=2), event("risks", "OCC4", 9))
    assert [each.order for each in await whole(database)] == [(1, 1), (1, 2), (1, 4), (2, 1)]
    assert [each.order for each in await newest(database)] == [(2, 1)]


async def test_a_forged_event_of_the_same_version_keeps_the_genuine_one_out_of_nothing(database: Database) -> None:
    await apply(database, event("risks", "OCC4", 2, copy="forged"), event("risks", "OCC4", 2))
    assert [each.event_id for each in await whole(database)] == ["risks:OCC4@1.2forged", "risks:OCC4@1.2"]


@pytest.mark.parametrize(
    "value",
    [
        b"{",
        b"[]",
        b"\xff",
        event("risks", "OCC4", 2).record.value.replace(b'"data":{"version":2}', b'"data":NaN'),
        event("risks", "OCC4", 2, data=[1]).record.value,
        event("risks", "OCC4", 2, specversion="0.3").record.value,
        event("risks", "OCC4", 2, id="another").record.value,
        event("risks", "OCC4", 2, aggregateversion=3).record.value,
        event("risks", "OCC4", 2, generation=2).record.value,
        event("risks", "OCC4", 2, time="yesterday").record.value,
        event("risks", "OCC4", 2, time="2018-02-01T09:30:00").record.value[:-40],
    ],
)
async def test_what_would_spoil_every_answer_is_refused(database: Database, value: bytes) -> None:
    spelt = value if b'"subject":"OCC4"' in value else b'{"subject":"OCC4",' + value
    bad = wired("risks", "OCC4", 2, spelt, event_id="risks:OCC4@1.2")
    with pytest.raises(UnreadableEventError):
        await apply(database, event("risks", "OCC4", 1), bad)
    assert await whole(database) == []


@pytest.mark.both_engines
@pytest.mark.parametrize("count", [2, 400])
async def test_a_batch_is_five_statements_however_long(database: Database, count: int) -> None:
    with counted(database) as statements:
        await apply(database, *(event("risks", f"R{number % 300}", 1 + number // 300) for number in range(count)))
    assert len(statements) == 5, statements
    assert (await head_of(database)).last_position == count


@pytest.mark.both_engines
async def test_consumers_at_once_leave_no_gap_and_readers_see_none_open_later(database: Database) -> None:
    """Whoever saw position n saw all before it: the next look never finds one that was not there."""
    seen: list[int] = []

    async def write(service: str) -> None:
        for version in range(1, 21):
            await apply(database, *(event(service, f"S{number}", version) for number in range(3)))

    async def look(until: int) -> None:
        while len(seen) < until:
            last = seen[-1] if seen else 0
            seen.extend(
                each.position
                for each in await database.read(partial(feed.list_events, after=last, limit=50, wanted=ALL))
            )
            await asyncio.sleep(0)

    total = 20 * 3 * len(SERVICES)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for service in SERVICES:
            tasks.create_task(write(service))
        tasks.create_task(look(total))
    assert seen == list(range(1, total + 1))
    of_one = [each.version for each in await whole(database) if each.aggregate == ("finance", "S1")]
    assert of_one == list(range(1, 21))


async def test_an_aggregate_that_its_producer_lost_is_told_to_be_gone(database: Database) -> None:
    await apply(database, event("risks", "OCC4", 3), event("risks", "OCC5", 1))
    await apply(database, event("pledges", "OCC4", 1))
    forget = OF["commissioning.risks.v1"].projection.forget
    assert forget is not None
    await database.write(lambda tx: forget(tx, ["OCC4", "unknown"]))
    last = (await whole(database))[-1]
    told = json.loads(last.body)
    assert (last.position, last.service, last.order) == (4, "risks", (1, 4))
    assert (told["method"], told["subject"], told["source"], "data" in told) == ("DELETE", "OCC4", "/risks", False)
    assert told["aggregateversion"] == 4
    assert told["id"] == last.event_id
    assert (await newest(database))[-1] == last


async def test_the_newest_event_is_compared_by_its_id(database: Database) -> None:
    first, second = event("risks", "OCC4", 1), event("risks", "OCC5", 1)
    await apply(database, first, second)
    contradicted = OF["commissioning.risks.v1"].projection.list_contradicted
    assert contradicted is not None
    later = [first, event("risks", "OCC5", 2), event("risks", "OCC6", 1)]
    assert await database.read(lambda tx: contradicted(tx, later)) == ["OCC5", "OCC6"]


@pytest.mark.both_engines
async def test_trimming_keeps_the_newest_of_each_and_says_from_where_all_is_kept(database: Database) -> None:
    told = [("A", 1), ("B", 1), ("A", 2), ("C", 1)]
    await apply(database, *(event("risks", subject, version) for subject, version in told))
    assert await database.write(lambda tx: trim(tx, 2)) == 0, "nothing is old"
    later = database.clock() + timedelta(days=SubscriptionsSettings().keep_feed_days + 1)
    assert [await database.write(lambda tx: feed.trim(tx, later, 2)) for _ in range(3)] == [2 + 1, 1, 0]
    assert await head_of(database) == FeedHead(4, 4, "risks:C@1.1")
    assert [each.position for each in await whole(database)] == [2, 3, 4]
    await apply(database, event("risks", "B", 2))
    assert await database.write(lambda tx: feed.trim(tx, later - timedelta(days=400), 2)) == 1, "superseded since"
    assert [each.position for each in await whole(database)] == [3, 4, 5]
    assert [each.event_id for each in await newest(database)] == ["risks:A@1.2", "risks:C@1.1", "risks:B@1.2"]
