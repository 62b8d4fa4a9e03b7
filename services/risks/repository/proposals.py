"""What indicators proposed, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update

from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from contracts.risks import Band
from services.risks.domain.matrix import BandedRating, Matrix, Rating
from services.risks.domain.proposals import (
    NewProposal,
    Proposal,
    ProposalChange,
    ProposalRecord,
    ProposalState,
    ProposalStep,
    ProposedRating,
    RegisterProposal,
)
from services.risks.models import ProposalRow, RiskRow
from services.risks.repository.json_formats import read_items, write_items
from services.risks.repository.matrices import get_matrices
from services.risks.repository.records import key_after

_PROPOSAL = cast("Table", ProposalRow.__table__)
_SAVE_BAND = update(_PROPOSAL).where(_PROPOSAL.c.id == bindparam("key")).values(band=bindparam("found"))


async def get_latest_proposals(tx: Tx, risk_ids: Collection[int]) -> dict[int, Proposal]:
    """The newest proposal of each risk that ever had one."""
    if not risk_ids:
        return {}
    newest = select(func.max(ProposalRow.id)).where(ProposalRow.risk_id.in_(risk_ids)).group_by(ProposalRow.risk_id)
    rows = await tx.session.scalars(select(ProposalRow).where(ProposalRow.id.in_(newest)))
    return {row.risk_id: _proposal(row) for row in rows}


async def get_proposal(tx: Tx, risk_id: int, proposal_id: int) -> Proposal | None:
    query = select(ProposalRow).where(ProposalRow.risk_id == risk_id, ProposalRow.id == proposal_id)
    row = (await tx.session.scalars(query)).one_or_none()
    return _proposal(row) if row else None


def _proposal(row: ProposalRow) -> Proposal:
    return Proposal(
        proposal_id=row.id,
        risk_id=row.risk_id,
        assessment_id=row.assessment_id,
        state=ProposalState(row.state),
        rating=Rating(row.impact, row.likelihood),
        lapsed=row.lapsed,
    )


async def list_proposals(
    tx: Tx, risk_id: int, matrix: Matrix, state: ProposalState | None, page: PageRequest
) -> list[ProposalRecord]:
    """Proposals of a risk, oldest first, up to ``page.fetch`` of them."""
    query = select(ProposalRow).where(ProposalRow.risk_id == risk_id, ProposalRow.id > key_after(page))
    if state is not None:
        query = query.where(ProposalRow.state == state)
    return [_record(row, matrix) for row in await tx.session.scalars(query.order_by(ProposalRow.id).limit(page.fetch))]


async def list_all_proposals(tx: Tx, state: ProposalState | None, page: PageRequest) -> list[RegisterProposal]:
    """Proposals of every risk, oldest first, up to ``page.fetch`` of them."""
    query = select(ProposalRow, RiskRow.ref, RiskRow.title, RiskRow.matrix_id)
    query = query.join(RiskRow, RiskRow.id == ProposalRow.risk_id).where(ProposalRow.id > key_after(page))
    if state is not None:
        query = query.where(ProposalRow.state == state)
    rows = (await tx.session.execute(query.order_by(ProposalRow.id).limit(page.fetch))).all()
    matrices = await get_matrices(tx, {row.matrix_id for row in rows})
    return [RegisterProposal(ref, title, _record(row, matrices[matrix])) for row, ref, title, matrix in rows]


def _record(row: ProposalRow, matrix: Matrix) -> ProposalRecord:
    return ProposalRecord(
        proposal_id=row.id,
        state=ProposalState(row.state),
        proposed=_banded(row, matrix),
        why=row.why,
        event_ids=read_items(row.event_ids),
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )


def _banded(row: ProposalRow, matrix: Matrix) -> BandedRating:
    """By the matrix of the risk, or as it was on one that the risk has left."""
    rating = Rating(row.impact, row.likelihood)
    return BandedRating(rating, Band(row.band)) if row.band else matrix.banded(rating)


async def save_bands(tx: Tx, risk_id: int, matrix: Matrix) -> None:
    """Remember the bands of what was proposed for a risk on a matrix that it leaves."""
    columns = (ProposalRow.id, ProposalRow.impact, ProposalRow.likelihood)
    query = select(*columns).where(ProposalRow.risk_id == risk_id, ProposalRow.band.is_(None))
    rows = (await tx.session.execute(query)).all()
    if rows:
        bands = [{"key": row.id, "found": matrix.band(Rating(row.impact, row.likelihood)).value} for row in rows]
        await (await tx.session.connection()).execute(_SAVE_BAND, bands)


def _proposed(proposed: ProposedRating) -> dict[str, Any]:
    return {
        "impact": proposed.rating.impact,
        "likelihood": proposed.rating.likelihood,
        "why": proposed.why,
        "event_ids": write_items(proposed.event_ids),
    }


async def save_new_proposals(tx: Tx, proposals: Sequence[NewProposal], today: date) -> None:
    if proposals:
        connection = await tx.session.connection()
        await connection.execute(insert(ProposalRow), [_row(tx, proposal, today) for proposal in proposals])


def _row(tx: Tx, new: NewProposal, today: date) -> dict[str, Any]:
    return _proposed(new.proposed) | {
        "risk_id": new.risk_id,
        "assessment_id": new.assessment_id,
        "state": ProposalState.OPEN.value,
        "lapsed": False,
        "opened_at": tx.now,
        "opened_on": today,
        "changed_at": tx.now,
        "changed_on": today,
    }


async def save_proposal_changes(tx: Tx, changes: Sequence[ProposalChange], today: date) -> None:
    for change in changes:  # they differ in what they change, and are few
        await _update(tx, change.proposal_id, _changed(change), today)


def _changed(change: ProposalChange) -> Mapping[str, Any]:
    if change.step is ProposalStep.WITHDRAW:
        return {"state": ProposalState.WITHDRAWN.value}
    return {"lapsed": True} if change.step is ProposalStep.LAPSE else _proposed(change.proposed)


async def save_decision(tx: Tx, proposal_id: int, state: ProposalState, reason: str) -> None:
    values = {"state": state.value, "reason": reason, "decided_by": tx.actor}
    await _update(tx, proposal_id, values, await tx.business_date())


async def _update(tx: Tx, proposal_id: int, values: Mapping[str, Any], today: date) -> None:
    changed = {**values, "changed_at": tx.now, "changed_on": today}
    statement = update(ProposalRow).where(ProposalRow.id == proposal_id).values(**changed)
    await tx.session.execute(statement.execution_options(synchronize_session=False))


async def withdraw_proposals(tx: Tx, risk_id: int) -> None:
    """An assessment answers whatever was proposed before it."""
    statement = update(ProposalRow).where(ProposalRow.risk_id == risk_id, ProposalRow.state == ProposalState.OPEN)
    values = {"state": ProposalState.WITHDRAWN, "changed_at": tx.now, "changed_on": await tx.business_date()}
    changed = statement.values(**values)
    await tx.session.execute(changed.execution_options(synchronize_session=False))
