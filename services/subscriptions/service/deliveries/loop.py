"""The delivery loop of a process: any number of processes work on one database, each subscription in one of them."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from chassis import telemetry
from chassis.crash_points import crash_point
from chassis.jobs.job import LeaseLost
from chassis.logging import get_logger
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from services.subscriptions.domain.addresses import AddressPolicy
from services.subscriptions.domain.deliveries import Delivery, Tally, Waiting
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.mailboxes import Mailbox
from services.subscriptions.domain.mns import Profile
from services.subscriptions.domain.subscriptions import Definition, Kind
from services.subscriptions.domain.webhooks import Rendering, Webhook, request_headers, webhook_of
from services.subscriptions.repository import deliveries as stored
from services.subscriptions.service.deliveries.batches import Batch, Queue, Results, Terms, save_results, take_batch
from services.subscriptions.service.deliveries.posting import Post, PostUnderWay
from services.subscriptions.service.deliveries.scouting import Scout
from services.subscriptions.service.deliveries.sending import Sender
from services.subscriptions.service.head_watch import watch_of
from services.subscriptions.service.profiles import publisher
from services.subscriptions.service.webhook_secrets import Sealer, sealer_of
from services.subscriptions.settings import MeshSettings, WebhookSettings

log = get_logger()

SENDING_SHARE: Final = 0.5
"""Of what a lease has beyond one request's time, the part in which requests are begun; the rest records them."""
_BREATH: Final = 0.02
"""Seconds between two looks at the feed, so that what comes together is looked at together."""


def policy_of(settings: WebhookSettings) -> AddressPolicy:
    """Where deliveries may go."""
    return AddressPolicy.of(
        settings.networks,
        settings.ports,
        allows_any_port=settings.development,
        allows_http=settings.development,
    )


def sender_of(database: Database, settings: WebhookSettings) -> Sender:
    return Sender(
        policy_of(settings), timeout=settings.timeout, answer_bytes=settings.answer_bytes, clock=database.clock
    )


def rendering_of(definition: Definition) -> Rendering:
    """What becomes of the events of a subscription.

    Raises:
        ProfileNotOffered: an operator says no more who publishes in its profile.
    """
    if definition.profile is Profile.CLOUDEVENTS:
        return Rendering(definition.mode)
    return Rendering(definition.mode, publisher())


class BatchUnderWay:
    """Sends a batch: aggregates side by side, each in its own order, until it is done or its time is over."""

    def __init__(
        self,
        batch: Batch,
        secrets: list[str],
        sender: Sender,
        *,
        requests: int,
        until: float,
        clock: Callable[[], datetime],
        chance: float,
        rendering: Rendering,
    ) -> None:
        self._batch = batch
        self._rendering = rendering
        self._secrets = secrets
        self._sender = sender
        self._slots = asyncio.Semaphore(requests)
        self._until = until
        self._clock = clock
        self._chance = chance
        self._lines: list[Delivery] = []
        self._waiting: dict[tuple[str, str], Waiting | None] = {}
        self._tally = Tally()

    async def run(self) -> Results:
        for each in self._batch.notices:
            await self._notify(each)
        await asyncio.gather(*(self._serve(queue) for queue in self._batch.queues))
        return Results(self._lines, self._waiting, self._tally)

    async def _notify(self, webhook: Webhook) -> None:
        """Send what is not in the feed: once, and whatever comes of it is in the log alone."""
        await self._send(self._rendering.notice(webhook), None, 1)

    async def _serve(self, queue: Queue) -> None:
        waiting = queue.waiting
        for event in queue.events:
            async with self._slots:
                went_on, waiting = await self._deliver(event, waiting)
            if not went_on:
                self._waiting[queue.aggregate] = waiting
                return
        if queue.has_more:
            self._waiting[queue.aggregate] = self._later(queue.events[-1], 1)
        elif queue.waiting is not None:
            self._waiting[queue.aggregate] = None

    async def _deliver(self, event: FeedEvent, waiting: Waiting | None) -> tuple[bool, Waiting | None]:
        """Whether an event was taken, and as what it waits where it was not."""
        before = waiting if waiting and waiting.position == event.position else self._later(event, 0)
        if self._is_over():
            return False, before
        webhook = webhook_of(event.event_id, event.type, event.subject, event.body, self._rendering)
        delivery = await self._send(webhook, event, before.attempts + 1)
        self._tally.count(delivery.attempt)
        if delivery.attempt.is_delivered:
            return True, None
        fitness = self._batch.leased.fitness
        may_die = bool(self._tally.delivered) or not fitness.is_open
        return False, before.failed(delivery.attempt, self._clock(), self._chance, may_die=may_die)

    def _later(self, event: FeedEvent, further: int) -> Waiting:
        return Waiting(event.service, event.subject, event.position + further, self._clock())

    def _is_over(self) -> bool:
        return time.monotonic() >= self._until or self._tally.is_over(self._batch.leased.fitness)

    async def _send(self, webhook: Webhook, event: FeedEvent | None, attempts: int) -> Delivery:
        headers = request_headers(webhook, self._secrets, self._clock())
        subscription = self._batch.subscription
        attempt = await self._sender.send(subscription.definition.url, headers, webhook.body)
        telemetry.WEBHOOKS_SENT.labels(attempt.outcome.value).inc()
        line = Delivery(
            id=0,
            subscription=subscription.id,
            event_id=webhook.id,
            type=webhook.type,
            service=event.service if event else None,
            subject=webhook.subject,
            position=event.position if event else None,
            attempts=attempts,
            attempt=attempt,
        )
        self._lines.append(line)
        crash_point("webhooks.after_send")
        return line


class Deliverer:
    """Serves whatever is due, one batch of a subscription after the other, many subscriptions side by side."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        sealer: Sealer,
        settings: WebhookSettings,
        post: Post,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._post = post
        self._sender = sender
        self._sealer = sealer
        self._settings = settings
        self._chance = chance
        self._scout = Scout(database)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Deliver until cancelled; what is under way is then given back."""
        try:
            while True:
                await self._begin_due()
                await self._wait()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _begin_due(self) -> None:
        self._woken.clear()
        try:
            due = await self._scout.find_due()
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("webhooks.waiting", error=str(error)[:200])
            return
        for each in due:
            if each not in self._tasks and len(self._tasks) < self._settings.at_once:
                self._tasks[each] = asyncio.create_task(self._serve(each))

    async def _wait(self) -> None:
        """Until the feed goes on, a subscription is through, or a retry may be due."""
        if self._scout.has_nobody and not self._tasks:
            await asyncio.sleep(self._settings.poll)
            return
        further = watch_of(self._database).wait_beyond(self._scout.last_position, self._settings.poll)
        waiting = {asyncio.ensure_future(further), asyncio.create_task(self._woken.wait())}
        await asyncio.wait(waiting, timeout=self._settings.poll, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(_BREATH)

    async def serve_due(self) -> int:
        """Serve one batch of each subscription that is due; returns of how many."""
        due = await self._scout.find_due()
        await asyncio.gather(*(self.serve(each) for each in due))
        return len(due)

    async def _serve(self, subscription: str) -> None:
        try:
            while await self.serve(subscription):
                pass
        except Exception as error:
            known = is_outage(error)
            log.warning("webhooks.broke", subscription=subscription, error=f"{type(error).__name__}: {error}"[:200])
            if not known:
                log.exception("webhooks.failed", subscription=subscription)
        finally:
            del self._tasks[subscription]
            self._woken.set()

    async def serve(self, subscription: str) -> bool:
        """Send one batch; whether there is more to be sent at once."""
        lease, began = str(uuid4()), time.monotonic()
        batch = await self._database.write(lambda tx: take_batch(tx, subscription, lease, self._terms()))
        if batch is None:
            return False
        crash_point("webhooks.after_take")
        try:
            return await self._send(batch, began)
        except LeaseLost:
            log.warning("webhooks.lease_lost", subscription=subscription)
            return False
        except asyncio.CancelledError:
            with suppress(Exception):
                await self._database.write(lambda tx: stored.release(tx, subscription, lease))
            raise

    def _terms(self) -> dict[Kind, Terms]:
        webhooks, mailboxes = self._settings, self._post.settings
        return {
            Kind.WEBHOOK: Terms(timedelta(seconds=webhooks.lease), webhooks.batch),
            Kind.MESH: Terms(timedelta(seconds=mailboxes.lease), mailboxes.batch),
        }

    async def _send(self, batch: Batch, began: float) -> bool:
        chance = self._chance()
        results = await self._under_way(batch, began, chance).run()
        crash_point("webhooks.before_record")
        has_more = await self._database.write(
            lambda tx: save_results(tx, batch, results, chance), actor="subscriptions.webhooks"
        )
        crash_point("webhooks.after_record")
        return has_more

    def _under_way(self, batch: Batch, began: float, chance: float) -> BatchUnderWay | PostUnderWay:
        found, clock = batch.subscription, self._database.clock
        rendering = rendering_of(found.definition)
        secrets = [self._sealer.unseal(found.id, each) for each in found.secrets.sealed(clock())]
        if found.definition.kind is Kind.MESH:
            mailbox = Mailbox.of_text(secrets[0])
            return PostUnderWay(batch, mailbox, self._post, clock=clock, chance=chance, rendering=rendering)
        spare = self._settings.lease - self._settings.timeout
        return BatchUnderWay(
            batch,
            secrets,
            self._sender,
            requests=self._settings.requests,
            until=began + spare * SENDING_SHARE,
            clock=clock,
            chance=chance,
            rendering=rendering,
        )


async def deliver(database: Database) -> None:
    """Deliver to receivers and mailboxes of this database for as long as the service runs."""
    settings = WebhookSettings()
    sender, post = sender_of(database, settings), Post(MeshSettings(), database.clock)
    try:
        await Deliverer(database, sender, sealer_of(database, settings), settings, post).run()
    finally:
        await sender.close()
        await post.close()
