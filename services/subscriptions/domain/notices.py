"""What a person is told of: something that waits for whoever answers for it, found out from the events of the feed.

A notice is one thing that waits: of a kind, of an aggregate. There is at most one open notice of both. It is open from
the event that says so until one that says otherwise, or until its aggregate is no more.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from contracts.indicators import OBSERVATION_LATE
from contracts.pledges import RETURN_APPROVED, RETURN_MISSING, RETURN_SUBMITTED
from contracts.risks import PROPOSAL_UPDATED, REVIEW_OVERDUE, RISK_REVIEWED, TREATMENT_UPDATED
from services.subscriptions.domain.deletions import DELETE
from services.subscriptions.domain.feed import FeedEvent

LONGEST_TITLE: Final = 300
LONGEST_OWNER: Final = 200
OWN: Final = "subscriptions"
"""The service of notices of webhooks and mailboxes, which no event tells of: this one has them itself."""


class NoticeKind(StrEnum):
    """What waits."""

    LATE_VALUE = "late_value"
    RETURN_DUE = "return_due"
    REVIEW_OVERDUE = "review_overdue"
    OVERRIDE_LAPSES = "override_lapses"
    PROPOSAL_WAITS = "proposal_waits"
    ACTION_DUE = "action_due"
    DEAD_LETTERS = "dead_letters"
    WEBHOOK_DISABLED = "webhook_disabled"
    MAILBOX_UNDELIVERED = "mailbox_undelivered"


HEADINGS: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.LATE_VALUE: "Late values",
    NoticeKind.RETURN_DUE: "Returns due",
    NoticeKind.REVIEW_OVERDUE: "Reviews overdue",
    NoticeKind.OVERRIDE_LAPSES: "Overrides about to lapse",
    NoticeKind.PROPOSAL_WAITS: "Proposals waiting",
    NoticeKind.ACTION_DUE: "Actions due",
    NoticeKind.DEAD_LETTERS: "Events that a receiver never took",
    NoticeKind.WEBHOOK_DISABLED: "Webhooks that were disabled",
    NoticeKind.MAILBOX_UNDELIVERED: "Messages that nobody is known to have collected from a mailbox",
}
"""What a message calls several of a kind, in the order in which it has them."""

Thing = tuple[NoticeKind, str, str]
"""Kind, service and subject: of these at most one notice is open."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a thing: that it waits, for whom, by when, or (not ``is_open``) that it does not any more.

    ``owner`` is the text that names who answers for it, None where none does. Nobody is told before ``from_day``.
    """

    kind: NoticeKind
    service: str
    subject: str
    is_open: bool
    owner: str | None = None
    title: str = ""
    due: date | None = None
    from_day: date | None = None

    @property
    def thing(self) -> Thing:
        return self.kind, self.service, self.subject


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that waits, or waited until ``closed_at``.

    ``told_at``: when a message first had it; ``reminded_at``: when one last had it; ``escalated_at``: when whoever is
    above its owner was told. ``recipient``: the code of who is told of what its owner answers for, None where nobody
    is.
    """

    id: int
    kind: NoticeKind
    service: str
    subject: str
    owner: str | None
    title: str
    due: date | None
    from_day: date | None
    opened_at: datetime
    closed_at: datetime | None = None
    told_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Which notices are wanted. ``reached``: whether anybody is told.

    ``services``: whose things the reader may see; of webhooks they see those, too, whose owner is among ``names``.
    """

    services: frozenset[str]
    kind: NoticeKind | None = None
    owner: str | None = None
    is_open: bool | None = None
    reached: bool | None = None
    names: frozenset[str] = frozenset()


def told_by(event: FeedEvent, soon: timedelta) -> Iterator[Told]:
    """What an event says of things that wait. ``soon``: how long before its day something is told of."""
    body = json.loads(event.body)
    if body.get("method") == DELETE:
        for kind in KINDS_OF_SERVICE.get(event.service, ()):
            yield Told(kind, event.service, event.subject, is_open=False)
    elif reader := _READERS.get(event.type):
        yield from reader(event, body["data"], soon)


def _late_value(event: FeedEvent, data: Mapping[str, Any], _soon: timedelta) -> Iterator[Told]:
    series = " ".join(filter(None, (data["area"], data.get("breakdown"))))
    awaited = f" for {data['awaited']}" if data["awaited"] else ""
    title = f"{data['name']} ({series}): no value{awaited}"
    yield _told(NoticeKind.LATE_VALUE, event, data["late"], data["owner"], title, _day(data["due"]))


def _return_due(event: FeedEvent, data: Mapping[str, Any], _soon: timedelta) -> Iterator[Told]:
    title = f"Pledge {data['pledge']}: return for {data['quarter']} by {data['department']}"
    is_due = event.type == RETURN_MISSING and data["missing"]
    yield _told(NoticeKind.RETURN_DUE, event, is_due, data["portfolio_holder"], title, _day(data["due"]))


def _review_overdue(event: FeedEvent, data: Mapping[str, Any], _soon: timedelta) -> Iterator[Told]:
    title = _called(data)
    yield _told(NoticeKind.REVIEW_OVERDUE, event, True, data["owner"], title, _day(data["due"]))  # noqa: FBT003  open


def _reviewed(event: FeedEvent, data: Mapping[str, Any], soon: timedelta) -> Iterator[Told]:
    """Events of before there were overrides in them say nothing of these, and were of somebody's review."""
    title, owner = _called(data), data.get("owner")
    if data.get("review_due") is None or data["status"] == "closed":
        yield Told(NoticeKind.REVIEW_OVERDUE, event.service, event.subject, is_open=False)
    if data.get("proposed") is None or data["status"] == "closed":
        yield Told(NoticeKind.PROPOSAL_WAITS, event.service, event.subject, is_open=False)
    until = _day(data.get("override_until"))
    starts = until - soon if until else None
    yield _told(NoticeKind.OVERRIDE_LAPSES, event, until is not None, owner, title, until, starts)


def _proposal_waits(event: FeedEvent, data: Mapping[str, Any], _soon: timedelta) -> Iterator[Told]:
    proposed = data["proposed"]
    title = _called(data)
    if proposed is not None:
        title = f"{title}: {proposed['score']} instead of {data['effective']['score']}"
    yield _told(NoticeKind.PROPOSAL_WAITS, event, proposed is not None, data["owner"], title, None)


def _action_due(event: FeedEvent, data: Mapping[str, Any], soon: timedelta) -> Iterator[Told]:
    due = _day(data["due"])
    is_open = data["state"] == "open" and due is not None
    title = _called(data)
    starts = due - soon if due else None
    yield _told(NoticeKind.ACTION_DUE, event, is_open, data["owner"], title, due, starts)


def _called(data: Mapping[str, Any]) -> str:
    """What people call a risk, or an action, that an event is of."""
    return f"{data['ref']} {data['title'].strip()}"


def _told(
    kind: NoticeKind,
    event: FeedEvent,
    is_open: bool,
    owner: str | None,
    title: str,
    due: date | None,
    from_day: date | None = None,
) -> Told:
    named = owner[:LONGEST_OWNER] if owner else None
    line = " ".join(title.split())  # what people typed has line ends, too, and a message an item a line
    return Told(kind, event.service, event.subject, is_open, named, line[:LONGEST_TITLE], due, from_day)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


Reader = Callable[[FeedEvent, Mapping[str, Any], timedelta], Iterator[Told]]
_READERS: Final[Mapping[str, Reader]] = {
    OBSERVATION_LATE: _late_value,
    RETURN_MISSING: _return_due,
    RETURN_SUBMITTED: _return_due,
    RETURN_APPROVED: _return_due,
    REVIEW_OVERDUE: _review_overdue,
    RISK_REVIEWED: _reviewed,
    PROPOSAL_UPDATED: _proposal_waits,
    TREATMENT_UPDATED: _action_due,
}
TYPES: Final = tuple(_READERS)
"""The types of events that notices are made of."""
KINDS_OF_SERVICE: Final[Mapping[str, tuple[NoticeKind, ...]]] = {
    "indicators": (NoticeKind.LATE_VALUE,),
    "pledges": (NoticeKind.RETURN_DUE,),
    "risks": (
        NoticeKind.REVIEW_OVERDUE,
        NoticeKind.OVERRIDE_LAPSES,
        NoticeKind.PROPOSAL_WAITS,
        NoticeKind.ACTION_DUE,
    ),
    OWN: (NoticeKind.DEAD_LETTERS, NoticeKind.WEBHOOK_DISABLED, NoticeKind.MAILBOX_UNDELIVERED),
}
"""What waits in each service."""
