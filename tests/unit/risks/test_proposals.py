"""When the indicators propose, and when they hold their peace."""

from dataclasses import replace
from datetime import date

import pytest

from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.proposals import (
    Proposal,
    ProposalState,
    ProposalStep,
    ProposedRating,
    Proposing,
    next_step,
    proposed_rating,
)
from services.risks.domain.rating import Kind, Mode, RatingInputs, rate
from services.risks.domain.severity import Signal

ASSESSED = RatingInputs(Kind.THREAT, Mode.PROPOSE, DEFAULT_MATRIX, Rating(4, 3))
MOVED = rate(ASSESSED, [IndicatorLink(LinkKey(SeriesKey("i", "a"), Signal.BEST), "g", at=0, now=1)], date(2018, 2, 28))
LEVEL = rate(ASSESSED, [IndicatorLink(LinkKey(SeriesKey("i", "a"), Signal.BEST), "g", at=0, now=0)], date(2018, 2, 28))


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
    assert next_step(ASSESSED, 9, MOVED if moved else LEVEL, latest) is step


def test_a_proposal_says_what_moved_and_by_which_events():
    key = LinkKey(SeriesKey("i", "a"), Signal.BEST)
    links = [
        IndicatorLink(key, "g", at=0, now=1, version=2, event_id="e-2"),
        IndicatorLink(key, "h", at=1, now=1, version=3, event_id="e-3"),
        IndicatorLink(key, "h", at=0, now=1),
    ]
    proposed = proposed_rating(ASSESSED, links, rate(ASSESSED, links, date(2018, 2, 28)))
    assert (proposed.rating, proposed.event_ids) == (Rating(4, 3), ["e-2"]), "the worst group stands as it did"
    found = proposed_rating(ASSESSED, links[:1], MOVED)
    assert found.why.startswith(
        "Effective rating from 12 (impact 4, likelihood 3, amber) to 16 (impact 4, likelihood 4"
    )
    assert "i in a (best, group g) went from green to amber, by event e-2" in found.why


PROPOSED = ProposedRating(Rating(4, 4), "why", [])


@pytest.mark.parametrize(
    ("latest", "step", "waiting", "told"),
    [
        (None, ProposalStep.NOTHING, None, False),
        (None, ProposalStep.OPEN, Rating(4, 4), True),
        (proposal(ProposalState.OPEN, rating=Rating(4, 5)), ProposalStep.CHANGE, Rating(4, 4), True),
        (proposal(ProposalState.OPEN, rating=Rating(4, 5)), ProposalStep.NOTHING, Rating(4, 5), False),
        (proposal(ProposalState.OPEN), ProposalStep.WITHDRAW, None, True),
        (proposal(ProposalState.REJECTED), ProposalStep.NOTHING, None, False),
        (proposal(ProposalState.REJECTED), ProposalStep.LAPSE, None, False),
    ],
)
def test_what_waits_for_the_owner_from_now_on_and_whether_that_is_told(
    latest: Proposal | None, step: ProposalStep, waiting: Rating | None, told: bool
):
    found = Proposing(latest, step, PROPOSED)
    assert (found.waiting, found.is_told) == (waiting, told)


def test_in_auto_mode_nothing_is_proposed():
    auto = replace(ASSESSED, mode=Mode.AUTO)
    assert next_step(auto, 9, MOVED, None) is ProposalStep.NOTHING
    assert next_step(auto, 9, MOVED, proposal(ProposalState.OPEN)) is ProposalStep.WITHDRAW
    assert next_step(auto, 9, MOVED, proposal(ProposalState.REJECTED)) is ProposalStep.NOTHING, "the answer stands"
