"""Reviews of ratings that changed without their owner judging them: answered by a look, or by an assessment."""

from chassis.audit import record_change
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.risks.domain.records import Cause
from services.risks.domain.rescoring import Occasion
from services.risks.domain.reviews import OpenReview, ReviewFilter, Touches
from services.risks.domain.view import RiskView
from services.risks.errors import NotAssessed
from services.risks.repository import register, rescoring
from services.risks.repository import reviews as stored
from services.risks.service.assessing import lock_risk
from services.risks.service.reading import get_view
from services.risks.service.rescoring import rescore


async def review(tx: Tx, ref: str, reason: str) -> RiskView:
    """Record that somebody looked at a risk and that it stays as it is rated, and publish that.

    Raises:
        RiskUnknown, RiskClosed
        NotAssessed: there is no rating to look at.
    """
    risk = await lock_risk(tx, ref)
    if risk.assessment_id is None:
        raise NotAssessed(f"{ref} has no rating yet: assess it.")
    await register.save_reviewed(tx, risk.risk_id)
    await rescore(tx, [risk.risk_id], Occasion(Cause.SETTINGS, review=reason))
    before = {"review_due": risk.review.due.isoformat()} if risk.review else None
    after = {"reviewed_on": (await tx.business_date()).isoformat()}
    record_change(tx, subject=ref, action="risk.reviewed", before=before, after=after, reason=reason)
    return await get_view(tx, ref)


async def list_reviews(tx: Tx, wanted: ReviewFilter, page: PageRequest) -> Page[OpenReview]:
    """Open ones, by the day they are due."""
    return await stored.list_open(tx, await tx.business_date(), wanted, page)


async def list_all_reviews(tx: Tx, wanted: ReviewFilter) -> list[OpenReview]:
    """Open ones, by the day they are due."""
    return await stored.list_all_open(tx, await tx.business_date(), wanted)


async def get_touches(tx: Tx, ref: str) -> Touches:
    """How often people touched a risk, and its review where one is open.

    Raises:
        RiskUnknown
    """
    view = await get_view(tx, ref)
    touches, last = (await stored.get_touches(tx, [ref])).get(ref, (0, None))
    return Touches(ref, touches, last, await stored.get_open(tx, ref, view.today))


async def sweep_reviews(tx: Tx) -> int:
    """Re-score risks whose review has become overdue, which publishes that, once each; how many."""
    overdue = await rescoring.lock_with_overdue_review(tx, await tx.business_date())
    await rescore(tx, overdue, Occasion(Cause.REBUILD))
    return len(overdue)
