"""When people are told: by the clocks and the calendar of England, around the days on which clocks change."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from services.subscriptions.domain.messages import MessageKind, plan_day, told_at_once
from services.subscriptions.domain.notices import Notice, NoticeKind
from services.subscriptions.domain.recipients import Pace
from tests.unit.subscriptions.people import ANNE

ANA = replace(
    ANNE,
    code="ana",
    daily_at=time(10),
    working_days_only=False,
    escalate_after=7,
    escalates_to="boss",
    granted=frozenset({"risks"}),
)
BOSS = replace(ANA, code="boss", escalate_after=None, escalates_to=None)


@pytest.mark.parametrize(
    ("now", "at", "then"),
    [
        ("2018-10-28T00:50", "01:45", "2018-10-29T01:45"),
        ("2018-10-28T00:40", "01:45", "2018-10-28T00:45"),
        ("2018-10-28T01:30", "01:45", "2018-10-29T01:45"),  # a quarter to two was there, and is there again
        ("2018-10-27T07:30", "08:30", "2018-10-28T08:30"),  # that very moment
        ("2018-03-25T00:50", "01:30", "2018-03-25T01:30"),  # half past one is not there
        ("2018-03-24T09:00", "08:30", "2018-03-25T07:30"),
    ],
)
def test_the_next_time_of_day_is_after_now(now: str, at: str, then: str):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = replace(ANA, daily_at=time.fromisoformat(at)).next_look(moment)
    assert (found, found > moment) == (datetime.fromisoformat(then).replace(tzinfo=UTC), True)


@pytest.mark.parametrize("days", [6, 7])
def test_days_are_counted_by_the_calendar(days: int):
    """A look some seconds earlier in the day than the last one, in summer time, is a week later all the same."""
    told = datetime(2018, 3, 22, 10, 0, 20, tzinfo=UTC)
    waits = Notice(1, NoticeKind.REVIEW_OVERDUE, "risks", "R1", "Ana", "R1", None, None, told, None, told, told)
    now = datetime(2018, 3, 22, 9, 0, 5, tzinfo=UTC) + timedelta(days=days)
    drafts = list(plan_day({"ana": ANA, "boss": BOSS}, ANA, [waits], now))
    assert [each.kind for each in drafts] == ([MessageKind.REMINDER, MessageKind.ESCALATION] if days == 7 else [])


def test_at_once_those_are_told_whose_day_it_is_and_of_what_both_may_know():
    day = datetime(2018, 3, 24, tzinfo=UTC).date()  # a Saturday
    away = replace(ANA, code="away", deputy="emma", away_from=day, granted=frozenset({"risks", "finance"}))
    others = (replace(ANA, code="daily", pace=Pace.DAILY), replace(ANA, code="quiet", working_days_only=True))
    emma = replace(ANA, code="emma", granted=frozenset({"finance", "pledges"}))
    told = told_at_once({each.code: each for each in (ANA, away, emma, *others)}, day)
    own = frozenset({"subscriptions"})
    assert told == {own | {"risks"}: ["ana"], own | {"finance"}: ["away"], own | {"finance", "pledges"}: ["emma"]}
