"""Closing risks, which then take no part, and reopening them."""

from chassis.storage.transaction import Tx
from services.risks.domain.acceptances import OPEN, AcceptanceState
from services.risks.domain.rating import Status
from services.risks.domain.records import Cause
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import RiskNotClosed
from services.risks.repository import acceptances, history, proposals, records, register
from services.risks.service.assessing import lock_any_risk, lock_risk
from services.risks.service.auditing import record_status
from services.risks.service.reading import get_view
from services.risks.service.rescoring import rescore


async def close(tx: Tx, ref: str, reason: str) -> RiskView:
    """Close a risk. It keeps the rating it has now, without its override; what was open of it is answered.

    Raises:
        RiskUnknown, RiskClosed
    """
    risk = await lock_risk(tx, ref)
    await register.save_override(tx, risk.risk_id, None)
    await acceptances.save_end(tx, [risk.risk_id], AcceptanceState.WITHDRAWN, "The risk was closed", OPEN)
    if risk.status is Status.ACCEPTED:
        await acceptances.save_not_accepted(tx, [risk.risk_id])
    await rescore(tx, [risk.risk_id], Occasion(Cause.LIFECYCLE, review=reason, status=Status.CLOSED))
    await proposals.withdraw_proposals(tx, risk.risk_id)
    await records.close_review_tasks(tx, risk.risk_id)
    await register.save_status(tx, risk.risk_id, Status.CLOSED)
    await history.save_revisions(tx, [risk.risk_id])
    record_status(tx, risk, "risk.closed", Status.CLOSED.value, reason)
    return await get_view(tx, ref)


async def reopen(tx: Tx, ref: str, reason: str) -> RiskView:
    """Open a closed risk again, and re-score it by where its indicators stand now.

    Raises:
        RiskUnknown, RiskNotClosed
    """
    risk = await lock_any_risk(tx, ref)
    if risk.status is not Status.CLOSED:
        raise RiskNotClosed(f"{ref} is {risk.status.value}.")
    await register.save_status(tx, risk.risk_id, Status.OPEN)
    await history.save_revisions(tx, [risk.risk_id])
    await rescore(tx, [risk.risk_id], Occasion(Cause.LIFECYCLE, review=reason))
    record_status(tx, risk, "risk.reopened", Status.OPEN.value, reason)
    return await get_view(tx, ref)
