"""Times that risks were beyond what is tolerated: begun and ended, never deleted."""

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, insert, select, update

from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from services.risks.domain.appetites import BreachState, ToleranceBreach
from services.risks.domain.rescoring import Breach
from services.risks.models import RiskRow, ToleranceBreachRow
from services.risks.repository.json_formats import read_rating, write_rating
from services.risks.repository.records import key_after

_BREACH = cast("Table", ToleranceBreachRow.__table__)
_END = (
    update(_BREACH)
    .where(_BREACH.c.risk_id == bindparam("risk"), _BREACH.c.ended_on.is_(None))
    .values(ended_at=bindparam("moment"), ended_on=bindparam("day"))
)


async def save_begun(tx: Tx, breaches: Sequence[Breach]) -> None:
    """Record that these risks are beyond what is tolerated."""
    if breaches:
        connection = await tx.session.connection()
        await connection.execute(insert(ToleranceBreachRow), [_row(tx, one) for one in breaches])
        await _save_on_risks(tx, [one.rescored.risk.risk_id for one in breaches], breached=True)


def _row(tx: Tx, breach: Breach) -> dict[str, Any]:
    matrix = breach.rescored.risk.inputs.matrix
    return {
        "risk_id": breach.rescored.risk.risk_id,
        "category": breach.rescored.risk.category,
        "rating": write_rating(matrix.banded(breach.rescored.ratings.effective)),
        "tolerance": breach.limits.tolerance,
        "began_at": tx.now,
        "began_on": breach.since,
    }


async def save_ended(tx: Tx, ended: Sequence[Breach]) -> None:
    """Record that these risks are within what is tolerated again, or count no more, each from its day on."""
    if ended:
        days = {one.rescored.risk.risk_id: one.since for one in ended}
        connection = await tx.session.connection()
        await connection.execute(_END, [{"risk": key, "moment": tx.now, "day": day} for key, day in days.items()])
        await _save_on_risks(tx, days, breached=False)


async def _save_on_risks(tx: Tx, risk_ids: Collection[int], *, breached: bool) -> None:
    changed = update(RiskRow).where(RiskRow.id.in_(risk_ids)).values(breached=breached)
    await tx.session.execute(changed.execution_options(synchronize_session=False))


async def list_breaches(tx: Tx, state: BreachState | None, ref: str | None, page: PageRequest) -> list[ToleranceBreach]:
    """By when they were recorded, oldest first, up to ``page.fetch`` of them."""
    query = select(*_BREACH.c, RiskRow.ref, RiskRow.title)
    query = query.join(RiskRow, RiskRow.id == ToleranceBreachRow.risk_id)
    query = query.where(ToleranceBreachRow.id > key_after(page))
    if state is not None:
        ended = ToleranceBreachRow.ended_on
        query = query.where(ended.is_(None) if state is BreachState.OPEN else ended.is_not(None))
    if ref is not None:
        query = query.where(RiskRow.ref == ref)
    rows = await tx.session.execute(query.order_by(ToleranceBreachRow.id).limit(page.fetch))
    return [_breach(row) for row in rows]


def _breach(row: Row[*tuple[Any, ...]]) -> ToleranceBreach:
    return ToleranceBreach(
        breach_id=row.id,
        ref=row.ref,
        title=row.title,
        category=row.category,
        rating=read_rating(row.rating),
        tolerance=row.tolerance,
        began_at=row.began_at,
        began_on=row.began_on,
        ended_at=row.ended_at,
        ended_on=row.ended_on,
    )
