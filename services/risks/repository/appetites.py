"""How much risk is wanted and tolerated: statements by category and matrix, the newest of which counts."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Row, Table, false, func, insert, select, update

from chassis.storage.transaction import Tx
from services.risks.domain.appetites import AppetiteStatement, Limits, NewStatement
from services.risks.domain.rating import IN_FORCE, Kind
from services.risks.models import AppetiteStatementRow, MatrixRow, RiskRow

_STATEMENT = cast("Table", AppetiteStatementRow.__table__).c
_ROWS = select(*_STATEMENT, MatrixRow.code, MatrixRow.version).join(MatrixRow, MatrixRow.id == _STATEMENT.matrix_id)


async def lock_statements(tx: Tx, matrix_id: int) -> None:
    """Have who states something of this matrix, or enters a risk on it, wait until this transaction ends.

    A risk that is entered locks the matrix by its foreign key, one that gets another category by
    :func:`lock_against_statements`.
    """
    await tx.session.execute(select(MatrixRow.id).where(MatrixRow.id == matrix_id).with_for_update())


async def lock_against_all_statements(tx: Tx) -> None:
    """Have who states something, of any matrix, wait until this transaction ends; before any risk is locked."""
    await tx.session.execute(select(MatrixRow.id).order_by(MatrixRow.id).with_for_update(read=True, key_share=True))


async def lock_against_statements(tx: Tx, ref: str) -> None:
    """Have who states something of the matrix of a risk, not locked yet, wait until this transaction ends."""
    of_risk = select(RiskRow.matrix_id).where(RiskRow.ref == ref).scalar_subquery()
    query = select(MatrixRow.id).where(MatrixRow.id == of_risk)
    await tx.session.execute(query.with_for_update(read=True, key_share=True))


async def get_statement(tx: Tx, statement_id: int) -> AppetiteStatement | None:
    row = (await tx.session.execute(_ROWS.where(_STATEMENT.id == statement_id))).one_or_none()
    return None if row is None else _statement(row)


async def get_newest(tx: Tx, category: str, matrix_id: int) -> AppetiteStatement | None:
    query = _ROWS.where(_STATEMENT.category == category, _STATEMENT.matrix_id == matrix_id)
    row = (await tx.session.execute(query.order_by(_STATEMENT.id.desc()).limit(1))).one_or_none()
    return None if row is None else _statement(row)


async def list_newest(tx: Tx, day: date, as_of: datetime | None) -> list[AppetiteStatement]:
    """What was stated until a business date, as it was known at a moment, by category and matrix."""
    newest = select(func.max(_STATEMENT.id)).where(_STATEMENT.business_date <= day)
    newest = newest.group_by(_STATEMENT.category, _STATEMENT.matrix_id)
    known = newest if as_of is None else newest.where(_STATEMENT.at <= as_of)
    query = _ROWS.where(_STATEMENT.id.in_(known))
    rows = await tx.session.execute(query.order_by(_STATEMENT.category, MatrixRow.code, MatrixRow.version))
    return [_statement(row) for row in rows]


async def save_statement(tx: Tx, new: NewStatement, matrix_id: int) -> int:
    """Add a statement; returns its key."""
    values = {
        "category": new.category,
        "matrix_id": matrix_id,
        "appetite": new.limits and new.limits.appetite,
        "tolerance": new.limits and new.limits.tolerance,
        "text": new.text,
        "reason": new.reason,
        "by": tx.actor,
        "at": tx.now,
        "business_date": await tx.business_date(),
    }
    result = await tx.session.execute(insert(AppetiteStatementRow).returning(AppetiteStatementRow.id), [values])
    key: int = result.scalar_one()
    return key


async def save_limits_of_category(tx: Tx, new: NewStatement, matrix_id: int) -> Sequence[int]:
    """Have the threats of a category on a matrix judged by a statement.

    Locks them by reference. Returns the keys of those that are beyond what is tolerated from now on, or within again.
    """
    limits = {
        "appetite_score": new.limits and new.limits.appetite,
        "tolerance_score": new.limits and new.limits.tolerance,
    }
    of_it = (RiskRow.category == new.category, RiskRow.matrix_id == matrix_id, RiskRow.kind == Kind.THREAT.value)
    await tx.session.execute(select(RiskRow.id).where(*of_it).order_by(RiskRow.ref).with_for_update())
    changed = update(RiskRow).where(*of_it).values(**limits)
    await tx.session.execute(changed.execution_options(synchronize_session=False))
    score = RiskRow.effective_impact * RiskRow.effective_likelihood
    is_beyond = func.coalesce(score > RiskRow.tolerance_score, false()) & RiskRow.status.in_(IN_FORCE)
    return (await tx.session.scalars(select(RiskRow.id).where(*of_it, is_beyond != RiskRow.breached))).all()


async def save_limits(tx: Tx, risk_ids: Collection[int]) -> None:
    """Have these risks judged by what is stated of their category now."""
    of_risk = (
        _STATEMENT.category == RiskRow.category,
        _STATEMENT.matrix_id == RiskRow.matrix_id,
        RiskRow.kind == Kind.THREAT.value,
    )
    limits = {
        name: select(column).where(*of_risk).order_by(_STATEMENT.id.desc()).limit(1).scalar_subquery()
        for name, column in (("appetite_score", _STATEMENT.appetite), ("tolerance_score", _STATEMENT.tolerance))
    }
    changed = update(RiskRow).where(RiskRow.id.in_(risk_ids)).values(**limits)
    await tx.session.execute(changed.execution_options(synchronize_session=False))


def _statement(row: Row[*tuple[Any, ...]]) -> AppetiteStatement:
    limits = None if row.appetite is None or row.tolerance is None else Limits(row.appetite, row.tolerance)
    return AppetiteStatement(
        statement_id=row.id,
        stated=NewStatement(row.category, f"{row.code}@{row.version}", limits, row.reason, row.text),
        by=row.by,
        at=row.at,
        business_date=row.business_date,
    )
