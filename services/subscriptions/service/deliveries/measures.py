"""Measures of deliveries that are asked of the database. Only the slowest subscriptions are named."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Gauge

from chassis import telemetry
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.subscriptions.domain.mailboxes import LOST, MessageStatus
from services.subscriptions.domain.subscriptions import Status
from services.subscriptions.repository.deliveries import delete_deliveries, get_backlog
from services.subscriptions.repository.mailboxes import count_all, delete_messages, list_oldest
from services.subscriptions.repository.subscriptions import list_mailbox_fitness
from services.subscriptions.settings import MeshSettings, WebhookSettings

MOST_NAMED: Final = 20
EVERY_SECONDS: Final = 5.0


async def measure_webhooks(database: Database) -> None:
    """Refresh the measures for as long as the service runs."""
    while True:
        with suppress(Exception):  # what is away shows elsewhere; the next round tries again
            await refresh(database)
        await asyncio.sleep(EVERY_SECONDS)


async def refresh(database: Database) -> None:
    """Say how many subscriptions there are, and what waits in those that wait longest."""
    backlog = await database.read(lambda tx: get_backlog(tx, MOST_NAMED))
    planned = await database.read(lambda tx: list_oldest(tx, MessageStatus.PLANNED, MOST_NAMED))
    for status in Status:
        telemetry.WEBHOOKS.labels(status.value).set(backlog.statuses.get(status.value, 0))
    telemetry.WEBHOOKS_DEAD.set(backlog.dead)
    _show(telemetry.WEBHOOKS_WAITING, {**backlog.oldest, **planned}, database.clock())
    await _refresh_mailboxes(database)


async def _refresh_mailboxes(database: Database) -> None:
    counts = await database.read(count_all)
    accepted = await database.read(lambda tx: list_oldest(tx, MessageStatus.ACCEPTED, MOST_NAMED))
    for status in (MessageStatus.PLANNED, MessageStatus.ACCEPTED, *LOST):
        telemetry.MAILBOX_MESSAGES.labels(status.value).set(counts.get(status.value, 0))
    _show(telemetry.MAILBOX_WAITING, accepted, database.clock())


def _show(gauge: Gauge, oldest: Mapping[str, datetime], now: datetime) -> None:
    gauge.clear()
    for subscription, since in oldest.items():
        gauge.labels(subscription).set(max((now - since).total_seconds(), 0.0))


async def mailbox_detail(database: Database) -> Mapping[str, object]:
    """Whether MESH takes what is sent to mailboxes, as readiness says it; nothing where none is set.

    ``served`` and ``failing`` count active subscriptions; ``failing_seconds`` is for how long MESH has taken nothing of
    the one where that is longest, ``success_seconds`` how long ago it last took anything: null where there is none.
    """
    if MeshSettings().url is None:
        return {}
    found, now = await database.read(list_mailbox_fitness), database.clock()
    failing = [(now - each.failing_since).total_seconds() for each in found if each.failing_since]
    taken = [(now - each.last_success_at).total_seconds() for each in found if each.last_success_at]
    since = {"failing_seconds": max(failing, default=None), "success_seconds": min(taken, default=None)}
    return {"mailboxes": {"served": len(found), "failing": len(failing), **since}}


async def trim_deliveries(tx: Tx, most: int) -> int:
    """Delete so many lines of the log that are older than the settings say, or more than they keep."""
    settings = WebhookSettings()
    return await delete_deliveries(tx, tx.now - timedelta(days=settings.keep_days), settings.keep_lines, most)


async def trim_messages(tx: Tx, most: int) -> int:
    """Delete so many messages to mailboxes that have ended and are older than the settings say."""
    return await delete_messages(tx, tx.now - timedelta(days=MeshSettings().keep_days), most)
