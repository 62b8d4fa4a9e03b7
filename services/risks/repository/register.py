"""Risks as readers and owners see them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError

from chassis.storage.transaction import Tx
from chassis.storage.types import BigId
from services.risks.domain.rating import Kind
from services.risks.domain.register import ProposalState, TaskState
from services.risks.models import History, ProposalRow, ReviewTask, Risk, RiskLink


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """What a reader asks for; ``search`` looks into reference and title."""

    register: str | None = None
    category: str | None = None
    department: str | None = None
    outcome: str | None = None
    kind: Kind | None = None
    band: str | None = None
    search: str | None = None


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_BY_REF = select(Risk).where(Risk.ref == bindparam("wanted")).execution_options(populate_existing=True)
"""Built once, as every statement here that one risk's page needs: building costs more than running it."""


async def risk(tx: Tx, ref: str) -> Risk | None:
    return (await tx.session.scalars(_BY_REF, {"wanted": ref})).one_or_none()


async def locked_risk(tx: Tx, ref: str) -> Risk | None:
    """The risk, locked until this transaction ends, as it stands once the lock is had."""
    query = select(Risk).where(Risk.ref == ref).with_for_update().execution_options(populate_existing=True)
    return (await tx.session.scalars(query)).one_or_none()


async def add_risk(tx: Tx, values: Mapping[str, Any]) -> int | None:
    """Add a risk; returns its key, or ``None`` where its reference is taken."""
    if await tx.session.scalar(select(Risk.id).where(Risk.ref == values["ref"])) is not None:
        return None
    try:
        result = await tx.session.execute(insert(Risk).returning(Risk.id), [dict(values)])
    except IntegrityError:  # another writer entered it in between
        return None
    key: int = result.scalar_one()
    return key


async def change_risk(tx: Tx, risk_id: int, values: Mapping[str, Any]) -> None:
    changed = {**values, "changed_at": tx.now}
    statement = update(Risk).where(Risk.id == risk_id).values(**changed)
    await tx.session.execute(statement.execution_options(synchronize_session=False))


def _conditions(wanted: RiskFilter, today: date) -> list[ColumnElement[bool]]:
    pairs = (
        (Risk.register, wanted.register),
        (Risk.category, wanted.category),
        (Risk.department, wanted.department),
        (Risk.outcome, wanted.outcome),
        (Risk.kind, wanted.kind.value if wanted.kind else None),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in pairs if value is not None]
    if wanted.band is not None:
        shown = case((Risk.override_until < today, Risk.lasting_band), else_=Risk.effective_band)
        conditions.append(shown == wanted.band)
    if wanted.search:
        text = wanted.search
        conditions.append(or_(Risk.ref.icontains(text, autoescape=True), Risk.title.icontains(text, autoescape=True)))
    return conditions


async def risks(tx: Tx, wanted: RiskFilter, today: date, after: str | None, limit: int) -> Sequence[Risk]:
    """Risks by reference, one more than ``limit`` where there are more."""
    query = select(Risk).where(*_conditions(wanted, today)).order_by(Risk.ref).limit(limit + 1)
    if after is not None:
        query = query.where(Risk.ref > after)
    return (await tx.session.scalars(query)).all()


_HISTORY, _PROPOSAL, _TASK = History.__table__.c, ProposalRow.__table__.c, ReviewTask.__table__.c
_RATINGS_AT = select(_HISTORY.risk_id, _HISTORY.after).where(
    _HISTORY.id.in_(
        select(func.max(_HISTORY.id))
        .where(_HISTORY.risk_id.in_(_KEYS), _HISTORY.business_date <= bindparam("day"))
        .group_by(_HISTORY.risk_id)
    )
)
_OPEN_MATTERS = union_all(
    select(_PROPOSAL.risk_id, _PROPOSAL.id.label("proposal_id")).where(
        _PROPOSAL.risk_id.in_(_KEYS), _PROPOSAL.state == ProposalState.OPEN.value
    ),
    select(_TASK.risk_id, cast(None, BigId)).where(_TASK.risk_id.in_(_KEYS), _TASK.state == TaskState.OPEN.value),
)


async def ratings_at(tx: Tx, risk_ids: Collection[int], day: date) -> dict[int, dict[str, Any]]:
    """The rating that was in effect at the end of ``day``, for risks that had one."""
    connection = await tx.session.connection()
    rows = await connection.execute(_RATINGS_AT, {"keys": list(risk_ids), "day": day})
    return {row.risk_id: row.after for row in rows}


async def open_matters(tx: Tx, risk_ids: Collection[int]) -> tuple[dict[int, int], set[int]]:
    """The open proposal of each risk, and the risks with an open review task, in one query."""
    connection = await tx.session.connection()
    rows = (await connection.execute(_OPEN_MATTERS, {"keys": list(risk_ids)})).all()
    open_proposals = {row.risk_id: row.proposal_id for row in rows if row.proposal_id is not None}
    return open_proposals, {row.risk_id for row in rows if row.proposal_id is None}


async def link_rows(tx: Tx, risk_id: int) -> Sequence[RiskLink]:
    query = select(RiskLink).where(RiskLink.risk_id == risk_id).order_by(RiskLink.id)
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).all()


async def remove_links(tx: Tx, link_ids: Collection[int]) -> None:
    """Take links away, and with them the review tasks they opened."""
    await tx.session.execute(
        update(ReviewTask)
        .where(ReviewTask.link_id.in_(link_ids), ReviewTask.state == TaskState.OPEN)
        .values(state=TaskState.DONE, closed_at=tx.now)
    )
    await tx.session.execute(delete(RiskLink).where(RiskLink.id.in_(link_ids)))


async def add_links(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await tx.session.execute(insert(RiskLink), [dict(row) for row in rows])


async def regroup_links(tx: Tx, groups: Mapping[int, str]) -> None:
    """Count links in other groups, by the links' keys. Their snapshots stay."""
    for link_id, group in sorted(groups.items()):
        statement = update(RiskLink).where(RiskLink.id == link_id).values(causal_group=group)
        await tx.session.execute(statement.execution_options(synchronize_session=False))
