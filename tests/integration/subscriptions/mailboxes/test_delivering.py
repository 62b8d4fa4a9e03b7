"""What mailboxes get, in which order, and what becomes of each message."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from chassis import telemetry
from services.subscriptions.service.deliveries.measures import mailbox_detail, refresh, trim_messages
from services.subscriptions.service.deliveries.posting import Post
from tests.integration.subscriptions.webhooks.plant import Plant, event
from tests.mesh.sandbox import ADDRESS, OPENING, SENDER, Received, Sandbox

pytestmark = pytest.mark.rest

SUBJECTS = [f"R{number}" for number in range(1, 5)]
AWAY = "http://127.0.0.1:9"


async def _subscribe(plant: Plant, **more: Any) -> str:
    found = await plant.subscribe(ADDRESS, mailbox=OPENING, **more)
    number: str = found["id"]
    return number


async def _collect(mesh: Sandbox, **how: Any) -> list[Received]:
    return await asyncio.to_thread(lambda: mesh.collect(**how))


async def _messages(plant: Plant, subscription: str, **wanted: str) -> list[dict[str, Any]]:
    answer = await plant.api.get(f"/subscriptions/{subscription}/messages", params=wanted)
    found: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return found


def _versions(found: Iterable[Received]) -> dict[str, list[int]]:
    by_subject: dict[str, list[int]] = defaultdict(list)
    for message in found:
        for subject, version in message.versions:
            by_subject[subject].append(version)
    return by_subject


async def test_events_come_as_one_file_and_are_followed_until_they_are_collected(plant: Plant, mesh: Sandbox) -> None:
    number = await _subscribe(plant)
    await plant.add_rounds(SUBJECTS, 2)
    await plant.drain()
    (found,) = await _collect(mesh, acknowledge=False)
    assert found.versions == [(subject, version) for version in (1, 2) for subject in SUBJECTS]
    assert (found.local_id, found.file_name) == (f"{number}.1", f"{number}.000000000001.json")
    assert (found.content_type, found.chunks) == ("application/cloudevents-batch+json", 1)
    (waits,) = await _messages(plant, number, status="accepted")
    assert (waits["message_id"], waits["events"], waits["attempts"]) == (found.message_id, 8, 1)
    assert (waits["first_position"], waits["last_position"], waits["bytes"]) == (1, 8, len(found.content))
    plant.clock.move(minutes=5)
    await plant.drain()
    assert (await plant.progress(number))["unacknowledged"] == 1
    await _collect(mesh)
    plant.clock.move(minutes=5)
    await plant.drain()
    (collected,) = await _messages(plant, number)
    assert (collected["status"], collected["ended_at"]) == ("acknowledged", "2018-02-28T09:10:00Z")
    progress = await plant.progress(number)
    assert (progress["position"], progress["unacknowledged"], progress["undelivered"]) == (8, 0, 0)
    (line,) = await plant.log(number)
    assert (line["type"], line["event_id"], line["outcome"], line["position"]) == (
        "message",
        f"{number}.1",
        "delivered",
        8,
    )


async def test_what_comes_together_goes_together_and_a_mailbox_is_left_alone_for_a_while(
    plant: Plant, mesh: Sandbox
) -> None:
    await _subscribe(plant, types=["commissioning.risk.*"])
    await plant.add(event("R1", 1), event("P1", 1, service="pledges", type_="commissioning.pledge.updated.v1"))
    await plant.drain()
    await plant.add(event("R1", 2))
    await plant.drain()
    plant.clock.move(minutes=4)
    await plant.add(event("R1", 3))
    await plant.drain()
    assert [each.versions for each in await _collect(mesh)] == [[("R1", 1)]]
    plant.clock.move(minutes=1)
    await plant.drain()
    assert [each.versions for each in await _collect(mesh)] == [[("R1", 2), ("R1", 3)]]


async def test_a_wrong_password_is_told_and_once_it_is_right_all_comes(plant: Plant, mesh: Sandbox) -> None:
    found = await plant.subscribe(ADDRESS, mailbox={**OPENING, "password": "wr0ng-one"})
    number = found["id"]
    await plant.add(event("R1", 1))
    await plant.drain()
    (line,) = await plant.log(number, outcome="refused")
    assert line["status"] == 403
    assert "its password" in line["answer"]["text"]
    assert "wr0ng-one" not in str(line)
    assert (await plant.progress(number))["failing_since"] is not None
    await plant.api.patch(f"/subscriptions/{number}", json={"mailbox": {"password": "password"}})
    await plant.drain()
    assert [each.versions for each in await _collect(mesh)] == [[("R1", 1)]]
    assert (await plant.progress(number))["failing_since"] is None


async def test_an_unknown_mailbox_is_refused_with_what_mesh_says(plant: Plant) -> None:
    found = await plant.subscribe("mesh://X26NONE?workflow_id=W", mailbox=OPENING)
    await plant.add(event("R1", 1))
    await plant.drain()
    (line,) = await plant.log(found["id"])
    assert (line["outcome"], line["status"]) == ("refused", None)
    assert line["answer"]["text"].startswith("MESH refuses the message: ")


@pytest.mark.both_engines
async def test_while_mesh_is_away_the_message_waits_and_then_comes_once_with_what_came_meanwhile_behind_it(
    plant: Plant, mesh: Sandbox, post: Post
) -> None:
    number = await _subscribe(plant)
    there = post.settings
    post.settings.url = AWAY
    await plant.add(event("R1", 1), event("R2", 1))
    await plant.drain()
    await plant.add(event("R1", 2))
    for pause in (5, 20, 80):
        assert await plant.deliverer.serve_due() == 0, "not before its time"
        plant.clock.move(seconds=pause)
        await plant.drain()
    assert [each["outcome"] for each in await plant.log(number)] == ["unreachable"] * 4
    (planned,) = await _messages(plant, number)
    assert (planned["status"], planned["attempts"], planned["events"]) == ("planned", 4, 2)
    await refresh(plant.database)
    assert telemetry.WEBHOOKS_WAITING.labels(number)._value.get() == 105
    failing = {"served": 1, "failing": 1, "failing_seconds": 105.0, "success_seconds": None}
    assert await mailbox_detail(plant.database) == {"mailboxes": failing}
    there.url = mesh.url
    await plant.post(number, "resume")
    await plant.drain()
    found = await _collect(mesh)
    assert [each.versions for each in found] == [[("R1", 1), ("R2", 1)], [("R1", 2)]]
    assert [each.local_id for each in found] == [f"{number}.1", f"{number}.2"]
    taken = {"served": 1, "failing": 0, "failing_seconds": None, "success_seconds": 0.0}
    assert await mailbox_detail(plant.database) == {"mailboxes": taken}


async def test_after_three_days_without_mesh_the_subscription_ends_and_goes_on_where_it_was(
    plant: Plant, mesh: Sandbox, post: Post
) -> None:
    number = await _subscribe(plant)
    post.settings.url = AWAY
    await plant.add(event("R1", 1))
    for _ in range(10):
        await plant.drain()
        plant.clock.move(hours=8)
    found = await plant.get(number)
    assert (found["status"], found["reason"]) == ("disabled", "unreachable")
    post.settings.url = mesh.url
    await plant.post(number, "resume")
    await plant.drain()
    assert [each.versions for each in await _collect(mesh)] == [[("R1", 1)]]


async def test_what_is_longer_than_a_chunk_comes_whole(plant: Plant, mesh: Sandbox, post: Post) -> None:
    post.settings.chunk_bytes = 1024
    await _subscribe(plant)
    await plant.add_rounds(SUBJECTS, 2)
    await plant.drain()
    (found,) = await _collect(mesh)
    assert found.chunks == 1 + (len(found.content) - 1) // 1024 > 2
    assert len(found.events) == 8


async def test_order_per_aggregate_is_kept_over_messages_whatever_fails_and_numbers_have_no_gap(
    plant: Plant, mesh: Sandbox, post: Post
) -> None:
    number = await _subscribe(plant)
    for first in range(1, 13, 4):
        post.settings.url = AWAY if first == 5 else mesh.url
        await plant.add(*(event(each, first + more) for more in range(4) for each in SUBJECTS))
        await plant.drain()
        plant.clock.move(minutes=6)
    post.settings.url = mesh.url
    await plant.drain()
    found = await _collect(mesh)
    assert _versions(found) == {each: list(range(1, 13)) for each in SUBJECTS}
    assert [each.local_id for each in found] == [f"{number}.{count}" for count in range(1, len(found) + 1)]


async def test_a_message_is_sent_again_under_its_own_name_and_moves_nothing(plant: Plant, mesh: Sandbox) -> None:
    number = await _subscribe(plant)
    await plant.add(event("R1", 1), event("R2", 1))
    await plant.drain()
    (first,) = await _collect(mesh)
    await plant.add(event("R1", 2))
    plant.clock.move(minutes=5)
    await plant.drain()
    await _collect(mesh)
    again = await plant.post(number, f"messages/{first.local_id}/resend")
    assert (again.status_code, again.json()["status"]) == (200, "planned")
    plant.clock.move(minutes=5)
    await plant.drain()
    (second,) = await _collect(mesh)
    assert (second.local_id, second.file_name, second.content) == (first.local_id, first.file_name, first.content)
    assert second.message_id != first.message_id
    assert (await plant.progress(number))["position"] == 3
    plant.clock.move(minutes=5)
    await plant.drain()
    assert [each["status"] for each in await _messages(plant, number)] == ["acknowledged"] * 2
    assert (await plant.post(number, "messages/none/resend")).status_code == 404


async def test_a_message_that_nobody_collects_is_told_and_counted_until_it_is_sent_again(
    plant: Plant, mesh: Sandbox
) -> None:
    number = await _subscribe(plant)
    await plant.add(event("R1", 1))
    await plant.drain()
    (sent,) = await _collect(mesh, acknowledge=False)
    await asyncio.to_thread(mesh.report, sent)
    plant.clock.move(days=5)
    await plant.drain()
    (lost,) = await _messages(plant, number, status="undeliverable")
    assert (lost["code"], lost["description"]) == ("14", "Message not collected by recipient after 5 days")
    (line,) = await plant.log(number, outcome="undelivered")
    assert "14 Message not collected" in line["answer"]["text"]
    assert await _collect(mesh, acknowledge=False, mailbox=SENDER) == [], "the report was taken"
    assert (await plant.progress(number))["undelivered"] == 1
    await refresh(plant.database)
    assert telemetry.MAILBOX_MESSAGES.labels("undeliverable")._value.get() == 1
    await plant.post(number, f"messages/{sent.local_id}/resend")
    await plant.drain()
    await refresh(plant.database)
    assert telemetry.MAILBOX_WAITING.labels(number)._value.get() == 0, "since it was sent again"
    assert [each.local_id for each in await _collect(mesh)] == [sent.local_id] * 2
    assert (await plant.progress(number))["undelivered"] == 0


@pytest.mark.both_engines
async def test_what_is_asked_for_again_while_mesh_is_asked_of_it_goes_again(
    plant: Plant, mesh: Sandbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await _subscribe(plant)
    await plant.add(event("R1", 1))
    await plant.drain()
    (first,) = await _collect(mesh)
    look = post.look

    async def looked(mailbox: Any, to: Any, message_ids: Sequence[str]) -> Any:
        monkeypatch.undo()
        told = await look(mailbox, to, message_ids)
        assert (await plant.post(number, f"messages/{first.local_id}/resend")).json()["status"] == "planned"
        return told

    monkeypatch.setattr(post, "look", looked)
    plant.clock.move(minutes=5)
    await plant.drain()
    assert [each.local_id for each in await _collect(mesh)] == [first.local_id]


async def test_what_mesh_forgot_is_told_as_unknown_and_old_messages_go(plant: Plant, mesh: Sandbox) -> None:
    number = await _subscribe(plant, heartbeat=True)
    await plant.add(event("R1", 1))
    await plant.drain()
    await asyncio.to_thread(mesh.reset)
    plant.clock.move(minutes=5)
    await plant.drain()
    assert [each["status"] for each in await _messages(plant, number)] == ["unknown"] * 2
    assert (await plant.progress(number))["undelivered"] == 1, "nobody lacks a heartbeat"
    await refresh(plant.database)
    assert telemetry.MAILBOX_MESSAGES.labels("unknown")._value.get() == 1
    plant.clock.move(days=91)
    assert await plant.database.write(lambda tx: trim_messages(tx, 100)) == 2
    assert await _messages(plant, number) == []


async def test_a_replay_while_a_message_is_planned_sends_that_and_then_everything_again(
    plant: Plant, mesh: Sandbox, post: Post
) -> None:
    number = await _subscribe(plant)
    await plant.add(event("R1", 1))
    await plant.drain()
    post.settings.url = AWAY
    await plant.add(event("R1", 2), event("R2", 1))
    plant.clock.move(minutes=5)
    await plant.drain()
    post.settings.url = mesh.url
    await plant.api.patch(f"/subscriptions/{number}", json={"subjects": ["R1"]})
    await plant.post(number, "replay", {"after_position": 0})
    await plant.drain()
    found = await _collect(mesh)
    assert [each.versions for each in found] == [[("R1", 1)], [("R1", 2)], [("R1", 1), ("R1", 2)]]
    assert [each.local_id.rsplit(".", 1)[1] for each in found] == ["1", "2", "3"]


async def test_present_state_comes_in_messages_and_then_what_follows(plant: Plant, mesh: Sandbox) -> None:
    await plant.add_rounds([f"R{number:02}" for number in range(25)], 2)
    number = await _subscribe(plant, resync=True)
    await plant.add(event("R00", 3))
    await plant.drain()
    found = await _collect(mesh)
    assert sorted(each for message in found for each in message.versions) == sorted(
        [("R00", 3), *((f"R{count:02}", 2) for count in range(1, 25))]
    )
    assert (await plant.progress(number))["resyncing"] is False


async def test_tests_and_heartbeats_are_messages_of_their_own(plant: Plant, mesh: Sandbox) -> None:
    number = await _subscribe(plant, heartbeat=True)
    await plant.drain()
    await plant.post(number, "pause")
    tested = (await plant.post(number, "test")).json()["event_id"]
    await plant.drain()
    beat, test = await _collect(mesh)
    assert beat.events[0]["type"] == "commissioning.subscription.heartbeat.v1"
    assert (test.local_id, test.events[0]["type"]) == (f"{number}.{tested}", "commissioning.subscription.tested.v1")
    assert [each["number"] for each in await _messages(plant, number)] == [None, None]
    assert (await plant.post(number, f"messages/{test.local_id}/resend")).status_code == 404


async def test_in_the_profile_of_mns_messages_hold_signals(plant: Plant, mesh: Sandbox) -> None:
    await _subscribe(plant, profile="mns")
    await plant.add(event("R1", 1), event("R2", 1))
    await plant.drain()
    (found,) = await _collect(mesh)
    assert [(each["subject"], each["versionid"]) for each in found.events] == [("R1", "1"), ("R2", "1")]
    assert {name for each in found.events for name in each} == {
        *("specversion", "id", "source", "type", "subject", "time", "dataref", "versionid")
    }
