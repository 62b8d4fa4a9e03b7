"""What pledges, priorities and actions were, change by change."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.pledges.domain.past import AsAt, Revised, RevisedKind
from services.pledges.models import StateRevision

_REVISION = StateRevision.__table__


async def save_revision(tx: Tx, kind: str, subject: str, state: Mapping[str, Any], today: date) -> None:
    """Record what ``subject`` is after a change, with the business date beside the real time."""
    row = {
        "kind": kind,
        "subject": subject,
        "recorded_at": tx.now,
        "business_date": today,
        "actor": tx.actor,
        "state": state,
    }
    await insert_many(tx, StateRevision, [row])


async def list_revised(tx: Tx, kinds: Collection[RevisedKind], wanted: AsAt) -> list[Revised]:
    """Every subject of these kinds that was ever changed, with its last state that is wanted. One statement."""
    columns = _REVISION.c
    last = (
        select(columns.kind, columns.subject, func.max(case((_is_wanted(wanted), columns.id))).label("id"))
        .where(columns.kind.in_(kinds))
        .group_by(columns.kind, columns.subject)
        .subquery()
    )
    found = select(last.c.kind, last.c.subject, columns.state).select_from(
        last.outerjoin(_REVISION, columns.id == last.c.id)
    )
    rows = await tx.session.execute(found)
    return [Revised(RevisedKind(row.kind), row.subject, row.state) for row in rows]


def _is_wanted(wanted: AsAt) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.quarter is not None:
        conditions.append(_REVISION.c.business_date <= wanted.quarter.end)
    if wanted.as_of is not None:
        conditions.append(_REVISION.c.recorded_at <= wanted.as_of)
    return and_(true(), *conditions)
