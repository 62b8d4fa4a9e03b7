"""The share of homes that are rated well, which pledges count, becomes observations like any others."""

from typing import Any

import pytest

from chassis.errors import Problem
from chassis.events.envelope import Delivery
from contracts.period import Period
from contracts.pledges import HOMES_RATED, HomesRated, RatedPeriodState, homes_subject
from services.indicators.projection import SUBSCRIPTION
from tests.integration.pledges.elsewhere_events import apply, delivery

CODE = "cqc-good-or-outstanding"
INDICATOR = {
    "code": CODE,
    "name": "Homes rated well",
    "unit": "percentage",
    "decimals": 1,
    "polarity": "high_is_good",
    "frequency": "quarter",
}
Told = tuple[str, int, int, bool]
Q3: Told = ("2017/18 Q3", 4, 3, True)
Q4: Told = ("2017/18 Q4", 4, 2, False)


def rated(
    version: int, *periods: Told, generation: int = 1, feed: str = "care-homes", area: str = "E06000026"
) -> Delivery:
    body = HomesRated(
        feed=feed,
        title="Care homes",
        indicator=CODE,
        area=area,
        source="Care Quality Commission",
        periods=[
            RatedPeriodState(period=Period.parse(label), rated=rated, good_or_better=good, final=final)
            for label, rated, good, final in periods
        ],
    )
    return delivery("pledges", HOMES_RATED, homes_subject(feed), version, body, generation)


async def values(api: Any) -> dict[str, tuple[str | None, str, int]]:
    found = (await api.get(f"/indicators/{CODE}/observations"))["items"]
    return {one["period"]: (one["value"], one["status"], one["revision"]) for one in found}


@pytest.mark.both_engines
async def test_what_is_counted_is_recorded_with_where_it_is_from(api: Any):
    await api.post("/indicators", INDICATOR)
    await apply(api.database, SUBSCRIPTION, rated(1, Q3, Q4))
    found = (await api.get(f"/indicators/{CODE}/observations"))["items"]
    assert {one["period"]: (float(one["value"]), one["status"]) for one in found} == {
        "2017/18 Q3": (75.0, "final"),
        "2017/18 Q4": (50.0, "provisional"),
    }
    (one,) = [each for each in found if each["period"] == "2017/18 Q3"]
    assert (one["count"], one["denominator"], one["basis"]) == ("3", "4", "counted")
    assert one["reason"] is None, "nothing final was changed"
    assert one["note"] == "Counted by the pledges service from the last rating of each home: Care Quality Commission"
    told = [each for each in await api.events() if each["subject"] == f"{CODE}/E06000026"]
    assert [len(each["data"]["changed"]) for each in told] == [2]


async def test_again_older_and_the_same_content_change_and_publish_nothing(api: Any):
    await api.post("/indicators", INDICATOR)
    first = rated(2, Q3, Q4)
    await apply(api.database, SUBSCRIPTION, first)
    before, events = await values(api), len(await api.events())
    await apply(api.database, SUBSCRIPTION, first)
    await apply(api.database, SUBSCRIPTION, rated(1, ("2017/18 Q3", 9, 0, True)))
    await apply(api.database, SUBSCRIPTION, rated(3, Q3, Q4))
    assert (await values(api), len(await api.events())) == (before, events)
    await apply(api.database, SUBSCRIPTION, rated(1, ("2017/18 Q3", 4, 4, True), generation=2))
    assert (await values(api))["2017/18 Q3"][2] == 2
    await apply(api.database, SUBSCRIPTION, rated(9, Q3))
    assert (await values(api))["2017/18 Q3"][2] == 2, "of a time that was lost"


async def test_a_final_share_changes_with_its_reason_and_is_none_without_homes(api: Any):
    await api.post("/indicators", INDICATOR)
    await apply(api.database, SUBSCRIPTION, rated(1, Q3))
    await apply(api.database, SUBSCRIPTION, rated(2, ("2017/18 Q3", 5, 5, True)), rated(3, ("2017/18 Q3", 0, 0, True)))
    found = (await api.get(f"/indicators/{CODE}/observations"))["items"]
    assert [(one["value"], one["missing"], one["revision"]) for one in found] == [(None, "[x]", 2)]
    assert found[0]["reason"] == "The ratings of homes were recorded otherwise since"


@pytest.mark.parametrize("area", ["E06000026", "E99999999"])
async def test_what_cannot_be_recorded_fails_whole_and_can_be_tried_again(api: Any, area: str):
    one = rated(1, Q3, area=area)
    with pytest.raises(Problem):
        await apply(api.database, SUBSCRIPTION, one)
    await api.post("/indicators", INDICATOR)
    if area == "E99999999":
        with pytest.raises(Problem):
            await apply(api.database, SUBSCRIPTION, one)
        assert await values(api) == {}
    else:
        await apply(api.database, SUBSCRIPTION, one)
        assert set(await values(api)) == {"2017/18 Q3"}


async def test_other_events_of_the_topic_are_left_alone(api: Any):
    await api.post("/indicators", INDICATOR)
    other = delivery(
        "pledges",
        "commissioning.pledge.updated.v1",
        "2018-46",
        1,
        HomesRated(feed="x", title="x", indicator=CODE, area="E06000026", source=None, periods=[]),
    )
    await apply(api.database, SUBSCRIPTION, other)
    assert await values(api) == {}


async def test_verifying_compares_the_newest_event_and_a_recovery_forgets_it(api: Any):
    await api.post("/indicators", INDICATOR)
    projection, one = SUBSCRIPTION.projection, rated(1, Q3)
    list_contradicted, forget = projection.list_contradicted, projection.forget
    assert list_contradicted
    assert forget
    assert list(await api.database.read(lambda tx: list_contradicted(tx, [one]))) == [one.subject]
    await apply(api.database, SUBSCRIPTION, one)
    assert list(await api.database.read(lambda tx: list_contradicted(tx, [one]))) == []
    await api.database.write(lambda tx: forget(tx, [one.subject, "2018-46"]))
    assert list(await api.database.read(lambda tx: list_contradicted(tx, [one]))) == [one.subject]
    assert set(await values(api)) == {"2017/18 Q3"}, "what was observed stays"


async def states(api: Any, area: str = "E06000026") -> dict[str, str]:
    found = (await api.get(f"/indicators/{CODE}/observations", area=area))["items"]
    return {one["period"]: one["status"] for one in found}


@pytest.mark.both_engines
async def test_a_period_that_a_feed_leaves_is_withdrawn_unless_somebody_recorded_it(api: Any):
    await api.post("/indicators", INDICATOR)
    await apply(api.database, SUBSCRIPTION, rated(1, Q3, Q4), rated(1, ("2017/18 Q1", 3, 3, True), feed="others"))
    await apply(api.database, SUBSCRIPTION, rated(2, Q4))
    assert await states(api) == {"2017/18 Q1": "final", "2017/18 Q3": "withdrawn", "2017/18 Q4": "provisional"}
    (left,) = (await api.get(f"/indicators/{CODE}/observations", status="withdrawn"))["items"]
    assert left["reason"] == "The share of homes is not taken from their ratings in this period any more"
    await api.observe("2017/18 Q4", "60", code=CODE, status="provisional")
    await apply(api.database, SUBSCRIPTION, rated(3))
    assert (await values(api))["2017/18 Q4"] == ("60", "provisional", 2)
    await apply(api.database, SUBSCRIPTION, rated(4, Q3))
    assert (await states(api))["2017/18 Q3"] == "final"


async def test_a_feed_that_moves_to_another_area_leaves_nothing_where_it_was(api: Any):
    await api.post("/indicators", INDICATOR)
    await apply(api.database, SUBSCRIPTION, rated(1, Q3, Q4))
    await apply(api.database, SUBSCRIPTION, rated(2, Q3, area="E06000027"))
    assert await states(api) == {"2017/18 Q3": "withdrawn", "2017/18 Q4": "withdrawn"}
    assert await states(api, "E06000027") == {"2017/18 Q3": "final"}


async def test_a_period_goes_from_one_feed_to_another(api: Any):
    await api.post("/indicators", INDICATOR)
    await apply(api.database, SUBSCRIPTION, rated(1, Q3))
    await apply(api.database, SUBSCRIPTION, rated(1, Q3, feed="others"))
    await apply(api.database, SUBSCRIPTION, rated(2))
    assert await states(api) == {"2017/18 Q3": "final"}
