"""What pledges, priorities, actions and decisions were: states read back, rolled up, filtered, ordered and paged."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import BadRequest
from chassis.paging import PageRequest
from contracts.colours import Colour
from services.pledges.domain.action_views import ActionView
from services.pledges.domain.actions import ActionFilter
from services.pledges.domain.board_decisions import BoardDecision, DecisionAsked, Outcome, Taken, Taking
from services.pledges.domain.dependencies import Dependency, DependencyDefinition, DependencyKind
from services.pledges.domain.formats import (
    write_action_state,
    write_dependency_state,
    write_pledge_state,
    write_priority_state,
    write_return_state,
)
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.governance_formats import kind_of, write_record
from services.pledges.domain.indicators import Colours, LinkedIndicator
from services.pledges.domain.past import PRESENT, AsAt, PledgeLine, PledgeState, Revised, RevisedKind, states_of
from services.pledges.domain.past_formats import (
    read_action_state,
    read_decision_state,
    read_dependency_state,
    read_links,
    read_pledge_state,
    read_priority_state,
    read_return_state,
)
from services.pledges.domain.past_plan import PastPlan
from services.pledges.domain.priorities import Priority
from services.pledges.domain.returns import EvidenceLink, QuarterlyReturn, ReturnState
from services.pledges.domain.status import Delivery, Schedule
from tests.unit.pledges.stating import ASSIGNED, AT, COLOURS, DUE, Q3, SERIES, TODAY, VIEW, action


def test_a_past_state_is_of_the_quarters_last_day_or_of_today() -> None:
    assert (PRESENT.is_present, AsAt(Q3).is_present, AsAt(as_of=AT).is_present) == (True, False, False)
    days = [PRESENT.day(TODAY), AsAt(Q3).day(TODAY), AsAt(Q3).day(date(2017, 11, 1))]
    assert days == [TODAY, date(2017, 12, 31), date(2017, 11, 1)]


def test_a_pledge_was_what_its_revision_says() -> None:
    state = PledgeState.of(VIEW)
    assert read_pledge_state(json.loads(json.dumps(write_pledge_state(VIEW)))) == state
    assert (state.id, state.order, state.wording) == ("2018-46", ("2018", 2, "46"), "Build 350 homes")
    assert (state.links, state.risks, state.schemes) == ((SERIES,), ("OCC4",), ("s1", "s2"))
    line = PledgeLine(state, DUE)
    assert (line.assignments, line.schedule) == ((ASSIGNED,), Schedule.ON_TIME)
    assert PledgeLine(state, date(2018, 2, 2)).assignments == ()


def test_an_action_was_what_its_revision_says() -> None:
    one = action("a1", Delivery.DELIVERED, priority="p1", due=DUE, weight=Decimal("1.50"), depends_on=("a2",))
    stored = json.loads(json.dumps(write_action_state(ActionView(one, (LinkedIndicator(SERIES, COLOURS),), TODAY))))
    assert read_action_state("a1", stored) == one
    assert read_links(stored) == (SERIES,)
    assert read_links({}) == ()


def test_priorities_dependencies_and_decisions_were_what_their_revisions_say() -> None:
    priority = Priority("p1", "Homes", leads=("Lee",))
    assert read_priority_state("p1", json.loads(json.dumps(write_priority_state(priority)))) == priority
    dependency = Dependency("x", DependencyDefinition("Grant", DependencyKind.RESOURCE, needed_by=DUE))
    assert read_dependency_state("x", json.loads(json.dumps(write_dependency_state(dependency)))) == dependency
    asked = DecisionAsked("Pool", due=DUE)
    decision = BoardDecision("d1", asked).took(Taken(Taking(Outcome.AGREED, DUE), "clerk", AT, TODAY, asked))
    assert read_decision_state(json.loads(json.dumps(write_record(decision)))) == decision
    assert kind_of(decision) is RecordKind.DECISION


def test_a_return_was_what_its_revision_says_or_as_it_was_opened() -> None:
    link = EvidenceLink("Minutes", "https://example.org")
    written = {"state": ReturnState.SUBMITTED, "colour": Colour.RED, "narrative": "Slow", "next_steps": "Hire"}
    found = QuarterlyReturn("2018-46", 2, Q3, ASSIGNED, evidence=(link,), submitted_on=DUE, **written)
    opened = QuarterlyReturn("2018-46", 2, Q3, ASSIGNED)
    stored = json.loads(json.dumps(write_return_state(found)))
    assert read_return_state(replace(opened, version=3), stored) == replace(found, version=3)
    assert read_return_state(found, None) == opened
    draft = json.loads(json.dumps(write_return_state(opened)))
    assert read_return_state(found, draft) == opened


def revised(kind: RevisedKind, subject: str, state: Any) -> Revised:
    return Revised(kind, subject, json.loads(json.dumps(state)))


LINKED = (LinkedIndicator(SERIES, COLOURS),)
ACTIONS = [
    action("a3", priority="p1", due=DUE, depends_on=("a1",)),
    action("a1", priority="p1", step=2),
    action("a2", Delivery.DELIVERED, priority="p1", due=date(2018, 3, 31), step=1),
    action("b1", priority="p2", due=date(2018, 3, 31)),
]
REVISED = [
    *(revised(RevisedKind.ACTION, one.code, write_action_state(ActionView(one, LINKED, TODAY))) for one in ACTIONS),
    *(revised(RevisedKind.PRIORITY, code, write_priority_state(Priority(code, code))) for code in ("p2", "p1")),
]
PLAN = PastPlan(REVISED, TODAY)


def test_states_are_told_apart_by_kind() -> None:
    assert set(states_of(RevisedKind.PRIORITY, REVISED)) == {"p1", "p2"}
    assert PastPlan.KINDS == (RevisedKind.PRIORITY, RevisedKind.ACTION, RevisedKind.DEPENDENCY)


def test_an_action_is_shown_as_it_was() -> None:
    found = PLAN.action("a3")
    assert found is not None
    assert (found.action, found.indicators, found.state_on) == (
        ACTIONS[0],
        (LinkedIndicator(SERIES, Colours()),),
        TODAY,
    )
    assert [one.code for one in found.readiness.blocked_by] == ["a1"]
    assert PLAN.action("a9") is None


@pytest.mark.parametrize(
    ("sort", "descending", "codes"),
    [
        (None, False, ["a1", "a2", "a3", "b1"]),
        ("code", True, ["b1", "a3", "a2", "a1"]),
        ("due", False, ["a3", "a2", "b1", "a1"]),
        ("schedule", False, ["a3", "b1", "a2", "a1"]),
    ],
)
def test_actions_are_ordered(sort: str | None, descending: bool, codes: list[str]) -> None:
    found = PLAN.list_actions(ActionFilter(), PageRequest(9, sort=sort, descending=descending))
    assert [one.action.code for one in found.items] == codes
    assert (found.more_after, found.total) == (None, None)


def test_actions_are_filtered_and_paged() -> None:
    wanted = ActionFilter(priority="p1")
    first = PLAN.list_actions(wanted, PageRequest(2, counted=True))
    assert ([one.action.code for one in first.items], first.more_after, first.total) == (["a1", "a2"], "a2", 3)
    rest = PLAN.list_actions(wanted, PageRequest(1, after="a2"))
    assert ([one.action.code for one in rest.items], rest.more_after) == (["a3"], None)
    with pytest.raises(BadRequest):
        PLAN.list_actions(wanted, PageRequest(2, after="b1"))


def test_a_priority_is_rolled_up_as_it_was() -> None:
    found = PLAN.priority("p1")
    assert found is not None
    assert ([one.action.code for one in found.actions], found.state_on) == (["a2", "a1", "a3"], TODAY)
    assert (found.roll_up.actions, found.roll_up.overdue, found.roll_up.progress) == (3, 1, Decimal("33.33"))
    assert PLAN.priority("p9") is None
    listed = PLAN.list_priorities(PageRequest(9)).items
    assert [(one.priority.code, one.roll_up.actions, one.actions, one.state_on) for one in listed] == [
        ("p1", 3, (), TODAY),
        ("p2", 1, (), TODAY),
    ]
