"""Measures of webhooks that are asked of the database. Only the slowest subscriptions are named."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

from chassis import telemetry
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.subscriptions.domain.subscriptions import Status
from services.subscriptions.repository.deliveries import delete_deliveries, get_backlog
from services.subscriptions.settings import WebhookSettings

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
    now = database.clock()
    backlog = await database.read(lambda tx: get_backlog(tx, MOST_NAMED))
    for status in Status:
        telemetry.WEBHOOKS.labels(status.value).set(backlog.statuses.get(status.value, 0))
    telemetry.WEBHOOKS_DEAD.set(backlog.dead)
    telemetry.WEBHOOKS_WAITING.clear()
    for subscription, since in backlog.oldest.items():
        telemetry.WEBHOOKS_WAITING.labels(subscription).set(max((now - since).total_seconds(), 0.0))


async def trim_deliveries(tx: Tx, most: int) -> int:
    """Delete so many lines of the log that are older than the settings say, or more than they keep."""
    settings = WebhookSettings()
    return await delete_deliveries(tx, tx.now - timedelta(days=settings.keep_days), settings.keep_lines, most)
