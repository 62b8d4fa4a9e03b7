"""What the register said at a past moment: revisions of descriptions, and the ratings that were in effect."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, case, func, insert, literal, select

from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime
from contracts.risks import Band
from services.risks.domain.history import RegisterLine
from services.risks.domain.matrix import BandedRating, Rating
from services.risks.domain.rating import Kind, Mode, Status, status_on
from services.risks.models import AssessmentRow, HistoryRow, RiskRevisionRow, RiskRow
from services.risks.repository.json_formats import read_losses, read_rating
from services.risks.repository.matrices import get_matrices
from services.risks.repository.register import read_description

_RISK, _REVISION = cast("Table", RiskRow.__table__), cast("Table", RiskRevisionRow.__table__)
_HISTORY, _ASSESSMENT = cast("Table", HistoryRow.__table__), cast("Table", AssessmentRow.__table__)
_OWN = frozenset({"id", "risk_id", "by", "at", "business_date"})
_COPIED = [column.name for column in _REVISION.c if column.name not in _OWN]
_RECORDED = ("risk_id", "by", "at", "business_date", *_COPIED)


async def save_revisions(tx: Tx, risk_ids: Collection[int], since: Mapping[int, date] | None = None) -> None:
    """Record what is said of these risks now, after a change of it.

    ``since``: by risk, the day that it counts from where that is not today.
    """
    today = literal(await tx.business_date())
    recorded = (
        _RISK.c.id,
        literal(tx.actor),
        literal(tx.now, UtcDateTime()),
        case(since, value=_RISK.c.id, else_=today) if since else today,
        *(_RISK.c[name] for name in _COPIED),
    )
    rows = select(*recorded).where(_RISK.c.id.in_(risk_ids)).order_by(_RISK.c.id)
    await tx.session.execute(insert(_REVISION).from_select(_RECORDED, rows))


def _newest(table: Table, day: date, as_of: datetime | None) -> Any:
    """Keys of the newest row of each risk that counts until a business date, and was there at a moment."""
    until = select(func.max(table.c.id)).where(table.c.business_date <= day).group_by(table.c.risk_id)
    return until if as_of is None else until.where(table.c.at <= as_of)


async def list_lines(tx: Tx, day: date, as_of: datetime | None) -> dict[int, RegisterLine]:
    """What was said of each risk on ``day``, as it was known at ``as_of``, by key; in the order of references.

    Without ratings: those are :func:`get_ratings` and :func:`get_assessed`.
    """
    fixed = [_RISK.c[name] for name in ("ref", "register", "kind", "legacy_band", "accepted_until")]
    query = select(*_REVISION.c, *fixed).join_from(_REVISION, _RISK, _REVISION.c.risk_id == _RISK.c.id)
    wanted = query.where(_REVISION.c.id.in_(_newest(_REVISION, day, as_of))).order_by(_RISK.c.ref)
    rows = (await tx.session.execute(wanted)).all()
    matrices = await get_matrices(tx, {row.matrix_id for row in rows})
    return {
        row.risk_id: RegisterLine(
            ref=row.ref,
            register=row.register,
            kind=Kind(row.kind),
            mode=Mode(row.mode),
            status=status_on(day, Status(row.status), row.accepted_until),
            matrix=matrices[row.matrix_id],
            description=read_description(row),
            legacy_band=Band(row.legacy_band) if row.legacy_band else None,
            losses=read_losses(row.losses),
        )
        for row in rows
    }


async def get_ratings(tx: Tx, day: date, as_of: datetime | None) -> Mapping[int, tuple[BandedRating, str]]:
    """The rating in effect at the end of a day with the name of its matrix, by the key of the risk."""
    columns = (_HISTORY.c.risk_id, _HISTORY.c.after, _HISTORY.c.matrix)
    query = select(*columns).where(_HISTORY.c.id.in_(_newest(_HISTORY, day, as_of)))
    return {row.risk_id: (read_rating(row.after), row.matrix) for row in await tx.session.execute(query)}


async def get_assessed(tx: Tx, day: date, as_of: datetime | None) -> Mapping[int, Rating]:
    """What owners had last judged by the end of a day, by the key of the risk."""
    columns = (_ASSESSMENT.c.risk_id, _ASSESSMENT.c.impact, _ASSESSMENT.c.likelihood)
    query = select(*columns).where(_ASSESSMENT.c.id.in_(_newest(_ASSESSMENT, day, as_of)))
    return {row.risk_id: Rating(row.impact, row.likelihood) for row in await tx.session.execute(query)}
