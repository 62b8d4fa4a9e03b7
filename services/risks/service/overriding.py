"""Ratings set by hand for a while."""

from datetime import date, timedelta

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.risks.domain.matrix import Rating
from services.risks.domain.rating import Override, last_override_day
from services.risks.domain.records import Cause
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import ExpiryTooLate, NoOverride, NotAssessed
from services.risks.repository import register
from services.risks.repository import rescoring as stored
from services.risks.service.assessing import check_on_matrix, lock_risk
from services.risks.service.auditing import record_override
from services.risks.service.reading import get_view
from services.risks.service.rescoring import rescore


async def override(tx: Tx, ref: str, rating: Rating, until: date, reason: str) -> RiskView:
    """Set a rating by hand until a day, the end of the next quarter at the latest.

    Raises:
        RiskUnknown, NotAssessed, OffMatrix, ExpiryTooLate
    """
    risk = await lock_risk(tx, ref)
    if risk.assessment_id is None:
        raise NotAssessed(f"{ref} has no rating that could be overridden.")
    check_on_matrix(risk.matrix, rating)
    _check_expiry(until, await tx.business_date())
    given = Override(rating, until, reason, tx.actor)
    record_override(tx, risk, given, reason)
    await register.save_override(tx, risk.risk_id, given)
    await rescore(tx, [risk.risk_id], Occasion(Cause.OVERRIDE, review=reason))
    return await get_view(tx, ref)


def _check_expiry(until: date, today: date) -> None:
    latest = last_override_day(today)
    if not today <= until <= latest:
        message = f"between {today.isoformat()} and {latest.isoformat()}, the end of the next quarter"
        raise ExpiryTooLate("An override is short.", [FieldError("until", message)])


async def lift_override(tx: Tx, ref: str, reason: str) -> RiskView:
    """End an override before its day.

    Raises:
        RiskUnknown, NoOverride
    """
    risk = await lock_risk(tx, ref)
    if risk.override is None or not risk.override.is_in_force_on(await tx.business_date()):
        raise NoOverride(f"{ref} stands without an override.")
    record_override(tx, risk, None, reason)
    await register.save_override(tx, risk.risk_id, None)
    await rescore(tx, [risk.risk_id], Occasion(Cause.OVERRIDE, review=f"Override lifted: {reason}"))
    return await get_view(tx, ref)


async def sweep_overrides(tx: Tx) -> int:
    """Take away overrides that ended before the business date, and publish what the risks fall back to.

    Readers see the fall-back from the day itself; this writes the history, as of that day, and the events: that the
    rating is another, where it is, and that the override ended. Returns how many ended.
    """
    ended = await stored.lock_with_ended_override(tx, await tx.business_date())
    for risk_id in ended:
        await register.save_override(tx, risk_id, None)
    since = {risk_id: last + timedelta(days=1) for risk_id, last in ended.items()}
    review = "Override expired. Its last day is over."
    await rescore(tx, since.keys(), Occasion(Cause.OVERRIDE, review=review, since=since))
    return len(ended)
