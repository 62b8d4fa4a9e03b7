"""What pledges, priorities and actions were, change by change."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.pledges.domain.past import AsAt, Revised, RevisedKind
from services.pledges.models import PledgeReturn, StateRevision

_REVISION = StateRevision.__table__
_RETURN = PledgeReturn.__table__


async def save_revisions(tx: Tx, kind: str, states: Mapping[str, Mapping[str, Any]], today: date) -> None:
    """Record what subjects are after a change, with the business date beside the real time."""
    of_all = {"kind": kind, "recorded_at": tx.now, "business_date": today, "actor": tx.actor}
    rows = [{**of_all, "subject": subject, "state": state} for subject, state in states.items()]
    await insert_many(tx, StateRevision, rows)


async def list_revised(tx: Tx, kinds: Collection[RevisedKind], wanted: AsAt) -> list[Revised]:
    """Every subject of these kinds that has a state that is wanted. One statement."""
    columns = _REVISION.c
    chosen = select(_id(wanted)).where(columns.kind.in_(kinds), *_known(wanted))
    chosen = chosen.group_by(columns.kind, columns.subject)
    rows = await tx.session.execute(select(columns.kind, columns.subject, columns.state).where(columns.id.in_(chosen)))
    return [Revised(RevisedKind(row.kind), row.subject, row.state) for row in rows]


def _known(wanted: AsAt) -> list[ColumnElement[bool]]:
    return [] if wanted.as_of is None else [_REVISION.c.recorded_at <= wanted.as_of]


def _id(wanted: AsAt) -> ColumnElement[Any]:
    """Of the revisions of a subject, the one whose state is wanted; null where none is."""
    columns, quarter = _REVISION.c, wanted.quarter
    if quarter is None:
        return func.max(columns.id)
    reported = columns.subject.in_(select(_RETURN.c.pledge).where(_RETURN.c.period_start == quarter.start))
    return func.coalesce(
        func.max(case((columns.business_date <= quarter.end, columns.id))),
        case((and_(columns.kind == RevisedKind.PLEDGE, reported), func.min(columns.id))),
    )
