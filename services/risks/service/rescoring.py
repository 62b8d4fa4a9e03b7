"""The one way a rating changes: lock, read everything fresh, decide, and write only what differs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from services.risks import events
from services.risks.domain.explanation import why_decided, why_moved
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import RULE_VERSION, Basis, Link, Mode, Standing, stand
from services.risks.domain.register import (
    BY_INDICATORS,
    Cause,
    Proposal,
    ProposalState,
    ProposalStep,
    RatedRisk,
    TaskState,
    indicator_versions,
    next_step,
)
from services.risks.models import History, ProposalRow, ReviewTask
from services.risks.repository import rating as stored

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why risks are looked at again.

    ``subjects``: the indicators in areas that were heard of, where that is why. ``reviewed``: what an
    owner said, for a review of theirs, which is told to the world whatever became of the rating. ``since``: by
    risk, the day the change counts from where that is not today.
    """

    cause: Cause
    subjects: Collection[str] | None = None
    reviewed: str | None = None
    since: Mapping[int, date] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """Rows to write once every risk of a batch is decided."""

    ratings: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    new_proposals: list[Row] = field(default_factory=list)
    proposals: list[Row] = field(default_factory=list)


async def rescore(tx: Tx, risk_ids: Collection[int], occasion: Occasion) -> None:
    """Bring risks to where their assessment and their indicators' newest state put them.

    Two transactions on different indicators of one risk meet at the risk's lock; the later one reads what the
    earlier has committed, so neither is lost.
    """
    if risk_ids:
        await _rescore(tx, await stored.lock_rated(tx, risk_ids), occasion)


async def rescore_on(tx: Tx, subjects: Collection[str]) -> None:
    """Bring the risks on indicators that were heard of, and whose signals the caller holds, to where these put them."""
    risks = await stored.lock_rated_on(tx, subjects)
    await _rescore(tx, risks, Occasion(Cause.INDICATORS, subjects=frozenset(subjects)))


async def _rescore(tx: Tx, risks: Sequence[RatedRisk], occasion: Occasion) -> None:
    if not risks:
        return
    links = await stored.links_of(tx, [risk.risk_id for risk in risks])
    today, ledger = await tx.business_date(), Ledger()
    decided = [(risk, links[risk.risk_id], stand(risk.subject, links[risk.risk_id], today)) for risk in risks]
    proposing = [risk.risk_id for risk in risks if risk.subject.mode is Mode.PROPOSE]
    latest = await stored.latest_proposals(tx, proposing)
    for risk, tied, standing in decided:
        _settle(tx, ledger, risk, tied, standing, occasion, today)
        _propose(tx, ledger, risk, tied, standing, latest.get(risk.risk_id))
        _ask_for_review(tx, ledger, risk, tied)
    await _write(tx, ledger)


async def _write(tx: Tx, ledger: Ledger) -> None:
    await stored.save_ratings(tx, ledger.ratings)
    await stored.add_all(tx, History, ledger.history)
    await stored.save_links(tx, ledger.links)
    await stored.add_all(tx, ReviewTask, ledger.tasks)
    await stored.add_all(tx, ProposalRow, ledger.new_proposals)
    await stored.save_proposals(tx, ledger.proposals)


def _settle(
    tx: Tx,
    ledger: Ledger,
    risk: RatedRisk,
    links: Sequence[Link],
    standing: Standing,
    occasion: Occasion,
    today: date,
) -> None:
    """Note what changed of a risk's ratings, in the row, in history and to the world."""
    version = risk.version
    if standing.effective != risk.effective:
        version += 1
        why, caused_by = _why(risk, links, standing, occasion)
        emit(tx, events.rescored(risk, standing, links, why=why, caused_by=caused_by, version=version))
        ledger.history.append(_history(tx, risk, links, standing, occasion, today, why, caused_by))
    if occasion.reviewed is not None:
        version += 1
        said = occasion.reviewed
        emit(tx, events.reviewed(risk, standing, links, by=tx.actor, reason=said, version=version))
    lasting_changed = risk.subject.matrix.band(standing.lasting) != risk.lasting_band
    if version != risk.version or standing.indicated != risk.indicated or lasting_changed:
        ledger.ratings.append(_ratings(tx, risk, standing, version))


def _why(risk: RatedRisk, links: Sequence[Link], standing: Standing, occasion: Occasion) -> tuple[str, list[str]]:
    """What happened in words, and the events behind it: none where a person did it."""
    if occasion.cause not in BY_INDICATORS:
        return why_decided(risk.subject, occasion.cause, risk.effective, standing, occasion.reviewed), []
    heard = occasion.subjects
    behind = [link for link in links if (link.has_moved if heard is None else link.subject in heard)]
    caused_by = sorted({link.event_id for link in behind if link.event_id})
    return why_moved(risk.subject, links, risk.effective, standing), caused_by


def _ratings(tx: Tx, risk: RatedRisk, standing: Standing, version: int) -> Row:
    matrix, effective, indicated = risk.subject.matrix, standing.effective, standing.indicated
    return {
        "id": risk.risk_id,
        "indicated_impact": indicated.impact,
        "indicated_likelihood": indicated.likelihood,
        "effective_impact": effective.impact,
        "effective_likelihood": effective.likelihood,
        "effective_band": matrix.band(effective).value,
        "lasting_band": matrix.band(standing.lasting).value,
        "version": version,
        "changed_at": tx.now,
    }


def rating_row(matrix: Matrix, rating: Rating) -> Row:
    return events.rating_state(matrix, rating).model_dump(mode="json")


def _history(
    tx: Tx,
    risk: RatedRisk,
    links: Sequence[Link],
    standing: Standing,
    occasion: Occasion,
    today: date,
    why: str,
    caused_by: list[str],
) -> Row:
    matrix = risk.subject.matrix
    return {
        "risk_id": risk.risk_id,
        "cause": occasion.cause.value,
        "before": rating_row(matrix, risk.effective) if risk.effective else None,
        "after": rating_row(matrix, standing.effective),
        "why": why,
        "by": tx.actor,
        "event_ids": caused_by,
        "indicator_versions": indicator_versions(links),
        "rule_version": RULE_VERSION,
        "matrix": matrix.name,
        "at": tx.now,
        "business_date": occasion.since.get(risk.risk_id, today),
    }


def _propose(
    tx: Tx,
    ledger: Ledger,
    risk: RatedRisk,
    links: Sequence[Link],
    standing: Standing,
    latest: Proposal | None,
) -> None:
    step = next_step(risk, standing, latest)
    if step is ProposalStep.NOTHING:
        return
    if step is ProposalStep.OPEN or latest is None:
        ledger.new_proposals.append(_new_proposal(tx, risk, links, standing))
        return
    changes: Mapping[ProposalStep, Row] = {
        ProposalStep.WITHDRAW: {"state": ProposalState.WITHDRAWN.value},
        ProposalStep.LAPSE: {"lapsed": True},
        ProposalStep.CHANGE: _proposed(risk, links, standing),
    }
    ledger.proposals.append({"id": latest.proposal_id, "changed_at": tx.now, **changes[step]})


def _proposed(risk: RatedRisk, links: Sequence[Link], standing: Standing) -> Row:
    wished = replace(standing, effective=standing.indicated, basis=Basis.INDICATED)
    return {
        "impact": standing.indicated.impact,
        "likelihood": standing.indicated.likelihood,
        "why": why_moved(risk.subject, links, risk.subject.assessed, wished),
        "event_ids": sorted({link.event_id for link in links if link.has_moved and link.event_id}),
    }


def _new_proposal(tx: Tx, risk: RatedRisk, links: Sequence[Link], standing: Standing) -> Row:
    return _proposed(risk, links, standing) | {
        "risk_id": risk.risk_id,
        "assessment_id": risk.assessment_id,
        "state": ProposalState.OPEN.value,
        "lapsed": False,
        "opened_at": tx.now,
        "changed_at": tx.now,
    }


def _ask_for_review(tx: Tx, ledger: Ledger, risk: RatedRisk, links: Sequence[Link]) -> None:
    for link in links:
        if not link.asks_for_review:
            continue
        ledger.links.append({"id": link.link_id, "review_opened": True})
        ledger.tasks.append(
            {
                "risk_id": risk.risk_id,
                "link_id": link.link_id,
                "indicator": link.indicator,
                "area": link.area,
                "reason": (
                    f"{link.indicator} in {link.area} was unknown when {risk.ref} was last assessed or the link was "
                    f"added, and now has a severity. It takes no part until the risk is assessed again."
                ),
                "state": TaskState.OPEN.value,
                "opened_at": tx.now,
            }
        )
