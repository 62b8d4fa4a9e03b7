"""Bodies and the table of what waits for people, and of messages about it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Table
from services.subscriptions.domain.messages import Message, MessageKind, MessageOutcome, MessageState
from services.subscriptions.domain.notices import HEADINGS, Notice, NoticeKind

_COLUMNS: Final = (
    Column("id", "Notice", "Number of the notice", is_number=True),
    Column("kind", "Kind", "What waits"),
    Column("service", "Service", "Service that has it"),
    Column("subject", "Aggregate", "The aggregate that waits"),
    Column("title", "Title", "What it is"),
    Column("owner", "Owner as printed", "Who is named to answer for it; empty where nobody is"),
    Column("recipient", "Told", "Who is told of it; empty where nobody is"),
    Column("due", "Due", "By when it is, or was, due"),
    Column("opened_at", "Since", "Since when it waits, in UTC"),
    Column("closed_at", "Until", "Until when it waited, in UTC"),
    Column("told_at", "Told at", "When a message first had it, in UTC"),
    Column("escalated_at", "Escalated at", "When it was escalated, in UTC"),
)


class NoticeOut(OutBody):
    """Something that waits for somebody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 17,
                    "kind": "review_overdue",
                    "service": "risks",
                    "subject": "OCC4",
                    "title": "OCC4 Urgent care cannot keep patients moving",
                    "owner": "Strategic co-operative commissioning",
                    "recipient": "anna-coles",
                    "due": "2018-02-14",
                    "opened_at": "2018-02-15T06:00:00Z",
                    "closed_at": "2018-03-05T10:00:00Z",
                    "told_at": "2018-02-15T08:30:00Z",
                    "reminded_at": "2018-02-22T08:30:00Z",
                    "escalated_at": "2018-03-01T08:30:00Z",
                }
            ]
        }
    )

    id: int = Field(description="Its number", examples=[17])
    kind: NoticeKind = Field(description="What waits")
    service: str = Field(
        description="The service that has it; `subscriptions` for webhooks and mailboxes", examples=["risks"]
    )
    subject: str = Field(description="The aggregate that waits, as in events", examples=["OCC4"])
    title: str = Field(description="What it is")
    owner: str | None = Field(description="Who is named to answer for it, as printed; null where nobody is")
    recipient: str | None = Field(description="The code of who is told of what that owner answers for; null for nobody")
    due: date | None = Field(description="By when it is, or was, due; null where no day is said")
    opened_at: datetime = Field(description="Since when it waits")
    closed_at: datetime | None = Field(description="Until when it waited; null while it does")
    told_at: datetime | None = Field(description="When a message first had it; null while none did")
    reminded_at: datetime | None = Field(description="When a message last had it")
    escalated_at: datetime | None = Field(description="When whoever it escalates to was told")

    @classmethod
    def of(cls, found: Notice) -> Self:
        names = [name for name in cls.model_fields if name != "kind"]
        return cls(kind=found.kind, **{name: getattr(found, name) for name in names})


def notices_table(found: Sequence[Notice], made_at: datetime) -> Table:
    """A row for each, in the order of the list."""
    return Table(
        name="notices",
        title="What waits for people",
        about="A row for each thing that waits, or waited, for whoever is named to answer for it.",
        columns=_COLUMNS,
        rows=[[HEADINGS[x.kind] if c.name == "kind" else getattr(x, c.name) for c in _COLUMNS] for x in found],
        made_at=made_at,
    )


class MessageOut(OutBody):
    """A message to a recipient, and whether it went. Its words are not shown: the notices are."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "msg_0d8c2f1d6a10",
                    "recipient": "anna-coles",
                    "on_behalf_of": "emma-crowther",
                    "kind": "digest",
                    "notices": [17],
                    "state": "sent",
                    "attempts": 1,
                    "outcome": "sent",
                    "detail": "250 OK",
                    "created_at": "2018-02-15T08:30:00Z",
                    "due_at": "2018-02-15T08:30:00Z",
                    "sent_at": "2018-02-15T08:30:01Z",
                }
            ]
        }
    )

    id: str = Field(description="Its id, by which every attempt goes", examples=["msg_0d8c2f1d6a10"])
    recipient: str = Field(description="The code of who is told")
    on_behalf_of: str | None = Field(
        description="Whose notices these are where they are another's, who is away or late"
    )
    kind: MessageKind = Field(description="Why it is sent")
    notices: list[int] = Field(description="The numbers of the notices that it has")
    state: MessageState = Field(description="Whether it was sent, waits to be, or was given up")
    attempts: int = Field(description="How often it was tried")
    outcome: MessageOutcome | None = Field(description="How the last attempt ended; null before the first")
    detail: str | None = Field(description="What the other side said to that")
    created_at: datetime = Field(description="When it was written")
    due_at: datetime = Field(description="When it is, or was, to be tried next")
    sent_at: datetime | None = Field(description="When it was taken by the way that it goes")

    @classmethod
    def of(cls, found: Message) -> Self:
        plain = ("id", "recipient", "on_behalf_of", "attempts", "detail", "created_at", "due_at", "sent_at")
        return cls(
            kind=found.kind,
            notices=list(found.notices),
            state=found.state,
            outcome=found.outcome,
            **{name: getattr(found, name) for name in plain},
        )
