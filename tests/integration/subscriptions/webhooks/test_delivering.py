"""What receivers get, and in which order."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from services.subscriptions.service.deliveries.measures import trim_deliveries
from tests.integration.indicators.counting import counted
from tests.integration.subscriptions.webhooks.plant import Plant, event, versions_of
from tests.receivers import Answer, Received, Receiver

SUBJECTS = [f"R{number}" for number in range(1, 8)]


async def test_events_come_as_they_were_on_the_bus_from_now_on(plant: Plant, receiver: Receiver) -> None:
    await plant.add(event("R1", 1))
    found = await plant.subscribe(receiver.url)
    later = event("R1", 2)
    await plant.add(later)
    await plant.drain()
    assert [each.body for each in receiver.taken] == [later.body]
    assert receiver.taken[0].headers["content-type"] == "application/cloudevents+json"
    assert receiver.taken[0].id == later.event_id
    (line,) = await plant.log(found["id"])
    assert (line["outcome"], line["status"], line["attempt"], line["position"]) == ("delivered", 200, 1, 2)
    assert line["request"]["bytes"] == len(later.body)
    assert "webhook-signature" not in line["request"]["headers"]


async def test_only_what_is_asked_for_is_sent_and_the_rest_is_passed_over(plant: Plant, receiver: Receiver) -> None:
    found = await plant.subscribe(receiver.url, types=["commissioning.risk.*"], area="E06000026", services=["risks"])
    await plant.add(
        event("R1", 1, area="E06000026"),
        event("R2", 1),
        event("P1", 1, service="pledges", type_="commissioning.pledge.updated.v1", area="E06000026"),
        event("R3", 1, type_="commissioning.control.updated.v1", area="E06000026"),
    )
    await plant.drain()
    assert [each.event["subject"] for each in receiver.taken] == ["R1"]
    assert (await plant.progress(found["id"]))["position"] == 4


async def test_an_idle_subscription_is_passed_over_without_being_taken(plant: Plant, receiver: Receiver) -> None:
    found = await plant.subscribe(receiver.url, subjects=["none"])
    table = plant.database.metadata.tables["subscription"]
    asked = []
    for version in range(1, 4):
        await plant.add(event("R1", version))
        with counted(plant.database) as statements:
            assert await plant.deliverer.serve_due() == 0
        asked.append(len(statements))
        for n in range(6):
            await plant.subscribe(receiver.url, name=f"{version}-{n}", subjects=["none"])
    assert asked == [asked[0]] * 3, "one or many, the feed is read once for all"
    assert (await plant.progress(found["id"]))["position"] == 0, "nothing is written for it"
    plant.clock.move(minutes=2)
    await plant.deliverer.serve_due()
    assert (await plant.progress(found["id"]))["position"] == 3, "but now and then"
    rows = await plant.database.read(lambda tx: tx.session.scalar(select(func.count()).select_from(table)))
    assert rows == 19


@pytest.mark.both_engines
@pytest.mark.parametrize("seed", range(2))
async def test_order_per_aggregate_is_kept_whatever_fails(plant: Plant, receiver: Receiver, seed: int) -> None:
    """Any mix of failures, and events that come while others wait: each aggregate's arrive in order, none missing."""
    chances = random.Random(seed)  # noqa: S311  a test

    def answer(_request: Received) -> Answer:
        return chances.choice([200, 200, 200, 500, 503, 404, (302, {"location": "http://127.0.0.1:1/"})])

    receiver.answer = answer
    await plant.subscribe(receiver.url)
    for first in range(1, 13, 4):
        await plant.add(*(event(each, first + more) for more in range(4) for each in SUBJECTS))
        await plant.drain_for(hours=2, step=timedelta(minutes=20))
    receiver.answer = lambda _request: 200
    await plant.drain_for(hours=10, step=timedelta(hours=1))
    wanted = list(range(1, 13))
    assert {
        subject: list(dict.fromkeys(seen)) for subject, seen in versions_of(receiver.taken).items()
    } == dict.fromkeys(SUBJECTS, wanted)
    assert all(seen == sorted(seen) for seen in versions_of(receiver.taken).values())


async def test_pause_keeps_and_resume_goes_on(plant: Plant, receiver: Receiver) -> None:
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.post(found, "pause")
    await plant.add_rounds(["R1"], 3)
    await plant.drain()
    assert receiver.received == []
    await plant.post(found, "resume")
    await plant.drain()
    assert versions_of(receiver.taken) == {"R1": [1, 2, 3]}


async def test_replay_sends_again_from_a_position_with_the_same_ids(plant: Plant, receiver: Receiver) -> None:
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.add_rounds(["R1", "R2"], 3)
    await plant.drain()
    first = [each.id for each in receiver.taken]
    answer = await plant.post(found, "replay", {"after_position": 2})
    assert answer.status_code == 200
    await plant.drain()
    assert sorted(each.id for each in receiver.taken[6:]) == sorted(first[2:])
    assert (await plant.post(found, "replay", {"after_position": 7})).status_code == 410
    assert (await plant.post(found, "replay", {"after_position": -1})).status_code == 422


@pytest.mark.both_engines
async def test_resync_sends_present_state_and_goes_on_from_there(plant: Plant, receiver: Receiver) -> None:
    await plant.add_rounds([f"R{number}" for number in range(50)], 2)
    receiver.answer = lambda request: 500 if request.event["subject"] == "R7" else 200
    found = (await plant.subscribe(receiver.url, resync=True))["id"]
    await plant.deliverer.serve_due()
    await plant.add(event("R3", 3), event("R49", 3))  # changed while state is being sent
    await plant.drain()
    assert (await plant.progress(found))["resyncing"] is False
    taken = versions_of(receiver.taken)
    assert {subject: seen[-1] for subject, seen in taken.items()} == {
        f"R{number}": 3 if number in {3, 49} else 2 for number in range(50) if number != 7
    }
    assert all(seen == sorted(seen) for seen in taken.values())
    assert taken["R49"] == [3], "what had changed comes from the feed alone"
    receiver.answer = lambda _request: 200
    plant.clock.move(minutes=1)
    await plant.drain()
    assert versions_of(receiver.taken)["R7"] == [2]
    await plant.post(found, "resync")
    before = len(receiver.taken)
    await plant.drain()
    assert len(receiver.taken) == before + 50


async def test_test_events_and_heartbeats_say_how_far_it_has_come(plant: Plant, receiver: Receiver) -> None:
    found = (await plant.subscribe(receiver.url, heartbeat=True))["id"]
    await plant.add(event("R1", 1))
    await plant.drain()
    plant.clock.move(minutes=14)
    await plant.drain()
    plant.clock.move(minutes=1)
    await plant.drain()
    beats = [each.event for each in receiver.taken if each.event["type"].endswith("heartbeat.v1")]
    assert [each["data"]["position"] for each in beats] == [0, 1]
    await plant.post(found, "pause")
    asked = (await plant.post(found, "test")).json()["event_id"]
    plant.clock.move(hours=1)
    await plant.drain()
    assert receiver.taken[-1].id == asked
    assert receiver.taken[-1].event["type"] == "commissioning.subscription.tested.v1"
    assert [each["event_id"] for each in await plant.log(found, event_id=asked)] == [asked]
    assert len([each for each in receiver.taken if "heartbeat" in each.event["type"]]) == 2, "none while paused"


async def test_thin_events_say_where_the_state_is_read(plant: Plant, receiver: Receiver) -> None:
    await plant.subscribe(receiver.url, mode="thin")
    await plant.add(event("ae/E06000026", 1, service="indicators", type_="commissioning.indicator.updated.v1"))
    await plant.drain()
    sent = receiver.taken[0].event
    assert {"data", "datacontenttype"}.isdisjoint(sent)
    read = await plant.api.get(sent["dataref"].removeprefix("/events/v1"))
    assert read.json()["data"]["version"] == 1


async def test_what_the_feed_no_longer_has_is_said_and_the_newest_of_each_comes(
    plant: Plant, receiver: Receiver
) -> None:
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.post(found, "pause")
    await plant.add_rounds(["R1", "R2"], 3)
    events, head = (plant.database.metadata.tables[each] for each in ("feed_event", "feed_head"))

    async def trim(tx: object) -> None:
        await tx.session.execute(events.delete().where(events.c.position < 5))  # type: ignore[attr-defined]
        await tx.session.execute(update(head).values(first_position=6))  # type: ignore[attr-defined]

    await plant.database.write(trim)
    await plant.post(found, "resume")
    await plant.drain()
    assert versions_of(receiver.taken) == {"R1": [3], "R2": [3]}
    progress = await plant.progress(found)
    assert (progress["gap_detected"], progress["gap_before"]) == (True, 6)


@pytest.mark.both_engines
async def test_a_taken_subscription_is_left_alone_until_its_lease_runs_out(plant: Plant, receiver: Receiver) -> None:
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.add(event("R1", 1))
    table = plant.database.metadata.tables["subscription"]
    until = plant.clock.now + timedelta(seconds=60)
    taken = update(table).values(lease="another", lease_until=until)
    await plant.database.write(lambda tx: tx.session.execute(taken))
    await plant.drain()
    assert receiver.received == []
    plant.clock.move(seconds=61)
    await plant.drain()
    assert versions_of(receiver.taken) == {"R1": [1]}
    assert (await plant.progress(found))["position"] == 1


async def test_what_is_changed_while_it_is_sent_is_sent_anew(plant: Plant, receiver: Receiver) -> None:
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.add(event("R1", 1))

    async def answer(_request: Received) -> Answer:
        if len(receiver.received) == 1:
            await plant.post(found, "replay", {"after_position": 0})
        return 200

    receiver.answer = answer
    await plant.drain()
    assert versions_of(receiver.taken) == {"R1": [1, 1]}
    deleted = (await plant.api.delete(f"/subscriptions/{found}")).status_code
    assert deleted == 204


async def test_the_log_is_trimmed_by_age_and_number(
    plant: Plant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.add_rounds(["R1"], 130)
    await plant.drain()
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_KEEP_LINES", "100")
    assert await plant.database.write(lambda tx: trim_deliveries(tx, 20)) == 20
    assert await plant.database.write(lambda tx: trim_deliveries(tx, 1000)) == 10
    assert len(await plant.log(found)) == 100
    plant.clock.move(days=15)
    assert await plant.database.write(lambda tx: trim_deliveries(tx, 1000)) == 100


async def test_in_the_profile_of_mns_signals_are_sent_and_read_with_nothing_else(
    plant: Plant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"name": "signals", "url": receiver.url, "profile": "mns"}
    for refused in (
        await plant.api.post("/subscriptions", json=asked),
        await plant.api.get("/feed", params={"profile": "mns"}),
    ):
        assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, ["profile"])
    monkeypatch.setenv("SUBSCRIPTIONS_MNS_SOURCE", "uk.gov.plymouth.commissioning")
    monkeypatch.setenv("SUBSCRIPTIONS_MNS_URL", "https://suite.example")
    found = await plant.subscribe(receiver.url, profile="mns", heartbeat=True)
    assert found["profile"] == "mns"
    sent = event("R1", 3, area="E06000026")
    await plant.add(sent)
    await plant.drain()
    beat, signal = (each.event for each in receiver.taken)
    assert beat["type"] == "commissioning-subscription-heartbeat-1"
    assert signal == {
        "specversion": "1.0",
        "id": sent.event_id,
        "source": "uk.gov.plymouth.commissioning",
        "type": "commissioning-risk-rescored-1",
        "subject": "R1",
        "time": "2018-02-28T09:00:00.000000Z",
        "dataref": "https://suite.example/events/v1/state?subjects=R1",
        "versionid": "3",
    }
    (read,) = (await plant.api.get("/feed", params={"profile": "mns"})).json()
    assert read == signal | {"filtering": {"service": "risks", "area": "E06000026"}}
    await plant.api.patch(f"/subscriptions/{found['id']}", json={"profile": "cloudevents"})
    await plant.add(event("R1", 4))
    await plant.drain()
    assert receiver.taken[-1].event["data"] == {"reference": "R1", "version": 4}
