"""What is decided on the pages of operations: parked events, subscriptions, and who is told of what waits."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.bus.port import Message as BusMessage
from contracts.topics import events_topic
from services.subscriptions.domain.deliveries import Attempt, Delivery, Outcome, Waiting, WaitingState
from services.subscriptions.domain.mailboxes import Message as MailboxMessage
from services.subscriptions.domain.mailboxes import MessageStatus
from services.subscriptions.domain.messages import Message, MessageKind, MessageState
from services.subscriptions.domain.notices import NoticeKind, Told
from services.subscriptions.repository import mailboxes, messages, notices
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
    """One suite for all: parked events, a webhook, a mailbox, people. Nobody listens at any address."""
    set_up = {"WEBHOOK_NETWORKS": '["127.0.0.0/8"]', "MESH_URL": "http://127.0.0.1:9"}
    for name, value in {"WEBHOOK_DEVELOPMENT": "true", "MESH_DEVELOPMENT": "true", **set_up}.items():
        monkeypatch.setenv(f"SUBSCRIPTIONS_{name}", value)
    async with started(SuiteSettings(data_dir=tmp_path / "var")) as (running, loader):
        suite = Suite(running, loader)
        operator = await looking(suite, "Ana Nowak", "operations:read", "operations:operate")
        watcher = await looking(suite, "Ben Okoro", "operations:read")
        await _try_what_is_parked(suite, operator, watcher)
        await _steer_a_subscription(suite, operator, watcher)
        await _send_to_a_mailbox_again(suite, operator, watcher)
        await _see_who_is_not_told(suite)
        await _have_somebody_told(suite, watcher)


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


async def _send_to_a_mailbox_again(suite: Suite, operator: Looking, watcher: Looking) -> None:
    opening = {"id": "X26ABC1", "password": "p", "shared_key": "k"}
    body = {"name": "region", "url": "mesh://X26ABC2?workflow_id=EVENTS", "mailbox": opening}
    found = (await suite.client.post("/events/v1/subscriptions", json=body)).raise_for_status().json()["id"]
    (await suite.client.post(f"/events/v1/subscriptions/{found}/pause")).raise_for_status()
    sent = {"planned_at": THEN, "sent_at": THEN, "attempts": 1}
    lost = {"status": MessageStatus.UNDELIVERABLE, "ended_at": THEN, "code": "14", "description": "Not collected"}
    there = [
        MailboxMessage(found, f"{found}.1", 1, [3, 9], **sent, **lost),
        MailboxMessage(found, f"{found}.2", 2, [10], **sent, status=MessageStatus.ACKNOWLEDGED, ended_at=THEN),
    ]
    await suite.running.databases["subscriptions"].write(lambda tx: mailboxes.save_messages(tx, there))
    at = f"/operations/subscriptions/{found}"
    assert f'href="{at}"' in await operator.see("/operations")
    said = await watcher.say(at)
    assert "0 messages wait in the mailbox 1 messages were never collected" in said
    day = "28 February 2018, 09:00"
    assert f"1 Given up by MESH 2 3 to 9 {day} {day} 1 14 Not collected" in said
    assert f"2 Collected 1 10 to 10 {day} {day} 1 " in said
    assert "Given up by MESH 2 3 to 9" not in await watcher.say(f"{at}?status=acknowledged")
    form = form_of(await watcher.see(at), f'value="{found}.1"')
    assert (await watcher.client.post(at, data=form)).status_code == 403
    form = form_of(await operator.see(at), f'value="{found}.1"')
    again = await operator.client.post(at, data=form, follow_redirects=True)
    assert "sent again, before what comes next" in text_of(again.text)
    assert "1 Waits to be sent 2" in text_of(again.text)


async def _have_somebody_told(suite: Suite, watcher: Looking) -> None:
    """Entered, changed, tested and taken out by who may; what is wrong stays in the form with what is said of it."""
    office = await looking(suite, "Dee Ogun", "events:notify", "events:read", "risks:read")
    new, at = "/operations/new-recipient", "/operations/recipients"
    sent = {"code": "ana", "name": "Ana Nowak", "owners": " A vacant post\r\n\r\nAna", "channel": "email"}
    sent |= {"address": "ana@council.example", "pace": "immediate", "daily_at": "08:30", "working_days": "no"}

    async def send(path: str, words: str, who: Looking = office, **fields: str) -> tuple[int, str]:
        answer = await who.client.post(path, data=form_of(await who.see(path), words) | fields, follow_redirects=True)
        return answer.status_code, answer.text

    status, page = await send(new, "Have them told", **sent, remind_after_days="soon", deputy="nobody")
    assert status == 422
    assert "remind_after_days" in text_of(page)
    assert 'value="Ana Nowak"' in page
    sent["remind_after_days"] = "7"
    assert (await send(new, "Have them told", watcher, **sent))[0] == 403
    status, page = await send(new, "Have them told", **sent)
    assert status == 200
    assert "Answers for A vacant post, Ana" in text_of(page)
    assert (await send(new, "Have them told", **sent))[0] == 412, "nobody is written over"
    said = await office.say(f"{at}?reached=true")
    assert "OCC4 Care Review overdue A vacant post ana" in said
    assert "OCC4" not in await office.say(f"{at}?reached=false")
    assert "OCC4 Care" in (await office.client.get("/operations/notices.csv")).text
    one = f"{at}/ana"
    assert "550 No such user" in await office.say(one)
    assert "tried again" in text_of((await send(one, 'value="msg_1"'))[1])
    assert "on its way" in text_of((await send(one, "Send a test"))[1])
    assert "tell_nobody" in text_of((await send(one, "Send a test", step="tell_nobody"))[1])
    stale = form_of(await office.see(one), ">Save<") | sent
    assert "Ana Novak" in (await send(one, ">Save<", **sent | {"name": "Ana Novak"}))[1]
    assert (await office.client.post(one, data=stale)).status_code == 412
    assert "told no more" in text_of((await send(one, 'value="remove"'))[1])
    assert "Nobody has been entered." in await office.say(at)
