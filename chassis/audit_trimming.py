"""Taking old audit entries out of a database: written to a file first, then deleted. Nothing does so by itself."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select

from chassis.audit import AuditEntry, entry_of_row, record_change
from chassis.errors import Conflict
from chassis.storage.database import Database
from chassis.storage.transaction import Tx

YOUNGEST: Final = timedelta(days=1)
"""Younger entries are not trimmed: a transaction that is under way could add one before them."""
PAGE: Final = 1000


class TooYoung(Conflict):
    type_, title = "audit-too-young", "Entries of the last day are not trimmed"


@dataclass(frozen=True, slots=True)
class Trimmed:
    """How many entries were written to the file and deleted, and the id of the last of them."""

    count: int
    last: int


async def trim_entries(database: Database, before: datetime, file: Path, reason: str, *, actor: str) -> Trimmed:
    """Write entries of before that moment to a new file, a line of JSON each, oldest first; then delete those.

    The file is on disk before anything is deleted. That it was done is an entry of its own, in the same transaction.

    Raises:
        TooYoung: ``before`` is within the last day.
        FileExistsError: the file is there.
    """
    if before > database.clock() - YOUNGEST:
        raise TooYoung("Name a moment that is more than a day ago.")
    exported = await _export(database, before, file)
    if exported.count:
        await database.write(lambda tx: _delete_exported(tx, before, exported, file, reason), actor=actor)
    return exported


async def _export(database: Database, before: datetime, file: Path) -> Trimmed:
    count = last = 0
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as lines:
        while entries := await database.read(lambda tx, last=last: _list_after(tx, before, last)):  # type: ignore[misc]  # a default takes what the loop has
            lines.writelines(f"{json.dumps(asdict(each), ensure_ascii=False, default=str)}\n" for each in entries)
            count, last = count + len(entries), entries[-1].id
        lines.flush()
        os.fsync(lines.fileno())
    return Trimmed(count, last)


async def _list_after(tx: Tx, before: datetime, last: int) -> list[AuditEntry]:
    table = tx.table("audit_entry")
    query = select(table).where(table.c.changed_at < before, table.c.id > last).order_by(table.c.id).limit(PAGE)
    return [entry_of_row(row) for row in await tx.session.execute(query)]


async def _delete_exported(tx: Tx, before: datetime, exported: Trimmed, file: Path, reason: str) -> None:
    table = tx.table("audit_entry")
    await tx.session.execute(delete(table).where(table.c.changed_at < before, table.c.id <= exported.last))
    told = {"entries": exported.count, "last": exported.last, "before": before.isoformat(), "file": file.name}
    record_change(tx, subject="audit", action="audit.trimmed", before=told, after=None, reason=reason)
