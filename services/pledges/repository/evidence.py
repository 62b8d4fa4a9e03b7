"""When evidence was given: by returns that were submitted and not handed back, and by sign-offs."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.formats import read_evidence
from services.pledges.domain.returns import Step

_RETURN = models.Base.metadata.tables["pledge_return"]
_STEP = models.Base.metadata.tables["return_step"]
_REVISION = models.Base.metadata.tables["state_revision"]
_DECISION = models.Base.metadata.tables["pledge_decision"]


async def get_evidence_days(
    tx: Tx, until: date, as_of: datetime | None, pledges: Collection[str] | None = None
) -> Mapping[str, date]:
    """By pledge, of some or of all, the last business date up to ``until`` with evidence given. Two statements."""
    found: dict[str, date] = {}
    returns = await _of_returns(tx, until, as_of, pledges)
    for pledge, day, evidence in [*returns, *await _of_sign_offs(tx, until, as_of, pledges)]:
        if read_evidence(evidence):
            found[pledge] = max(day, found.get(pledge, day))
    return found


async def _of_returns(tx: Tx, until: date, as_of: datetime | None, pledges: Collection[str] | None) -> Iterable[Any]:
    """What a return linked to, on the day of its last submission by then; nothing if it was handed back by then.

    One of before its changes were recorded links to what it does now.
    """
    step, of, said = _STEP.c, _RETURN.c, _REVISION.c
    day = func.max(case((step.step == Step.SUBMIT, step.business_date)))
    by_then = select(func.max(step.id).label("newest"), day.label("day"))
    by_then = by_then.where(_by(step.business_date, step["at"], until, as_of))
    if pledges is not None:
        by_then = by_then.where(step.quarterly_return.in_(select(of.id).where(of.pledge.in_(pledges))))
    last = by_then.group_by(step.quarterly_return).subquery()
    wanted = select(of.pledge, last.c.day, of.evidence, said.state["evidence"].label("links")).select_from(last)
    wanted = wanted.join(_STEP, step.id == last.c.newest).join(_RETURN, of.id == step.quarterly_return)
    wanted = wanted.outerjoin(_REVISION, said.id == _newest_state(until, as_of)).where(step.step != Step.RETURN)
    rows = await tx.session.execute(wanted)
    return [(row.pledge, row.day, row.evidence if row.links is None else {"links": row.links}) for row in rows]


def _newest_state(until: date, as_of: datetime | None) -> Any:
    """The key of what was recorded last of a return by then; null where nothing was."""
    said = _REVISION.alias().c
    recorded = select(func.max(said.id)).where(said.kind == "return", said.subject == _RETURN.c.id)
    by_then = recorded.where(_by(said.business_date, said.recorded_at, until, as_of))
    return by_then.correlate(_RETURN).scalar_subquery()


async def _of_sign_offs(tx: Tx, until: date, as_of: datetime | None, pledges: Collection[str] | None) -> Iterable[Any]:
    decision = _DECISION.c
    wanted = select(decision.pledge, decision.business_date, decision.evidence)
    if pledges is not None:
        wanted = wanted.where(decision.pledge.in_(pledges))
    return (await tx.session.execute(wanted.where(_by(decision.business_date, decision["at"], until, as_of)))).all()


def _by(day: Any, at: Any, until: date, as_of: datetime | None) -> ColumnElement[bool]:
    in_time: ColumnElement[bool] = day <= until
    return in_time if as_of is None else and_(in_time, at <= as_of)
