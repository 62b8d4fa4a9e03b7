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
