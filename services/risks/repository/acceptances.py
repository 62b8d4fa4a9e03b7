"""Acceptances: added, decided on and ended, never deleted."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, not_, or_, select, update

from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from services.risks.domain.acceptances import Acceptance, AcceptanceState, NewAcceptance, TakenOn
from services.risks.domain.matrix import BandedRating
from services.risks.domain.rating import Status
from services.risks.models import AcceptanceRow, RiskRow
from services.risks.repository.json_formats import read_rating, read_taken_on, write_rating, write_taken_on
from services.risks.repository.records import key_after


async def save_request(tx: Tx, risk_id: int, new: NewAcceptance, accepted: BandedRating, taken_on: TakenOn) -> int:
    """Record what is asked for and by whom; returns its key."""
    values = {
        "risk_id": risk_id,
        "state": AcceptanceState.REQUESTED.value,
        "accepted": write_rating(accepted),
        "until": new.until,
        "reason": new.reason,
        "taken_on": write_taken_on(taken_on),
        "requested_by": tx.actor,
        "requested_at": tx.now,
        "requested_on": await tx.business_date(),
    }
    key: int = (await tx.session.execute(insert(AcceptanceRow).returning(AcceptanceRow.id), [values])).scalar_one()
    return key


async def get_acceptance(tx: Tx, risk_id: int, acceptance_id: int) -> Acceptance | None:
    query = select(AcceptanceRow).where(AcceptanceRow.risk_id == risk_id, AcceptanceRow.id == acceptance_id)
    row = await tx.session.scalar(query.execution_options(populate_existing=True))
    return None if row is None else _acceptance(row)


async def list_acceptances(tx: Tx, risk_id: int, page: PageRequest) -> list[Acceptance]:
    """Of a risk, oldest first, up to ``page.fetch`` of them."""
    query = select(AcceptanceRow).where(AcceptanceRow.risk_id == risk_id, AcceptanceRow.id > key_after(page))
    return [_acceptance(row) for row in await tx.session.scalars(query.order_by(AcceptanceRow.id).limit(page.fetch))]


async def list_all_acceptances(
    tx: Tx, state: AcceptanceState | None, today: date, page: PageRequest
) -> list[Acceptance]:
    """Of every risk, oldest first, up to ``page.fetch`` of them; ``state`` is the one that they have ``today``."""
    query = select(AcceptanceRow).where(AcceptanceRow.id > key_after(page), *_has_state(state, today))
    return [_acceptance(row) for row in await tx.session.scalars(query.order_by(AcceptanceRow.id).limit(page.fetch))]


def _has_state(state: AcceptanceState | None, today: date) -> list[ColumnElement[bool]]:
    """:meth:`Acceptance.state_on`: one whose last day is over has expired, swept or not."""
    is_over = and_(AcceptanceRow.state == AcceptanceState.IN_FORCE.value, AcceptanceRow.until < today)
    if state is None:
        return []
    if state is AcceptanceState.EXPIRED:
        return [or_(AcceptanceRow.state == state.value, is_over)]
    return [AcceptanceRow.state == state.value, not_(is_over)]


async def has_request(tx: Tx, risk_id: int) -> bool:
    """Whether a request waits for an approver."""
    query = select(AcceptanceRow.id).where(
        AcceptanceRow.risk_id == risk_id, AcceptanceRow.state == AcceptanceState.REQUESTED.value
    )
    return await tx.session.scalar(query.limit(1)) is not None


async def get_in_force(tx: Tx, risk_ids: Collection[int]) -> Mapping[int, Acceptance]:
    """By the key of the risk."""
    query = select(AcceptanceRow).where(
        AcceptanceRow.risk_id.in_(risk_ids), AcceptanceRow.state == AcceptanceState.IN_FORCE.value
    )
    return {row.risk_id: _acceptance(row) for row in await tx.session.scalars(query)}


async def save_approval(tx: Tx, risk_id: int, acceptance: Acceptance, reason: str) -> None:
    """Have an acceptance in force, in the place of the one that was, and the risk accepted up to its score."""
    await save_end(tx, [risk_id], AcceptanceState.WITHDRAWN, "Another took its place", [AcceptanceState.IN_FORCE])
    values = {
        "state": AcceptanceState.IN_FORCE.value,
        "approved_by": tx.actor,
        "approved_at": tx.now,
        "approved_on": await tx.business_date(),
        "approval_reason": reason,
    }
    approved = update(AcceptanceRow).where(AcceptanceRow.id == acceptance.acceptance_id).values(**values)
    await tx.session.execute(approved.execution_options(synchronize_session=False))
    score = acceptance.accepted.rating.score
    await _save_on_risks(
        tx, [risk_id], status=Status.ACCEPTED.value, accepted_score=score, accepted_until=acceptance.until
    )


async def save_end(
    tx: Tx, risk_ids: Collection[int], state: AcceptanceState, why: str, ending: Collection[AcceptanceState]
) -> None:
    """End those acceptances of the risks that are in one of the states ``ending``."""
    values = {
        "state": state.value,
        "ended_by": tx.actor,
        "ended_at": tx.now,
        "ended_on": await tx.business_date(),
        "ended_why": why,
    }
    which = (AcceptanceRow.risk_id.in_(risk_ids), AcceptanceRow.state.in_([one.value for one in ending]))
    ended = update(AcceptanceRow).where(*which).values(**values)
    await tx.session.execute(ended.execution_options(synchronize_session=False))


async def save_not_accepted(tx: Tx, risk_ids: Collection[int]) -> None:
    """Have these risks, which were accepted, be open."""
    await _save_on_risks(tx, risk_ids, status=Status.OPEN.value, accepted_score=None, accepted_until=None)


async def _save_on_risks(tx: Tx, risk_ids: Collection[int], **values: Any) -> None:
    when = {"changed_at": tx.now, "changed_on": await tx.business_date()}
    changed = update(RiskRow).where(RiskRow.id.in_(risk_ids)).values(**values, **when)
    await tx.session.execute(changed.execution_options(synchronize_session=False))


async def lock_expired(tx: Tx, today: date) -> dict[int, date]:
    """Risks whose acceptance ended before ``today``, each with its last day; locked by reference.

    Which of them it is still true of is read once they are locked: whoever was waited for may have ended or renewed it.
    """
    ended = (AcceptanceRow.state == AcceptanceState.IN_FORCE.value, AcceptanceRow.until < today)
    risks = select(RiskRow.id).where(RiskRow.id.in_(select(AcceptanceRow.risk_id).where(*ended))).order_by(RiskRow.ref)
    locked = (await tx.session.scalars(risks.with_for_update())).all()
    query = select(AcceptanceRow.risk_id, AcceptanceRow.until).where(AcceptanceRow.risk_id.in_(locked), *ended)
    return {row.risk_id: row.until for row in await tx.session.execute(query)} if locked else {}


def _acceptance(row: AcceptanceRow) -> Acceptance:
    return Acceptance(
        acceptance_id=row.id,
        risk_id=row.risk_id,
        state=AcceptanceState(row.state),
        accepted=read_rating(row.accepted),
        until=row.until,
        reason=row.reason,
        taken_on=read_taken_on(row.taken_on),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        approval_reason=row.approval_reason,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )
