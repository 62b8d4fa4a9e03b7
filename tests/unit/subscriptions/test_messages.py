"""Messages to people: who is told of what on a day, in which words, and when an attempt is made again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.subscriptions.domain.messages import (
    LONGEST_SUBJECT,
    Draft,
    Message,
    MessageKind,
    MessageOutcome,
    MessageState,
    plan_day,
    plan_new,
    subject_of,
    text_of,
)
from services.subscriptions.domain.notices import NoticeKind
from services.subscriptions.domain.recipients import Pace
from tests.unit.subscriptions.people import ANNE, NOW, TODAY, notice

BEN = replace(ANNE, code="ben", name="Ben Ashe", escalate_after=None, escalates_to=None)
KNOWN = {"anne": ANNE, "ben": BEN}
SATURDAY = date(2018, 3, 3)
DAYS = timedelta(days=1)
MESSAGE = Message("m1", "anne", None, MessageKind.NOTICE, [1], "Subject", "Text", NOW, NOW)


def told(drafts: Any) -> Sequence[tuple[str, str, str | None, list[int]]]:
    return [
        (each.kind.value, each.to.code, each.on_behalf_of and each.on_behalf_of.code, [one.id for one in each.notices])
        for each in drafts
    ]


def test_each_is_told_at_once_of_all_that_came_up_for_them() -> None:
    untold = [notice(1), notice(2, recipient="ben"), notice(3), notice(4, recipient=None), notice(5, recipient="carl")]
    assert told(plan_new(KNOWN, untold, TODAY)) == [("notice", "anne", None, [1, 3]), ("notice", "ben", None, [2])]


def test_nobody_is_told_at_once_on_a_quiet_day_or_who_is_told_once_a_day() -> None:
    assert told(plan_new(KNOWN, [notice(1)], SATURDAY)) == []
    assert told(plan_new({"anne": replace(ANNE, pace=Pace.DAILY)}, [notice(1)], TODAY)) == []


def test_a_deputy_is_told_on_behalf_of_who_is_away() -> None:
    away = replace(ANNE, deputy="ben", away_from=TODAY)
    assert told(plan_new({"anne": away, "ben": BEN}, [notice(1)], TODAY)) == [("notice", "ben", "anne", [1])]


def test_a_digest_has_all_that_waits() -> None:
    daily = replace(ANNE, pace=Pace.DAILY, escalates_to=None)
    assert told(plan_day({}, daily, [notice(1), notice(2)], NOW)) == [("digest", "anne", None, [1, 2])]
    assert told(plan_day({}, daily, [], NOW)) == []
    assert told(plan_day({}, daily, [notice(1)], NOW + 3 * DAYS)) == []


@pytest.mark.parametrize(("days", "reminded"), [(6, []), (7, [1]), (8, [1])])
def test_what_waits_is_told_of_again_after_days(days: int, reminded: list[int]) -> None:
    waiting = [notice(1, reminded_at=NOW - days * DAYS), notice(2)]
    expected = [("reminder", "anne", None, reminded)] if reminded else []
    assert told(plan_day({}, ANNE, waiting, NOW)) == expected


@pytest.mark.parametrize(("days", "late"), [(13, []), (14, [1])])
def test_what_waits_too_long_is_told_to_whoever_is_above(days: int, late: list[int]) -> None:
    waiting = [notice(1, told_at=NOW - days * DAYS), notice(2), notice(3, told_at=NOW - 20 * DAYS, escalated_at=NOW)]
    expected = [("escalation", "ben", "anne", late)] if late else []
    assert told(plan_day(KNOWN, ANNE, waiting, NOW)) == expected


def test_escalations_go_to_a_deputy_and_wait_on_quiet_days() -> None:
    waiting, carl = [notice(1, told_at=NOW - 20 * DAYS)], replace(BEN, code="carl")
    away = {"ben": replace(BEN, deputy="carl", away_from=TODAY), "carl": carl}
    assert told(plan_day(away, ANNE, waiting, NOW)) == [("escalation", "carl", "anne", [1])]
    assert told(plan_day(KNOWN, ANNE, waiting, NOW + 3 * DAYS)) == []
    assert told(plan_day(KNOWN, replace(ANNE, escalate_after=None), waiting, NOW)) == []
    assert told(plan_day(KNOWN, replace(ANNE, escalates_to=None), waiting, NOW)) == []


@pytest.mark.parametrize(
    ("kind", "notices", "subject"),
    [
        (MessageKind.NOTICE, [notice(1)], "Reviews overdue: OCC1 Waiting lists"),
        (MessageKind.DIGEST, [notice(1), notice(2)], "28 February 2018: 2 things wait"),
        (MessageKind.REMINDER, [notice(1)], "Waits still: Reviews overdue: OCC1 Waiting lists"),
        (MessageKind.ESCALATION, [notice(1), notice(2)], "Escalated: 2 things wait"),
        (MessageKind.NOTICE, [replace(notice(1), title="x" * 300)], "Reviews overdue: " + "x" * 163),
    ],
)
def test_subjects(kind: MessageKind, notices: Any, subject: str) -> None:
    assert subject_of(Draft(kind, ANNE, None, notices), TODAY) == subject
    assert len(subject) <= LONGEST_SUBJECT


def test_a_text_lists_what_waits_by_kind_and_day() -> None:
    kinds = NoticeKind
    notices = [
        *(notice(5, kinds.OVERRIDE_LAPSES, TODAY), notice(4, kinds.OVERRIDE_LAPSES, TODAY - DAYS)),
        *(notice(3), notice(2, due=TODAY), notice(1, due=TODAY - DAYS), notice(6, kinds.LATE_VALUE)),
    ]
    assert text_of(Draft(MessageKind.DIGEST, ANNE, None, notices), TODAY).split("\n\n") == [
        "Anne Hill,",
        "This waits for you, as whoever is named to answer for it.",
        "Late values\n- OCC6 Waiting lists",
        (
            "Reviews overdue\n- OCC1 Waiting lists, was due on 27 February 2018"
            "\n- OCC2 Waiting lists, is due on 28 February 2018\n- OCC3 Waiting lists"
        ),
        (
            "Overrides about to lapse\n- OCC4 Waiting lists, lapsed after 27 February 2018"
            "\n- OCC5 Waiting lists, lapses after 28 February 2018"
        ),
    ]


@pytest.mark.parametrize(
    ("kind", "behalf", "why"),
    [
        (MessageKind.ESCALATION, ANNE, "Anne Hill was told of this at least 14 days ago, and it waits still."),
        (MessageKind.NOTICE, ANNE, "Anne Hill is away; you are told in their place of what waits for them."),
        (MessageKind.ESCALATION, None, "This waits for you, as whoever is named to answer for it."),
    ],
)
def test_a_text_says_why_it_is_sent(kind: MessageKind, behalf: Any, why: str) -> None:
    assert text_of(Draft(kind, BEN, behalf, [notice(1)]), TODAY).split("\n\n")[:2] == ["Ben Ashe,", why]


def test_a_text_lists_a_hundred_and_says_how_many_more_there_are() -> None:
    hundred = [notice(number) for number in range(1, 101)]
    assert text_of(Draft(MessageKind.DIGEST, ANNE, None, hundred), TODAY).endswith("- OCC100 Waiting lists")
    more = text_of(Draft(MessageKind.DIGEST, ANNE, None, [*hundred, notice(101)]), TODAY)
    assert more.endswith("- OCC100 Waiting lists\n\nAnd 1 more.")


def test_a_message_that_went_is_sent_and_has_what_was_said_of_it() -> None:
    sent = MESSAGE.after(MessageOutcome.SENT, "x" * 201, NOW, 0, None)
    expected = replace(MESSAGE, attempts=1, outcome=MessageOutcome.SENT, detail="x" * 200)
    assert sent == replace(expected, state=MessageState.SENT, sent_at=NOW)


def after_hours(message: Message, hours: int, outcome: MessageOutcome) -> Message:
    return message.after(outcome, "", NOW + timedelta(hours=hours), 0, timedelta(hours=2))


def test_a_message_that_did_not_go_is_tried_again_for_three_days_from_the_first_attempt() -> None:
    once = after_hours(MESSAGE, 0, MessageOutcome.NOT_NOW)
    tried = replace(MESSAGE, attempts=1, outcome=MessageOutcome.NOT_NOW, detail=None, first_failed_at=NOW)
    assert once == replace(tried, due_at=NOW + timedelta(hours=2))
    twice = after_hours(once, 71, MessageOutcome.UNREACHABLE)
    assert (twice.state, twice.attempts, twice.first_failed_at) == (MessageState.WAITING, 2, NOW)
    given_up = after_hours(twice, 72, MessageOutcome.UNREACHABLE)
    assert given_up == replace(twice, attempts=3, state=MessageState.FAILED)


def test_a_message_that_was_refused_is_given_up_at_once() -> None:
    refused = MESSAGE.after(MessageOutcome.REFUSED, "no such person", NOW, 0, None)
    expected = replace(MESSAGE, attempts=1, outcome=MessageOutcome.REFUSED, detail="no such person")
    assert refused == replace(expected, state=MessageState.FAILED, first_failed_at=NOW)
