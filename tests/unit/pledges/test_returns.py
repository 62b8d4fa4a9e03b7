"""Quarterly returns: which are opened, when they are due, and the states they go through."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.colours import Colour
from contracts.period import Period
from services.pledges.domain.delegations import Delegation, can_delegate
from services.pledges.domain.pledges import Assignment
from services.pledges.domain.returns import (
    QuarterlyReturn,
    ReturnState,
    Step,
    due_day,
    is_return,
    quarters_to_open,
    return_id,
)

Q3 = Period.parse("2017/18 Q3")
SOMEONE = Assignment("A", "B", "C", ("D",))


@pytest.mark.parametrize(
    ("quarter", "due"),
    [
        ("2017/18 Q1", date(2017, 7, 31)),
        ("2017/18 Q2", date(2017, 10, 31)),
        ("2017/18 Q3", date(2018, 1, 31)),
        ("2017/18 Q4", date(2018, 4, 30)),
    ],
)
def test_a_return_is_due_by_the_end_of_the_month_after_its_quarter(quarter: str, due: date):
    assert due_day(Period.parse(quarter)) == due


@pytest.mark.parametrize(
    ("newest", "today", "opened"),
    [
        (None, date(2018, 2, 28), ["2017/18 Q3"]),
        ("2017/18 Q3", date(2018, 2, 28), ["2017/18 Q3"]),
        ("2017/18 Q3", date(2018, 3, 31), ["2017/18 Q3"]),
        ("2017/18 Q3", date(2018, 4, 1), ["2017/18 Q4"]),
        ("2017/18 Q3", date(2019, 1, 1), ["2017/18 Q4", "2018/19 Q1", "2018/19 Q2", "2018/19 Q3"]),
        ("2018/19 Q3", date(2018, 2, 28), ["2017/18 Q3"]),
    ],
)
def test_every_quarter_that_closed_is_opened(newest: str | None, today: date, opened: list[str]):
    before = Period.parse(newest) if newest else None
    assert [quarter.label for quarter in quarters_to_open(before, today)] == opened


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 2000))
def test_no_quarter_is_left_out_however_seldom_anybody_looks(first: date, days: int):
    seen = list(quarters_to_open(None, first))
    later = list(quarters_to_open(seen[-1], first + timedelta(days=days)))
    assert all(before.next() == after or before == after for before, after in zip(seen + later, later, strict=False))
    assert (seen + later)[-1].end < first + timedelta(days=days)


def test_its_id_names_pledge_quarter_and_assignment():
    assert return_id("2018-46", 2, Q3) == "2018-46.2017-18-Q3.2"


@given(st.dates(date(2018, 1, 1), date(2018, 3, 31)), st.none() | st.dates(date(2018, 1, 1), date(2018, 3, 31)))
def test_missing_and_late_to_the_day(today: date, submitted_on: date | None):
    found = QuarterlyReturn("2018-46", 1, Q3, SOMEONE, submitted_on=submitted_on)
    assert found.is_missing(today) == (submitted_on is None and today >= date(2018, 2, 1))
    assert found.is_late == (submitted_on is not None and submitted_on >= date(2018, 2, 1))


@pytest.mark.parametrize(
    ("quarter", "closes_on"), [("2017/18 Q3", date(2018, 3, 31)), ("2017/18 Q4", date(2018, 6, 30))]
)
def test_a_quarter_closes_by_itself_when_the_next_has_ended(quarter: str, closes_on: date):
    found = QuarterlyReturn("2018-46", 1, Period.parse(quarter), SOMEONE)
    assert (found.closes_on, found.is_closed(closes_on)) == (closes_on, False)
    assert found.is_closed(closes_on + timedelta(days=1))
    submitted = replace(found, state=ReturnState.SUBMITTED)
    after = closes_on + timedelta(days=1)
    assert [step for step in Step if submitted.allows(step, after)] == [Step.APPROVE]
    assert [step for step in Step if found.allows(step, after)] == []


@pytest.mark.parametrize(
    ("subject", "is_one"),
    [("2018-46.2017-18-Q3.2", True), ("2018-46", False), ("1.5", False), ("2018-46.2017-18-Q5.1", False)],
)
def test_the_subject_of_a_return_is_told_from_that_of_a_pledge(subject: str, is_one: bool):
    assert is_return(subject) is is_one


@pytest.mark.parametrize(
    ("step", "able"), [(Step.SUBMIT, ("A", "C", "D")), (Step.APPROVE, ("A",)), (Step.RETURN, ("A",))]
)
def test_who_can_delegate(step: Step, able: tuple[str, ...]):
    assert can_delegate(SOMEONE, step) == able


@given(st.dates(), st.dates(), st.none() | st.dates())
def test_a_delegation_holds_between_its_days(today: date, first: date, last: date | None):
    found = Delegation("x", "A", "office", first, last)
    assert found.holds(today) == (first <= today <= (last or date.max))
    assert found.ends_before_it_begins == (last is not None and last < first)


class Life(RuleBasedStateMachine):
    """Any order of writing and steps: what is approved stays, and the first submission decides what is late."""

    @initialize()
    def opened(self):
        self.found = QuarterlyReturn("2018-46", 1, Q3, SOMEONE)
        self.today = date(2018, 1, 2)
        self.first: date | None = None
        self.approved: QuarterlyReturn | None = None

    @rule(days=st.integers(0, 20))
    def time_passes(self, days: int):
        self.today += timedelta(days=days)

    @precondition(lambda self: self.found.can_be_written(self.today))
    @rule(colour=st.sampled_from([Colour.GREEN, Colour.RED]), narrative=st.none() | st.just("It goes well"))
    def written(self, colour: Colour, narrative: str | None):
        self.found = self.found.changed({"colour": colour, "narrative": narrative})
        assert ("narrative" in self.found.lacks) == (narrative is None)

    @rule(step=st.sampled_from(Step))
    def stepped(self, step: Step):
        if not self.found.allows(step, self.today):
            return
        before = self.found
        self.found = before.stepped(step, self.today)
        if step is Step.SUBMIT and self.first is None:
            self.first = self.today
        if step is Step.APPROVE:
            self.approved = self.found
        assert self.found.state is not before.state
        assert (self.found.colour, self.found.narrative) == (before.colour, before.narrative)

    @invariant()
    def the_first_submission_stays(self):
        if hasattr(self, "found"):
            assert self.found.submitted_on == self.first
            assert self.found.is_late == (self.first is not None and self.first > date(2018, 1, 31))

    @invariant()
    def what_is_approved_is_locked(self):
        if getattr(self, "approved", None):
            assert self.found == self.approved
            assert self.found.is_locked(self.today)
            assert not self.found.can_be_written(self.today)
            assert not any(self.found.allows(step, self.today) for step in Step)

    @invariant()
    def a_closed_quarter_takes_nothing_but_approvals(self):
        if hasattr(self, "found") and self.today > date(2018, 3, 31):
            assert self.found.is_locked(self.today)
            assert not self.found.can_be_written(self.today)
            assert [step for step in Step if self.found.allows(step, self.today)] in ([], [Step.APPROVE])

    @invariant()
    def only_what_was_submitted_is_judged(self):
        if hasattr(self, "found") and self.found.state is not ReturnState.SUBMITTED:
            assert not self.found.allows(Step.APPROVE, self.today)
            assert not self.found.allows(Step.RETURN, self.today)


TestLife = Life.TestCase
