"""What is recorded for good: assessments, history and review tasks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import table_of
from chassis.storage.transaction import Tx
from services.risks.domain.back_test import PastJudgement
from services.risks.domain.links import IndicatorLink
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import RULE_VERSION
from services.risks.domain.records import (
    Assessment,
    Cause,
    HistoryEntry,
    Judgement,
    RatedBy,
    RatingChange,
    RegisterChange,
    ReviewRequest,
    ReviewTask,
    TaskState,
)
from services.risks.models import AssessmentRow, HistoryRow, ReviewTaskRow, RiskRow
from services.risks.repository.json_formats import (
    read_items,
    read_rated,
    read_rating,
    read_snapshot,
    read_versions,
    series_columns,
    write_items,
    write_rated,
    write_rating,
    write_versions,
)
from services.risks.repository.links import read_series
from services.risks.repository.matrices import get_matrix

_ADD_HISTORY = insert(table_of(HistoryRow))


def key_after(page: PageRequest) -> int:
    """The key that the page begins after, in collections ordered by key."""
    return page.after_number or 0


async def save_assessment(tx: Tx, risk_id: int, judgement: Judgement, rated: RatedBy, proposal_id: int | None) -> int:
    """Record a judgement with what decides the risk's ratings from now on; returns its key."""
    values = {
        "risk_id": risk_id,
        "impact": judgement.rating.impact,
        "likelihood": judgement.rating.likelihood,
        "reason": judgement.reason,
        "by": tx.actor,
        "at": tx.now,
        "business_date": rated.today,
        "proposal_id": proposal_id,
        "snapshot": write_items([_snapshot(link) for link in rated.links]),
        "rated": write_rated(rated),
        "matrix": rated.inputs.matrix.name,
        "rule_version": RULE_VERSION,
    }
    result = await tx.session.execute(insert(AssessmentRow).returning(AssessmentRow.id), [values])
    key: int = result.scalar_one()
    return key


def _snapshot(link: IndicatorLink) -> Mapping[str, Any]:
    return {
        **series_columns(link.series),
        "group": link.group,
        "signal": link.signal.value,
        "provisional": link.key.provisional.value,
        "severity": link.now,
        "generation": link.generation,
        "version": link.version,
    }


async def has_history(tx: Tx, risk_id: int) -> bool:
    found = await tx.session.scalar(select(HistoryRow.id).where(HistoryRow.risk_id == risk_id).limit(1))
    return found is not None


async def save_history(tx: Tx, changes: Sequence[RatingChange]) -> None:
    """Append changes of the effective rating, as the transaction's actor made them."""
    if changes:
        connection = await tx.session.connection()
        await connection.execute(_ADD_HISTORY, [_history_row(tx, change) for change in changes])


def _history_row(tx: Tx, change: RatingChange) -> dict[str, Any]:
    return {
        "risk_id": change.risk_id,
        "cause": change.cause.value,
        "before": write_rating(change.before) if change.before else None,
        "after": write_rating(change.after),
        "why": change.why,
        "by": tx.actor,
        "event_ids": write_items(change.event_ids),
        "indicator_versions": write_versions(change.indicator_versions),
        "rule_version": change.rule_version,
        "matrix": change.matrix,
        "rated": write_rated(change.rated) if change.rated else None,
        "at": tx.now,
        "business_date": change.business_date,
    }


async def get_entry_at(tx: Tx, risk_id: int, moment: datetime) -> HistoryEntry | None:
    """The newest change of the effective rating that was recorded at a moment, with what decided it."""
    query = select(HistoryRow).where(HistoryRow.risk_id == risk_id, HistoryRow.at <= moment)
    row = await tx.session.scalar(query.order_by(HistoryRow.id.desc()).limit(1))
    if row is None:
        return None
    return replace(_entry(row), change=replace(_entry(row).change, rated=await _get_rated(tx, row)))


async def _get_rated(tx: Tx, row: HistoryRow | AssessmentRow) -> RatedBy | None:
    found = await get_matrix(tx, row.matrix) if row.rated and row.matrix else None
    return read_rated(row.rated, found[1]) if found else None


async def get_assessment_at(tx: Tx, risk_id: int, moment: datetime) -> Assessment | None:
    """The newest assessment that was recorded at a moment, with where the links stood."""
    query = select(AssessmentRow).where(AssessmentRow.risk_id == risk_id, AssessmentRow.at <= moment)
    row = await tx.session.scalar(query.order_by(AssessmentRow.id.desc()).limit(1))
    if row is None:
        return None
    return Assessment(
        rating=Rating(row.impact, row.likelihood),
        links=read_snapshot(row.snapshot),
        at=row.at,
        business_date=row.business_date,
        rated=await _get_rated(tx, row),
        rule_version=row.rule_version,
    )


async def list_judgements(tx: Tx, risk_ids: Collection[int]) -> dict[int, list[PastJudgement]]:
    """Every likelihood that owners judged of risks, by key of the risk, oldest first."""
    assessed = AssessmentRow.__table__.c
    columns = (assessed.business_date, assessed.likelihood, assessed.matrix, assessed.proposal_id)
    query = select(assessed.risk_id, *columns).where(assessed.risk_id.in_(sorted(risk_ids))).order_by(assessed.id)
    found: dict[int, list[PastJudgement]] = {risk_id: [] for risk_id in risk_ids}
    for risk_id, day, likelihood, matrix, proposal in await tx.session.execute(query):
        found[risk_id].append(PastJudgement(day, likelihood, matrix, proposal is None))
    return found


async def list_history(tx: Tx, risk_id: int, page: PageRequest) -> list[HistoryEntry]:
    """Changes of the effective rating, oldest first, with what decided them, up to ``page.fetch`` of them.

    A query, and one for each version of a matrix that they are on.
    """
    query = select(HistoryRow).where(HistoryRow.risk_id == risk_id, HistoryRow.id > key_after(page))
    return await _rated_entries(tx, list(await tx.session.scalars(query.order_by(HistoryRow.id).limit(page.fetch))))


async def _rated_entries(tx: Tx, rows: Sequence[HistoryRow]) -> list[HistoryEntry]:
    named = {row.matrix for row in rows if row.rated and row.matrix}
    found = {name: await get_matrix(tx, name) for name in sorted(named)}
    matrices = {name: each[1] for name, each in found.items() if each}
    return [_rated_entry(row, matrices) for row in rows]


def _rated_entry(row: HistoryRow, matrices: Mapping[str, Matrix]) -> HistoryEntry:
    """An entry with what decided it, where that is on record."""
    entry, matrix = _entry(row), matrices.get(row.matrix)
    if not row.rated or matrix is None:
        return entry
    return replace(entry, change=replace(entry.change, rated=read_rated(row.rated, matrix)))


async def list_changes(tx: Tx, first_day: date, as_of: datetime | None, page: PageRequest) -> list[RegisterChange]:
    """Changes of the effective rating of any risk from a business date on, oldest first, up to ``page.fetch``.

    ``as_of``: those alone that were recorded by then. As many queries as the history of one risk takes.
    """
    query = select(RiskRow.ref, HistoryRow).join(RiskRow, RiskRow.id == HistoryRow.risk_id)
    query = query.where(HistoryRow.business_date >= first_day, HistoryRow.id > key_after(page))
    query = query if as_of is None else query.where(HistoryRow.at <= as_of)
    found = (await tx.session.execute(query.order_by(HistoryRow.id).limit(page.fetch))).all()
    entries = await _rated_entries(tx, [row for _, row in found])
    return [RegisterChange(ref, entry) for (ref, _), entry in zip(found, entries, strict=True)]


def _entry(row: HistoryRow) -> HistoryEntry:
    change = RatingChange(
        risk_id=row.risk_id,
        cause=Cause(row.cause),
        before=read_rating(row.before) if row.before else None,
        after=read_rating(row.after),
        why=row.why,
        event_ids=read_items(row.event_ids),
        indicator_versions=read_versions(row.indicator_versions),
        rule_version=row.rule_version,
        matrix=row.matrix,
        business_date=row.business_date,
    )
    return HistoryEntry(row.id, change, row.by, row.at)


async def save_review_tasks(tx: Tx, requests: Sequence[ReviewRequest], today: date) -> None:
    if requests:
        connection = await tx.session.connection()
        await connection.execute(insert(ReviewTaskRow), [_task_row(tx, request, today) for request in requests])


def _task_row(tx: Tx, request: ReviewRequest, today: date) -> dict[str, Any]:
    return {
        "risk_id": request.risk_id,
        "link_id": request.link_id,
        **series_columns(request.series),
        "reason": request.reason,
        "state": TaskState.OPEN.value,
        "opened_at": tx.now,
        "opened_on": today,
    }


async def close_review_tasks(tx: Tx, risk_id: int) -> None:
    statement = update(ReviewTaskRow).where(ReviewTaskRow.risk_id == risk_id, ReviewTaskRow.state == TaskState.OPEN)
    changed = statement.values(state=TaskState.DONE, closed_at=tx.now, closed_on=await tx.business_date())
    await tx.session.execute(changed.execution_options(synchronize_session=False))


async def list_review_tasks(tx: Tx, state: TaskState | None, ref: str | None, page: PageRequest) -> list[ReviewTask]:
    """Review tasks with the reference of their risk, oldest first, up to ``page.fetch`` of them."""
    query = select(ReviewTaskRow, RiskRow.ref).join(RiskRow, RiskRow.id == ReviewTaskRow.risk_id)
    query = query.where(ReviewTaskRow.id > key_after(page)).order_by(ReviewTaskRow.id).limit(page.fetch)
    if state is not None:
        query = query.where(ReviewTaskRow.state == state)
    if ref is not None:
        query = query.where(RiskRow.ref == ref)
    return [_task(row) for row in await tx.session.execute(query)]


def _task(row: Row[ReviewTaskRow, str]) -> ReviewTask:
    task, ref = row
    return ReviewTask(
        task_id=task.id,
        ref=ref,
        series=read_series(task),
        reason=task.reason,
        state=TaskState(task.state),
        opened_at=task.opened_at,
        closed_at=task.closed_at,
    )
