"""The calls made, and what the audit has of them."""

from collections.abc import Sequence
from datetime import date

import httpx

from chassis.audit import AuditEntry, AuditFilter, list_entries
from chassis.paging import PageRequest
from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from tests.integration.gateway.changes.change import Change


async def pin(database: Database, day: date) -> None:
    async def work(tx: Tx) -> None:
        row = {"name": "business_date", "value": day.isoformat(), "set_at": tx.now}
        await upsert(tx, tx.table("setting"), [row], ("name",), ("value", "set_at"))

    await database.write(work)


async def send(client: httpx.AsyncClient, change: Change, key: str | None = None) -> httpx.Response:
    headers = {"x-actor": change.by} | ({"idempotency-key": key} if key else {})
    return await client.request(change.method, change.path, json=change.body, headers=headers)


async def audited(database: Database) -> Sequence[AuditEntry]:
    return (await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(200)))).items
