"""What re-scoring reads, under lock, and writes, in bulk."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, Update, bindparam, func, insert, select, update

from chassis.storage.transaction import Tx
from contracts.period import Period, PeriodKind
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import Kind, Link, Mode, Override, Subject
from services.risks.domain.register import Proposal, ProposalState, RatedRisk
from services.risks.domain.severity import Signal
from services.risks.models import History, IndicatorSignal, ProposalRow, ReviewTask, Risk, RiskLink
from services.risks.repository.matrices import matrices

Changed = dict[str, Any]
Kept = Risk | RiskLink | ProposalRow


_RISK, _LINK, _SIGNAL = Risk.__table__, RiskLink.__table__, IndicatorSignal.__table__
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
        "lasting_band",
        "override_impact",
        "override_likelihood",
        "override_until",
        "override_reason",
        "override_by",
        "version",
    )
]


def rating(impact: int | None, likelihood: int | None) -> Rating | None:
    return None if impact is None or likelihood is None else Rating(impact, likelihood)


def override_of(row: Risk | Row[*tuple[Any, ...]]) -> Override | None:
    given = rating(row.override_impact, row.override_likelihood)
    if given is None or row.override_until is None:
        return None
    return Override(given, row.override_until, row.override_reason or "", row.override_by or "")


def subject_of(row: Risk | Row[*tuple[Any, ...]], matrix: Matrix) -> Subject | None:
    """What decides a risk's ratings; ``None`` for a risk that nobody assessed yet."""
    assessed = rating(row.assessed_impact, row.assessed_likelihood)
    if assessed is None:
        return None
    return Subject(
        kind=Kind(row.kind),
        mode=Mode(row.mode),
        matrix=matrix,
        assessed=assessed,
        target_likelihood=row.target_likelihood,
        override=override_of(row),
    )


async def lock_rated(tx: Tx, risk_ids: Collection[int]) -> list[RatedRisk]:
    """The assessed risks among ``risk_ids``, locked by reference. What is read after this is up to date."""
    return await _lock(tx, _THESE, sorted(risk_ids))


async def lock_rated_on(tx: Tx, subjects: Collection[str]) -> list[RatedRisk]:
    """The assessed risks linked to any of ``subjects``, whose signals the caller holds; locked by reference."""
    return await _lock(tx, _LINKED_TO, sorted(subjects))


def _locking(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Built once, as every statement here that an event needs: building costs more than running it."""
    return select(*_RATED).where(which).order_by(_RISK.c.ref).with_for_update()


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_THESE = _locking(_RISK.c.id.in_(_KEYS))
_LINKED_TO = _locking(_RISK.c.id.in_(select(_LINK.c.risk_id).where(_LINK.c.subject.in_(_KEYS))))


async def _lock(tx: Tx, query: Select[*tuple[Any, ...]], keys: Sequence[Any]) -> list[RatedRisk]:
    """Unassessed ones are locked as well: their first assessment may be under way."""
    connection = await tx.session.connection()
    rows = (await connection.execute(query, {"keys": keys})).all()
    known = await matrices(tx, {row.matrix_id for row in rows})
    return [found for row in rows if (found := _rated(row, known[row.matrix_id]))]


def _rated(row: Row[*tuple[Any, ...]], matrix: Matrix) -> RatedRisk | None:
    subject = subject_of(row, matrix)
    if subject is None:
        return None
    return RatedRisk(
        risk_id=row.id,
        ref=row.ref,
        title=row.title,
        subject=subject,
        assessment_id=row.assessment_id,
        indicated=rating(row.indicated_impact, row.indicated_likelihood),
        effective=rating(row.effective_impact, row.effective_likelihood),
        lasting_band=row.lasting_band,
        version=row.version,
    )


_LINKS = (
    select(
        *(_LINK.c[name] for name in ("id", "risk_id", "indicator", "area", "causal_group", "signal")),
        *(_LINK.c[name] for name in ("severity_at", "review_opened")),
        *(_SIGNAL.c[name] for name in ("version", "event_id", "period_kind", "period_start", "period_end")),
        *(_SIGNAL.c[name] for name in ("target", "benchmark", "trend", "best")),
    )
    .outerjoin_from(_LINK, _SIGNAL, _LINK.c.subject == _SIGNAL.c.subject)
    .where(_LINK.c.risk_id.in_(_KEYS))
    .order_by(_LINK.c.id)
)


async def links_of(tx: Tx, risk_ids: Collection[int]) -> dict[int, list[Link]]:
    """The links of risks with where their indicators stand now, in the order they were added."""
    connection = await tx.session.connection()
    rows = await connection.execute(_LINKS, {"keys": list(risk_ids)})
    found: dict[int, list[Link]] = {risk_id: [] for risk_id in risk_ids}
    for row in rows:
        found[row.risk_id].append(_link(row))
    return found


def _link(row: Row[*tuple[Any, ...]]) -> Link:
    heard = row.period_kind is not None
    return Link(
        indicator=row.indicator,
        area=row.area,
        group=row.causal_group,
        signal=Signal(row.signal),
        at=row.severity_at,
        now=getattr(row, row.signal),
        version=row.version or 0,
        event_id=row.event_id,
        latest=Period(PeriodKind(row.period_kind), row.period_start, row.period_end) if heard else None,
        link_id=row.id,
        review_opened=row.review_opened,
    )


async def latest_proposals(tx: Tx, risk_ids: Collection[int]) -> dict[int, Proposal]:
    """The newest proposal of each risk that ever had one."""
    if not risk_ids:
        return {}
    newest = select(func.max(ProposalRow.id)).where(ProposalRow.risk_id.in_(risk_ids)).group_by(ProposalRow.risk_id)
    rows = await tx.session.scalars(select(ProposalRow).where(ProposalRow.id.in_(newest)))
    return {row.risk_id: proposal_of(row) for row in rows}


def proposal_of(row: ProposalRow) -> Proposal:
    return Proposal(
        proposal_id=row.id,
        risk_id=row.risk_id,
        assessment_id=row.assessment_id,
        state=ProposalState(row.state),
        rating=Rating(row.impact, row.likelihood),
        lapsed=row.lapsed,
    )


@cache
def _updating(table: type[Kept], names: tuple[str, ...]) -> Update:
    """Built once for each set of columns: building costs more than running it."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names if name != "id"}
    return update(table.__table__).where(table.__table__.c.id == bindparam("key")).values(values)  # type: ignore[arg-type]  # a mapped table


async def _update_all(tx: Tx, table: type[Kept], rows: Sequence[Changed]) -> None:
    """Update many rows by ``id``; every row names the same columns."""
    if not rows:
        return
    statement = _updating(table, tuple(rows[0]))
    connection = await tx.session.connection()
    await connection.execute(
        statement, [{"key" if name == "id" else f"new_{name}": row[name] for name in row} for row in rows]
    )


async def save_ratings(tx: Tx, rows: Sequence[Changed]) -> None:
    await _update_all(tx, Risk, rows)


async def save_links(tx: Tx, rows: Sequence[Changed]) -> None:
    await _update_all(tx, RiskLink, rows)


async def save_proposals(tx: Tx, rows: Sequence[Changed]) -> None:
    for row in rows:  # rows differ in what they change, and there are few
        await _update_all(tx, ProposalRow, [row])


async def add_all(tx: Tx, table: type[History | ProposalRow | ReviewTask], rows: Sequence[Changed]) -> None:
    """Add many rows, all naming the same columns. Lists in JSON columns travel as they are."""
    if rows:
        connection = await tx.session.connection()
        await connection.execute(insert(table), rows)


async def all_risk_ids(tx: Tx) -> Sequence[int]:
    return (await tx.session.scalars(select(Risk.id).order_by(Risk.ref))).all()


async def with_expired_override(tx: Tx, today: date) -> dict[int, date]:
    """Risks whose override ended before ``today``, each with its last day; locked by reference."""
    query = select(_RISK.c.id, _RISK.c.override_until).where(_RISK.c.override_until < today).order_by(_RISK.c.ref)
    return {row.id: row.override_until for row in await tx.session.execute(query.with_for_update())}
