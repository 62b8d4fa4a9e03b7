"""The kinds of reporting periods, and the forms in which text may name one."""

from enum import StrEnum
from typing import Final

ACCEPTED_FORMS = (
    "2017-12, Dec-17, Dec 2017 or December 2017 (month)",
    "2017/18 Q3, 2017/18 - Q3, 2017-18 Q3, Q3 2017/18 or 2017-18-Q3 (financial quarter)",
    "2017/18 or 2017-18 (financial year)",
    "2017 (calendar year)",
    "2018 Q1 or Q1 2018 (calendar quarter)",
    "2017/18 academic or AY 2017/18 (academic year)",
    "2015 - 17 or 2015 - 2017 (pooled years)",
    "2013/14 - 2015/16 or 2013/14 - 15/16 (pooled financial years)",
    "2021/22 Q1 - 2021/22 Q3 or 2021/22 Q1-Q3 (cumulative quarters)",
    "Apr 2017 - Mar 2018 (rolling year)",
)


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    FINANCIAL_YEAR = "financial_year"
    CALENDAR_YEAR = "calendar_year"
    CALENDAR_QUARTER = "calendar_quarter"
    ACADEMIC_YEAR = "academic_year"
    POOLED_YEARS = "pooled_years"
    POOLED_FINANCIAL_YEARS = "pooled_financial_years"
    CUMULATIVE_QUARTERS = "cumulative_quarters"
    ROLLING_YEAR = "rolling_year"


OVERLAPPING: Final = frozenset(
    {
        PeriodKind.POOLED_YEARS,
        PeriodKind.POOLED_FINANCIAL_YEARS,
        PeriodKind.CUMULATIVE_QUARTERS,
        PeriodKind.ROLLING_YEAR,
    }
)
"""Kinds whose periods overlap their neighbours, always, so that they never follow one another."""


class UnknownPeriodError(ValueError):
    """Text that is none of the accepted forms; the message quotes it and lists them."""

    def __init__(self, text: str, hint: str = "") -> None:
        self.text = text
        reason = f"{hint} " if hint else ""
        super().__init__(f"{text[:40]!r} is not a period. {reason}Accepted: {'; '.join(ACCEPTED_FORMS)}.")
