"""The table of bank holidays that ships with the product, so that deadlines need no network and do not drift.

Weekdays from 2005 to 2028: bank holidays under the Banking and Financial Dealings Act 1971, by royal proclamation, Good
Friday and Christmas Day, as gov.uk/bank-holidays lists them; compiled with ``holidays`` 0.109 (MIT). Left out is 30
November 2006 in Scotland, before the St Andrew's Day Bank Holiday (Scotland) Act 2007.
"""

import csv
from datetime import date
from functools import lru_cache
from importlib.resources import files

from services.indicators.domain.bank_holidays import PARTS, BankHoliday, BankHolidays, WorkingCalendar

_TABLE = "bank_holidays.csv"
_PARTS = sorted(PARTS[WorkingCalendar.UNITED_KINGDOM])


@lru_cache
def get_bank_holidays() -> BankHolidays:
    text = files("services.indicators.repository").joinpath(_TABLE).read_text(encoding="utf-8")
    days = {each.day: each for each in map(_holiday, csv.DictReader(text.splitlines()))}
    return BankHolidays(min(days).year, max(days).year, days)


def _holiday(row: dict[str, str]) -> BankHoliday:
    parts = frozenset(part for part in _PARTS if row[part] == "1")
    return BankHoliday(date.fromisoformat(row["date"]), row["name"], parts)
