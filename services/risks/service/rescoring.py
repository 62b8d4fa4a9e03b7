"""The one way a rating changes: lock, read everything fresh, decide, and write only what differs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from chassis.events.envelope import NewEvent
from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from services.risks import events
from services.risks.domain.acceptances import AcceptanceState
from services.risks.domain.explanation import why_decided, why_moved
from services.risks.domain.proposals import (
    NewProposal,
    Proposal,
    ProposalChange,
    ProposalStep,
    Proposing,
    next_step,
    proposed_rating,
)
from services.risks.domain.rating import RULE_VERSION, Mode, Status, rate
from services.risks.domain.records import (
    BY_INDICATORS,
    Cause,
    RatedBy,
    RatingChange,
    ReviewRequest,
    indicator_versions,
    review_request,
)
from services.risks.domain.rescoring import Breach, NewRatings, Occasion, RatedRisk, Rescored, Suspension
from services.risks.domain.reviews import Review, review_of
from services.risks.repository import acceptances, breaches, history, records
from services.risks.repository import links as stored_links
from services.risks.repository import proposals as stored_proposals
from services.risks.repository import rescoring as stored


@dataclass(slots=True)
class Changes:
    """What is to be written once every risk of a batch is decided."""

    ratings: list[NewRatings] = field(default_factory=list)
    history: list[RatingChange] = field(default_factory=list)
    reviews: list[ReviewRequest] = field(default_factory=list)
    new_proposals: list[NewProposal] = field(default_factory=list)
    proposals: list[ProposalChange] = field(default_factory=list)
    suspensions: list[Suspension] = field(default_factory=list)
    overdue: list[NewEvent] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    within_again: list[Breach] = field(default_factory=list)
    proposed: list[NewEvent] = field(default_factory=list)


async def rescore(tx: Tx, risk_ids: Collection[int], occasion: Occasion) -> None:
    """Lock risks and bring them to where their assessment and their indicators' newest state put them.

    Two transactions on different indicators of one risk meet at the risk's lock; the later one reads what the
    earlier has committed, so neither is lost.
    """
    if risk_ids:
        await _rescore(tx, await stored.lock_rated(tx, risk_ids), occasion)


async def rescore_on(tx: Tx, subjects: Collection[str]) -> None:
    """Lock the risks on indicators, whose signals the caller has locked, and bring them to where these put them."""
    risks = await stored.lock_rated_on(tx, subjects)
    await _rescore(tx, risks, Occasion(Cause.INDICATORS, subjects=frozenset(subjects)))


async def list_misjudged(tx: Tx, refs: Sequence[str]) -> Collection[str]:
    """Of these risks those whose stored ratings are not what their assessment and their indicators ask for today.

    One whose override has ended meanwhile is left out: the next sweep moves it.
    """
    risks = await stored.list_rated(tx, refs)
    links = await stored_links.get_links(tx, [risk.risk_id for risk in risks])
    today = await tx.business_date()
    rated = [
        Rescored(risk, links[risk.risk_id], rate(risk.inputs, links[risk.risk_id], today), today) for risk in risks
    ]
    return {one.risk.ref for one in rated if (one.effective_changed or one.stored_differs) and not _has_ended(one)}


def _has_ended(rescored: Rescored) -> bool:
    override = rescored.risk.inputs.override
    return override is not None and not override.is_in_force_on(rescored.today)


async def _rescore(tx: Tx, risks: Sequence[RatedRisk], occasion: Occasion) -> None:
    if not risks:
        return
    links = await stored_links.get_links(tx, [risk.risk_id for risk in risks])
    today, changes = await tx.business_date(), Changes()
    rated = [(risk, links[risk.risk_id], rate(risk.inputs, links[risk.risk_id], today)) for risk in risks]
    proposing = [risk.risk_id for risk in risks if risk.inputs.mode is Mode.PROPOSE or occasion.leaves_propose]
    latest = await stored_proposals.get_latest_proposals(tx, proposing)
    for rescored in (Rescored(*one, today) for one in rated):
        found = _proposing(rescored, occasion, latest.get(rescored.risk.risk_id))
        _settle(tx, changes, rescored, occasion, found)
        if rescored.risk.status is not Status.CLOSED:
            _propose(changes, rescored, found)
            _ask_for_reviews(changes, rescored)
    await _save(tx, changes, today)


async def _save(tx: Tx, changes: Changes, today: date) -> None:
    await stored.save_ratings(tx, changes.ratings)
    await records.save_history(tx, changes.history)
    await stored_links.record_reviews_opened(tx, [review.link_id for review in changes.reviews])
    await records.save_review_tasks(tx, changes.reviews, today)
    await stored_proposals.save_new_proposals(tx, changes.new_proposals, today)
    await stored_proposals.save_proposal_changes(tx, changes.proposals, today)
    await _tell(tx, changes)
    await breaches.save_begun(tx, changes.breaches)
    await breaches.save_ended(tx, changes.within_again)


async def _tell(tx: Tx, changes: Changes) -> None:
    """Emit what follows from the ratings: of each risk in the order of the versions."""
    if changes.suspensions:
        await _suspend(tx, {one.rescored.risk.risk_id: one for one in changes.suspensions})
    for event in changes.overdue:
        emit(tx, event)
    for breach in changes.breaches:
        emit(tx, events.tolerance_breached(breach))
    for event in changes.proposed:
        emit(tx, event)


async def _suspend(tx: Tx, suspensions: Mapping[int, Suspension]) -> None:
    """End the acceptances of risks that are worse by now than what was accepted, and tell of it."""
    found = await acceptances.get_in_force(tx, suspensions)
    for risk_id, suspension in suspensions.items():
        emit(tx, events.acceptance_suspended(suspension, found[risk_id]))
    why = "The rating is worse than what was accepted."
    await acceptances.save_end(tx, suspensions, AcceptanceState.SUSPENDED, why, [AcceptanceState.IN_FORCE])
    await acceptances.save_not_accepted(tx, suspensions)
    await history.save_revisions(tx, suspensions, {risk_id: one.since for risk_id, one in suspensions.items()})


def _settle(tx: Tx, changes: Changes, rescored: Rescored, occasion: Occasion, proposing: Proposing) -> None:
    """Note what changed of a risk's ratings, for its row, its history and its events."""
    version, status, since = rescored.risk.version, occasion.status or rescored.status, occasion.since_of(rescored)
    is_suspended = status is Status.ACCEPTED and rescored.is_beyond_acceptance
    if is_suspended:
        status = Status.OPEN
    if rescored.effective_changed:
        version += 1
        change = _change(rescored, occasion)
        emit(tx, events.rescored(rescored, change, version, status))
        changes.history.append(change)
    open_review = _review(tx, rescored, occasion)
    if occasion.review is not None:
        version += 1
        review = events.Review(tx.actor, occasion.review, status)
        emit(tx, events.reviewed(rescored, review, version, open_review, proposing.waiting))
    if is_suspended:
        version += 1
        changes.suspensions.append(Suspension(rescored, version, since))
    if open_review is not rescored.risk.review and open_review is not None and open_review.is_published:
        version += 1
        changes.overdue.append(events.review_overdue(rescored, open_review, version, status))
    version = _note_breach(tx, changes, Breach(rescored, version, status, since), proposing)
    if proposing.is_told:
        version += 1
        changes.proposed.append(events.proposal_updated(rescored, proposing, version, status))
    if version != rescored.risk.version or rescored.stored_differs:
        changes.ratings.append(NewRatings(rescored, version, open_review))


def _review(tx: Tx, rescored: Rescored, occasion: Occasion) -> Review | None:
    """The review that is open from now on: one a risk, of the first change that nobody judged.

    One that became overdue is another than is stored: that it is so is published by this.
    """
    there = rescored.risk.review
    if occasion.is_judged:
        return None if occasion.closes else there
    if there is None:
        return review_of(tx.now, rescored.today) if rescored.effective_changed else None
    return replace(there, is_published=True) if there.is_to_be_told_on(rescored.today) else there


def _note_breach(tx: Tx, changes: Changes, now: Breach, proposing: Proposing) -> int:
    """Note where a risk passed what is tolerated, or is within it again; returns the version of its newest event.

    ``now``: what would be recorded, with the version before.
    """
    risk = now.rescored.risk
    if risk.breached == now.is_beyond:
        return now.version
    if now.is_beyond:
        changes.breaches.append(replace(now, version=now.version + 1))
        return now.version + 1
    changes.within_again.append(now)
    if now.version > risk.version:
        return now.version
    review = events.Review(tx.actor, "It is within what is tolerated again.", now.status)
    emit(tx, events.reviewed(now.rescored, review, now.version + 1, risk.review, proposing.waiting))
    return now.version + 1


def _change(rescored: Rescored, occasion: Occasion) -> RatingChange:
    risk, ratings = rescored.risk, rescored.ratings
    matrix = risk.inputs.matrix
    why, event_ids = _why(rescored, occasion)
    return RatingChange(
        risk_id=risk.risk_id,
        cause=occasion.cause,
        before=matrix.banded(risk.effective) if risk.effective else None,
        after=matrix.banded(ratings.effective),
        why=why,
        event_ids=event_ids,
        indicator_versions=indicator_versions(rescored.links),
        rule_version=RULE_VERSION,
        matrix=matrix.name,
        business_date=occasion.since_of(rescored),
        rated=RatedBy(risk.inputs, rescored.links, rescored.today),
    )


def _why(rescored: Rescored, occasion: Occasion) -> tuple[str, list[str]]:
    """What happened in words, and the events behind it: none where a person did it."""
    risk, links, ratings = rescored.risk, rescored.links, rescored.ratings
    if occasion.cause not in BY_INDICATORS:
        return why_decided(risk.inputs, occasion.cause, risk.effective, ratings, occasion.review), []
    subjects = occasion.subjects
    behind = [link for link in links if (link.has_moved if subjects is None else link.subject in subjects)]
    return why_moved(risk.inputs, links, risk.effective, ratings), sorted({x.event_id for x in behind if x.event_id})


def _proposing(rescored: Rescored, occasion: Occasion, latest: Proposal | None) -> Proposing:
    """Of a risk that is closed, or is being closed, nothing waits."""
    risk = rescored.risk
    if occasion.closes or risk.status is Status.CLOSED:
        return Proposing(None, ProposalStep.NOTHING, None)
    step = next_step(risk.inputs, risk.assessment_id, rescored.ratings, latest)
    if step is ProposalStep.NOTHING:
        return Proposing(latest, step, None)
    return Proposing(latest, step, proposed_rating(risk.inputs, rescored.links, rescored.ratings))


def _propose(changes: Changes, rescored: Rescored, proposing: Proposing) -> None:
    risk, latest, proposed = rescored.risk, proposing.latest, proposing.proposed
    if proposed is None:
        return
    if proposing.step is ProposalStep.OPEN or latest is None:
        changes.new_proposals.append(NewProposal(risk.risk_id, risk.assessment_id, proposed))
    else:
        changes.proposals.append(ProposalChange(latest.proposal_id, proposing.step, proposed))


def _ask_for_reviews(changes: Changes, rescored: Rescored) -> None:
    risk = rescored.risk
    changes.reviews += [review_request(risk.ref, risk.risk_id, x) for x in rescored.links if x.asks_for_review]
