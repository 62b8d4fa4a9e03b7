"""What becomes of what is not taken, and of those that take nothing."""

import asyncio
from datetime import timedelta

from chassis import telemetry
from services.subscriptions.repository.feed import get_head
from services.subscriptions.service.deliveries.measures import refresh
from tests.integration.subscriptions.webhooks.plant import Plant, event, versions_of
from tests.receivers import Answer, Received, Receiver

SUBJECTS = [f"R{number}" for number in range(1, 8)]


async def test_one_aggregate_that_fails_keeps_no_other_waiting(plant: Plant, receiver: Receiver) -> None:
    receiver.answer = lambda request: 400 if request.event["subject"] == "R3" else 200
    found = await plant.subscribe(receiver.url)
    await plant.add_rounds(SUBJECTS, 2)
    await plant.drain()
    assert versions_of(receiver.taken) == {each: [1, 2] for each in SUBJECTS if each != "R3"}
    assert [each.event["aggregateversion"] for each in receiver.received if each.event["subject"] == "R3"] == [1]
    progress = await plant.progress(found["id"])
    assert (progress["waiting"], progress["dead"], progress["position"]) == (1, 0, 14)
    (line,) = await plant.log(found["id"], outcome="refused")
    assert '"aggregateversion": 1' in line["request"]["body"]
    receiver.answer = lambda _request: 200
    plant.clock.move(seconds=6)
    await plant.drain()
    assert versions_of(receiver.taken)["R3"] == [1, 2]
    assert (await plant.progress(found["id"]))["waiting"] == 0


async def _go_on(plant: Plant, hours: int) -> None:
    """Hours in which another aggregate changes, and is delivered, now and then."""
    for _ in range(0, hours, 4):
        progress = await plant.database.read(get_head)
        await plant.add(event("R2", progress.last_position))
        await plant.drain()
        plant.clock.move(hours=4)


async def test_what_is_never_taken_is_dead_after_three_days_and_waits_for_a_decision(
    plant: Plant, receiver: Receiver
) -> None:
    receiver.answer = lambda request: 400 if request.event["aggregateversion"] == 13 else 200

    def tries() -> int:
        return len([each for each in receiver.received if each.event["subject"] == "R1"])

    found = (await plant.subscribe(receiver.url))["id"]
    await plant.add(*(event(f"R{number}", 1) for number in range(3, 20)), event("R1", 13), event("R1", 14))
    await _go_on(plant, 80)
    assert "R1" not in versions_of(receiver.taken)
    dead = (await plant.api.get(f"/subscriptions/{found}/dead-letters")).json()["items"]
    assert [(each["subject"], each["position"], each["status"]) for each in dead] == [("R1", 18, 400)]
    first = tries()
    assert 10 <= first <= 20
    await refresh(plant.database)
    assert telemetry.WEBHOOKS_DEAD._value.get() == 1  # type: ignore[attr-defined]  # a library without another way
    await _go_on(plant, 24)
    assert tries() == first, "it is tried no more"

    assert (await plant.post(found, "dead-letters/retry")).json() == {"aggregates": 1}
    await _go_on(plant, 80)
    assert tries() >= first + 8
    named = {"aggregates": [{"service": "risks", "subject": "R1"}], "reason": "It cannot be read there"}
    assert (await plant.post(found, "dead-letters/discard", named)).json() == {"aggregates": 1}
    await plant.drain()
    assert versions_of(receiver.taken)["R1"] == [14], "what was behind it comes"
    assert (await plant.post(found, "dead-letters/discard", named)).status_code == 404


async def test_a_receiver_that_takes_nothing_is_asked_seldom_and_given_up_after_three_days(
    plant: Plant, receiver: Receiver
) -> None:
    receiver.answer = lambda _request: 500
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.add_rounds([f"R{number}" for number in range(60)], 1)
    await plant.drain()
    assert len(receiver.received) <= 12, "it is not flooded"
    await plant.drain_for(days=3, hours=2, step=timedelta(hours=2))
    assert (await plant.get(found))["status"] == "disabled"
    assert (await plant.get(found))["reason"] == "unreachable"
    assert len(receiver.received) < 100
    receiver.answer = lambda _request: 200
    await plant.post(found, "resume")
    await plant.drain()
    assert len(versions_of(receiver.taken)) == 60, "nothing was lost"
    assert (await plant.progress(found))["failing_since"] is None
    entries = (await plant.api.get("/audit", params={"subject": found})).json()["items"]
    assert [each["action"] for each in entries][-2:] == ["subscription.disabled", "subscription.resumed"]
    assert entries[-2]["actor"] == "subscriptions.webhooks"


async def test_a_receiver_that_comes_back_gets_what_waited_at_once(plant: Plant, receiver: Receiver) -> None:
    receiver.answer = lambda _request: 503
    await plant.subscribe(receiver.url)
    await plant.add_rounds(SUBJECTS, 3)
    await plant.drain_for(hours=9)
    receiver.answer = lambda _request: 200
    await plant.drain_for(hours=0.5)
    assert versions_of(receiver.taken) == {each: [1, 2, 3] for each in SUBJECTS}


async def test_one_poisonous_event_does_not_keep_a_quiet_feed_waiting(plant: Plant, receiver: Receiver) -> None:
    receiver.answer = lambda request: 400 if request.event["subject"] == "R1" else 200
    await plant.subscribe(receiver.url)
    await plant.add(event("R1", 1))
    await plant.drain_for(hours=12, step=timedelta(hours=1))  # nothing else: nothing gets through
    await plant.add(event("R2", 1))
    await plant.drain_for(hours=0.5)
    assert versions_of(receiver.taken) == {"R2": [1]}


async def test_gone_disables_at_once(plant: Plant, receiver: Receiver) -> None:
    receiver.answer = lambda _request: 410
    found = (await plant.subscribe(receiver.url))["id"]
    await plant.add(event("R1", 1))
    await plant.drain()
    await plant.add(event("R1", 2), event("R2", 1))
    await plant.drain_for(days=1)
    assert len(receiver.received) == 1
    assert (await plant.get(found))["reason"] == "gone"
    receiver.answer = lambda _request: 200
    await plant.post(found, "resume")
    await plant.drain()
    assert versions_of(receiver.taken) == {"R1": [1, 2], "R2": [1]}


async def test_a_receiver_that_asks_for_time_is_sent_nothing_meanwhile(plant: Plant, receiver: Receiver) -> None:
    receiver.answer = lambda _request: (429, {"retry-after": "3600"})
    await plant.subscribe(receiver.url)
    await plant.add(event("R1", 1))
    await plant.drain()
    await plant.add(event("R2", 1))
    await plant.drain_for(hours=0.9)
    assert len(receiver.received) == 1
    receiver.answer = lambda _request: 200
    await plant.drain_for(hours=0.5)
    assert versions_of(receiver.taken) == {"R1": [1], "R2": [1]}


async def test_redirects_are_failures_and_never_followed(plant: Plant, receiver: Receiver) -> None:
    receiver.answer = lambda _request: (307, {"location": receiver.url.replace("hook", "other")})
    found = await plant.subscribe(receiver.url)
    await plant.add(event("R1", 1))
    await plant.drain()
    assert [each.path for each in receiver.received] == ["/hook"]
    (line,) = await plant.log(found["id"])
    assert (line["outcome"], line["answer"]["headers"]["location"][-6:]) == ("redirected", "/other")


async def test_of_slow_and_endless_answers_no_more_is_read_than_is_kept(plant: Plant, receiver: Receiver) -> None:
    async def answer(request: Received) -> Answer:
        if request.event["subject"] == "slow":
            await asyncio.sleep(30)
        return 500, {"content-type": "text/html"}, b"<script>\x00\x1b" + b"x" * 3_000_000

    receiver.answer = answer
    found = await plant.subscribe(receiver.url)
    await plant.add(event("slow", 1), event("long", 1))
    await plant.deliverer.serve_due()
    lines = {each["subject"]: each for each in await plant.log(found["id"])}
    assert (lines["slow"]["outcome"], lines["slow"]["status"]) == ("timed_out", None)
    assert lines["long"]["answer"]["text"].startswith("<script>..xxx")
    assert len(lines["long"]["answer"]["text"]) == 1024


async def test_nobody_there_is_said_as_such(plant: Plant) -> None:
    found = await plant.subscribe("http://127.0.0.1:1/hook")
    await plant.add(event("R1", 1))
    await plant.drain()
    assert [each["outcome"] for each in await plant.log(found["id"])] == ["unreachable"]
