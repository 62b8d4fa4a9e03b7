"""Every changing operation of the events service: one audit entry, once by a key; every reading is answered by its tag.

The tables of ``tests/integration/gateway`` have those of the other services; here subscriptions have made-up ids.
"""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from chassis.web.operations import operations_of
from chassis.web.units import writing
from services.subscriptions.domain.mailboxes import Message, MessageStatus
from services.subscriptions.repository.mailboxes import save_messages
from tests.integration.gateway.changes import audited
from tests.integration.subscriptions.webhooks.plant import Plant, event
from tests.receivers import Receiver

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

Step = tuple[str, str, Any, str]
"""Method, path (``{id}`` is that of the subscription), body, and the action that the audit entry names."""
TOLD = {"name": "Ana", "address": "ana@council.example", "owners": ["Ana Nowak"]}
FIRST: Sequence[Step] = [
    ("PATCH", "/subscriptions/{id}", {"name": "lake"}, "subscription.amended"),
    ("POST", "/subscriptions/{id}/rotate", None, "subscription.secret_rotated"),
    ("POST", "/subscriptions/{id}/test", None, "subscription.tested"),
    ("POST", "/subscriptions/{id}/pause", None, "subscription.paused"),
    ("POST", "/subscriptions/{id}/resume", None, "subscription.resumed"),
    ("PUT", "/checkpoints/nightly", {"last_event_id": "LAST"}, "checkpoint.saved"),
    ("PUT", "/recipients/ana", TOLD, "recipient.put"),
    ("POST", "/recipients/ana/test", None, "recipient.tested"),
]
OF_THE_DEAD: Sequence[Step] = [
    ("POST", "/subscriptions/{id}/dead-letters/retry", {"aggregates": None}, "dead_letters.retried"),
    ("POST", "/subscriptions/{id}/dead-letters/discard", {"reason": "Not read there"}, "dead_letters.discarded"),
]
LAST: Sequence[Step] = [
    ("POST", "/subscriptions/{id}/replay", {"after_position": 0}, "subscription.replayed"),
    ("POST", "/subscriptions/{id}/resync", None, "subscription.resynced"),
    ("POST", "/subscription-owners/platform/end", None, "subscription.disabled"),
    ("DELETE", "/subscriptions/{id}", None, "subscription.deleted"),
    ("DELETE", "/checkpoints/nightly", None, "checkpoint.deleted"),
    ("DELETE", "/recipients/ana", None, "recipient.deleted"),
    ("POST", "/messages/{message}/retry", None, "message.retried"),
]
OF_A_MAILBOX: Step = ("POST", "/subscriptions/{id}/messages/{id}.1/resend", None, "message.resent")
WITH_A_SECRET = {"subscription.created", "subscription.secret_rotated"}
"""Their answer is kept nowhere, so they take no key: another test of this folder has it that one is refused."""
READ = ("", "/progress", "/deliveries", "/dead-letters", "/messages")


async def _is_audited_once(plant: Plant, step: Step, found: str) -> tuple[str, str]:
    """Take a step twice by one key and another one by the same key; returns what was called."""
    method, path, body, action = step
    path = path.replace("{id}", found)
    before = len(await audited(plant.database))
    keyed = {"idempotency-key": action} if method == "POST" and action not in WITH_A_SECRET else {}
    answer = await plant.api.request(method, path, json=body, headers=keyed)
    assert answer.is_success, (step, answer.text)
    if keyed:
        again = await plant.api.request(method, path, json=body, headers=keyed)
        assert (again.status_code, again.headers["idempotency-replayed"]) == (answer.status_code, "true"), step
        other = await plant.api.request(method, path, json={"else": True}, headers=keyed)
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-used-otherwise"), step
    new = (await audited(plant.database))[before:]
    assert [(each.action, each.actor) for each in new] == [(action, "platform")], step
    assert new[0].before != new[0].after
    return method, answer.request.url.path


async def _make_dead(plant: Plant, receiver: Receiver) -> None:
    """An event that is not taken for three days, beside others that are."""
    receiver.answer = lambda request: 400 if request.event.get("subject") == "R1" else 200
    await plant.add(event("R1", 1), event("R2", 1))
    await plant.drain()
    plant.clock.move(hours=73)
    await plant.add(event("R3", 1))
    await plant.drain()


async def _plan_message(plant: Plant, subscription: str) -> None:
    """A message as a subscription to a mailbox has it; that of this test is none, which the operation does not ask."""
    message = Message(
        subscription, f"{subscription}.1", 1, (), plant.clock.now, status=MessageStatus.ACCEPTED, message_id="M1"
    )
    await plant.database.write(lambda tx: save_messages(tx, [message]))


async def test_every_change_leaves_one_entry_and_every_reading_has_a_tag(plant: Plant, receiver: Receiver) -> None:
    await plant.add(event("R0", 1))
    made = {"name": "warehouse", "url": receiver.url, "after_position": 0}
    create: Step = ("POST", "/subscriptions", made, "subscription.created")
    called = {await _is_audited_once(plant, create, "")}
    found: str = (await plant.api.get("/subscriptions")).json()["items"][0]["id"]
    newest = (await plant.api.get("/feed", params={"limit": 1})).json()[0]["id"]
    for step in FIRST:
        body = {"last_event_id": newest} if "checkpoints" in step[1] else step[2]
        called.add(await _is_audited_once(plant, (*step[:2], body, step[3]), found))
    await plant.drain()
    for step in OF_THE_DEAD:
        await _make_dead(plant, receiver)
        called.add(await _is_audited_once(plant, step, found))
    await _plan_message(plant, found)
    called.add(await _is_audited_once(plant, OF_A_MAILBOX, found))
    for path in (
        *(f"/subscriptions/{found}{rest}" for rest in READ),
        "/checkpoints/nightly",
        "/recipients/ana",
        "/messages",
    ):
        await _is_read_by_its_tag(plant.api, path)
    message: str = (await plant.api.get("/messages")).json()["items"][0]["id"]
    for method, path, sent, action in LAST:
        called.add(await _is_audited_once(plant, (method, path.replace("{message}", message), sent, action), found))
    assert _left(plant.api, called) == set()


async def _is_read_by_its_tag(api: httpx.AsyncClient, path: str) -> None:
    first = await api.get(path)
    assert first.status_code == 200, (path, first.text)
    tag = first.headers["etag"]
    again = await api.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), path
    other = await api.get(path, headers={"if-none-match": '"of-something-else"'})
    assert (other.status_code, other.headers["etag"]) == (200, tag), path


def _left(api: httpx.AsyncClient, called: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The changing operations that were not called; the chassis' own are called for every service elsewhere."""
    app: Any = api._transport.app  # type: ignore[attr-defined]
    return {
        (each.method, each.path)
        for each in operations_of(app.routes, writing)
        if each.writes and not any(method == each.method and each.pattern.match(path) for method, path in called)
    }
