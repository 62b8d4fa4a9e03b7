"""Decisions about a pledge: signed off as delivered or as out of reach, or reopened, with what they were taken on."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.pledges.domain.faults import Fault
from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.linked import NOT_LINKED, LinkedElsewhere
from services.pledges.domain.pledges import PledgeView
from services.pledges.domain.returns import EvidenceLink
from services.pledges.domain.status import Delivery, Evidence, Schedule


class Decision(StrEnum):
    DELIVERED = "delivered"
    UNDELIVERABLE_EXTERNAL = "undeliverable_external"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class SignOff:
    """What a portfolio holder signs: delivered, with evidence; or out of reach, with why and what would change it."""

    delivery: Delivery
    portfolio_holder: str
    evidence: tuple[EvidenceLink, ...] = ()
    reason: str | None = None
    would_change_it: str | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class DecidedState:
    """A pledge as it was when a decision was taken: the state that people, indicators and the calendar showed."""

    version: int
    wording: str
    due: date | None
    delivery: Delivery
    evidence: Evidence
    schedule: Schedule
    indicators: tuple[LinkedIndicator, ...]
    elsewhere: LinkedElsewhere = NOT_LINKED

    @classmethod
    def of(cls, view: PledgeView) -> "DecidedState":
        pledge = view.pledge
        return cls(
            version=pledge.version,
            wording=view.wording,
            due=pledge.due,
            delivery=pledge.progress.delivery,
            evidence=pledge.evidence,
            schedule=view.schedule,
            indicators=view.indicators,
            elsewhere=view.elsewhere,
        )


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """A decision about a pledge as it was taken. ``by`` is who recorded it, apart from the holder who signed."""

    decision: Decision
    by: str
    at: datetime
    business_date: date
    state: DecidedState
    portfolio_holder: str | None = None
    evidence: tuple[EvidenceLink, ...] = ()
    reason: str | None = None
    would_change_it: str | None = None
    id: int = 0


def sign_off_faults(wanted: SignOff, view: PledgeView) -> list[Fault]:
    """Where nobody who answers for the pledge signs, or what is signed is not borne out."""
    faults = []
    holders = {one.portfolio_holder for one in view.assignments if one.valid_to is None or one.valid_to >= view.today}
    if wanted.portfolio_holder not in holders:
        faults.append(("portfolio_holder", f"is none of {', '.join(sorted(holders)) or 'nobody'}"))
    if wanted.delivery is Delivery.DELIVERED and not wanted.evidence:
        faults.append(("evidence", "is needed to sign a pledge as delivered"))
    if wanted.delivery is Delivery.UNDELIVERABLE_EXTERNAL:
        needed = {"reason": wanted.reason, "would_change_it": wanted.would_change_it}
        faults += [(name, "is needed where a pledge is out of reach") for name, said in needed.items() if not said]
    return faults
