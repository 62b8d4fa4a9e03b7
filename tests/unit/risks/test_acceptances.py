"""What an acceptance covers, and what is otherwise than when it was asked for."""

from datetime import UTC, date, datetime

import pytest

from services.risks.domain.acceptances import (
    Acceptance,
    AcceptanceState,
    LinkThen,
    TakenOn,
    is_beyond,
    links_now,
    material_changes,
)
from services.risks.domain.matrix import DEFAULT_MATRIX, OPPORTUNITY_MATRIX, Rating
from services.risks.domain.rating import Kind
from tests.unit.risks.examples import link

NOW = datetime(2018, 2, 28, tzinfo=UTC)
AE = LinkThen("ae/RK9", "target", 0)


def acceptance(state: AcceptanceState = AcceptanceState.IN_FORCE, until: date = date(2018, 6, 30)) -> Acceptance:
    taken_on = TakenOn(3, Rating(4, 3), Rating(4, 3), (AE,))
    accepted = DEFAULT_MATRIX.banded(Rating(4, 3))
    return Acceptance(1, 1, state, accepted, until, "Costs too much", taken_on, "Ana", NOW)


@pytest.mark.parametrize(
    ("kind", "rating", "beyond"),
    [
        (Kind.THREAT, Rating(4, 3), False),
        (Kind.THREAT, Rating(3, 4), False),
        (Kind.THREAT, Rating(4, 4), True),
        (Kind.THREAT, Rating(4, 2), False),
        (Kind.OPPORTUNITY, Rating(4, 4), False),
        (Kind.OPPORTUNITY, Rating(4, 3), False),
        (Kind.OPPORTUNITY, Rating(4, 2), True),
    ],
)
def test_worse_than_accepted_is_less_for_an_opportunity(kind: Kind, rating: Rating, *, beyond: bool) -> None:
    assert is_beyond(kind, rating, 12) is beyond


@pytest.mark.parametrize(
    ("state", "today", "shown"),
    [
        (AcceptanceState.IN_FORCE, date(2018, 6, 30), AcceptanceState.IN_FORCE),
        (AcceptanceState.IN_FORCE, date(2018, 7, 1), AcceptanceState.EXPIRED),
        (AcceptanceState.SUSPENDED, date(2018, 7, 1), AcceptanceState.SUSPENDED),
        (AcceptanceState.WITHDRAWN, date(2018, 7, 1), AcceptanceState.WITHDRAWN),
    ],
)
def test_it_counts_until_the_end_of_its_last_day(state: AcceptanceState, today: date, shown: AcceptanceState) -> None:
    assert acceptance(state).state_on(today) is shown


@pytest.mark.parametrize(
    ("assessed", "effective", "links", "changes"),
    [
        (Rating(4, 3), Rating(4, 3), (AE,), []),
        (
            Rating(4, 3),
            Rating(3, 4),
            (AE,),
            ["rating in effect from 12 (impact 4, likelihood 3) to 12 (impact 3, likelihood 4)"],
        ),
        (
            Rating(4, 2),
            Rating(4, 3),
            (AE,),
            ["assessed from 12 (impact 4, likelihood 3) to 8 (impact 4, likelihood 2)"],
        ),
        (Rating(4, 3), Rating(4, 3), (), ["ae/RK9 linked no more"]),
        (Rating(4, 3), Rating(4, 3), (AE, LinkThen("b/RK9", "best", 1)), ["b/RK9 linked since"]),
        (
            Rating(4, 3),
            Rating(4, 3),
            (AE, *(LinkThen(f"{name}/RK9", "best", 1) for name in "edcb")),
            [f"{name}/RK9 linked since" for name in "bcde"],
        ),
        (Rating(4, 3), Rating(4, 3), (LinkThen("ae/RK9", "target", 2),), ["ae/RK9 (target) stands otherwise"]),
    ],
)
def test_every_material_change_is_named(
    assessed: Rating, effective: Rating, links: tuple[LinkThen, ...], changes: list[str]
) -> None:
    assert material_changes(acceptance(), assessed, effective, links) == changes


def test_what_is_taken_down_of_links_is_where_they_stand() -> None:
    assert links_now([link(0, 2), link(1, None)]) == (
        LinkThen("ae/RK9", "target", 2),
        LinkThen("ae/RK9", "target", None),
    )


def test_opportunities_have_mirrored_colours() -> None:
    mirrored = {"green": "red", "amber": "amber", "red": "green"}
    for impact in range(1, 6):
        for likelihood in range(1, 6):
            cell = Rating(impact, likelihood)
            assert OPPORTUNITY_MATRIX.band(cell) == mirrored[DEFAULT_MATRIX.band(cell)]
