"""Virements, proposed and decided."""

from typing import Any

from sqlalchemy import select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.virements import Decided, Virement, VirementProposal, VirementState
from services.finance.models import VirementRow


async def insert_virement(tx: Tx, virement: Virement) -> bool:
    """Insert a virement that is proposed; false when its reference is taken."""
    return bool(
        await insert_or_ignore(tx, VirementRow, [_row_of(virement)], ("fund", "reference"), returning=("reference",))
    )


def _row_of(virement: Virement) -> dict[str, Any]:
    proposal = virement.proposal
    return {
        "fund": virement.fund,
        "reference": proposal.reference,
        "financial_year": proposal.financial_year.label,
        "giving": proposal.giving,
        "receiving": proposal.receiving,
        "amount": proposal.amount,
        "effective_on": proposal.effective_on,
        "reason": proposal.reason,
        "state": virement.state.value,
        "proposed_by": virement.proposed_by,
        "proposed_at": virement.proposed_at,
        "business_date": virement.business_date,
    }


async def get_virement(tx: Tx, fund: str, reference: str) -> Virement | None:
    row = await tx.session.get(VirementRow, (fund, reference), populate_existing=True)
    return None if row is None else _virement(row)


def _virement(row: VirementRow) -> Virement:
    proposal = VirementProposal(
        reference=row.reference,
        financial_year=Period.parse(row.financial_year),
        giving=row.giving,
        receiving=row.receiving,
        amount=row.amount,
        effective_on=row.effective_on,
        reason=row.reason,
    )
    decided = None
    if row.decided_by is not None and row.decided_at is not None:
        decided = Decided(row.decided_by, row.decided_at, row.decision_reason, row.entry)
    state = VirementState(row.state)
    return Virement(row.fund, proposal, state, row.proposed_by, row.proposed_at, row.business_date, decided)


async def list_virements(tx: Tx, fund: str, state: VirementState | None, request: PageRequest) -> list[Virement]:
    """Virements of a fund in the order of their references, as many as the page needs."""
    query = select(VirementRow).where(VirementRow.fund == fund).order_by(VirementRow.reference).limit(request.fetch)
    if state is not None:
        query = query.where(VirementRow.state == state.value)
    if request.after is not None:
        query = query.where(VirementRow.reference > request.after)
    return [_virement(row) for row in await tx.session.scalars(query)]


async def list_approved(tx: Tx, fund: str) -> list[Virement]:
    """Every virement of a fund by which budget moved."""
    query = select(VirementRow).where(VirementRow.fund == fund, VirementRow.state == VirementState.APPROVED.value)
    return [_virement(row) for row in await tx.session.scalars(query.order_by(VirementRow.reference))]


async def list_lines_of_virements(tx: Tx, fund: str) -> set[tuple[Period, str]]:
    """Financial year and code of the lines that a proposed or approved virement names."""
    query = select(VirementRow.financial_year, VirementRow.giving, VirementRow.receiving).where(
        VirementRow.fund == fund, VirementRow.state != VirementState.REJECTED.value
    )
    rows = await tx.session.execute(query)
    return {(Period.parse(year), code) for year, *codes in rows for code in codes}


async def save_decision(tx: Tx, virement: Virement) -> None:
    """Save the state of a virement and who decided it."""
    decided = virement.decided
    values: dict[str, Any] = {"state": virement.state.value}
    if decided is not None:
        values |= {
            "decided_by": decided.by,
            "decided_at": decided.at,
            "decision_reason": decided.reason,
            "entry": decided.entry,
        }
    key = (VirementRow.fund == virement.fund) & (VirementRow.reference == virement.reference)
    await tx.session.execute(update(VirementRow).where(key).values(**values))
