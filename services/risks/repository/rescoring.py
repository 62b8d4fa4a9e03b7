"""What re-scoring reads, under lock, and writes, in bulk."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Row, Select, Table, and_, bindparam, select, update

from chassis.storage.bulk import given_rows, given_values, is_among, look_up
from chassis.storage.transaction import PIN, Tx
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import Kind, Mode, RatingInputs, Status
from services.risks.domain.rescoring import NewRatings, RatedRisk
from services.risks.models import RiskLinkRow, RiskRow
from services.risks.repository.json_formats import read_losses
from services.risks.repository.matrices import get_matrices
from services.risks.repository.register import (
    REVIEW,
    read_cell,
    read_limits,
    read_override,
    read_review,
    review_columns,
)

_RISK, _LINK = cast("Table", RiskRow.__table__), cast("Table", RiskLinkRow.__table__)
_SAVED = (
    "indicated_impact",
    "indicated_likelihood",
    "effective_impact",
    "effective_likelihood",
    "effective_band",
    "underlying_band",
    "version",
    "changed_at",
    "changed_on",
    *REVIEW,
)
_RATED = [
    _RISK.c[name]
    for name in (
        "id",
        "ref",
        "title",
        "kind",
        "mode",
        "matrix_id",
        "target_likelihood",
        "assessment_id",
        "assessed_impact",
        "assessed_likelihood",
        "indicated_impact",
        "indicated_likelihood",
        "effective_impact",
        "effective_likelihood",
        "underlying_band",
        "status",
        "override_impact",
        "override_likelihood",
        "override_until",
        "override_reason",
        "override_by",
        "accepted_score",
        "accepted_until",
        "category",
        "appetite_score",
        "tolerance_score",
        "breached",
        "version",
        "owner",
        "losses",
        *REVIEW,
    )
]


def _rated_where(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Built once, as every statement here that an event needs: building costs more than running it."""
    return select(*_RATED, PIN).where(which).order_by(_RISK.c.ref)


def _locking(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return _rated_where(which).with_for_update()


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_THESE = _locking(_RISK.c.id.in_(_KEYS))
_SUBJECT = [_LINK.c.subject]


@cache
def _linked_to(dialect: str) -> Select[*tuple[Any, ...]]:
    """Each series' links, and each risk of them, are looked up by themselves, whatever the size of the register."""
    given = given_rows(dialect, "given", _SUBJECT)
    link, on = look_up(dialect, given, RiskLinkRow, _SUBJECT)
    risks = select(link.c.risk_id).select_from(given).join(link, on)
    return _locking(and_(is_among(dialect, _RISK.c.id, risks), _RISK.c.status != Status.CLOSED.value))


async def lock_rated(tx: Tx, risk_ids: Collection[int]) -> list[RatedRisk]:
    """The assessed risks among ``risk_ids``, locked by reference. What is read after this is up to date."""
    return await _fetch(tx, _THESE, {"keys": sorted(risk_ids)})


_NAMED = _rated_where(_RISK.c.ref.in_(_KEYS))


async def list_rated(tx: Tx, refs: Sequence[str]) -> list[RatedRisk]:
    """The assessed risks among these, by reference, not locked."""
    return await _fetch(tx, _NAMED, {"keys": refs})


async def lock_rated_on(tx: Tx, subjects: Collection[str]) -> list[RatedRisk]:
    """The assessed risks on any of ``subjects``, whose signals the caller has locked; locked by reference.

    Closed ones are left out.
    """
    values = given_values(tx, "given", _SUBJECT, [(subject,) for subject in sorted(subjects)])
    return await _fetch(tx, _linked_to(tx.dialect), values)


async def _fetch(tx: Tx, query: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> list[RatedRisk]:
    """Where they are locked, unassessed ones are as well: their first assessment may be under way."""
    connection = await tx.session.connection()
    rows = (await connection.execute(query, values)).all()
    if rows:
        tx.know_pin(rows[0].pinned_date)
    matrices = await get_matrices(tx, {row.matrix_id for row in rows})
    return [found for row in rows if (found := _rated(row, matrices[row.matrix_id]))]


def _rated(row: Row[*tuple[Any, ...]], matrix: Matrix) -> RatedRisk | None:
    assessed = read_cell(row.assessed_impact, row.assessed_likelihood)
    if assessed is None:
        return None
    return RatedRisk(
        risk_id=row.id,
        ref=row.ref,
        title=row.title,
        inputs=_inputs(row, matrix, assessed),
        assessment_id=row.assessment_id,
        indicated=read_cell(row.indicated_impact, row.indicated_likelihood),
        effective=read_cell(row.effective_impact, row.effective_likelihood),
        underlying_band=row.underlying_band,
        version=row.version,
        status=Status(row.status),
        accepted_score=row.accepted_score,
        accepted_until=row.accepted_until,
        category=row.category,
        limits=read_limits(row),
        breached=row.breached,
        owner=row.owner,
        review=read_review(row),
        losses=read_losses(row.losses),
    )


def _inputs(row: Row[*tuple[Any, ...]], matrix: Matrix, assessed: Rating) -> RatingInputs:
    return RatingInputs(
        kind=Kind(row.kind),
        mode=Mode(row.mode),
        matrix=matrix,
        assessed=assessed,
        target_likelihood=row.target_likelihood,
        override=read_override(row),
        closed_with=read_cell(row.effective_impact, row.effective_likelihood) if row.status == Status.CLOSED else None,
    )


_SAVE = update(_RISK).where(_RISK.c.id == bindparam("key")).values({name: bindparam(f"new_{name}") for name in _SAVED})


async def save_ratings(tx: Tx, changed: Sequence[NewRatings]) -> None:
    if changed:
        connection = await tx.session.connection()
        await connection.execute(_SAVE, [_parameters(tx, one) for one in changed])


def _parameters(tx: Tx, new: NewRatings) -> dict[str, Any]:
    matrix, ratings = new.rescored.risk.inputs.matrix, new.rescored.ratings
    return {
        "key": new.rescored.risk.risk_id,
        "new_indicated_impact": ratings.indicated.impact,
        "new_indicated_likelihood": ratings.indicated.likelihood,
        "new_effective_impact": ratings.effective.impact,
        "new_effective_likelihood": ratings.effective.likelihood,
        "new_effective_band": matrix.band(ratings.effective).value,
        "new_underlying_band": matrix.band(ratings.underlying).value,
        "new_version": new.version,
        "new_changed_at": tx.now,
        "new_changed_on": new.rescored.today,
        **{f"new_{name}": value for name, value in review_columns(new.review).items()},
    }


async def list_risk_ids(tx: Tx) -> Sequence[int]:
    """Every risk, by reference."""
    return (await tx.session.scalars(select(RiskRow.id).order_by(RiskRow.ref))).all()


async def list_refs_after(tx: Tx, after: str, most: int) -> Sequence[str]:
    """References in their order, that many of those after one."""
    query = select(RiskRow.ref).where(RiskRow.ref > after).order_by(RiskRow.ref).limit(most)
    return (await tx.session.scalars(query)).all()


async def list_published_refs(tx: Tx) -> Sequence[str]:
    """Of the risks that have an event."""
    return (await tx.session.scalars(select(RiskRow.ref).where(RiskRow.version > 0).order_by(RiskRow.ref))).all()


async def list_ids_of(tx: Tx, refs: Collection[str]) -> Sequence[int]:
    return (await tx.session.scalars(select(RiskRow.id).where(RiskRow.ref.in_(refs)).order_by(RiskRow.ref))).all()


async def lock_with_overdue_review(tx: Tx, today: date) -> Sequence[int]:
    """Risks whose review is overdue, which was not published yet; locked by reference."""
    overdue = (_RISK.c.review_due < today, _RISK.c.review_published.is_(False))
    return (await tx.session.scalars(select(_RISK.c.id).where(*overdue).order_by(_RISK.c.ref).with_for_update())).all()


async def lock_with_ended_override(tx: Tx, today: date) -> dict[int, date]:
    """Risks whose override ended before ``today``, each with its last day; locked by reference."""
    query = select(_RISK.c.id, _RISK.c.override_until).where(_RISK.c.override_until < today).order_by(_RISK.c.ref)
    return {row.id: row.override_until for row in await tx.session.execute(query.with_for_update())}
