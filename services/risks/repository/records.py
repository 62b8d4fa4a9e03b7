"""What is kept for good: assessments, history, proposals and review tasks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update

from chassis.storage.transaction import Tx
from services.risks.domain.register import ProposalState, TaskState
from services.risks.models import Assessment, History, ProposalRow, ReviewTask, Risk


async def add_assessment(tx: Tx, values: Mapping[str, Any]) -> int:
    result = await tx.session.execute(insert(Assessment).returning(Assessment.id), [dict(values)])
    key: int = result.scalar_one()
    return key


async def has_history(tx: Tx, risk_id: int) -> bool:
    found = await tx.session.scalar(select(History.id).where(History.risk_id == risk_id).limit(1))
    return found is not None


async def history(tx: Tx, risk_id: int, after: int, limit: int) -> Sequence[History]:
    """Changes of the effective rating, oldest first."""
    query = select(History).where(History.risk_id == risk_id, History.id > after).order_by(History.id)
    return (await tx.session.scalars(query.limit(limit + 1))).all()


async def proposals(tx: Tx, risk_id: int, state: ProposalState | None, after: int, limit: int) -> Sequence[ProposalRow]:
    query = select(ProposalRow).where(ProposalRow.risk_id == risk_id, ProposalRow.id > after)
    if state is not None:
        query = query.where(ProposalRow.state == state)
    return (await tx.session.scalars(query.order_by(ProposalRow.id).limit(limit + 1))).all()


async def proposal(tx: Tx, risk_id: int, proposal_id: int) -> ProposalRow | None:
    query = select(ProposalRow).where(ProposalRow.risk_id == risk_id, ProposalRow.id == proposal_id)
    return (await tx.session.scalars(query)).one_or_none()


async def decide(tx: Tx, proposal_id: int, state: ProposalState, reason: str) -> None:
    values = {"state": state, "reason": reason, "decided_by": tx.actor, "changed_at": tx.now}
    statement = update(ProposalRow).where(ProposalRow.id == proposal_id).values(**values)
    await tx.session.execute(statement.execution_options(synchronize_session=False))


async def withdraw_proposals(tx: Tx, risk_id: int) -> None:
    """An assessment answers whatever was proposed before it."""
    statement = update(ProposalRow).where(ProposalRow.risk_id == risk_id, ProposalRow.state == ProposalState.OPEN)
    changed = statement.values(state=ProposalState.WITHDRAWN, changed_at=tx.now)
    await tx.session.execute(changed.execution_options(synchronize_session=False))


async def close_tasks(tx: Tx, risk_id: int) -> None:
    statement = update(ReviewTask).where(ReviewTask.risk_id == risk_id, ReviewTask.state == TaskState.OPEN)
    changed = statement.values(state=TaskState.DONE, closed_at=tx.now)
    await tx.session.execute(changed.execution_options(synchronize_session=False))


async def tasks(
    tx: Tx, state: TaskState | None, ref: str | None, after: int, limit: int
) -> Sequence[Row[ReviewTask, str]]:
    """Review tasks with the reference of their risk, oldest first."""
    query = select(ReviewTask, Risk.ref).join(Risk, Risk.id == ReviewTask.risk_id)
    query = query.where(ReviewTask.id > after).order_by(ReviewTask.id).limit(limit + 1)
    if state is not None:
        query = query.where(ReviewTask.state == state)
    if ref is not None:
        query = query.where(Risk.ref == ref)
    return (await tx.session.execute(query)).all()
