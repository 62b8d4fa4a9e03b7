"""Messages on their way to a mailbox: one after the other, as whoever reads them has to take them."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

from chassis import telemetry
from chassis.clock import Clock
from chassis.crash_points import crash_point
from chassis.logging import get_logger
from services.subscriptions.domain import retries
from services.subscriptions.domain.batches import batch_of
from services.subscriptions.domain.deliveries import LONGEST_PROBE, Attempt, Delivery, Outcome, Tally
from services.subscriptions.domain.mailboxes import (
    MESSAGE,
    Address,
    Failure,
    Mailbox,
    Message,
    MessageStatus,
    Posted,
    Told,
    address_of,
    local_id_of,
)
from services.subscriptions.domain.webhooks import Rendering, Webhook
from services.subscriptions.service.deliveries.batches import Batch, Results
from services.subscriptions.service.deliveries.sending import LOGGED_TEXT, printable
from services.subscriptions.settings import MeshSettings

log = get_logger()
T = TypeVar("T")

_THREADS: Final = 4
"""Mailboxes that a process is at at once: the client waits for MESH in a thread."""
_ACCEPTED: Final = 202


class Mesh(Protocol):
    """What NHS MESH is asked, by a client that waits for its answers."""

    def send(self, mailbox: Mailbox, to: Address, posted: Posted) -> str | Failure: ...

    def look(self, mailbox: Mailbox, to: Address, message_ids: Sequence[str]) -> Mapping[str, Told] | Failure: ...


class Post:
    """Calls of MESH from a loop that does not wait for them."""

    def __init__(self, settings: MeshSettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._mesh: Mesh | None = None
        self._threads: ThreadPoolExecutor | None = None

    async def send(self, mailbox: Mailbox, to: Address, posted: Posted) -> tuple[Attempt, str | None]:
        """Send a message. Whatever happens is an attempt; the id is that of MESH where it accepted the message."""
        started_at, began = self._clock(), time.perf_counter()
        found = await self._call(lambda mesh: mesh.send(mailbox, to, posted))
        taken, request = int((time.perf_counter() - began) * 1000), _request(to, posted)
        if isinstance(found, Failure):
            answer = _answer(found.text)
            return Attempt(found.outcome, started_at, taken, found.status, request=request, answer=answer), None
        answer = _answer(f"Accepted as {found}")
        return Attempt(Outcome.DELIVERED, started_at, taken, _ACCEPTED, request=request, answer=answer), found

    async def look(self, mailbox: Mailbox, to: Address, message_ids: Sequence[str]) -> Mapping[str, Told]:
        """What became of messages; nothing where MESH cannot say."""
        found = await self._call(lambda mesh: mesh.look(mailbox, to, message_ids))
        if isinstance(found, Failure):
            log.warning("mailboxes.not_told", error=found.text)
            return {}
        return found

    async def _call(self, work: Callable[[Mesh], T]) -> T:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mesh")
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(self._load()))

    def _load(self) -> Mesh:
        from services.subscriptions.service.deliveries.mesh import MeshCalls  # noqa: PLC0415  loads the client

        self._mesh = self._mesh or MeshCalls(self.settings)
        return self._mesh

    async def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)


def _answer(text: str) -> dict[str, Any]:
    return {"headers": {}, "text": printable(text.encode()[:LOGGED_TEXT])}


def _request(to: Address, posted: Posted) -> dict[str, Any]:
    return {
        "url": f"mesh://{to.mailbox}?workflow_id={to.workflow_id}",
        "headers": {"local_id": posted.local_id, "filename": posted.file_name, "subject": posted.subject},
        "bytes": len(posted.content),
    }


class PostUnderWay:
    """Sends what a batch has for a mailbox, and asks what became of what was sent before."""

    def __init__(
        self, batch: Batch, mailbox: Mailbox, post: Post, *, clock: Clock, chance: float, rendering: Rendering
    ) -> None:
        self._batch = batch
        self._to = address_of(batch.subscription.definition.url)
        self._mailbox = mailbox
        self._post = post
        self._clock = clock
        self._chance = chance
        self._rendering = rendering
        self._look = timedelta(seconds=post.settings.look)
        self._lines: list[Delivery] = []
        self._messages: list[Message] = []
        self._tally = Tally()

    async def run(self) -> Results:
        for each in self._batch.notices:
            await self._notify(each)
        if self._batch.parcel is not None:
            await self._send_parcel()
        if self._batch.unsettled:
            await self._settle()
        return Results(self._lines, {}, self._tally, self._messages)

    async def _notify(self, notice: Webhook) -> None:
        """Send a test or a heartbeat: once, in a message of its own; whatever comes of it is in the log alone."""
        number = self._batch.subscription.id
        message = Message(number, local_id_of(number, notice.id), None, (), self._clock())
        _, sent = await self._send(message, [self._rendering.notice(notice).body])
        if sent.status is MessageStatus.ACCEPTED:
            self._messages.append(sent)

    async def _send_parcel(self) -> None:
        parcel = self._batch.parcel
        assert parcel is not None  # noqa: S101  looked at before
        bodies = [self._rendering.body(each.body) for each in parcel.events]
        attempt, sent = await self._send(parcel.message, bodies)
        self._messages.append(sent)
        self._tally.count(attempt)
        if attempt.is_delivered and not self._batch.has_more:
            self._tally.retry_after = timedelta(seconds=self._post.settings.every)

    async def _send(self, message: Message, bodies: Sequence[bytes]) -> tuple[Attempt, Message]:
        posted = Posted(message.local_id, message.file_name, message.subject, batch_of(bodies))
        attempt, message_id = await self._post.send(self._mailbox, self._to, posted)
        telemetry.MAILBOX_SENT.labels(attempt.outcome.value).inc()
        crash_point("mailboxes.after_send")
        if message_id is None:
            attempt = replace(attempt, retry_after=self._pause())
        sent = message.tried(message_id, len(posted.content), self._clock(), self._look)
        self._lines.append(self._line(sent, attempt))
        return attempt, sent

    def _pause(self) -> timedelta:
        """How long to wait after a failure: nothing of the mailbox goes on before that message."""
        return min(retries.pause_after(self._batch.leased.fitness.failures + 1, self._chance), LONGEST_PROBE)

    async def _settle(self) -> None:
        """Ask MESH what became of messages that it had accepted."""
        ids = {each.message_id: each for each in self._batch.unsettled if each.message_id}
        told = await self._post.look(self._mailbox, self._to, list(ids))
        for message_id, message in ids.items():
            self._messages.append(self._settled(message, told.get(message_id)))

    def _settled(self, message: Message, told: Told | None) -> Message:
        now = self._clock()
        if told is None or told.status is MessageStatus.ACCEPTED:
            return message.looked_at(now, self._look)
        ended = message.ended(told.status, now, told.code, told.description)
        if told.status is not MessageStatus.ACKNOWLEDGED:
            text = f"Not collected as far as MESH tells: {told.code or '-'} {told.description or ''}".strip()
            self._lines.append(self._line(ended, Attempt(Outcome.UNDELIVERED, now, 0, answer=_answer(text))))
        return ended

    def _line(self, message: Message, attempt: Attempt) -> Delivery:
        return Delivery(
            id=0,
            subscription=message.subscription,
            event_id=message.local_id,
            type=MESSAGE,
            service=None,
            subject=message.file_name,
            position=max(message.positions, default=None),
            attempts=message.attempts,
            attempt=attempt,
        )
