"""What a period is called: its canonical label, by its kind, from its first and last day."""

import calendar
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from contracts.period_kinds import PeriodKind


def month_start(year: int, month: int) -> date:
    """First day of a month counted from January of ``year``; months beyond 12 roll over."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """How many months two days and what is between them touch."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def financial_year(start: date) -> int:
    return start.year if start.month >= 4 else start.year - 1  # noqa: PLR2004  April starts the year


def quarter_number(start: date) -> int:
    """The quarter of its financial year, 1 to 4."""
    return (start.month - 4) % 12 // 3 + 1


def calendar_quarter(start: date) -> int:
    return (start.month + 2) // 3


def _slash(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02d}"


def _quarter_label(start: date) -> str:
    return f"{_slash(financial_year(start))} Q{quarter_number(start)}"


def _month_label(day: date) -> str:
    return f"{calendar.month_abbr[day.month]} {day.year}"


LABELS: Final[Mapping[PeriodKind, Callable[[date, date], str]]] = {
    PeriodKind.MONTH: lambda start, _: f"{start.year:04d}-{start.month:02d}",
    PeriodKind.QUARTER: lambda start, _: _quarter_label(start),
    PeriodKind.FINANCIAL_YEAR: lambda start, _: _slash(start.year),
    PeriodKind.CALENDAR_YEAR: lambda start, _: f"{start.year:04d}",
    PeriodKind.CALENDAR_QUARTER: lambda start, _: f"{start.year} Q{calendar_quarter(start)}",
    PeriodKind.ACADEMIC_YEAR: lambda start, _: f"{_slash(start.year)} academic",
    PeriodKind.POOLED_YEARS: lambda start, end: f"{start.year} - {end.year % 100:02d}",
    PeriodKind.POOLED_FINANCIAL_YEARS: lambda start, end: f"{_slash(start.year)} - {_slash(end.year - 1)}",
    PeriodKind.CUMULATIVE_QUARTERS: lambda start, end: (
        f"{_quarter_label(start)} - {_quarter_label(end.replace(day=1))}"
    ),
    PeriodKind.ROLLING_YEAR: lambda start, end: f"{_month_label(start)} - {_month_label(end)}",
}
