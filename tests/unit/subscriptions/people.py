"""A recipient and a notice as tests of messages to people need them."""

from datetime import UTC, date, datetime, time
from typing import Final

from services.subscriptions.domain.notices import Notice, NoticeKind
from services.subscriptions.domain.recipients import Channel, Pace, Recipient

NOW: Final = datetime(2018, 2, 28, 9, tzinfo=UTC)
"""A Wednesday."""
TODAY: Final = NOW.date()
ANNE: Final = Recipient(
    code="anne",
    name="Anne Hill",
    channel=Channel.EMAIL,
    address="anne.hill@example.org",
    url=None,
    owners=("A. Hill", "Head of Finance"),
    pace=Pace.IMMEDIATE,
    daily_at=time(8, 30),
    working_days_only=True,
    remind_after=7,
    escalate_after=14,
    escalates_to="ben",
    deputy=None,
    away_from=None,
    away_until=None,
    granted=frozenset({"risks", "pledges"}),
)


def notice(
    number: int, kind: NoticeKind = NoticeKind.REVIEW_OVERDUE, due: date | None = None, **more: object
) -> Notice:
    title = f"OCC{number} Waiting lists"
    told = {"owner": "A. Hill", "opened_at": NOW, "recipient": "anne", "from_day": None, **more}
    return Notice(id=number, kind=kind, service="risks", subject=f"risk/OCC{number}", title=title, due=due, **told)
