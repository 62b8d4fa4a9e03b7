"""Risks entered and described, and the matrices they are rated on."""

from dataclasses import replace

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.storage.transaction import Tx
from services.risks.domain.links import NewLink
from services.risks.domain.matrix import Matrix
from services.risks.domain.rating import Mode, Status
from services.risks.domain.records import Cause
from services.risks.domain.register import Amendment, Description, NewRisk, Risk
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import MatrixTaken, RefTaken, RiskAccepted
from services.risks.repository import appetites, history, matrices, register
from services.risks.repository import links as stored_links
from services.risks.service.assessing import check_and_carry_over, check_on_matrix, lock_risk, record_judgement
from services.risks.service.auditing import record_amendment, record_entry, record_matrix
from services.risks.service.linking import check_and_lock_series
from services.risks.service.reading import get_matrix, get_view
from services.risks.service.rescoring import rescore


async def enter(tx: Tx, new: NewRisk) -> tuple[RiskView, bool]:
    """Enter a risk, with its links and its first assessment where they are given; and whether it is new.

    The same content again changes nothing.

    Raises:
        RefTaken: the reference has other content.
        MatrixUnknown, OffMatrix, LinkRepeated
        InsufficientScope: it comes with an assessment, and the caller may not assess.
    """
    matrix_id, matrix = await get_matrix(tx, new.matrix)
    _check_aims(matrix, new.description)
    signals = await check_and_lock_series(tx, new.links)
    risk_id = await register.save_risk(tx, new, matrix_id)
    if risk_id is None:
        return await _get_same(tx, new), False
    record_entry(tx, new)
    await appetites.save_limits(tx, [risk_id])
    await history.save_revisions(tx, [risk_id])
    await stored_links.save_new_links(tx, risk_id, new.links, signals)
    if new.judgement is not None:
        await check_and_carry_over(tx, risk_id, matrix, new.judgement, prefix="assessment.")
        await record_judgement(tx, risk_id, new.judgement, new.inputs(matrix, new.judgement))
    return await get_view(tx, new.ref), True


async def _get_same(tx: Tx, new: NewRisk) -> RiskView:
    """The risk of this reference, which says what is sent; indicators may have moved it since."""
    view = await get_view(tx, new.ref)
    there, links = view.risk, {NewLink(link.key, link.group) for link in view.links}
    same = ("register", "kind", "mode", "status", "legacy_band", "description")
    judged = new.judgement.rating if new.judgement else None
    if any(getattr(there, name) != getattr(new, name) for name in same) or (
        there.matrix.name,
        there.assessed,
        links,
    ) != (new.matrix, judged, set(new.links)):
        raise RefTaken(f"{new.ref} is taken.", [FieldError("ref", "choose another reference")])
    record_unchanged(tx)
    return view


def _check_aims(matrix: Matrix, description: Description) -> None:
    for name, aim in (("inherent", description.inherent), ("target", description.target)):
        if aim is not None:
            check_on_matrix(matrix, aim, prefix=f"{name}.")


async def amend(tx: Tx, ref: str, amendment: Amendment) -> RiskView:
    """Change how a risk is described, its aims or its mode, and re-score it by them.

    Raises:
        RiskUnknown, RiskClosed, RiskAccepted, OffMatrix
        ReasonNeeded: its mode or its aims change, and it is not said why.
    """
    if "category" in amendment.fields:
        await appetites.lock_against_statements(tx, ref)
    risk = await lock_risk(tx, ref)
    description = replace(risk.description, **amendment.fields)
    mode, status = amendment.mode or risk.mode, amendment.status or risk.status
    if risk.status is Status.ACCEPTED and status is not risk.status:
        raise RiskAccepted(f"{ref} is accepted. Withdraw that first.")
    _check_aims(risk.matrix, description)
    if (description, mode, status) != (risk.description, risk.mode, risk.status):
        changed = replace(risk, description=description, mode=mode, status=status)
        if _moves(risk) != _moves(changed) and not amendment.reason:
            raise ReasonNeeded
        await register.save_description(tx, risk.risk_id, description, mode, status)
        await history.save_revisions(tx, [risk.risk_id])
        if description.category != risk.description.category:
            await appetites.save_limits(tx, [risk.risk_id])
        review = f"Status set to {status.value}" if status is not risk.status else None
        leaves = risk.mode is Mode.PROPOSE and mode is Mode.AUTO
        occasion = Occasion(Cause.SETTINGS, review=review, status=amendment.status, leaves_propose=leaves)
        await rescore(tx, [risk.risk_id], occasion)
        record_amendment(tx, risk, changed, amendment.reason)
    return await get_view(tx, ref)


def _moves(risk: Risk) -> tuple[object, ...]:
    """What a rating, or what is aimed for, follows from."""
    return risk.mode, risk.description.inherent, risk.description.target


async def add_matrix(tx: Tx, matrix: Matrix) -> tuple[Matrix, bool]:
    """Add a version of a matrix; returns it and whether it is new. What exists is never changed.

    Raises:
        MatrixTaken: this version exists and says otherwise.
    """
    added = await matrices.save_matrix(tx, matrix)
    _, present = await get_matrix(tx, matrix.name)
    if present != matrix:
        raise MatrixTaken(f"{matrix.name} is in use. Add the next version.")
    if added:
        record_matrix(tx, matrix)
    else:
        record_unchanged(tx)
    return present, added
