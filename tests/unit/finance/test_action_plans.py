"""What partners resolve: dated actions, each somebody's, that end and are never left out."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic_core import to_json

from contracts.period import Period
from services.finance.domain.action_plans import (
    ActionPlan,
    ActionState,
    Occasion,
    PlannedAction,
    Resolved,
    plan_faults,
)
from services.finance.events import action_plan_updated
from services.finance.schemas.action_plans import MOST_ACTIONS, PlannedActionBody

D = Decimal
TODAY = date(2018, 2, 28)
RESOLVED = date(2018, 1, 25)
POSTS = PlannedAction("posts", "Fill the posts", "The director", date(2018, 2, 28), recovers=D("40.00"))
BEDS = PlannedAction("beds", "Buy no more beds", "The board", date(2018, 3, 31), recovers=D("25.50"))
DONE = replace(POSTS, state=ActionState.DONE, ended_on=date(2018, 2, 1))
ABANDONED = replace(POSTS, state=ActionState.ABANDONED, ended_on=date(2018, 2, 1), remark="Nobody applied")


def resolved(*actions: PlannedAction, **changes: Any) -> Resolved:
    return replace(Resolved(Period.parse("2017/18"), "Board, minute 9", RESOLVED, actions), **changes)


def plan(*actions: PlannedAction, variance: str = "100") -> ActionPlan:
    at = datetime(2018, 1, 26, tzinfo=UTC)
    return ActionPlan("pool", "a", resolved(*actions), Occasion(D(variance), "A plan"), "Ana", at, RESOLVED)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"due": date(2018, 1, 24)}, "due"),
        ({"ended_on": date(2018, 2, 1)}, "ended_on"),
        ({"state": ActionState.DONE}, "ended_on"),
        ({"state": ActionState.DONE, "ended_on": date(2018, 3, 1)}, "ended_on"),
        ({"state": ActionState.DONE, "ended_on": date(2018, 1, 24)}, "ended_on"),
        ({"state": ActionState.ABANDONED, "ended_on": date(2018, 2, 1)}, "remark"),
    ],
)
def test_an_action_that_cannot_be_is_named(wrong: dict[str, Any], field: str):
    found = plan_faults(resolved(BEDS, replace(POSTS, **wrong)), None, TODAY)
    assert [where for where, _ in found] == [f"actions.1.{field}"]


def test_a_plan_that_can_be_has_no_faults():
    bounds = replace(POSTS, due=RESOLVED, state=ActionState.DONE, ended_on=RESOLVED)
    latest = replace(ABANDONED, code="c", ended_on=TODAY)
    assert plan_faults(resolved(BEDS, bounds, latest, resolved_on=RESOLVED), None, TODAY) == []
    assert plan_faults(resolved(replace(BEDS, due=TODAY), resolved_on=TODAY), None, TODAY) == []


def test_a_plan_of_tomorrow_and_an_action_that_is_named_twice_are_refused():
    late = plan_faults(resolved(BEDS, resolved_on=date(2018, 3, 1)), None, TODAY)
    assert [where for where, _ in late] == ["resolved_on"]
    twice = plan_faults(resolved(BEDS, POSTS, replace(POSTS, what="Else")), None, TODAY)
    assert [where for where, _ in twice] == ["actions.2.action"]


def test_what_was_resolved_is_abandoned_and_not_left_out_and_a_plan_keeps_its_year():
    before = resolved(BEDS, POSTS)
    assert plan_faults(resolved(ABANDONED, BEDS), before, TODAY) == []
    [(field, why)] = plan_faults(resolved(BEDS), before, TODAY)
    assert (field, why) == ("actions", "posts: what was resolved is abandoned, not left out")
    other = plan_faults(resolved(BEDS, POSTS, financial_year=Period.parse("2018/19")), before, TODAY)
    assert other == [("financial_year", "is that of 2017/18 for good")]


def test_a_plan_is_open_while_an_action_is_and_overdue_after_its_day():
    assert (plan(DONE, BEDS).is_open, plan(DONE, ABANDONED).is_open) == (True, False)
    assert [plan(POSTS, BEDS, DONE).overdue(day) for day in (TODAY, date(2018, 3, 1), date(2018, 4, 1))] == [0, 1, 2]


def test_what_actions_recover_leaves_the_rest_of_an_overspend():
    assert (plan(DONE, BEDS).recovers, plan(DONE, BEDS).uncovered) == (D("65.50"), D("34.50"))
    assert (plan(ABANDONED, BEDS).recovers, plan(ABANDONED, BEDS).uncovered) == (D("25.50"), D("74.50"))
    assert (plan(BEDS, variance="20").uncovered, plan(BEDS, variance="-100").uncovered) == (0, 0)


def test_the_event_of_the_longest_plan_is_one_that_a_broker_takes():
    """Text of characters that JSON writes with six bytes each, and room for what an envelope and headers add."""
    longest = PlannedActionBody.model_validate_json(
        to_json(
            {
                "action": "a" * 60,
                "what": "\x01" * 2000,
                "owner": "\x01" * 200,
                "due": "2018-03-31",
                "state": "abandoned",
                "ended_on": "2018-02-01",
                "remark": "\x01" * 2000,
                "recovers": {"amount": "99999999999.99"},
            }
        )
    )
    found = action_plan_updated(plan(*[longest.to_domain()] * MOST_ACTIONS))
    assert len(to_json(found)) < 1_040_000
