"""Reporting periods: months, financial quarters, years, pooled, cumulative and rolling spans.

A period is a kind with its first and last day; its label and sort key are derived. Text enters by
:meth:`Period.parse` only, which refuses what could mean two things, but for the kind of the indicator it is read for.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, SchemaSerializer, core_schema

from contracts.period_kinds import ACCEPTED_FORMS, OVERLAPPING, PeriodKind, UnknownPeriodError
from contracts.period_labels import (
    LABELS,
    calendar_quarter,
    financial_year,
    month_start,
    months_between,
    quarter_number,
)

__all__ = ["ACCEPTED_FORMS", "Period", "PeriodKind", "UnknownPeriodError"]

_AS_LABEL = core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema())

MONTHS = {name: n for n, name in enumerate(calendar.month_abbr) if name}
_LONG_MONTHS = {name: n for n, name in enumerate(calendar.month_name) if name}
_MONTH_NUMBERS = {name.lower(): n for name, n in (MONTHS | _LONG_MONTHS | {"Sept": 9}).items()}
_MONTH_NAME = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period. Ordered by (end, start)."""

    kind: PeriodKind
    start: date
    end: date

    __pydantic_serializer__: ClassVar[SchemaSerializer] = SchemaSerializer(
        core_schema.any_schema(serialization=_AS_LABEL)
    )
    """Written as its label even in a field that may hold anything, such as an envelope's data."""

    def __hash__(self) -> int:
        """By the days alone: few kinds share them, and hashing a kind takes longer than both."""
        return hash((self.start, self.end))

    @classmethod
    def parse(cls, text: str, kind: PeriodKind | None = None) -> "Period":
        """The period that ``text`` names; ``kind`` is that of the indicator it is read for, where there is one.

        The kind decides only where the text alone does not: a lone quarter of a cumulative indicator, ``2011-12`` of a
        yearly one, and sort keys of public-health profiles (:meth:`from_fingertips`). What the text says by itself
        stands, whether or not it is of that kind.

        Raises:
            UnknownPeriodError: for text that is none of the accepted forms, or is ambiguous.
        """
        return _parse(" ".join(text.split()), kind)

    @classmethod
    def span(cls, kind: PeriodKind, start: date, months: int) -> "Period":
        return cls(kind, start, month_start(start.year, start.month + months) - timedelta(days=1))

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        return cls.span(PeriodKind.MONTH, date(year, month, 1), 1)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        """Quarter 1 to 4 of the financial year that starts in April of ``year``."""
        return cls.span(PeriodKind.QUARTER, month_start(year, 1 + 3 * quarter), 3)

    @classmethod
    def quarter_of(cls, day: date) -> "Period":
        """The financial quarter that holds ``day``."""
        year = day.year if day.month >= 4 else day.year - 1  # noqa: PLR2004  April starts the year
        return cls.quarter(year, (day.month - 4) % 12 // 3 + 1)

    @property
    def months(self) -> int:
        return months_between(self.start, self.end)

    @property
    def sort_key(self) -> tuple[date, date]:
        return (self.end, self.start)

    def __lt__(self, other: Self) -> bool:
        return self.sort_key < other.sort_key

    @property
    def overlaps(self) -> bool:
        """Whether periods of this kind overlap their neighbours, so that they never follow one another."""
        return self.kind in OVERLAPPING

    def next(self) -> "Period":
        """The period of the same kind and length that starts the day after this one ends."""
        return _next(self)

    def previous(self) -> "Period":
        return Period.span(self.kind, month_start(self.start.year, self.start.month - self.months), self.months)

    def followed_by(self, other: "Period") -> bool:
        """Whether ``other`` comes right after this one. Overlapping kinds never do."""
        return not self.overlaps and self.next() == other

    @property
    def label(self) -> str:
        return _label(self)

    def __str__(self) -> str:
        return self.label

    @property
    def path(self) -> str:
        """The label as links write it: a financial quarter without its slash, ``2017-18-Q3``."""
        return self.label.replace("/", "-").replace(" ", "-") if self.kind is PeriodKind.QUARTER else self.label

    @property
    def fingertips_key(self) -> int | None:
        """The public-health profile sort key, of the year in which the period starts; none for half a cumulation.

        ``20170300`` a quarter, ``20170012`` a month or a rolling year, ``20170000`` a year or pooled years,
        ``20131800`` eighteen quarters from April 2013.
        """
        year, rest = self.start.year, 0
        if self.kind in {PeriodKind.MONTH, PeriodKind.ROLLING_YEAR}:
            rest = self.start.month
        elif self.kind is PeriodKind.CALENDAR_QUARTER:
            rest = 100 * calendar_quarter(self.start)
        elif self.kind is PeriodKind.QUARTER:
            year, rest = financial_year(self.start), 100 * quarter_number(self.start)
        elif self.kind is PeriodKind.CUMULATIVE_QUARTERS:
            if quarter_number(self.start) != 1 or self.months > _MOST_CUMULATED:
                return None
            rest = 100 * (self.months // 3)
        return year * 10000 + rest

    @classmethod
    def from_fingertips(cls, key: int, kind: PeriodKind) -> "Period":
        """The period of a sort key, which says nothing by itself: ``kind`` is that of the indicator it stands for.

        Raises:
            UnknownPeriodError: it is no key of that kind, or of a kind whose keys do not say how long they are.
        """
        year, rest = divmod(key, 10000)
        quarter, month = divmod(rest, 100)
        form = _KEYS.get(kind)
        if form is None:
            raise UnknownPeriodError(str(key), "A sort key does not say how many years are pooled: write the label.")
        if not (1900 <= year <= 2099 and quarter in form.quarters and month in form.months):  # noqa: PLR2004  as in text
            raise UnknownPeriodError(str(key), f"The sort key of a {kind.replace('_', ' ')} looks like {form.example}.")
        return form.build(year, quarter + month)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_validate, serialization=_AS_LABEL)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "string",
            "maxLength": 40,
            "description": "A period: " + "; ".join(ACCEPTED_FORMS),
            "examples": ["2017-12", "2017/18 Q3", "2017/18"],
        }


@lru_cache(maxsize=4096)
def _label(period: Period) -> str:
    return LABELS[period.kind](period.start, period.end)


@lru_cache(maxsize=4096)
def _next(period: Period) -> Period:
    return Period.span(period.kind, period.end + timedelta(days=1), period.months)


def _validate(value: object) -> Period:
    if isinstance(value, Period):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("period", "A period is text, such as 2017-12 or 2017/18 Q3")
    try:
        return Period.parse(value)
    except UnknownPeriodError as error:
        raise PydanticCustomError("period", "{reason}", {"reason": str(error)}) from error


_YEAR = r"((?:19|20)\d\d)"
_FIN = rf"{_YEAR}[/-](\d\d)"


def _financial(year: int) -> Period:
    return Period.span(PeriodKind.FINANCIAL_YEAR, date(year, 4, 1), 12)


def _academic(year: int) -> Period:
    return Period.span(PeriodKind.ACADEMIC_YEAR, date(year, 9, 1), 12)


def _calendar(year: int) -> Period:
    return Period.span(PeriodKind.CALENDAR_YEAR, date(year, 1, 1), 12)


def _in_calendar(year: int, quarter: int) -> Period:
    return Period.span(PeriodKind.CALENDAR_QUARTER, date(year, 3 * quarter - 2, 1), 3)


def _checked_year(text: str, year: str, short: str) -> int:
    if (int(year) + 1) % 100 != int(short):
        raise UnknownPeriodError(text, "The second year must follow the first.")
    return int(year)


def _iso_month(text: str, year: str, month: str) -> Period:
    """``2017-12`` is a month, ``2017-18`` a financial year; ``2011-12`` is how a month is written."""
    if 1 <= int(month) <= 12:  # noqa: PLR2004  months of a year
        return Period.month(int(year), int(month))
    if (int(year) + 1) % 100 == int(month):
        return _financial(int(year))
    raise UnknownPeriodError(
        text, "It is ambiguous with a financial year: write pooled years with spaces, as 2015 - 17."
    )


def _named_month(_text: str, name: str, year: str) -> Period:
    """A year of two digits is between 1969 and 2068."""
    full = int(year) if len(year) == 4 else (int(year) - 69) % 100 + 1969  # noqa: PLR2004  digits of a year
    return Period.month(full, _MONTH_NUMBERS[name.lower()])


_MOST_POOLED = 50
"""Years; a last year that lies further on is one before the first."""


def _years_pooled(text: str, first: int, last: str) -> int:
    """How many years from ``first`` to ``last``, which has two digits or four: ``1999 - 01`` is three."""
    years = (int(last) - first) % 100 + 1 if len(last) == 2 else int(last) - first + 1  # noqa: PLR2004  two digits
    if years == 1:
        raise UnknownPeriodError(text, "Pooled years span at least two.")
    if not 1 < years <= _MOST_POOLED:
        raise UnknownPeriodError(text, f"The last year lies before the first, or more than {_MOST_POOLED} years on.")
    return years


def _pooled(text: str, first: str, last: str) -> Period:
    return Period.span(PeriodKind.POOLED_YEARS, date(int(first), 1, 1), 12 * _years_pooled(text, int(first), last))


def _pooled_financial(text: str, y1: str, s1: str, y2: str, s2: str) -> Period:
    first = _checked_year(text, y1, s1)
    years = _years_pooled(text, first, y2)
    _checked_year(text, y2, s2)
    return Period.span(PeriodKind.POOLED_FINANCIAL_YEARS, date(first, 4, 1), 12 * years)


def _cumulative(text: str, y1: str, s1: str, q1: str, y2: str, s2: str, q2: str) -> Period:
    first = Period.quarter(_checked_year(text, y1, s1), int(q1))
    last = Period.quarter(_checked_year(text, y2, s2), int(q2))
    if last.end <= first.start:
        raise UnknownPeriodError(text, "It ends before it starts.")
    return Period(PeriodKind.CUMULATIVE_QUARTERS, first.start, last.end)


def _cumulative_within(text: str, year: str, short: str, q1: str, q2: str) -> Period:
    return _cumulative(text, year, short, q1, year, short, q2)


def _rolling(text: str, m1: str, y1: str, m2: str, y2: str) -> Period:
    first = Period.month(int(y1), _MONTH_NUMBERS[m1.lower()])
    last = Period.month(int(y2), _MONTH_NUMBERS[m2.lower()])
    if months_between(first.start, last.end) != 12:  # noqa: PLR2004  a rolling year has twelve months
        raise UnknownPeriodError(text, "A rolling year spans twelve months.")
    return Period(PeriodKind.ROLLING_YEAR, first.start, last.end)


@dataclass(frozen=True, slots=True)
class _KeyForm:
    """What may stand in the quarter and in the month of a sort key, and the period of a year and that number."""

    example: str
    build: Callable[[int, int], Period]
    quarters: range = range(1)
    months: range = range(1)


_MOST_CUMULATED = 99 * 3
"""Months of the most quarters that a sort key has room for."""

_KEYS: dict[PeriodKind, _KeyForm] = {
    PeriodKind.MONTH: _KeyForm("20170012", Period.month, months=range(1, 13)),
    PeriodKind.ROLLING_YEAR: _KeyForm(
        "20170004", lambda y, m: Period.span(PeriodKind.ROLLING_YEAR, date(y, m, 1), 12), months=range(1, 13)
    ),
    PeriodKind.QUARTER: _KeyForm("20170300", Period.quarter, quarters=range(1, 5)),
    PeriodKind.CALENDAR_QUARTER: _KeyForm("20180100", _in_calendar, quarters=range(1, 5)),
    PeriodKind.CUMULATIVE_QUARTERS: _KeyForm(
        "20210300",
        lambda y, n: Period.span(PeriodKind.CUMULATIVE_QUARTERS, date(y, 4, 1), 3 * n),
        quarters=range(1, 100),
    ),
    PeriodKind.FINANCIAL_YEAR: _KeyForm("20170000", lambda y, _: _financial(y)),
    PeriodKind.CALENDAR_YEAR: _KeyForm("20170000", lambda y, _: _calendar(y)),
    PeriodKind.ACADEMIC_YEAR: _KeyForm("20170000", lambda y, _: _academic(y)),
}

_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Period]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), build)
    for pattern, build in (
        (rf"{_YEAR}-(\d\d)", _iso_month),
        (rf"({_MONTH_NAME})[- ](\d\d|(?:19|20)\d\d)", _named_month),
        (rf"{_FIN}(?: | - |-)Q([1-4])", lambda t, y, s, q: Period.quarter(_checked_year(t, y, s), int(q))),
        (rf"Q([1-4]) {_FIN}", lambda t, q, y, s: Period.quarter(_checked_year(t, y, s), int(q))),
        (rf"{_YEAR}/(\d\d)", lambda t, y, s: _financial(_checked_year(t, y, s))),
        (_YEAR, lambda _t, y: _calendar(int(y))),
        (rf"{_YEAR} Q([1-4])", lambda _t, y, q: _in_calendar(int(y), int(q))),
        (rf"Q([1-4]) {_YEAR}", lambda _t, q, y: _in_calendar(int(y), int(q))),
        (rf"{_FIN} academic", lambda t, y, s: _academic(_checked_year(t, y, s))),
        (rf"AY {_FIN}", lambda t, y, s: _academic(_checked_year(t, y, s))),
        (rf"{_YEAR} - (\d\d|(?:19|20)\d\d)", _pooled),
        (rf"{_FIN} - (\d\d|(?:19|20)\d\d)[/-](\d\d)", _pooled_financial),
        (rf"{_FIN} Q([1-4]) - {_FIN} Q([1-4])", _cumulative),
        (rf"{_FIN} Q([1-4])(?:-| - )Q([1-4])", _cumulative_within),
        (rf"({_MONTH_NAME}) {_YEAR} - ({_MONTH_NAME}) {_YEAR}", _rolling),
    )
)

_KEY = re.compile(r"(?:19|20)\d{6}", re.ASCII)


@lru_cache(maxsize=4096)
def _parse(text: str, kind: PeriodKind | None) -> Period:
    if _KEY.fullmatch(text):
        return _from_key_text(text, kind)
    period = _parse_form(text)
    if kind is PeriodKind.FINANCIAL_YEAR and period.kind is PeriodKind.MONTH:
        return _year_like_a_month(text) or period
    if kind is PeriodKind.CUMULATIVE_QUARTERS and period.kind is PeriodKind.QUARTER:
        return Period(kind, period.start, period.end)
    return period


def _year_like_a_month(text: str) -> Period | None:
    """``2011-12``, which is a month unless a year is wanted."""
    found = re.fullmatch(rf"{_YEAR}-(\d\d)", text, re.ASCII)
    year, short = (int(group) for group in found.groups()) if found else (0, 0)
    return _financial(year) if found and (year + 1) % 100 == short else None


def _from_key_text(text: str, kind: PeriodKind | None) -> Period:
    if kind is None:
        raise UnknownPeriodError(text, "A sort key says nothing without the indicator it is of.")
    return Period.from_fingertips(int(text), kind)


def _parse_form(text: str) -> Period:
    if len(text) <= 40:  # noqa: PLR2004  longer than any form
        for pattern, build in _FORMS:
            found = pattern.fullmatch(text)
            if found:
                return build(text, *found.groups())
    raise UnknownPeriodError(text)
