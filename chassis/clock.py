"""The clock, handed in wherever time matters, and the calendar the rules read."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""

LONDON = ZoneInfo("Europe/London")


def system_clock() -> datetime:
    return datetime.now(UTC)


def london_date(moment: datetime) -> date:
    """The calendar date in England at ``moment``."""
    return moment.astimezone(LONDON).date()
