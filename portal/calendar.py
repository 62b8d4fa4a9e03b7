"""Days and quarters as pages choose them."""

from datetime import date
from typing import Final

from contracts.period import Period
from portal.api import Api

_QUARTERS: Final = 12


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
    """The last moment of a day that a form has sent; a moment as it is."""
    return f"{day}T23:59:59Z" if day and "T" not in day else day
