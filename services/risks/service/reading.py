"""Answers about risks: their present state, why, what would be, and what was recorded of them."""

from collections.abc import Sequence
from datetime import date, datetime

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.risks.domain.heatmap import HeatMap, HeatMapRating, PlacedRisk, heat_map
from services.risks.domain.matrix import BandedRating, Matrix, Rating
from services.risks.domain.proposals import ProposalRecord, ProposalState, RegisterProposal
from services.risks.domain.rating import Override, last_closed_quarter, rate
from services.risks.domain.records import HistoryEntry, RegisterChange, ReviewTask, TaskState
from services.risks.domain.register import Risk, RiskFilter
from services.risks.domain.view import RiskView
from services.risks.errors import MatrixUnknown, NotOverridden, RiskUnknown
from services.risks.repository import links as stored_links
from services.risks.repository import matrices, proposals, records, register
from services.risks.repository.matters import get_matters


async def get_views(tx: Tx, risks: Sequence[Risk]) -> list[RiskView]:
    """The risks with their links, movement and open matters: the same few queries for any number of them."""
    keys, today = [risk.risk_id for risk in risks], await tx.business_date()
    links = await stored_links.get_links(tx, keys)
    matters = await get_matters(tx, keys, last_closed_quarter(today).end, today)
    return [
        RiskView(
            risk=risk,
            links=links[risk.risk_id],
            today=today,
            previous=_on(risk.matrix, matters.ratings.get(risk.risk_id)),
            open_proposal=matters.proposals.get(risk.risk_id),
            review_asked=risk.risk_id in matters.reviews,
            acceptance=matters.acceptances.get(risk.risk_id),
            ratings=rate(risk.inputs, links[risk.risk_id], today) if risk.inputs else None,
        )
        for risk in risks
    ]


def _on(matrix: Matrix, found: tuple[BandedRating, str] | None) -> Rating | None:
    """A rating, where it is on this matrix: on another one it is not comparable."""
    return found[0].rating if found is not None and found[1] == matrix.name else None


async def _get_risk(tx: Tx, ref: str) -> Risk:
    risk = await register.get_risk(tx, ref)
    if risk is None:
        raise RiskUnknown(f"No risk has the reference {ref[:40]!r}.")
    return risk


async def get_view(tx: Tx, ref: str) -> RiskView:
    """One risk.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    return (await get_views(tx, [await _get_risk(tx, ref)]))[0]


async def get_override(tx: Tx, ref: str) -> tuple[Override, Matrix]:
    """The override in force, and the matrix that it is on.

    Raises:
        RiskUnknown: nothing has this reference.
        NotOverridden: the risk stands without one.
    """
    view = await get_view(tx, ref)
    if view.override is None:
        raise NotOverridden(f"{ref} stands without an override.")
    return view.override, view.risk.matrix


async def list_views(tx: Tx, wanted: RiskFilter, page: PageRequest) -> Page[RiskView]:
    found = await register.list_risks(tx, wanted, await tx.business_date(), page)
    return found.with_items(await get_views(tx, found.items))


async def list_history(tx: Tx, ref: str, page: PageRequest) -> Page[HistoryEntry]:
    """Changes of the effective rating, oldest first.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    risk = await _get_risk(tx, ref)
    return page_of(await records.list_history(tx, risk.risk_id, page), page, key=lambda entry: str(entry.entry_id))


async def list_changes(tx: Tx, first_day: date, as_of: datetime | None, page: PageRequest) -> Page[RegisterChange]:
    """Changes of the effective rating of any risk from a business date on, oldest first: one statement a page.

    ``as_of``: those alone that were recorded by then.
    """
    found = await records.list_changes(tx, first_day, as_of, page)
    return page_of(found, page, key=lambda change: str(change.entry.entry_id))


async def list_proposals(tx: Tx, ref: str, state: ProposalState | None, page: PageRequest) -> Page[ProposalRecord]:
    """What indicators proposed for a risk, oldest first.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    risk = await _get_risk(tx, ref)
    found = await proposals.list_proposals(tx, risk.risk_id, risk.matrix, state, page)
    return page_of(found, page, key=lambda proposal: str(proposal.proposal_id))


async def list_review_tasks(tx: Tx, state: TaskState | None, ref: str | None, page: PageRequest) -> Page[ReviewTask]:
    """What owners should look at, oldest first."""
    found = await records.list_review_tasks(tx, state, ref, page)
    return page_of(found, page, key=lambda task: str(task.task_id))


async def get_present_heat_map(tx: Tx, wanted: RiskFilter, matrix_name: str, rating: HeatMapRating) -> HeatMap:
    """Where the risks of a matrix stand today; drafts and closed risks stand nowhere.

    Raises:
        MatrixUnknown
    """
    matrix_id, matrix = await get_matrix(tx, matrix_name)
    today = await tx.business_date()
    placed = await register.list_placed(tx, wanted, matrix_id, rating, today)
    if rating is HeatMapRating.RESIDUAL:
        fallen_back = await list_fallen_back(tx)
        placed = [PlacedRisk(one.ref, fallen_back.get(one.ref, one.rating)) for one in placed]
    return heat_map(matrix, rating, today, placed)


async def list_fallen_back(tx: Tx) -> dict[str, Rating]:
    """By reference, what is in effect of the risks whose override ended and is not swept yet."""
    ended = await register.list_with_ended_override(tx, await tx.business_date())
    views = await get_views(tx, ended) if ended else []
    return {view.risk.ref: view.ratings.effective for view in views if view.ratings}


async def get_matrix(tx: Tx, name: str) -> tuple[int, Matrix]:
    """The version of a matrix that ``name`` names, with its key.

    Raises:
        MatrixUnknown
    """
    found = await matrices.get_matrix(tx, name)
    if found is None:
        raise MatrixUnknown(f"There is no matrix {name}.", [FieldError("matrix", "see /risks/v1/matrices")])
    return found


async def list_all_proposals(tx: Tx, state: ProposalState | None, page: PageRequest) -> Page[RegisterProposal]:
    """What indicators proposed across the register, oldest first."""
    found = await proposals.list_all_proposals(tx, state, page)
    return page_of(found, page, key=lambda one: str(one.proposal.proposal_id))


async def list_matrices(tx: Tx) -> Sequence[Matrix]:
    """Every version of every matrix, by code and version."""
    return await matrices.list_matrices(tx)
