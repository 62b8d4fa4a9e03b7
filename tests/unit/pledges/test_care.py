"""Ratings of homes and what they make of an indicator, and what records name."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest

from contracts.period import Period
from services.pledges.domain.board_decisions import BoardDecision, DecisionAsked
from services.pledges.domain.governance import Board, Meeting, RecordKind, Report, Responsibility
from services.pledges.domain.providers import Contract, Grade, Provider, QualityReview, RatedHomes, Rating, rated_homes
from services.pledges.domain.rating_feeds import (
    FeedEvent,
    FeedFrequency,
    RatedPeriod,
    RatingFeed,
    rated_periods,
    read_event,
    write_event,
)
from services.pledges.domain.record_names import above, actions_named_by, named_by, repeated, told_twice, unknown
from services.pledges.domain.registers import (
    AssessedKind,
    Beneficiary,
    Benefit,
    Consultation,
    ImpactAssessment,
    OptionsAppraisal,
    PrintedList,
)

DAY: Final = date(2018, 2, 28)
GOOD: Final = Rating("r1", "Elm House", Grade.GOOD, date(2017, 5, 10))
FEED: Final = RatingFeed("f1", "Good homes", "good-homes", "E06000026", FeedFrequency.QUARTER, date(2017, 4, 1))


@pytest.mark.parametrize(("day", "counts"), [(9, False), (10, True), (20, True), (21, False)])
def test_a_rating_holds_until_its_last_day(day: int, counts: bool) -> None:
    assert replace(GOOD, last_day=date(2017, 5, 20)).holds(date(2017, 5, day)) is counts


def test_each_home_counts_by_its_last_rating() -> None:
    ratings = [
        Rating("r4", "Elm House", Grade.INADEQUATE, date(2018, 3, 1)),
        Rating("r3", "Elm House", Grade.OUTSTANDING, date(2017, 8, 1)),
        Rating("r2", "Elm House", Grade.INADEQUATE, date(2017, 8, 1)),
        GOOD,
        Rating("r5", "Oak House", Grade.GOOD, DAY),
        Rating("r6", "Ash House", Grade.INADEQUATE, date(2017, 1, 1)),
        Rating("r7", "Closed", Grade.GOOD, date(2017, 1, 1), last_day=date(2018, 2, 27)),
        Rating("r8", "Closed", Grade.GOOD, date(2016, 1, 1)),
    ]
    found = rated_homes(ratings, DAY)
    assert found.counts == {Grade.OUTSTANDING: 1, Grade.GOOD: 1, Grade.REQUIRES_IMPROVEMENT: 0, Grade.INADEQUATE: 1}
    assert (found.on, found.rated, found.good_or_better, found.percentage) == (DAY, 3, 2, Decimal("66.67"))
    assert RatedHomes(DAY, {}).percentage is None


def periods(feed: RatingFeed, told: list[RatedPeriod] | None = None, *ratings: Rating) -> list[tuple[Any, ...]]:
    found = rated_periods(feed, ratings or [GOOD], DAY, told or [])
    return [(one.period.label, one.rated, one.good_or_better, one.final) for one in found]


def test_every_period_since_the_first_rating_is_counted() -> None:
    assert periods(FEED) == [
        ("2017/18 Q1", 1, 1, True),
        ("2017/18 Q2", 1, 1, True),
        ("2017/18 Q3", 1, 1, True),
        ("2017/18 Q4", 1, 1, False),
    ]
    monthly = periods(replace(FEED, frequency=FeedFrequency.MONTH, starts_on=date(2018, 1, 1)))
    assert monthly == [("2018-01", 1, 1, True), ("2018-02", 1, 1, False)]
    yearly = replace(FEED, frequency=FeedFrequency.FINANCIAL_YEAR, starts_on=date(2016, 4, 1))
    assert periods(yearly) == [("2017/18", 1, 1, False)]
    january = replace(GOOD, rated_on=date(2017, 1, 15))
    assert [one[0] for one in periods(yearly, None, january)] == ["2016/17", "2017/18"]
    april = replace(GOOD, rated_on=date(2017, 4, 1))
    assert [one[0] for one in periods(yearly, None, april)] == ["2017/18"]


def test_periods_without_a_home_are_told_where_they_were_told_before() -> None:
    later, q1 = replace(GOOD, rated_on=date(2017, 11, 1)), Period.parse("2017/18 Q1")
    assert [one[0] for one in periods(FEED, None, later)] == ["2017/18 Q3", "2017/18 Q4"]
    told = periods(FEED, [RatedPeriod(q1, 1, 1, final=True)], later)
    assert told[0] == ("2017/18 Q1", 0, 0, True)
    assert [one[0] for one in told] == ["2017/18 Q1", "2017/18 Q3", "2017/18 Q4"]
    assert list(rated_periods(FEED, [], DAY, [])) == []


def test_a_feed_takes_periods_that_begin_within_its_days() -> None:
    until = replace(FEED, starts_on=date(2017, 7, 1), ends_on=date(2017, 10, 1))
    assert [one[0] for one in periods(until)] == ["2017/18 Q2", "2017/18 Q3"]
    later = replace(FEED, starts_on=date(2017, 7, 2))
    assert [one[0] for one in periods(later)] == ["2017/18 Q3", "2017/18 Q4"]


def test_an_event_is_told_anew_where_periods_or_what_is_said_have_changed() -> None:
    found = rated_periods(FEED, [GOOD], DAY, [])
    event = FeedEvent(FEED).next_version(found)
    assert event == FeedEvent(FEED, found, 1, ("good-homes", "E06000026", "Good homes", ""))
    assert (event.is_told(found), event.is_told(()), FeedEvent(FEED).is_told(())) == (True, False, True)
    assert not replace(event, said=()).is_told(found)
    assert replace(FEED, source="CQC").said == ("good-homes", "E06000026", "Good homes", "CQC")
    assert write_event(event)["periods"][0] == ["2017/18 Q1", 1, 1, True]
    assert (read_event(FEED, 1, write_event(event)), write_event(event)["format"]) == (event, 1)


BOARD, REPORT, PROVIDER = RecordKind.BOARD, RecordKind.REPORT, RecordKind.PROVIDER
ASSESSED: Final = ImpactAssessment("i1", "Effect", AssessedKind.REPORT, "r1", done=True)
REVIEWED: Final = QualityReview("q1", "Visit", "p1", DAY, "CQC", actions=("a1", "a2"))


@pytest.mark.parametrize(
    ("record", "named"),
    [
        (Board("b1", "Board", reports_to="b2"), [("reports_to", BOARD, "b2")]),
        (Board("b1", "Board", reports_to="b1"), []),
        (Board("b1", "Board"), []),
        (Responsibility("t1", 1, "Buying", ("b1", "b2")), [("boards", BOARD, "b1"), ("boards", BOARD, "b2")]),
        (Meeting("m1", "b1", "Plan", DAY, DAY), [("board", BOARD, "b1")]),
        (Meeting("m1", "b1", "Plan", DAY, DAY, report="r1"), [("board", BOARD, "b1"), ("report", REPORT, "r1")]),
        (Report("r1", "Report", "b1", DAY), [("board", BOARD, "b1")]),
        (ASSESSED, [("subject", REPORT, "r1")]),
        (replace(ASSESSED, subject_kind=AssessedKind.DECISION), [("subject", RecordKind.DECISION, "r1")]),
        (replace(ASSESSED, subject_kind=AssessedKind.ACTION), []),
        (replace(ASSESSED, subject_kind=AssessedKind.SCHEME), []),
        (Contract("c1", "Care", "p1"), [("provider", PROVIDER, "p1")]),
        (REVIEWED, [("provider", PROVIDER, "p1")]),
        (GOOD, []),
        (replace(GOOD, provider="p1"), [("provider", PROVIDER, "p1")]),
        (Benefit("x", "Time", Beneficiary.WORKFORCE, board="b1"), [("board", BOARD, "b1")]),
        (Benefit("x", "Time", Beneficiary.WORKFORCE), []),
        (OptionsAppraisal("o1", "Ways", (), report="r1"), [("report", REPORT, "r1")]),
        (PrintedList("l1", "List", (), report="r1"), [("report", REPORT, "r1")]),
        (PrintedList("l1", "List", ()), []),
        (Consultation("n1", "Asked", board="b1", report="r1"), [("board", BOARD, "b1"), ("report", REPORT, "r1")]),
        (Consultation("n1", "Asked"), []),
        (Provider("p1", "Home Ltd", "provider"), []),
    ],
)
def test_records_name_records(record: Any, named: list[Any]) -> None:
    assert list(named_by(record)) == named


def test_records_name_actions_and_those_they_are_below() -> None:
    assert actions_named_by(replace(ASSESSED, subject_kind=AssessedKind.ACTION)) == ("subject", ("r1",))
    assert actions_named_by(REVIEWED) == ("actions", ("a1", "a2"))
    assert actions_named_by(ASSESSED) == ("", ())
    assert above(Board("b1", "Board", reports_to="b2")) == ("reports_to", ("b2",))
    assert above(BoardDecision("d1", DecisionAsked("Pool", depends_on=("d2",)))) == ("depends_on", ("d2",))
    assert above(Board("b1", "Board")) == above(GOOD) == ("", ())


def test_what_is_named_and_not_there_is_told() -> None:
    named = [("board", BOARD, "b1"), ("report", REPORT, "b1")]
    assert unknown(named, {(BOARD, "b1")}) == [("report", "there is no report b1")]


def test_no_two_feeds_tell_of_a_series_on_the_same_days() -> None:
    ends = replace(FEED, ends_on=date(2017, 6, 30))
    follows = replace(FEED, code="f2", starts_on=date(2017, 7, 1))
    assert list(told_twice([ends, follows], [])) == []
    meets = replace(follows, starts_on=date(2017, 6, 30))
    clash = "tells of it in E06000026 on some of these days"
    assert list(told_twice([GOOD, ends, meets], [])) == [
        (1, ("indicator", f"f2 {clash}")),
        (2, ("indicator", f"f1 {clash}")),
    ]
    assert list(told_twice([meets], [ends])) == [(0, ("indicator", f"f1 {clash}"))]
    assert list(told_twice([replace(meets, area="E06000045")], [ends])) == []
    assert list(told_twice([replace(meets, indicator="other")], [ends])) == []
    assert list(told_twice([follows], [replace(ends, code="f2")])) == []


def test_a_feed_meets_the_longest_before_it() -> None:
    long, short = FEED, replace(FEED, code="f2", starts_on=date(2017, 5, 1), ends_on=date(2017, 5, 31))
    third = replace(FEED, code="f3", starts_on=date(2017, 6, 1))
    found = list(told_twice([long, short, third], []))
    assert [(place, fault[1].split()[0]) for place, fault in found] == [(0, "f2"), (1, "f1"), (2, "f1")]


def test_a_code_stands_once_of_a_kind_in_whatever_letters() -> None:
    records = [Board("b1", "One"), Provider("b1", "Two", "provider"), Board("b1", "Three"), Board("B1", "Four")]
    assert list(repeated(records)) == [(2, ("code", "stands there twice")), (3, ("code", "is taken"))]
