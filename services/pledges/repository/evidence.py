"""When evidence was given: by returns that were submitted and not handed back, and by sign-offs."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.formats import read_evidence
from services.pledges.domain.returns import Step

_RETURN = models.Base.metadata.tables["pledge_return"]
_STEP = models.Base.metadata.tables["return_step"]
_DECISION = models.Base.metadata.tables["pledge_decision"]


async def get_evidence_days(tx: Tx, until: date, as_of: datetime | None) -> Mapping[str, date]:
    """By pledge, the last business date up to ``until`` on which evidence was given. Two statements."""
    found: dict[str, date] = {}
    for pledge, day, evidence in [*await _of_returns(tx, until, as_of), *await _of_sign_offs(tx, until, as_of)]:
        if read_evidence(evidence):
            found[pledge] = max(day, found.get(pledge, day))
    return found


async def _of_returns(tx: Tx, until: date, as_of: datetime | None) -> Iterable[Any]:
    """What a return links to now, on the day of its last submission by then; nothing if it was handed back by then."""
    step, of = _STEP.c, _RETURN.c
    day = func.max(case((step.step == Step.SUBMIT, step.business_date)))
    by_then = select(func.max(step.id).label("newest"), day.label("day")).where(_by(step, until, as_of))
    last = by_then.group_by(step.quarterly_return).subquery()
    wanted = select(of.pledge, last.c.day, of.evidence).select_from(last)
    wanted = wanted.join(_STEP, step.id == last.c.newest).join(_RETURN, of.id == step.quarterly_return)
    return (await tx.session.execute(wanted.where(step.step != Step.RETURN))).all()


async def _of_sign_offs(tx: Tx, until: date, as_of: datetime | None) -> Iterable[Any]:
    decision = _DECISION.c
    wanted = select(decision.pledge, decision.business_date, decision.evidence).where(_by(decision, until, as_of))
    return (await tx.session.execute(wanted)).all()


def _by(columns: Any, until: date, as_of: datetime | None) -> ColumnElement[bool]:
    in_time: ColumnElement[bool] = columns.business_date <= until
    return in_time if as_of is None else and_(in_time, columns["at"] <= as_of)
