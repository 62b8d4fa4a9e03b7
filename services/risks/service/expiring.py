"""Acceptances that ended with their last day: the register says so from the day after, and this records it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from chassis.storage.transaction import Tx
from services.risks.domain.acceptances import AcceptanceState
from services.risks.domain.rating import Status
from services.risks.domain.records import Cause
from services.risks.domain.register import Risk
from services.risks.domain.rescoring import Occasion
from services.risks.repository import acceptances, history
from services.risks.service.rescoring import rescore

_WHY = "Its last day is over."


async def expire(tx: Tx, ended: Mapping[int, date]) -> None:
    """Have locked risks be open from the day after the last of their acceptances, and publish that.

    ``ended``: that last day by the key of the risk.
    """
    await acceptances.save_end(tx, ended, AcceptanceState.EXPIRED, _WHY, [AcceptanceState.IN_FORCE])
    await acceptances.save_not_accepted(tx, ended)
    await history.save_revisions(tx, ended, {risk_id: last + timedelta(days=1) for risk_id, last in ended.items()})
    occasion = Occasion(Cause.ACCEPTANCE, review=f"Acceptance expired. {_WHY}", status=Status.OPEN)
    await rescore(tx, ended, occasion)


async def expire_ended(tx: Tx, risks: Iterable[Risk]) -> bool:
    """Of locked risks, about which something is to be decided: end acceptances that are over; whether there are any."""
    until = {risk.risk_id: risk.accepted_until for risk in risks if risk.accepted_until is not None}
    if not until:
        return False
    today = await tx.business_date()
    ended = {risk_id: last for risk_id, last in until.items() if last < today}
    if ended:
        await expire(tx, ended)
    return bool(ended)


async def sweep_acceptances(tx: Tx) -> int:
    """End acceptances whose last day is over, and publish that their risks are open; how many."""
    ended = await acceptances.lock_expired(tx, await tx.business_date())
    if ended:
        await expire(tx, ended)
    return len(ended)
