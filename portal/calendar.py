"""Days and quarters as pages choose them."""

from datetime import UTC, date, datetime, time
from typing import Final

from chassis.clock import LONDON
from contracts.period import Period
from portal.api import Api

_QUARTERS: Final = 12
_LAST_SECOND: Final = time(23, 59, 59)


async def business_date(api: Api) -> date:
    """The day that calendar rules read, as the gateway has it: no page waits for every service to say so too."""
    found = await api.get("/operations/v1/business-date", services="false")
    return date.fromisoformat(found["date"])


def latest_quarter(today: date) -> Period:
    """The latest financial quarter that has ended."""
    found = Period.quarter_of(today)
    return found if found.end == today else found.previous()


def quarters(today: date) -> list[tuple[str, str]]:
    """The ends of the latest quarters, the newest first."""
    found = [latest_quarter(today)]
    while len(found) < _QUARTERS:
        found.append(found[-1].previous())
    return [(quarter.label, f"End of {quarter.label}") for quarter in found]


def financial_year(day: date) -> str:
    return Period.quarter_of(day).label.partition(" ")[0]


def end_of_day(day: str | None) -> str | None:
    """The last moment in England of a day that a form has sent; a moment, and what is neither, as it is."""
    try:
        here = datetime.combine(date.fromisoformat(day), _LAST_SECOND, LONDON) if day else None
    except ValueError:
        return day
    return here.astimezone(UTC).isoformat() if here else None
