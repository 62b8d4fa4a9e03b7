"""What a re-scoring finds of a risk: another rating, one accepted no more or not tolerated, one to review."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.risks.domain.appetites import AppetiteStatement, Limits, NewStatement, limits_by_category
from services.risks.domain.heatmap import HeatMapRating, PlacedRisk, heat_map
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.rating import Kind, Mode, RatingInputs, Status, last_override_day, rate
from services.risks.domain.records import (
    Cause,
    IndicatorVersion,
    RatedBy,
    RatingChange,
    indicator_versions,
    review_request,
)
from services.risks.domain.rescoring import Breach, Occasion, RatedRisk, Rescored, Suspension
from services.risks.domain.reviews import OpenReview, review_of
from tests.unit.risks.examples import NOW, TODAY, link

INPUTS = RatingInputs(Kind.THREAT, Mode.AUTO, DEFAULT_MATRIX, Rating(4, 3))


def rescored(*severities: tuple[int, int], **fields: Any) -> Rescored:
    """A risk that is stored as assessed, with links of severities at their snapshot and now."""
    links = [link(*each) for each in severities]
    stored = RatedRisk(1, "OCC4", "A risk", INPUTS, 7, Rating(4, 3), Rating(4, 3), "amber", 2)
    of = replace(stored, **fields)
    return Rescored(of, links, rate(of.inputs, links, TODAY), TODAY)


def test_another_cell_is_another_rating_though_its_score_is_the_same() -> None:
    assert not rescored().effective_changed
    assert rescored((0, 1)).effective_changed
    assert rescored(effective=Rating(3, 4)).effective_changed
    assert rescored(effective=None).effective_changed


@pytest.mark.parametrize(
    ("found", "differs"),
    [
        (rescored(), False),
        (rescored(indicated=Rating(4, 2)), True),
        (rescored(indicated=None), True),
        (rescored(underlying_band="red"), True),
        (rescored((0, 2), indicated=Rating(4, 4), inputs=replace(INPUTS, closed_with=Rating(4, 4))), False),
    ],
)
def test_what_is_stored_differs_by_the_indicated_rating_or_the_colour(found: Rescored, *, differs: bool) -> None:
    assert found.stored_differs is differs


def test_an_acceptance_is_left_behind_by_a_worse_score_alone() -> None:
    assert not rescored((0, 1)).is_beyond_acceptance, "nothing was accepted"
    assert not rescored(accepted_score=12).is_beyond_acceptance
    beyond = rescored((0, 1), accepted_score=12)
    assert beyond.is_beyond_acceptance
    assert Suspension(beyond, 3, TODAY).why == (
        "It is at 16 (impact 4, likelihood 4, amber), which is worse than the score of 12 that was accepted."
    )
    ended = rescored(status=Status.ACCEPTED, accepted_until=date(2018, 2, 27))
    assert ended.status is Status.OPEN


@pytest.mark.parametrize(
    ("limits", "status", "beyond"),
    [
        (Limits(4, 11), Status.OPEN, True),
        (Limits(4, 12), Status.OPEN, False),
        (None, Status.OPEN, False),
        (Limits(4, 11), Status.DRAFT, False),
        (Limits(4, 11), Status.CLOSED, False),
    ],
)
def test_a_risk_that_counts_is_beyond_what_is_tolerated(limits: Limits | None, status: Status, *, beyond: bool) -> None:
    found = Breach(rescored(limits=limits), 3, status, TODAY)
    assert found.is_beyond is beyond
    assert found.why.startswith("It is at 12 (impact 4, likelihood 3, amber); a score of up to ")


def test_limits_are_those_of_a_category_on_a_matrix_where_any_are_stated() -> None:
    stated = [NewStatement("Operational", "m@1", Limits(4, 8), "r"), NewStatement("Strategic", "m@1", None, "r")]
    found = limits_by_category([AppetiteStatement(n, one, "Ana", NOW, TODAY) for n, one in enumerate(stated)])
    assert found == {("Operational", "m@1"): Limits(4, 8)}


@pytest.mark.parametrize(
    ("occasion", "judged"),
    [
        (Occasion(Cause.ASSESSMENT), True),
        (Occasion(Cause.CARRIED_OVER), True),
        (Occasion(Cause.LIFECYCLE, status=Status.CLOSED), True),
        (Occasion(Cause.LIFECYCLE), False),
        (Occasion(Cause.INDICATORS), False),
        (Occasion(Cause.OVERRIDE), False),
    ],
)
def test_what_its_owner_judges_needs_no_review(occasion: Occasion, *, judged: bool) -> None:
    assert occasion.is_judged is judged


def test_a_change_counts_from_the_day_that_is_said_else_from_today() -> None:
    ended = Occasion(Cause.OVERRIDE, since={1: date(2018, 2, 1)})
    assert (ended.since_of(rescored()), ended.since_of(rescored(risk_id=2))) == (date(2018, 2, 1), TODAY)


def test_a_review_is_due_ten_working_days_later_and_told_once_when_it_is_overdue() -> None:
    found = review_of(NOW, date(2018, 3, 23))
    assert found.due == date(2018, 4, 10), "Good Friday and Easter Monday are no working days"
    days = [date(2018, 4, 10), date(2018, 4, 11)]
    assert [found.is_overdue_on(day) for day in days] == [False, True]
    assert [found.is_to_be_told_on(day) for day in days] == [False, True]
    assert not replace(found, is_published=True).is_to_be_told_on(days[1])
    shown = OpenReview("OCC4", "A risk", None, found, None, None, None, 0, days[1])
    assert shown.is_overdue


def test_a_rating_says_by_which_versions_it_was_made_and_is_worked_out_anew_by_the_same_rules_alone() -> None:
    versions = indicator_versions([link(0, 1)])
    assert versions == [IndicatorVersion(link(0, 1).series, 1, 7)]
    banded, rated = DEFAULT_MATRIX.banded(Rating(4, 3)), RatedBy(INPUTS, [], TODAY)
    change = RatingChange(1, Cause.INDICATORS, None, banded, "why", [], versions, 1, "five-by-five@1", TODAY)
    assert change.by_rules_of_now is None
    assert replace(change, rated=rated).by_rules_of_now is rated
    assert replace(change, rated=rated, rule_version=0).by_rules_of_now is None
    assert rated.ratings.effective == Rating(4, 3)


def test_what_becomes_known_asks_its_owner_to_look_and_names_the_series() -> None:
    asked = review_request("OCC4", 1, link(None, 2, link_id=5))
    assert (asked.link_id, asked.reason.startswith("ae in RK9 was unknown when OCC4 was last assessed")) == (5, True)


def test_an_override_lasts_until_the_end_of_the_next_quarter_at_most() -> None:
    assert last_override_day(TODAY) == date(2018, 6, 30)


def test_every_cell_of_a_heat_map_has_its_risks_and_unrated_ones_stand_apart() -> None:
    placed = [PlacedRisk("B", Rating(4, 3)), PlacedRisk("A", Rating(4, 3)), PlacedRisk("C", None)]
    found = heat_map(DEFAULT_MATRIX, HeatMapRating.RESIDUAL, TODAY, placed)
    assert (len(found.cells), found.unrated) == (25, ["C"])
    assert {(cell.rating, cell.band.value): cell.refs for cell in found.cells if cell.refs} == {
        (Rating(4, 3), "amber"): ["A", "B"]
    }
