"""What an operator decides on the pages of operations: parked events, and subscriptions with what was never taken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.bus.port import Message as BusMessage
from contracts.topics import events_topic
from services.subscriptions.domain.deliveries import Attempt, Delivery, Outcome, Waiting, WaitingState
from services.subscriptions.domain.messages import Message, MessageKind, MessageState
from services.subscriptions.domain.notices import NoticeKind, Told
from services.subscriptions.repository import messages, notices
from services.subscriptions.repository.deliveries import save_deliveries, save_waiting
from suite.settings import SuiteSettings
from tests.eventually import eventually
from tests.integration.portal.suite_pages import Looking, form_of, looking, text_of
from tests.integration.reference.conftest import Suite
from tests.integration.suite.test_recovery import started

THEN = datetime(2018, 2, 28, 9, tzinfo=UTC)


async def test_what_waits_for_an_operator_is_decided_by_its_buttons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One suite for both: parked events, then a subscription. Nobody listens at its address."""
    for name, value in {"DEVELOPMENT": "true", "NETWORKS": '["127.0.0.0/8"]'}.items():
        monkeypatch.setenv(f"SUBSCRIPTIONS_WEBHOOK_{name}", value)
    async with started(SuiteSettings(data_dir=tmp_path / "var")) as (running, loader):
        suite = Suite(running, loader)
        operator = await looking(suite, "Ana Nowak", "operations:read", "operations:operate")
        watcher = await looking(suite, "Ben Okoro", "operations:read")
        await _try_what_is_parked(suite, operator, watcher)
        await _steer_a_subscription(suite, operator, watcher)
        await _see_who_is_not_told(suite)


async def _try_what_is_parked(suite: Suite, operator: Looking, watcher: Looking) -> None:
    producer = await suite.running.bus.producer()
    await producer.publish(events_topic("indicators"), [BusMessage("wait/A", b"{")])
    await producer.close()

    async def is_shown() -> None:
        assert "risks-1" in await operator.see("/operations")

    await eventually(is_shown)
    fields = form_of(await operator.see("/operations"), 'value="risks-1"')
    tried = await operator.client.post("/operations/retries", data=fields)
    assert (tried.status_code, tried.headers["location"]) == (303, "/operations?done=retry")
    assert "It is tried again." in await operator.say("/operations?done=retry")
    assert "risks-1" in await operator.see("/operations"), "what cannot be read stays parked"
    refused = await watcher.client.post("/operations/retries", data=fields | {"id": "risks-1"})
    assert refused.status_code == 403


async def _steer_a_subscription(suite: Suite, operator: Looking, watcher: Looking) -> None:
    at = await _subscribe(suite)
    assert f'href="{at}"' in await operator.see("/operations")
    said = await watcher.say(at)
    assert "2 were never taken" in said
    assert "Refused (400) after 15 tries" in said
    assert "t.v1" not in await watcher.say(f"{at}?outcome=delivered")

    async def step(words: str, status: int = 200, who: Looking = operator, **fields: str) -> str:
        form = form_of(await who.see(at), words)
        answer = await who.client.post(at, data=form | fields, follow_redirects=True)
        assert answer.status_code == status, text_of(answer.text)[:300]
        return text_of(answer.text)

    assert "operations:operate" in await step("Send a test", 403, watcher)
    assert "is none of" in await step("Send a test", 422, step="delete")
    assert "tried again" in await step('Try again<span class="govuk-visually-hidden"> R1')
    assert "reason" in await step("Why R2 is left out", 422, reason="")
    assert "is left out" in await step("Why R2 is left out", reason="It cannot read that")
    assert "2 wait for a retry 0 were never taken" in await operator.say(at)
    await step("Send a test")

    async def is_logged() -> None:
        assert "Unreachable" in await operator.say(f"{at}?outcome=unreachable#deliveries")

    await eventually(is_logged)
    assert "goes on where it stopped" in await step("Resume")


async def _subscribe(suite: Suite) -> str:
    """The page of a subscription that is paused, with two aggregates that were never taken and a line of its log."""
    body = {"name": "warehouse", "url": "http://127.0.0.1:9/hook"}
    made = await suite.client.post("/events/v1/subscriptions", json=body)
    found = made.raise_for_status().json()["id"]
    (await suite.client.post(f"/events/v1/subscriptions/{found}/pause")).raise_for_status()
    failed = {"attempts": 15, "first_failed_at": THEN, "outcome": Outcome.REFUSED, "status": 400}
    dead = [Waiting("risks", ref, 1, THEN, **failed, state=WaitingState.DEAD, dead_at=THEN) for ref in ("R1", "R2")]
    line = Delivery(0, found, "e1", "t.v1", "risks", "R1", 1, 15, Attempt(Outcome.REFUSED, THEN, 5, 400))
    database = suite.running.databases["subscriptions"]
    await database.write(lambda tx: save_waiting(tx, found, dead))
    await database.write(lambda tx: save_deliveries(tx, [line]))
    return f"/operations/subscriptions/{found}"


async def _see_who_is_not_told(suite: Suite) -> None:
    """What waits for an owner whom no recipient has, and a message that was given up."""
    office = await looking(suite, "Cem Demir", "operations:read", "events:read", "risks:read")
    asked = Told(NoticeKind.REVIEW_OVERDUE, "risks", "OCC4", is_open=True, owner="A vacant post", title="OCC4 Care")
    failed = Message(
        id="msg_1",
        recipient="ana",
        on_behalf_of=None,
        kind=MessageKind.TEST,
        notices=(),
        subject="A test",
        text="A test",
        created_at=THEN,
        due_at=THEN,
        state=MessageState.FAILED,
        detail="550 No such user",
    )
    database = suite.running.databases["subscriptions"]
    await database.write(lambda tx: notices.insert_notices(tx, [asked]))
    await database.write(lambda tx: messages.insert_messages(tx, [failed]))
    said = await office.say("/operations")
    assert "OCC4 Care Review overdue A vacant post" in said
    assert "ana Test 0 550 No such user" in said
