"""Risks accepted as they are: asked for, approved by somebody else, ended by the calendar, a person or the score."""

from datetime import date

from chassis.access import require_other_person
from chassis.audit import record_change
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.risks.domain.acceptances import (
    LONGEST,
    OPEN,
    Acceptance,
    AcceptanceState,
    AcceptanceView,
    NewAcceptance,
    TakenOn,
    is_beyond,
    links_now,
    material_changes,
)
from services.risks.domain.rating import IN_FORCE, Ratings, Status
from services.risks.domain.records import Cause
from services.risks.domain.register import Risk
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import (
    AcceptanceDecided,
    AcceptanceExpiry,
    AcceptanceOpen,
    AcceptanceOutdated,
    AcceptanceUnknown,
    NotAssessed,
    RiskDraft,
)
from services.risks.repository import acceptances as stored
from services.risks.repository import history, register
from services.risks.service.assessing import lock_risk
from services.risks.service.reading import get_view, get_views
from services.risks.service.rescoring import rescore


async def request(tx: Tx, ref: str, new: NewAcceptance) -> AcceptanceView:
    """Ask that a risk be accepted as it is rated now, until a day within a year.

    Raises:
        RiskUnknown, RiskClosed, RiskDraft, NotAssessed, AcceptanceOpen, AcceptanceExpiry
    """
    risk = await lock_risk(tx, ref)
    _check_in_force(risk)
    view = await get_view(tx, ref)
    ratings = _ratings(view)
    _check_expiry(new.until, view.today)
    if await stored.has_request(tx, risk.risk_id):
        raise AcceptanceOpen(f"A request for {ref} waits for an approver.")
    accepted = risk.matrix.banded(ratings.effective)
    key = await stored.save_request(tx, risk.risk_id, new, accepted, _taken_on(view, ratings))
    state = {"acceptance": key, "score": accepted.rating.score, "until": new.until.isoformat()}
    record_change(tx, subject=ref, action="acceptance.requested", before=None, after=state, reason=new.reason)
    return await get_acceptance(tx, ref, key)


def _check_in_force(risk: Risk) -> None:
    if risk.status not in IN_FORCE:
        raise RiskDraft(f"{risk.ref} is {risk.status}.")


def _ratings(view: RiskView) -> Ratings:
    if view.ratings is None:
        raise NotAssessed(f"{view.risk.ref} has no rating that could be accepted.")
    return view.ratings


def _taken_on(view: RiskView, ratings: Ratings) -> TakenOn:
    assessed = view.risk.assessed or ratings.effective
    return TakenOn(view.risk.version, assessed, ratings.indicated, links_now(view.links))


def _check_expiry(until: date, today: date) -> None:
    latest = today + LONGEST
    if not today <= until <= latest:
        message = f"between {today.isoformat()} and {latest.isoformat()}"
        raise AcceptanceExpiry("An acceptance is looked at again within a year.", [FieldError("until", message)])


async def approve(tx: Tx, ref: str, acceptance_id: int, reason: str) -> AcceptanceView:
    """Accept a risk, as somebody other than the one who asked for it.

    Raises:
        RiskUnknown, RiskClosed, RiskDraft, AcceptanceUnknown, AcceptanceDecided
        SamePerson: the one who asked for it approves.
        AcceptanceOutdated: the risk is rated worse by now than what was asked for.
    """
    risk = await lock_risk(tx, ref)
    asked = await _get_of(tx, risk, acceptance_id)
    require_other_person(tx, asked.requested_by, did="asked for it")
    if asked.state is not AcceptanceState.REQUESTED:
        raise AcceptanceDecided(f"Acceptance {acceptance_id} is {asked.state}.")
    _check_in_force(risk)
    view = await get_view(tx, ref)
    if asked.until < view.today:
        raise AcceptanceDecided(f"Acceptance {acceptance_id} was for days until {asked.until.isoformat()}.")
    if is_beyond(risk.kind, _ratings(view).effective, asked.accepted.rating.score):
        raise AcceptanceOutdated(f"{ref} is at {_ratings(view).effective.score} by now. Ask for it anew.")
    await stored.save_approval(tx, risk.risk_id, asked, reason)
    _record(tx, risk, "acceptance.approved", asked, AcceptanceState.IN_FORCE, reason)
    await _publish(tx, risk, Status.ACCEPTED, reason)
    return await get_acceptance(tx, ref, acceptance_id)


async def withdraw(tx: Tx, ref: str, acceptance_id: int, reason: str) -> AcceptanceView:
    """End an acceptance that is asked for, or in force.

    Raises:
        RiskUnknown, RiskClosed, AcceptanceUnknown, AcceptanceDecided
    """
    risk = await lock_risk(tx, ref)
    asked = await _get_of(tx, risk, acceptance_id)
    if asked.state not in OPEN:
        raise AcceptanceDecided(f"Acceptance {acceptance_id} is {asked.state}.")
    await stored.save_end(tx, [risk.risk_id], AcceptanceState.WITHDRAWN, reason, [asked.state])
    _record(tx, risk, "acceptance.withdrawn", asked, AcceptanceState.WITHDRAWN, reason)
    if asked.state is AcceptanceState.IN_FORCE:
        await stored.save_not_accepted(tx, [risk.risk_id])
        await _publish(tx, risk, Status.OPEN, reason)
    return await get_acceptance(tx, ref, acceptance_id)


async def _publish(tx: Tx, risk: Risk, status: Status, reason: str) -> None:
    await history.save_revisions(tx, [risk.risk_id])
    await rescore(tx, [risk.risk_id], Occasion(Cause.ACCEPTANCE, review=reason, status=status))


def _record(tx: Tx, risk: Risk, action: str, asked: Acceptance, state: AcceptanceState, reason: str) -> None:
    number = {"acceptance": asked.acceptance_id}
    before, after = number | {"state": asked.state.value}, number | {"state": state.value}
    record_change(
        tx, subject=risk.ref, action=action, before=before, after=after, reason=reason, always=("acceptance",)
    )


async def _get_of(tx: Tx, risk: Risk, acceptance_id: int) -> Acceptance:
    found = await stored.get_acceptance(tx, risk.risk_id, acceptance_id)
    if found is None:
        raise AcceptanceUnknown(f"{risk.ref} has no acceptance {acceptance_id}.")
    return found


async def get_acceptance(tx: Tx, ref: str, acceptance_id: int) -> AcceptanceView:
    """One acceptance with what changed since it was asked for.

    Raises:
        RiskUnknown, AcceptanceUnknown
    """
    view = await get_view(tx, ref)
    return _seen(view, await _get_of(tx, view.risk, acceptance_id))


async def list_acceptances(tx: Tx, ref: str, page: PageRequest) -> Page[AcceptanceView]:
    """Of a risk, oldest first.

    Raises:
        RiskUnknown
    """
    view = await get_view(tx, ref)
    found = await stored.list_acceptances(tx, view.risk.risk_id, page)
    pages = page_of(found, page, key=lambda one: str(one.acceptance_id))
    return pages.with_items([_seen(view, one) for one in pages.items])


async def list_all_acceptances(tx: Tx, state: AcceptanceState | None, page: PageRequest) -> Page[AcceptanceView]:
    """Of every risk, oldest first: the same few statements for any number of them."""
    found = await stored.list_all_acceptances(tx, state, await tx.business_date(), page)
    pages = page_of(found, page, key=lambda one: str(one.acceptance_id))
    risks = await register.get_risks(tx, {one.risk_id for one in pages.items})
    views = {view.risk.risk_id: view for view in await get_views(tx, risks)}
    return pages.with_items([_seen(views[one.risk_id], one) for one in pages.items])


def _seen(view: RiskView, acceptance: Acceptance) -> AcceptanceView:
    state, changed = acceptance.state_on(view.today), list[str]()
    if state in OPEN and view.ratings is not None and view.risk.assessed is not None:
        now = links_now(view.links)
        changed = material_changes(acceptance, view.risk.assessed, view.ratings.effective, now)
    return AcceptanceView(view.risk.ref, view.risk.description.title, acceptance, state, changed)
