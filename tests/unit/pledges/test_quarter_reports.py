"""What a quarter's report has: pledges with their returns, exceptions with reasons, and decisions."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from contracts.colours import Colour
from services.pledges.domain.board_decisions import BoardDecision, DecisionAsked, Outcome, Taken, Taking
from services.pledges.domain.past import PledgeLine, PledgeState
from services.pledges.domain.priorities import Priority
from services.pledges.domain.quarter_reports import (
    DecidedByBoard,
    ExceptionKind,
    QuarterReport,
    Reason,
    ReportedException,
    ReportedPledge,
    decided_by_boards,
    exceptions,
    not_taken,
    reported_pledges,
    reported_priorities,
)
from services.pledges.domain.returns import QuarterlyReturn, ReturnChanges, ReturnState
from services.pledges.domain.status import NOT_STARTED, Delivery, Progress
from tests.unit.pledges.stating import ASSIGNED, AT, DUE, Q3, TODAY, VIEW, action

STATE: Final = replace(PledgeState.of(VIEW), progress=NOT_STARTED)
RETURN: Final = QuarterlyReturn("2018-46", 1, Q3, ASSIGNED, submitted_on=date(2018, 1, 31))
OTHER: Final = replace(RETURN, pledge="2018-47")


def line(**state: Any) -> PledgeLine:
    return PledgeLine(replace(STATE, **state), TODAY)


def reasons(pledge: PledgeLine, *returns: QuarterlyReturn) -> list[tuple[str, str, list[str]]]:
    found = exceptions([ReportedPledge(pledge, returns)], [], [], TODAY, TODAY)
    return [(one.kind.value, one.code, [each.value for each in one.reasons]) for one in found]


def test_pledges_that_somebody_answers_for_have_their_returns() -> None:
    nobody = line(number="47", assignments=())
    assert reported_pledges([line(), nobody], iter([OTHER, RETURN])) == (ReportedPledge(line(), (RETURN,)),)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({}, ["overdue"]),
        ({"due": TODAY}, []),
        ({"due": None}, []),
        ({"progress": Progress(Delivery.DELIVERED, TODAY)}, []),
        ({"progress": Progress(Delivery.UNDELIVERABLE_EXTERNAL, TODAY)}, ["out_of_reach"]),
    ],
)
def test_a_pledge_is_an_exception_that_is_overdue_or_out_of_reach(state: dict[str, Any], found: list[str]) -> None:
    assert reasons(line(**state)) == ([("pledge", "2018-46", found)] if found else [])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"submitted_on": None}, ["missing"]),
        ({"submitted_on": date(2018, 2, 1)}, ["late"]),
        ({"submitted_on": date(2018, 2, 1), "colour": Colour.RED}, ["late", "red"]),
        ({"colour": Colour.GREEN}, []),
    ],
)
def test_a_return_is_an_exception_that_is_missing_late_or_red(changes: dict[str, Any], found: list[str]) -> None:
    expected = [("return", "2018-46.2017-18-Q3.1", found)] if found else []
    assert reasons(line(due=None), replace(RETURN, **changes)) == expected


def test_exceptions_name_what_they_are_of() -> None:
    blocked = action("a1", depends_on=("a2",))
    late = action("a3", due=DUE, depends_on=("a2",))
    found = exceptions(
        [ReportedPledge(line(), (replace(RETURN, colour=Colour.RED),))], [blocked, action("a2"), late], [], TODAY, TODAY
    )
    assert found == (
        ReportedException(ExceptionKind.PLEDGE, "2018-46", "Build 350 homes", (Reason.OVERDUE,)),
        ReportedException(ExceptionKind.RETURN, RETURN.id, "Build 350 homes", (Reason.RED,)),
        ReportedException(ExceptionKind.ACTION, "a1", "Action a1", (Reason.BLOCKED,)),
        ReportedException(ExceptionKind.ACTION, "a3", "Action a3", (Reason.OVERDUE, Reason.BLOCKED)),
    )


def test_returns_are_judged_on_the_day_of_the_report_and_pledges_on_the_quarters() -> None:
    given = [ReportedPledge(replace(line(), day=DUE), (replace(RETURN, submitted_on=None),))]
    assert exceptions(given, [], [], DUE, DUE) == ()
    assert [one.kind for one in exceptions(given, [], [], DUE, DUE + timedelta(days=1))] == [ExceptionKind.RETURN]


def test_priorities_have_the_roll_up_of_their_actions() -> None:
    actions = [
        action("a1", Delivery.DELIVERED, priority="p1"),
        action("a2", priority="p2"),
        action("a3", priority="p1", due=DUE),
    ]
    found = reported_priorities([Priority("p1", "One"), Priority("p3", "Three")], actions, TODAY)
    assert [(one.code, roll_up.actions, roll_up.overdue) for one, roll_up in found] == [("p1", 2, 1), ("p3", 0, 0)]


def taken(code: str, *days: date) -> BoardDecision:
    asked = DecisionAsked(code)
    every = [Taken(Taking(Outcome.DEFERRED, day), "clerk", AT, TODAY, asked) for day in days]
    return BoardDecision(code, asked, tuple(every))


def test_decisions_are_those_of_the_quarters_days() -> None:
    first, last = Q3.start, Q3.end
    one, two = taken("d2", last, first), taken("d1", last, last + timedelta(days=1), first - timedelta(days=1))
    assert decided_by_boards([one, two], Q3) == (
        DecidedByBoard(one, one.taken[1]),
        DecidedByBoard(two, two.taken[0]),
        DecidedByBoard(one, one.taken[0]),
    )


def test_decisions_that_nobody_took_wait_for_others() -> None:
    asked = DecisionAsked("d1", depends_on=("d2", "d3"))
    found = not_taken([BoardDecision("d1", asked), taken("d2", TODAY), BoardDecision("d3", DecisionAsked("d3"))])
    assert [(one.decision.code, one.waits_for) for one in found] == [("d1", ("d2", "d3")), ("d3", ())]


def test_a_report_counts_pledges_by_delivery() -> None:
    pledges = tuple(ReportedPledge(one, ()) for one in (line(), line(), line(progress=Progress(Delivery.DELIVERED))))
    report = QuarterReport(Q3, TODAY, TODAY, pledges, (), (), (), (), ())
    assert report.by_delivery == {**dict.fromkeys(Delivery, 0), Delivery.NOT_STARTED: 2, Delivery.DELIVERED: 1}


def test_a_return_is_written_where_it_is_named_and_told_missing_once() -> None:
    changes: ReturnChanges = {"colour": None, "next_steps": "Hire"}
    written = replace(RETURN, colour=Colour.RED, narrative="Slow")
    assert written.changed(changes) == replace(written, colour=None, next_steps="Hire")
    assert written.changed({"narrative": None, "evidence": ()}).narrative is None
    assert (written.lacks, RETURN.lacks, written.due) == ([], ["colour", "narrative"], DUE)
    missing = replace(RETURN, missing_since=TODAY)
    told = [one.is_told_missing for one in (RETURN, missing, replace(missing, submitted_on=None))]
    assert told == [False, True, True]
    assert not replace(missing, submitted_on=TODAY).is_told_missing
    states = [(state, replace(RETURN, state=state).can_be_written(TODAY)) for state in ReturnState]
    assert [state for state, can in states if can] == [ReturnState.DRAFT, ReturnState.RETURNED]
    assert not RETURN.can_be_written(date(2018, 4, 1))
    assert (RETURN.is_locked(TODAY), replace(RETURN, state=ReturnState.APPROVED).is_locked(TODAY)) == (False, True)
    assert RETURN.closes_on == date(2018, 3, 31)
    handed_back = replace(RETURN, state=ReturnState.RETURNED)
    assert [handed_back.is_missing(day) for day in (date(2018, 3, 31), date(2018, 4, 1))] == [False, True]
