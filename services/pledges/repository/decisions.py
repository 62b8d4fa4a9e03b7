"""Decisions about pledges: appended and read, never changed."""

from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.formats import read_decided_state, read_evidence, write_decided_state, write_evidence
from services.pledges.domain.sign_offs import Decision, DecisionTaken

_DECISION = models.Base.metadata.tables["pledge_decision"]


async def append_decision(tx: Tx, pledge: str, taken: DecisionTaken) -> None:
    row = {
        "pledge": pledge,
        "decision": taken.decision,
        "portfolio_holder": taken.portfolio_holder,
        "by": taken.by,
        "reason": taken.reason,
        "would_change_it": taken.would_change_it,
        "evidence": write_evidence(taken.evidence),
        "state": write_decided_state(taken.state),
        "at": taken.at,
        "business_date": taken.business_date,
    }
    await insert_many(tx, models.PledgeDecision, [row])


async def list_decisions(tx: Tx, pledge: str, after: int | None, page: PageRequest) -> list[DecisionTaken]:
    """Decisions after an id, in the order they were taken, as many as the page needs."""
    wanted = select(_DECISION).where(_DECISION.c.pledge == pledge).order_by(_DECISION.c.id).limit(page.fetch)
    if after is not None:
        wanted = wanted.where(_DECISION.c.id > after)
    return [_taken(row) for row in await tx.session.execute(wanted)]


async def list_taken_between(tx: Tx, first: date, last: date) -> list[tuple[str, DecisionTaken]]:
    """With the pledge each is about, in the order they were taken, by the business dates from ``first`` to ``last``."""
    wanted = select(_DECISION).where(_DECISION.c.business_date.between(first, last)).order_by(_DECISION.c.id)
    return [(row.pledge, _taken(row)) for row in await tx.session.execute(wanted)]


def _taken(row: Any) -> DecisionTaken:
    return DecisionTaken(
        decision=Decision(row.decision),
        by=row.by,
        at=row.at,
        business_date=row.business_date,
        state=read_decided_state(row.state),
        portfolio_holder=row.portfolio_holder,
        evidence=read_evidence(row.evidence),
        reason=row.reason,
        would_change_it=row.would_change_it,
        id=row.id,
    )
