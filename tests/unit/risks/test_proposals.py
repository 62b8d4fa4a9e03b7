"""When the indicators propose, and when they hold their peace."""

from dataclasses import replace
from datetime import date

import pytest

from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.rating import Kind, Link, Mode, Subject, stand
from services.risks.domain.register import Proposal, ProposalState, ProposalStep, RatedRisk, next_step
from services.risks.domain.severity import Signal

ASSESSED = Subject(Kind.THREAT, Mode.PROPOSE, DEFAULT_MATRIX, Rating(4, 3))
RISK = RatedRisk(1, "OCC4", "Flow", ASSESSED, 9, Rating(4, 3), Rating(4, 3), "amber", 1)
MOVED = stand(ASSESSED, [Link("i", "a", "g", Signal.BEST, at=0, now=1)], date(2018, 2, 28))
LEVEL = stand(ASSESSED, [Link("i", "a", "g", Signal.BEST, at=0, now=0)], date(2018, 2, 28))


def proposal(
    state: ProposalState, *, rating: Rating | None = None, lapsed: bool = False, assessment: int = 9
) -> Proposal:
    return Proposal(5, 1, assessment, state, rating or Rating(4, 4), lapsed)


@pytest.mark.parametrize(
    ("latest", "moved", "step"),
    [
        (None, True, ProposalStep.OPEN),
        (None, False, ProposalStep.NOTHING),
        (proposal(ProposalState.OPEN), True, ProposalStep.NOTHING),
        (proposal(ProposalState.OPEN, rating=Rating(4, 5)), True, ProposalStep.CHANGE),
        (proposal(ProposalState.OPEN), False, ProposalStep.WITHDRAW),
        (proposal(ProposalState.REJECTED), True, ProposalStep.NOTHING),
        (proposal(ProposalState.REJECTED), False, ProposalStep.LAPSE),
        (proposal(ProposalState.REJECTED, lapsed=True), True, ProposalStep.OPEN),
        (proposal(ProposalState.REJECTED, lapsed=True), False, ProposalStep.NOTHING),
        (proposal(ProposalState.REJECTED, rating=Rating(4, 2)), True, ProposalStep.OPEN),
        (proposal(ProposalState.REJECTED, assessment=8), True, ProposalStep.OPEN),
        (proposal(ProposalState.ACCEPTED), True, ProposalStep.OPEN),
        (proposal(ProposalState.WITHDRAWN), False, ProposalStep.NOTHING),
    ],
)
def test_what_becomes_of_the_latest_proposal(latest: Proposal | None, moved: bool, step: ProposalStep):
    assert next_step(RISK, MOVED if moved else LEVEL, latest) is step


def test_in_auto_mode_nothing_is_proposed():
    auto = replace(RISK, subject=replace(ASSESSED, mode=Mode.AUTO))
    assert next_step(auto, MOVED, None) is ProposalStep.NOTHING
