"""Risks that move to another matrix, one by one, each by an assessment of its owner."""

from dataclasses import asdict

from chassis.audit import State, record_change
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.risks.domain.acceptances import OPEN, AcceptanceState
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.migrating import NewMatrix, StillToMove
from services.risks.domain.rating import Status
from services.risks.domain.register import Risk
from services.risks.domain.view import RiskView
from services.risks.errors import SameMatrix
from services.risks.repository import acceptances, appetites, history, proposals, register
from services.risks.service.assessing import check_on_matrix, lock_risk, record_judgement
from services.risks.service.reading import get_matrix, get_view, get_views


async def list_still_to_move(tx: Tx, name: str, to: str, page: PageRequest) -> Page[StillToMove]:
    """Risks on a matrix, by reference, each with the cell of the other that has its words. Closed ones stay.

    Raises:
        MatrixUnknown
    """
    matrix_id, _ = await get_matrix(tx, name)
    _, other = await get_matrix(tx, to)
    found = await register.list_on_matrix(tx, matrix_id, page)
    return found.with_items([StillToMove(view, other) for view in await get_views(tx, found.items)])


async def move(tx: Tx, ref: str, new: NewMatrix) -> RiskView:
    """Assess a risk on another matrix, on which it stands from now on.

    What was said by cells of the old one does not go with it: aims that are not given anew, its override, its ranges of
    pounds, an acceptance. Its past stays on the matrix of then.

    Raises:
        MatrixUnknown, RiskUnknown, RiskClosed, OffMatrix
        SameMatrix: it is on this one.
    """
    matrix_id, matrix = await get_matrix(tx, new.matrix)
    await appetites.lock_against_all_statements(tx)
    risk = await lock_risk(tx, ref)
    if risk.matrix.name == matrix.name:
        raise SameMatrix(f"{ref} is on {matrix.name}. Assess it.")
    _check(matrix, new)
    await _leave(tx, risk)
    await register.save_matrix(tx, risk.risk_id, matrix_id, new.inherent, new.target)
    await appetites.save_limits(tx, [risk.risk_id])
    await history.save_revisions(tx, [risk.risk_id])
    _record(tx, risk, new)
    await record_judgement(tx, risk.risk_id, new.judgement, new.inputs(matrix, risk))
    return await get_view(tx, ref)


def _check(matrix: Matrix, new: NewMatrix) -> None:
    check_on_matrix(matrix, new.judgement.rating)
    for name, aim in (("inherent", new.inherent), ("target", new.target)):
        if aim is not None:
            check_on_matrix(matrix, aim, prefix=f"{name}.")


async def _leave(tx: Tx, risk: Risk) -> None:
    """End what was decided by cells of the matrix that a risk leaves."""
    await proposals.save_bands(tx, risk.risk_id, risk.matrix)
    why = "It is rated on another matrix."
    await acceptances.save_end(tx, [risk.risk_id], AcceptanceState.WITHDRAWN, why, OPEN)
    if risk.status is Status.ACCEPTED:
        await acceptances.save_not_accepted(tx, [risk.risk_id])


def _record(tx: Tx, risk: Risk, new: NewMatrix) -> None:
    described = risk.description
    before = _state(risk.matrix.name, risk.assessed, described.inherent, described.target)
    after = _state(new.matrix, new.judgement.rating, new.inherent, new.target)
    reason = new.judgement.reason
    record_change(tx, subject=risk.ref, action="risk.moved", before=before, after=after, reason=reason)


def _state(matrix: str, assessed: Rating | None, inherent: Rating | None, target: Rating | None) -> State:
    cells = {"assessed": assessed, "inherent": inherent, "target": target}
    return {"matrix": matrix, **{name: asdict(cell) if cell else None for name, cell in cells.items()}}
