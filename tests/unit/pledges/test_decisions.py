"""Decisions of boards: asked, taken, in force; and rows of files of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from services.pledges.domain.board_decisions import (
    BoardDecision,
    Condition,
    DecisionAsked,
    Outcome,
    Taken,
    Taking,
    taking_faults,
    waits_for,
)
from services.pledges.domain.decision_rows import DecisionPlan, DecisionRow
from services.pledges.domain.file_rows import MOST_FAULTS
from services.pledges.domain.governance import Board, Meeting, Member, RecordKind, Report

DAY: Final = date(2018, 2, 28)
ASKED: Final = DecisionAsked("Pool the fund", report="r1", board="cabinet", due=DAY)
DECISION: Final = BoardDecision("d1", ASKED)


def taking(outcome: Outcome, *conditions: Condition) -> Taken:
    said = Taking(outcome, DAY, conditions=conditions)
    return Taken(said, "clerk", datetime(2018, 2, 28, tzinfo=UTC), DAY, ASKED)


def test_a_decision_that_is_only_asked_for_has_no_outcome() -> None:
    assert (DECISION.board, DECISION.day, DECISION.latest, DECISION.outcome) == ("cabinet", DAY, None, None)
    assert (DECISION.conditions, DECISION.is_settled, DECISION.is_in_force) == ((), False, False)
    assert DECISION.again() == replace(DECISION, version=1)


@pytest.mark.parametrize(
    ("outcome", "is_settled", "is_in_force"),
    [(Outcome.AGREED, True, True), (Outcome.REJECTED, True, False), (Outcome.DEFERRED, False, False)],
)
def test_what_was_put_off_can_be_taken_again(outcome: Outcome, is_settled: bool, is_in_force: bool) -> None:
    taken = DECISION.took(taking(Outcome.DEFERRED)).took(taking(outcome))
    assert (taken.version, len(taken.taken), taken.outcome) == (2, 2, outcome)
    assert (taken.is_settled, taken.is_in_force) == (is_settled, is_in_force)


def test_a_decision_is_in_force_once_every_condition_is_met() -> None:
    asked = Condition("a plan", DAY)
    taken = DECISION.took(taking(Outcome.DEFERRED)).took(taking(Outcome.AGREED, asked, Condition("a lead")))
    assert not taken.is_in_force
    once = taken.met(2, DAY)
    assert once.conditions == (asked, Condition("a lead", met_on=DAY))
    assert (once.version, once.is_in_force, once.taken[0]) == (3, False, taken.taken[0])
    assert once.met(1, DAY).is_in_force


@pytest.mark.parametrize(
    ("taken_on", "board", "faults"),
    [
        (DAY, "cabinet", []),
        (DAY, None, []),
        (DAY, "council", [("meeting", "is of cabinet, and not of council")]),
        (date(2018, 3, 1), "cabinet", [("taken_on", "is after 2018-02-28"), ("taken_on", "")]),
        (date(2018, 1, 31), "cabinet", [("taken_on", "")]),
        (date(2018, 2, 1), "cabinet", []),
    ],
)
def test_a_decision_is_taken_on_the_days_of_its_boards_meeting(taken_on: date, board: str | None, faults: Any) -> None:
    meeting = Meeting("m1", "cabinet", "February", date(2018, 2, 1), DAY)
    outside = "is not in 2018-02-01 to 2018-02-28, when m1 was"
    expected = [(field, message or outside) for field, message in faults]
    assert taking_faults(Taking(Outcome.AGREED, taken_on), board, meeting, DAY) == expected
    assert meeting.day == date(2018, 2, 1)


def test_without_a_meeting_only_the_day_can_be_wrong() -> None:
    assert taking_faults(Taking(Outcome.AGREED, date(2017, 1, 1)), "cabinet", None, DAY) == []
    late = taking_faults(Taking(Outcome.AGREED, date(2018, 3, 1)), "cabinet", None, DAY)
    assert late == [("taken_on", "is after 2018-02-28")]


def test_a_decision_waits_for_those_it_hangs_on_that_are_not_agreed() -> None:
    others = {
        "d2": replace(DECISION, code="d2").took(taking(Outcome.AGREED)),
        "d3": replace(DECISION, code="d3").took(taking(Outcome.REJECTED)),
        "d4": replace(DECISION, code="d4"),
    }
    asked = replace(ASKED, depends_on=("d2", "d3", "d4", "gone"))
    assert waits_for(replace(DECISION, asked=asked), others) == ("d3", "d4")


def row(line: int, code: str, columns: frozenset[str] = frozenset({"code", "title"}), **asked: Any) -> DecisionRow:
    return DecisionRow(line, code, DecisionAsked(**{"title": f"Title {line}", **asked}), columns)


def plan(*rows: DecisionRow, **more: Any) -> DecisionPlan:
    given = {"before": {"d1": DECISION}, "unread": frozenset(), "there": frozenset(), "actions": frozenset(), **more}
    return DecisionPlan(rows=rows, **given)


def test_a_row_changes_the_columns_of_its_file_and_the_first_of_a_code_counts() -> None:
    found = plan(row(2, "d1", due=None), row(3, "d2"), row(4, "d2"))
    assert found.changed == [
        replace(DECISION, asked=replace(ASKED, title="Title 2")),
        BoardDecision("d2", row(3, "d2").asked),
    ]
    assert plan(row(2, "d1", title="Pool the fund")).changed == []


def test_a_row_names_what_is_there() -> None:
    named = row(2, "d2", report="r1", board="b1", depends_on=("d1", "d3", "d4", "d9"), actions=("a1", "a2"))
    there = frozenset({(RecordKind.REPORT, "r1")})
    found = plan(named, row(3, "d3"), unread=frozenset({"d4"}), there=there, actions=frozenset({"a1"})).faults()
    assert [(each.line, each.column, each.message) for each in found] == [
        (2, "board", "there is no board b1"),
        (2, "depends_on", "there is no decision d9"),
        (2, "actions", "there is no action a2"),
    ]
    assert list(row(2, "d2").named()) == []


def test_a_code_that_is_there_in_other_letters_is_taken() -> None:
    found = plan(row(2, "D1"), row(3, "e1"), row(4, "E1"), row(5, "d1")).faults()
    assert [(each.line, each.column, each.message) for each in found] == [
        (2, "code", "is taken"),
        (4, "code", "is taken"),
    ]


def test_rows_that_have_a_decision_depend_on_itself_are_told_the_way() -> None:
    columns = frozenset({"code", "depends_on"})
    moved = [
        row(2, "d2", columns, depends_on=("d3",)),
        row(3, "d3", columns, depends_on=("d2",)),
        row(4, "d1", columns),
    ]
    found = plan(*moved).circles()
    assert [(each.line, each.column, each.message) for each in found] == [
        (2, "depends_on", "d2 depends on d3 depends on d2"),
        (3, "depends_on", "d3 depends on d2 depends on d3"),
    ]
    stays = dict(plan(*moved).after)
    assert plan(*moved, before=stays).circles() == []


def test_of_many_circles_only_the_first_ways_are_told() -> None:
    columns = frozenset({"code", "depends_on"})
    codes = [f"d{number:03}" for number in range(MOST_FAULTS + 1)]
    rows = [row(line, code, columns, depends_on=(codes[line - 1],)) for line, code in enumerate(codes)]
    found = plan(*rows).circles()
    assert found[MOST_FAULTS - 1].message.count(" depends on ") == MOST_FAULTS + 1
    assert found[MOST_FAULTS].message == f"{codes[-1]} depends on {codes[-1]}"


def test_members_serve_from_day_to_day_and_boards_and_reports_are_of_boards() -> None:
    member = Member("Cllr May", "chair", DAY, date(2018, 3, 31))
    days = (date(2018, 2, 27), DAY, date(2018, 3, 31), date(2018, 4, 1))
    assert [member.serves(day) for day in days] == [False, True, True, False]
    assert [Member("a", "b").serves(day) for day in days] == [True] * 4
    assert [one.ends_before_it_begins for one in (member, replace(member, valid_to=DAY), Member("a", "b"))] == [
        False
    ] * 3
    assert replace(member, valid_to=date(2018, 2, 27)).ends_before_it_begins
    assert Board("b1", "Board", reports_to="cabinet").board == "cabinet"
    assert Report("r1", "Report", "cabinet", DAY).board == "cabinet"
