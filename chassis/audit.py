"""Who changed what, when and why: entries written in the transaction of the change, and read back in order."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Date, Row, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis import telemetry
from chassis.clock import london_date
from chassis.paging import Page, PageRequest
from chassis.storage.copying import copy
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import BUSINESS_DATE, StagedWrite, Tx
from chassis.storage.types import UtcDateTime

State = Mapping[str, Any]
"""Part of a state as JSON: numbers as strings, dates as ISO 8601."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. ``before`` and ``after`` hold what differs, or all of it where something began or ended."""

    id: int
    changed_at: datetime
    business_date: date
    actor: str
    request_id: str | None
    trace_id: str | None
    action: str
    subject: str
    before: Any
    after: Any
    reason: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: of a resource's own code, by a caller, from a moment on."""

    subject: str | None = None
    actor: str | None = None
    since: datetime | None = None


class AuditOrder(StrEnum):
    """As they were written, or by the moment of the change: transactions that began earlier may end later."""

    ID = "id"
    CHANGED_AT = "changed_at"


def record_change(
    tx: Tx,
    *,
    subject: str,
    action: str,
    before: State | None,
    after: State | None,
    reason: str | None = None,
    always: Collection[str] = (),
    plain: bool = False,
) -> None:
    """Have an audit entry written with this transaction. Where both states are given it has what differs of them.

    Args:
        tx: the unit of work that makes the change.
        subject: the resource's own code, such as ``OCC4``.
        action: what was done, ``<noun>.<past tense>``: ``risk.amended``.
        before: what it was as JSON, None where it began.
        after: what it is as JSON, None where it ended.
        reason: why, in the words of who changed it.
        always: names that the entry has of both states though they are alike, to tell what was changed.
        plain: the states hold nothing but texts, whole numbers, lists and mappings, and are written in a third of
            the time.
    """
    before, after = _differing(before, after, always)
    write = _plain_json if plain else _json
    item = {
        "action": action,
        "subject": subject,
        "before": write(before),
        "after": write(after),
        "reason": reason,
    }
    tx.stage(SAVE_ENTRIES, item)


def _differing(before: State | None, after: State | None, always: Collection[str]) -> tuple[State | None, State | None]:
    """What differs; both as they are where nothing does, as when something is decided again."""
    if before is None or after is None or before == after:
        return before, after
    names = [name for name in {**before, **after} if name in always or before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def is_recorded(tx: Tx) -> bool:
    """Whether this transaction has an entry, or was said to need none."""
    return tx.is_settled(SAVE_ENTRIES)


def record_unchanged(tx: Tx) -> None:
    """Say that this transaction changed nothing, though it may have locked or rewritten rows as they were."""
    tx.settle(SAVE_ENTRIES)


def _json(state: State | None) -> str | None:
    return None if state is None else _ENCODER.encode(state)


def _plain_json(state: State | None) -> str | None:
    return None if state is None else to_json(state).decode()


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=str)
"""Made once: making one takes as long as a state does."""


_OF_ALL = ("changed_at", "today", "actor", "request_id", "trace_id")
_OF_EACH = ("action", "subject", "before", "after", "reason")
_DATE = f"SELECT value FROM setting WHERE name = '{BUSINESS_DATE}'"  # noqa: S608  ours
_COLUMNS = "changed_at, business_date, actor, request_id, trace_id, action, subject, before, after, reason"
_POSTGRESQL = f"""
    audited AS (
        INSERT INTO audit_entry ({_COLUMNS})
        SELECT :audit_changed_at, coalesce(CAST(({_DATE}) AS date), :audit_today), :audit_actor,
            CAST(:audit_request_id AS text), CAST(:audit_trace_id AS text),
            unnest(:audit_action), unnest(:audit_subject), CAST(unnest(:audit_before) AS jsonb),
            CAST(unnest(:audit_after) AS jsonb), unnest(:audit_reason)
    )
"""
_SQLITE = text(
    f"""
    INSERT INTO audit_entry ({_COLUMNS})
    VALUES (:changed_at, coalesce(({_DATE}), :today), :actor, :request_id, :trace_id,
        :action, :subject, :before, :after, :reason)
    """  # noqa: S608  ours
).bindparams(bindparam("changed_at", type_=UtcDateTime), bindparam("today", type_=Date))


def _of_all(tx: Tx) -> dict[str, Any]:
    return {
        "changed_at": tx.now,
        "today": london_date(tx.now),
        "actor": tx.actor,
        "request_id": telemetry.request_id(),
        "trace_id": telemetry.trace_id(telemetry.traceparent()),
    }


def _values(tx: Tx, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    columns = {name: [item[name] for item in items] for name in _OF_EACH}
    return {f"audit_{name}": value for name, value in (_of_all(tx) | columns).items()}


async def _save_on_sqlite(tx: Tx, items: Sequence[dict[str, Any]]) -> None:
    connection = await tx.session.connection()
    shared = _of_all(tx)
    await connection.execute(_SQLITE, [shared | item for item in items])


async def _copy(tx: Tx, items: Sequence[dict[str, Any]]) -> None:
    same = {name: value for name, value in _of_all(tx).items() if name != "today"}
    each = {name: [item[name] for item in items] for name in _OF_EACH}
    same["business_date"] = await tx.business_date()
    await copy(tx, tx.table("audit_entry"), each, same, encoded=("before", "after"))


SAVE_ENTRIES = StagedWrite(
    postgresql=_POSTGRESQL,
    parameters=_values,
    sqlite=_save_on_sqlite,
    types={f"audit_{name}": ARRAY(Text) for name in _OF_EACH} | {"audit_changed_at": UtcDateTime, "audit_today": Date},
    many=_copy,
)


async def list_entries(tx: Tx, wanted: AuditFilter, request: PageRequest) -> Page[AuditEntry]:
    """Entries in the order in which they were written, or were made."""
    table = tx.table("audit_entry")
    query = select(table)
    if wanted.subject is not None:
        query = query.where(table.c.subject == wanted.subject)
    if wanted.actor is not None:
        query = query.where(table.c.actor == wanted.actor)
    if wanted.since is not None:
        query = query.where(table.c.changed_at >= wanted.since)
    orders = Orders((table.c.id,), {AuditOrder.ID: (), AuditOrder.CHANGED_AT: (table.c.changed_at,)})
    return (await list_page(tx, query, orders, request)).of(entry_of_row)


async def list_actors(tx: Tx, subject: str, action: str) -> Sequence[str]:
    """Who ever did ``action`` to a resource, each once, by name."""
    entry = tx.table("audit_entry").c
    wanted = select(entry.actor).where(entry.subject == subject, entry.action == action).distinct()
    return (await tx.session.scalars(wanted.order_by(entry.actor))).all()


_FIELDS = tuple(each.name for each in fields(AuditEntry))


def entry_of_row(row: Row[Any]) -> AuditEntry:
    """The entry in a row that has the columns of the table."""
    return AuditEntry(**{name: getattr(row, name) for name in _FIELDS})
