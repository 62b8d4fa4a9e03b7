"""Owners' answers to what the indicators propose."""

from chassis.storage.transaction import Tx
from services.risks.domain.proposals import Proposal, ProposalState
from services.risks.domain.records import Cause, Judgement
from services.risks.domain.register import Risk
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import ProposalDecided, ProposalUnknown
from services.risks.repository import proposals
from services.risks.service.assessing import lock_risk, record_judgement
from services.risks.service.auditing import record_answer
from services.risks.service.reading import get_view
from services.risks.service.rescoring import rescore


async def accept(tx: Tx, ref: str, proposal_id: int, reason: str) -> RiskView:
    """Make a proposed rating the assessment.

    Raises:
        RiskUnknown, ProposalUnknown, ProposalDecided
    """
    risk, proposal = await _lock_open_proposal(tx, ref, proposal_id)
    await proposals.save_decision(tx, proposal_id, ProposalState.ACCEPTED, reason)
    record_answer(tx, risk, "proposal.accepted", proposal, reason)
    judgement, inputs = Judgement(proposal.rating, reason), risk.inputs_judged(proposal.rating)
    await record_judgement(tx, risk.risk_id, judgement, inputs, proposal_id)
    return await get_view(tx, ref)


async def reject(tx: Tx, ref: str, proposal_id: int, reason: str) -> RiskView:
    """Keep the assessment; the same rating is not proposed again unless the indicators come back to it anew.

    Raises:
        RiskUnknown, ProposalUnknown, ProposalDecided
    """
    risk, proposal = await _lock_open_proposal(tx, ref, proposal_id)
    await proposals.save_decision(tx, proposal_id, ProposalState.REJECTED, reason)
    record_answer(tx, risk, "proposal.rejected", proposal, reason)
    await rescore(tx, [risk.risk_id], Occasion(Cause.ASSESSMENT, review=reason))
    return await get_view(tx, ref)


async def _lock_open_proposal(tx: Tx, ref: str, proposal_id: int) -> tuple[Risk, Proposal]:
    risk = await lock_risk(tx, ref)
    proposal = await proposals.get_proposal(tx, risk.risk_id, proposal_id)
    if proposal is None:
        raise ProposalUnknown(f"{ref} has no proposal {proposal_id}.")
    if proposal.state is not ProposalState.OPEN:
        raise ProposalDecided(f"Proposal {proposal_id} is {proposal.state}.")
    return risk, proposal
