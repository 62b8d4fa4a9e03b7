"""How indicators move a risk: the table of the domain page, the caps, the mirror, and properties."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.rating import (
    Basis,
    Kind,
    Mode,
    Movement,
    Override,
    RatingInputs,
    RatingRule,
    indicate,
    last_closed_quarter,
    last_override_day,
    movement,
    rate,
    suppose,
)
from services.risks.domain.severity import Signal

TODAY = date(2018, 2, 28)


def link(group: str, at: int | None, now: int | None, indicator: str = "") -> IndicatorLink:
    return IndicatorLink(
        LinkKey(SeriesKey(indicator or f"{group}-indicator", "E06000026"), Signal.TARGET), group, at, now
    )


def subject(
    likelihood: int, *, target: int | None = None, kind: Kind = Kind.THREAT, mode: Mode = Mode.AUTO
) -> RatingInputs:
    return RatingInputs(kind, mode, DEFAULT_MATRIX, Rating(4, likelihood), target)


G, A, R, U = 0, 1, 2, None


@pytest.mark.parametrize(
    ("assessed", "links", "likelihood", "score"),
    [
        pytest.param(3, [link("flow", G, A)], 4, 16, id="green to amber, one group"),
        pytest.param(3, [link("flow", G, R)], 4, 16, id="green to red, one group"),
        pytest.param(2, [link("flow", G, R), link("market", G, R)], 4, 16, id="green to red, two groups"),
        pytest.param(4, [link("flow", R, R)], 4, 16, id="assessed while already red, still red"),
        pytest.param(4, [link("flow", R, G)], 3, 12, id="red to green, confirmed"),
        pytest.param(4, [link("flow", R, G), link("market", R, R)], 4, 16, id="red to green, another group still red"),
    ],
)
def test_the_cases_of_the_domain_page(assessed: int, links: list[IndicatorLink], likelihood: int, score: int):
    standing = rate(subject(assessed), links, TODAY)
    assert standing.indicated == standing.effective == Rating(4, likelihood)
    assert standing.effective.score == score


@pytest.mark.parametrize(
    ("assessed", "target", "links", "likelihood", "rules"),
    [
        (3, None, [], 3, []),
        (3, None, [link("a", G, R)], 4, [RatingRule.ONE_STEP_WORSE]),
        (3, None, [link("a", G, R, "x"), link("a", G, R, "y")], 4, [RatingRule.ONE_STEP_WORSE]),
        (3, None, [link("a", G, R), link("b", G, A)], 4, [RatingRule.ONE_STEP_WORSE]),
        (2, None, [link("a", G, R), link("b", G, R)], 4, [RatingRule.TWO_STEPS_WORSE]),
        (2, None, [link("a", G, R), link("b", R, R)], 2, []),  # the worst was red and is red
        (2, None, [link("a", A, R), link("b", A, R)], 3, []),  # only one step of severity to go
        (4, None, [link("a", G, R), link("b", G, R)], 5, [RatingRule.TWO_STEPS_WORSE, RatingRule.EDGE_OF_MATRIX]),
        (5, None, [link("a", G, A)], 5, [RatingRule.EDGE_OF_MATRIX]),
        (1, None, [link("a", R, G)], 1, [RatingRule.ONE_STEP_BETTER, RatingRule.EDGE_OF_MATRIX]),
        (4, None, [link("a", R, G)], 3, [RatingRule.ONE_STEP_BETTER]),
        (4, 4, [link("a", A, G)], 4, [RatingRule.NOT_PAST_TARGET]),
        (4, 3, [link("a", A, G)], 3, []),
        (2, 4, [link("a", A, G)], 2, [RatingRule.NOT_PAST_TARGET]),  # already better than its target: no further
        (3, None, [link("a", U, R)], 3, [RatingRule.UNKNOWN_AT_SNAPSHOT]),
        (3, None, [link("a", U, R), link("b", G, A)], 4, [RatingRule.UNKNOWN_AT_SNAPSHOT]),
        (3, None, [link("a", R, U), link("b", G, A)], 3, [RatingRule.UNKNOWN_NOW]),  # silence changes nothing
        (3, None, [link("a", A, U)], 3, [RatingRule.UNKNOWN_NOW]),
    ],
)
def test_what_limits_a_move(
    assessed: int, target: int | None, links: list[IndicatorLink], likelihood: int, rules: list[RatingRule]
):
    indication = indicate(subject(assessed, target=target), links)
    assert indication.rating == Rating(4, likelihood)
    assert list(indication.rules) == rules
    assert indication.steps == likelihood - assessed


@pytest.mark.parametrize(
    ("assessed", "target", "links", "likelihood"),
    [
        (3, None, [link("a", G, R)], 2),  # worse indicators make a good thing less likely
        (4, None, [link("a", G, R), link("b", G, R)], 2),
        (3, None, [link("a", R, G)], 4),
        (3, 3, [link("a", R, G)], 3),  # and never carry it past its target
        (3, 5, [link("a", R, G)], 4),
        (1, None, [link("a", G, R)], 1),
        (5, None, [link("a", R, G)], 5),
    ],
)
def test_an_opportunity_is_mirrored(assessed: int, target: int | None, links: list[IndicatorLink], likelihood: int):
    indication = indicate(subject(assessed, target=target, kind=Kind.OPPORTUNITY), links)
    assert indication.rating == Rating(4, likelihood)


def test_an_override_goes_first_until_the_end_of_its_day():
    overridden = replace(subject(4), override=Override(Rating(2, 2), TODAY, "beds", "officer"))
    links = [link("a", G, R)]
    held = rate(overridden, links, TODAY)
    assert (held.effective, held.basis, held.indicated) == (Rating(2, 2), Basis.OVERRIDE, Rating(4, 5))
    ended = rate(overridden, links, date(2018, 3, 1))
    assert (ended.effective, ended.basis) == (Rating(4, 5), Basis.INDICATED)


def test_a_closed_risk_keeps_the_rating_it_was_closed_with():
    closed = replace(subject(3), closed_with=Rating(4, 2), override=Override(Rating(1, 1), TODAY, "x", "y"))
    ratings = rate(closed, [link("a", G, R)], TODAY)
    assert (ratings.effective, ratings.indicated, ratings.basis) == (Rating(4, 2), Rating(4, 3), Basis.CLOSED)
    assert ratings.rules == (RatingRule.CLOSED,)


def test_in_propose_mode_the_assessment_stands():
    standing = rate(subject(3, mode=Mode.PROPOSE), [link("a", G, A)], TODAY)
    assert (standing.effective, standing.indicated, standing.basis) == (Rating(4, 3), Rating(4, 4), Basis.ASSESSED)
    assert RatingRule.PROPOSE in standing.rules


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        (None, Rating(4, 4), Movement.NEW),
        (Rating(4, 4), Rating(4, 4), Movement.UNCHANGED),
        (Rating(4, 3), Rating(3, 4), Movement.UNCHANGED),
        (Rating(4, 3), Rating(4, 4), Movement.UP),
        (Rating(4, 4), Rating(4, 3), Movement.DOWN),
    ],
)
def test_movement_since_the_last_closed_quarter(before: Rating | None, now: Rating, moved: Movement):
    assert movement(before, now) is moved


def test_quarters_around_the_business_date():
    assert last_closed_quarter(TODAY).label == "2017/18 Q3"
    assert last_closed_quarter(date(2018, 4, 1)).label == "2017/18 Q4"
    assert last_override_day(TODAY) == date(2018, 6, 30)
    assert last_override_day(date(2018, 4, 1)) == date(2018, 9, 30)


severities = st.none() | st.integers(0, 2)
links = st.lists(
    st.builds(link, st.sampled_from("abc"), severities, severities, st.sampled_from(["x", "y", "z"])), max_size=6
)
subjects = st.builds(
    lambda likelihood, target, kind: subject(likelihood, target=target, kind=kind),
    st.integers(1, 5),
    st.none() | st.integers(1, 5),
    st.sampled_from(Kind),
)


@given(subjects, links)
def test_indicators_stay_within_their_bounds(given_subject: RatingInputs, tied: list[IndicatorLink]):
    indication = indicate(given_subject, tied)
    worsening = indication.steps if given_subject.kind is Kind.THREAT else -indication.steps
    assert -1 <= worsening <= 2
    assert 1 <= indication.rating.likelihood <= 5
    assert indication.rating.impact == given_subject.assessed.impact
    red_groups = {g.group for g in indication.groups if g.now == 2 and g.now > g.at}
    assert worsening < 2 or len(red_groups) >= 2


@given(subjects, links, st.randoms())
def test_the_order_and_repetition_of_links_cannot_matter(
    given_subject: RatingInputs, tied: list[IndicatorLink], random: Random
):
    shuffled = [*tied, *tied]
    random.shuffle(shuffled)
    assert indicate(given_subject, tied) == indicate(given_subject, shuffled)


@given(
    subjects,
    links,
    st.dictionaries(st.sampled_from(["x/E06000026", "y/E06000026", "z/E06000026"]), st.integers(0, 2)),
)
def test_a_simulation_says_what_application_does(
    given_subject: RatingInputs, tied: list[IndicatorLink], supposed: dict[str, int | None]
):
    applied = [replace(one, now=supposed.get(one.subject, one.now)) for one in tied]
    assert rate(given_subject, suppose(tied, supposed), TODAY) == rate(given_subject, applied, TODAY)


@given(links, st.integers(1, 5))
def test_a_threat_and_an_opportunity_move_as_mirror_images(tied: list[IndicatorLink], likelihood: int):
    threat = indicate(subject(likelihood), tied)
    opportunity = indicate(subject(6 - likelihood, kind=Kind.OPPORTUNITY), tied)
    assert threat.steps == -opportunity.steps
    assert threat.rules == opportunity.rules
