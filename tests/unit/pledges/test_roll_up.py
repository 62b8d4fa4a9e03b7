"""A priority from its actions."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pledges.domain.priorities import ActionStatus, roll_up
from services.pledges.domain.status import Delivery, Schedule

D, P, N, X = Delivery.DELIVERED, Delivery.IN_PROGRESS, Delivery.NOT_STARTED, Delivery.UNDELIVERABLE_EXTERNAL
WEIGHTS = st.none() | st.decimals(min_value=0, max_value=1000, places=2)
ACTIONS = st.lists(st.builds(ActionStatus, st.sampled_from(Delivery), st.sampled_from(Schedule), WEIGHTS), max_size=15)


def of(*states: tuple[Delivery, str | None]) -> list[ActionStatus]:
    return [
        ActionStatus(delivery, Schedule.ON_TIME, None if weight is None else Decimal(weight))
        for delivery, weight in states
    ]


@pytest.mark.parametrize(
    ("actions", "delivered", "in_progress", "not_started", "undeliverable", "progress"),
    [
        (of((D, None), (P, None), (N, None), (N, None)), "25.00", "25.00", "50.00", "0.00", "25.00"),
        (of((D, "3"), (N, "1")), "75.00", "0.00", "25.00", "0.00", "75.00"),
        (of((D, "3"), (N, None)), "75.00", "0.00", "25.00", "0.00", "75.00"),
        (of((D, None), (P, None), (N, None)), "33.33", "33.33", "33.34", "0.00", "33.33"),
        (of((D, None), (N, None), (X, None), (X, None)), "25.00", "0.00", "25.00", "50.00", "50.00"),
        (of((X, None)), "0.00", "0.00", "0.00", "100.00", None),
        (of((D, "0"), (N, "0")), "0.00", "0.00", "0.00", "0.00", None),
        (of((D, "0"), (N, "2")), "0.00", "0.00", "100.00", "0.00", "0.00"),
        ([], "0.00", "0.00", "0.00", "0.00", None),
    ],
)
def test_roll_up(
    actions: list[ActionStatus],
    delivered: str,
    in_progress: str,
    not_started: str,
    undeliverable: str,
    progress: str | None,
):
    result = roll_up(actions)
    expected = dict(zip((D, P, N, X), map(Decimal, (delivered, in_progress, not_started, undeliverable)), strict=True))
    assert dict(result.shares) == expected
    assert result.progress == (None if progress is None else Decimal(progress))
    assert result.actions == len(actions)


def test_overdue_actions_are_counted_whatever_they_weigh():
    actions = [ActionStatus(N, Schedule.OVERDUE, Decimal(0)), ActionStatus(N, Schedule.DUE, None)]
    assert roll_up(actions).overdue == 1


@given(ACTIONS)
def test_shares_make_one_hundred_to_the_last_hundredth(actions: list[ActionStatus]):
    total = sum(roll_up(actions).shares.values())
    weighs = any(action.weight is None or action.weight > 0 for action in actions)
    assert total == (Decimal("100.00") if weighs else 0)


@given(ACTIONS, st.randoms())
def test_order_of_actions_does_not_matter(actions: list[ActionStatus], random: Random):
    shuffled = list(actions)
    random.shuffle(shuffled)
    assert roll_up(shuffled) == roll_up(actions)


@given(st.lists(st.sampled_from(Delivery), min_size=1, max_size=10), st.decimals("0.01", 100, places=2))
def test_no_weights_is_the_same_as_equal_weights(states: list[Delivery], weight: Decimal):
    unweighted = roll_up([ActionStatus(state, Schedule.DUE) for state in states])
    weighted = roll_up([ActionStatus(state, Schedule.DUE, weight) for state in states])
    assert unweighted == weighted


@given(ACTIONS)
def test_delivering_one_more_never_lowers_progress(actions: list[ActionStatus]):
    before = roll_up(actions).progress
    after = roll_up([ActionStatus(D, a.schedule, a.weight) if i == 0 else a for i, a in enumerate(actions)]).progress
    assert before is None or (after is not None and after >= before)


def part(delivery: Delivery, whole: str, weight: str | None = None) -> ActionStatus:
    return ActionStatus(delivery, Schedule.ON_TIME, None if weight is None else Decimal(weight), whole=whole)


def named(delivery: Delivery, code: str, weight: str | None = None) -> ActionStatus:
    return ActionStatus(delivery, Schedule.ON_TIME, None if weight is None else Decimal(weight), code)


def test_the_eleven_steps_of_a_plan_are_one_action_of_ten():
    steps = [part(D if n < 5 else N, "workforce plan") for n in range(11)]
    result = roll_up([*of(*[(D, None)] * 3, *[(N, None)] * 6), *steps])
    assert (result.actions, result.parts) == (10, 11)
    assert result.shares[D] == Decimal("34.55"), "3 of 10, and 5 elevenths of one"
    assert result.progress == Decimal("34.55")


def test_an_action_weighs_by_itself_and_stands_as_its_parts_do():
    actions = [named(N, "care-homes", "4"), part(D, "care-homes", "3"), part(X, "care-homes", "1"), *of((N, "4"))]
    result = roll_up(actions)
    assert (result.actions, result.parts) == (2, 2)
    assert result.shares == {D: Decimal("37.50"), P: Decimal("0.00"), N: Decimal("50.00"), X: Decimal("12.50")}
    assert result.progress == Decimal("42.86"), "3 of the 7 that can be delivered"


def test_parts_that_weigh_nothing_share_equally():
    result = roll_up([named(N, "plan"), part(D, "plan", "0"), part(P, "plan", "0")])
    assert (result.shares[D], result.shares[P]) == (Decimal("50.00"), Decimal("50.00"))


def test_one_late_part_makes_its_action_late_once():
    late = ActionStatus(N, Schedule.OVERDUE, whole="plan")
    assert roll_up([named(N, "plan"), late, late]).overdue == 1


@given(st.lists(st.sampled_from(Delivery), min_size=1, max_size=12), st.randoms())
def test_any_number_of_parts_weighs_as_one(states: list[Delivery], random: Random):
    actions = [*of((D, None), (N, None)), *(part(state, "plan") for state in states)]
    random.shuffle(actions)
    result = roll_up(actions)
    assert result.actions == 3
    assert sum(result.shares.values()) == Decimal("100.00")
    third = Decimal("33.33")
    assert result.shares[D] >= third - Decimal("0.01")
    assert result.shares[N] >= third - Decimal("0.01")
