"""What is to be known of a risk on a day, and why it stands where it does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.risks import Band
from services.risks.domain.appetites import AppetiteStatus, Limits
from services.risks.domain.matrix import Rating
from services.risks.domain.migrating import NewMatrix, StillToMove
from services.risks.domain.rating import Kind, Mode, Movement, Override, Status, suppose
from services.risks.domain.records import Judgement
from services.risks.domain.register import Description, NewRisk, Risk
from services.risks.domain.reviews import review_of
from services.risks.domain.view import Explanation, RiskView, Simulation
from tests.unit.risks.examples import NOW, TODAY, link, risk, view

YESTERDAY = TODAY - timedelta(days=1)
OVERRIDE = Override(Rating(5, 5), TODAY, "Strike", "Ana")
UNASSESSED = risk(assessment_id=None, assessed=None, effective=None)
REVIEW = review_of(NOW, TODAY)


@pytest.mark.parametrize(
    ("found", "flags"),
    [
        (view(risk()), []),
        (view(UNASSESSED), ["unassessed"]),
        (view(replace(UNASSESSED, legacy_band=Band.YELLOW)), ["legacy", "unassessed"]),
        (view(risk(), link(0, 0)), []),
        (view(risk(), link(None, 0)), ["unknown_link"]),
        (view(risk(), link(0, None)), ["unknown_link"]),
        (view(risk(), link(0, 0, version=0)), ["pending_link"]),
        (view(risk(), link(0, 0, latest=None)), ["stale_link"]),
        (view(risk(description=Description("A risk", review_date=YESTERDAY))), ["review_due"]),
        (view(risk(description=Description("A risk", review_date=TODAY))), []),
        (view(risk(), review_asked=True), ["review_asked"]),
        (view(risk(review=REVIEW)), ["review_open"]),
        (view(risk(review=replace(REVIEW, due=YESTERDAY))), ["review_open", "review_overdue"]),
        (view(risk(), open_proposal=3), ["proposal_open"]),
        (view(risk(override=OVERRIDE)), ["overridden"]),
        (view(risk(override=replace(OVERRIDE, until=YESTERDAY))), []),
        (view(risk(status=Status.ACCEPTED, accepted_until=TODAY), acceptance=1), ["accepted"]),
        (view(risk(status=Status.ACCEPTED, accepted_until=YESTERDAY), acceptance=None), []),
        (view(risk(), acceptance=1), ["acceptance_asked"]),
        (view(risk(limits=Limits(4, 8))), ["tolerance_breached"]),
    ],
)
def test_flags_say_what_is_to_be_known(found: RiskView, flags: list[str]) -> None:
    assert found.flags == flags


@pytest.mark.parametrize(
    ("of", "status"),
    [
        (risk(limits=Limits(12, 16)), AppetiteStatus.WITHIN_APPETITE),
        (risk(limits=Limits(4, 16)), AppetiteStatus.WITHIN_TOLERANCE),
        (risk(limits=Limits(4, 8)), AppetiteStatus.BEYOND_TOLERANCE),
        (risk(), None),
        (replace(UNASSESSED, limits=Limits(4, 8)), None),
        (risk(limits=Limits(4, 8), status=Status.DRAFT), None),
        (risk(limits=Limits(4, 8), status=Status.CLOSED), None),
    ],
)
def test_a_risk_that_counts_is_held_against_what_is_tolerated(of: Risk, status: AppetiteStatus | None) -> None:
    assert view(of).appetite_status is status


@pytest.mark.parametrize(
    ("previous", "moved"),
    [
        (None, Movement.NEW),
        (Rating(4, 2), Movement.UP),
        (Rating(3, 4), Movement.UNCHANGED),
        (Rating(4, 4), Movement.DOWN),
    ],
)
def test_movement_compares_scores_with_the_quarter_before(previous: Rating | None, moved: Movement) -> None:
    assert view(risk(), previous=previous).movement is moved
    assert view(UNASSESSED, previous=previous).movement is None


def test_without_a_rating_the_colour_of_an_older_register_is_all_there_is() -> None:
    words = "It has no rating yet, so indicators do not move it."
    assert view(UNASSESSED).in_words == words
    legacy = view(replace(UNASSESSED, legacy_band=Band.YELLOW))
    assert legacy.in_words == f"{words} It carries the colour yellow from an older register."
    found = legacy.explanation
    assert (found.links, found.formula, found.rated, legacy.indication) == ((), [], None, None)
    assert found.matrix is legacy.risk.matrix


def test_a_rating_is_explained_by_its_links_and_the_events_they_stand_by() -> None:
    found = view(risk(), link(0, 2), link(0, 0, event_id=None))
    assert found.event_ids == ["e-7"]
    assert found.indication is not None
    assert found.indication.steps == 1
    explained = found.explanation
    assert (explained.text, explained.links, explained.matrix) == (found.in_words, found.links, found.risk.matrix)
    assert explained.formula[-1] == "score = 4 x 4 = 16"


def test_a_past_rating_is_explained_by_what_decided_it_then() -> None:
    rated = view(risk(), link(0, 2)).explanation.rated
    assert rated is not None
    then = Explanation.by(risk(assessed=Rating(1, 1)), rated, NOW)
    assert (then.ratings, then.recorded_at, then.today) == (rated.ratings, NOW, TODAY)
    assert then.text.startswith("It stands at 16")


def test_a_simulation_moves_where_the_rating_that_counts_would_be_another() -> None:
    present = view(risk(), link(0, 0))
    red = present.with_links(suppose(present.links, {"ae/RK9": 2}))
    assert Simulation(present, red).moves
    assert not Simulation(present, present).moves
    assert not Simulation(view(UNASSESSED), view(UNASSESSED).with_links(red.links)).moves
    proposing = view(risk(mode=Mode.PROPOSE), link(0, 0))
    assert not Simulation(proposing, proposing.with_links(red.links)).moves, "nothing counts until its owner decides"


def test_a_risk_still_to_move_is_suggested_the_cell_of_the_same_words() -> None:
    matrix = risk().matrix
    assert StillToMove(view(risk()), matrix).suggested == Rating(4, 3)
    assert StillToMove(view(UNASSESSED), matrix).suggested is None


def test_on_another_matrix_a_risk_has_the_aims_that_are_given_anew_and_no_override() -> None:
    of, judged = risk(override=OVERRIDE), Judgement(Rating(2, 2), "On three by three")
    moved = NewMatrix("three@1", judged, target=Rating(2, 1)).inputs(of.matrix, of)
    assert (moved.assessed, moved.target_likelihood, moved.override) == (Rating(2, 2), 1, None)
    assert NewMatrix("three@1", judged).inputs(of.matrix, of).target_likelihood is None


def test_a_new_risk_is_rated_by_its_judgement_and_its_aim() -> None:
    new = NewRisk("OCC4", "people-2018", Kind.THREAT, Mode.AUTO, "five-by-five@1", risk().description)
    judged = Judgement(Rating(4, 3), "First")
    assert new.inputs(risk().matrix, judged) == risk().inputs
    assert replace(new, description=Description("A risk")).inputs(risk().matrix, judged).target_likelihood is None


def test_a_link_asks_for_a_review_once_it_is_known_for_the_first_time() -> None:
    asking = [link(None, 2), link(None, 2, review_opened=True), link(None, None), link(0, 2)]
    assert [each.asks_for_review for each in asking] == [True, False, False, False]


def test_a_closed_risk_keeps_what_it_was_closed_with() -> None:
    closed = view(risk(status=Status.CLOSED, effective=Rating(4, 4)), link(0, 2))
    assert closed.ratings is not None
    assert (closed.ratings.effective, closed.ratings.indicated) == (Rating(4, 4), Rating(4, 3))
    assert closed.in_words.startswith("It is closed, and stood at 16")
    assert closed.explanation.formula == []
    assert closed.status is Status.CLOSED


def test_the_day_of_an_acceptance_ends_it_swept_or_not() -> None:
    accepted = risk(status=Status.ACCEPTED, accepted_until=date(2018, 2, 27))
    assert view(accepted).status is Status.OPEN
