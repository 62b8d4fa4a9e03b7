"""Risks entered and described, matrices, and what is kept of them."""

from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from chassis.web.paging import OldPage, old_page
from contracts.risks import RatingState
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import Mode
from services.risks.domain.register import Cause, ProposalState, TaskState
from services.risks.errors import MatrixTaken, MatrixUnknown, RefTaken, RiskUnknown
from services.risks.events import rating_state
from services.risks.models import Risk
from services.risks.repository import matrices as stored
from services.risks.repository import records, register
from services.risks.schemas.assessing import HistoryOut, ProposalOut, RatingIn, ReviewTaskOut
from services.risks.schemas.matrices import MatrixIn, MatrixOut
from services.risks.schemas.register import RiskIn, RiskOut, RiskPatch
from services.risks.service.assessing import Judgement, begin, check_on_matrix, judge, lock
from services.risks.service.linking import add_links, hold_signals
from services.risks.service.reading import show
from services.risks.service.rescoring import Occasion, rescore

_TEXTS = (
    "title",
    "category",
    "department",
    "outcome",
    "owner",
    "cause",
    "event",
    "consequence",
    "review_date",
    "appetite",
)
_LISTS = ("assurances", "actions")


async def enter(tx: Tx, body: RiskIn) -> RiskOut:
    """Enter a risk, with its links and its first assessment where they are given.

    Raises:
        RefTaken, MatrixUnknown, OffMatrix, LinkRepeated
    """
    matrix_id, matrix = await _matrix(tx, body.matrix)
    _check_aims(matrix, body)
    known = await hold_signals(tx, body.links)
    risk_id = await _insert(tx, body, matrix_id)
    await add_links(tx, risk_id, body.links, known)
    if body.assessment is not None:
        await begin(tx, risk_id, matrix, body.assessment, prefix="assessment.")
        given = Rating(body.assessment.impact, body.assessment.likelihood)
        await judge(tx, risk_id, Judgement(given, body.assessment.reason))
    return await show(tx, body.ref)


async def _matrix(tx: Tx, name: str) -> tuple[int, Matrix]:
    code, _, version = name.partition("@")
    found = await stored.find_matrix(tx, code, int(version))
    if found is None:
        raise MatrixUnknown(f"There is no matrix {name}.", [FieldError("matrix", "see /risks/v1/matrices")])
    return found


def _check_aims(matrix: Matrix, body: RiskIn | RiskPatch) -> None:
    for name, aim in (("inherent", body.inherent), ("target", body.target)):
        if aim is not None:
            check_on_matrix(matrix, aim.impact, aim.likelihood, prefix=f"{name}.")


async def _insert(tx: Tx, body: RiskIn, matrix_id: int) -> int:
    band = body.legacy_band.value if body.legacy_band else None
    values = _described(body, set(type(body).model_fields)) | {
        "ref": body.ref,
        "register": body.register_code,
        "kind": body.kind.value,
        "mode": body.mode.value,
        "matrix_id": matrix_id,
        "legacy_band": band,
        "effective_band": band,
        "lasting_band": band,
        "version": 0,
        "created_at": tx.now,
        "changed_at": tx.now,
    }
    risk_id = await register.add_risk(tx, values)
    if risk_id is None:
        raise RefTaken(f"{body.ref} is taken.", [FieldError("ref", "choose another reference")])
    return risk_id


def _described(body: RiskIn | RiskPatch, names: set[str]) -> dict[str, Any]:
    """Columns for the descriptive fields among ``names``."""
    values: dict[str, Any] = {name: getattr(body, name) for name in _TEXTS if name in names}
    values |= {
        name: [entry.model_dump(mode="json") for entry in getattr(body, name)] for name in _LISTS if name in names
    }
    if "controls" in names:
        values["controls"] = list(body.controls)
    for name in {"inherent", "target"} & names:
        aim: RatingIn | None = getattr(body, name)
        values[f"{name}_impact"] = aim.impact if aim else None
        values[f"{name}_likelihood"] = aim.likelihood if aim else None
    return values


async def amend(tx: Tx, ref: str, body: RiskPatch) -> RiskOut:
    """Change how a risk is described, its aims or its mode, and re-score it by them.

    Raises:
        RiskUnknown, OffMatrix
    """
    risk, matrix = await lock(tx, ref)
    _check_aims(matrix, body)
    given = body.model_fields_set
    values = _described(body, set(given))
    if "mode" in given:
        values["mode"] = body.mode.value
    if values and _differs(risk, values):
        await register.change_risk(tx, risk.id, values)
        if values.get("mode") == Mode.AUTO.value:
            await records.withdraw_proposals(tx, risk.id)
        await rescore(tx, [risk.id], Occasion(Cause.SETTINGS))
    return await show(tx, ref)


def _differs(risk: Risk, values: dict[str, Any]) -> bool:
    return any(getattr(risk, name) != value for name, value in values.items())


async def _risk_id(tx: Tx, ref: str) -> tuple[int, Matrix]:
    row = await register.risk(tx, ref)
    if row is None:
        raise RiskUnknown(f"No risk has the reference {ref[:40]!r}.")
    return row.id, (await stored.matrices(tx, [row.matrix_id]))[row.matrix_id]


async def history(tx: Tx, ref: str, after: int, limit: int) -> OldPage[HistoryOut]:
    risk_id, _ = await _risk_id(tx, ref)
    rows = [
        HistoryOut(
            id=row.id,
            cause=Cause(row.cause),
            before=RatingState(**row.before) if row.before else None,
            after=RatingState(**row.after),
            why=row.why,
            by=row.by,
            event_ids=row.event_ids,
            indicator_versions=row.indicator_versions,
            rule_version=row.rule_version,
            matrix=row.matrix,
            at=row.at,
            business_date=row.business_date,
        )
        for row in await records.history(tx, risk_id, after, limit)
    ]
    return old_page(rows, limit, key=lambda row: str(row.id))


async def proposals(tx: Tx, ref: str, state: ProposalState | None, after: int, limit: int) -> OldPage[ProposalOut]:
    risk_id, matrix = await _risk_id(tx, ref)
    rows = [
        ProposalOut(
            id=row.id,
            state=ProposalState(row.state),
            proposed=rating_state(matrix, Rating(row.impact, row.likelihood)),
            why=row.why,
            event_ids=row.event_ids,
            opened_at=row.opened_at,
            changed_at=row.changed_at,
            decided_by=row.decided_by,
            reason=row.reason,
        )
        for row in await records.proposals(tx, risk_id, state, after, limit)
    ]
    return old_page(rows, limit, key=lambda row: str(row.id))


async def review_tasks(
    tx: Tx, state: TaskState | None, ref: str | None, after: int, limit: int
) -> OldPage[ReviewTaskOut]:
    rows = [
        ReviewTaskOut(
            id=task.id,
            risk=risk_ref,
            indicator=task.indicator,
            area=task.area,
            reason=task.reason,
            state=TaskState(task.state),
            opened_at=task.opened_at,
            closed_at=task.closed_at,
        )
        for task, risk_ref in await records.tasks(tx, state, ref, after, limit)
    ]
    return old_page(rows, limit, key=lambda row: str(row.id))


def _matrix_out(matrix: Matrix) -> MatrixOut:
    return MatrixOut(
        name=matrix.name,
        code=matrix.code,
        version=matrix.version,
        title=matrix.title,
        impacts=list(matrix.impacts),
        likelihoods=list(matrix.likelihoods),
        grid=[list(row) for row in matrix.grid],
    )


async def matrices(tx: Tx) -> OldPage[MatrixOut]:
    return OldPage[MatrixOut](items=[_matrix_out(matrix) for matrix in await stored.every_matrix(tx)])


async def add_matrix(tx: Tx, body: MatrixIn) -> tuple[MatrixOut, bool]:
    """Add a version of a matrix; returns it and whether it is new. What exists is never changed.

    Raises:
        MatrixTaken: this version exists and says otherwise.
    """
    added = await stored.add_matrix(tx, body.model_dump(mode="json"))
    _, matrix = await _matrix(tx, f"{body.code}@{body.version}")
    shown = _matrix_out(matrix)
    if shown.model_dump(exclude={"name"}) != body.model_dump():
        raise MatrixTaken(f"{body.code}@{body.version} is in use. Add the next version.")
    return shown, added
