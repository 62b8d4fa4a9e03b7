"""Messages to people: who is told of what, when, and in which words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from chassis.clock import london_date
from services.subscriptions.domain import retries
from services.subscriptions.domain.notices import HEADINGS, Notice, NoticeKind
from services.subscriptions.domain.recipients import Pace, Recipient, addressee

MOST_LISTED: Final = 100
"""Notices that one message lists; it says how many more there are."""
LONGEST_SUBJECT: Final = 180


class MessageKind(StrEnum):
    """Why a message is sent."""

    NOTICE = "notice"
    DIGEST = "digest"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    TEST = "test"


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class MessageOutcome(StrEnum):
    """How an attempt ended; after ``refused`` it is not tried again, since it would end alike."""

    SENT = "sent"
    REFUSED = "refused"
    NOT_NOW = "not_now"
    UNREACHABLE = "unreachable"
    NOT_SET_UP = "not_set_up"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be written: ``to`` is told of these notices; ``on_behalf_of`` is who they are of, where another."""

    kind: MessageKind
    to: Recipient
    on_behalf_of: Recipient | None
    notices: Sequence[Notice]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept: its words do not change between attempts, nor does its id. ``notices`` are their ids."""

    id: str
    recipient: str
    on_behalf_of: str | None
    kind: MessageKind
    notices: Sequence[int]
    subject: str
    text: str
    created_at: datetime
    due_at: datetime
    state: MessageState = MessageState.WAITING
    attempts: int = 0
    first_failed_at: datetime | None = None
    outcome: MessageOutcome | None = None
    detail: str | None = None
    sent_at: datetime | None = None

    def after(
        self, outcome: MessageOutcome, detail: str, now: datetime, chance: float, wait: timedelta | None
    ) -> "Message":
        """The message after an attempt: sent, given up, or tried again later."""
        told = replace(self, attempts=self.attempts + 1, outcome=outcome, detail=detail[:200] or None)
        if outcome is MessageOutcome.SENT:
            return replace(told, state=MessageState.SENT, sent_at=now)
        first = self.first_failed_at or now
        again = retries.next_attempt(first, now, told.attempts, chance, wait)
        if outcome is MessageOutcome.REFUSED or again is None:
            return replace(told, state=MessageState.FAILED, first_failed_at=first)
        return replace(told, first_failed_at=first, due_at=again)


def told_at_once(known: Mapping[str, Recipient], today: date) -> Mapping[frozenset[str], Sequence[str]]:
    """The codes of those whose new notices go today as they come up, by the services of which they do."""
    found: dict[frozenset[str], list[str]] = {}
    for owner in known.values():
        to = addressee(owner, known, today)
        if owner.pace is Pace.IMMEDIATE and not to.is_quiet_on(today):
            found.setdefault(owner.services & to.services, []).append(owner.code)
    return found


def plan_new(known: Mapping[str, Recipient], untold: Sequence[Notice], today: date) -> Iterator[Draft]:
    """A message for each who is told at once, of all that came up together; on a quiet day it waits."""
    for owner, theirs in _by_recipient(known, untold):
        if owner.pace is Pace.IMMEDIATE:
            yield from _to(known, MessageKind.NOTICE, owner, theirs, today)


def plan_day(
    known: Mapping[str, Recipient], owner: Recipient, waiting: Sequence[Notice], now: datetime
) -> Iterator[Draft]:
    """What the day's look at what waits for a recipient gives: a digest or reminders, and what is escalated.

    Days are counted by the calendar of England: a look some seconds before the hour of the last is as good.
    """
    today = london_date(now)
    if owner.pace is Pace.DAILY:
        yield from _to(known, MessageKind.DIGEST, owner, waiting, today)
    else:
        due = [each for each in waiting if _is_past(each.reminded_at, owner.remind_after, today)]
        yield from _to(known, MessageKind.REMINDER, owner, due, today)
    above = known.get(owner.escalates_to or "")
    if above is not None and owner.escalate_after is not None:
        told = [each for each in waiting if _is_past(each.told_at, owner.escalate_after, today)]
        to = addressee(above, known, today)
        late = [each for each in told if each.escalated_at is None and each.service in to.services]
        if late and not to.is_quiet_on(today):
            yield Draft(MessageKind.ESCALATION, to, owner, late)


def _is_past(moment: datetime | None, days: int, today: date) -> bool:
    return moment is not None and london_date(moment) + timedelta(days=days) <= today


def _by_recipient(
    known: Mapping[str, Recipient], notices: Sequence[Notice]
) -> Iterator[tuple[Recipient, Sequence[Notice]]]:
    by_code = sorted((each for each in notices if each.recipient in known), key=lambda each: each.recipient or "")
    for code, theirs in groupby(by_code, key=lambda each: each.recipient or ""):
        yield known[code], list(theirs)


def _to(
    known: Mapping[str, Recipient], kind: MessageKind, owner: Recipient, notices: Sequence[Notice], today: date
) -> Iterator[Draft]:
    to = addressee(owner, known, today)
    shown = [each for each in notices if each.service in to.services]
    if shown and not to.is_quiet_on(today):
        yield Draft(kind, to, owner if to is not owner else None, shown)


# The words


def subject_of(draft: Draft, today: date) -> str:
    count, first = len(draft.notices), draft.notices[0]
    things = f"{HEADINGS[first.kind]}: {first.title}" if count == 1 else f"{count} things wait"
    begins = {
        MessageKind.NOTICE: "",
        MessageKind.DIGEST: f"{in_words(today)}: ",
        MessageKind.REMINDER: "Waits still: ",
        MessageKind.ESCALATION: "Escalated: ",
    }[draft.kind]
    return f"{begins}{things}"[:LONGEST_SUBJECT]


def text_of(draft: Draft, today: date) -> str:
    """The text of a message: plain, a blank line between paragraphs, an item a line."""
    parts = [f"{draft.to.name},", _why(draft)]
    listed = sorted(draft.notices, key=_order)[:MOST_LISTED]
    for kind, items in groupby(listed, key=lambda each: each.kind):
        parts.append("\n".join([HEADINGS[kind], *(f"- {_item(each, today)}" for each in items)]))
    if (more := len(draft.notices) - len(listed)) > 0:
        parts.append(f"And {more} more.")
    return "\n\n".join(parts)


def _order(notice: Notice) -> tuple[Any, ...]:
    return list(NoticeKind).index(notice.kind), notice.due or date.max, notice.id


def _why(draft: Draft) -> str:
    owner = draft.on_behalf_of
    if draft.kind is MessageKind.ESCALATION and owner is not None:
        days = owner.escalate_after
        return f"{owner.name} was told of this at least {days} days ago, and it waits still."
    if owner is not None:
        return f"{owner.name} is away; you are told in their place of what waits for them."
    return "This waits for you, as whoever is named to answer for it."


def _item(notice: Notice, today: date) -> str:
    if notice.due is None:
        return notice.title
    when = "was due on" if notice.due < today else "is due on"
    if notice.kind is NoticeKind.OVERRIDE_LAPSES:
        when = "lapsed after" if notice.due < today else "lapses after"
    return f"{notice.title}, {when} {in_words(notice.due)}"


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
