"""Entries and where in time they fall: quarters open and closed, months a period covers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from contracts.period import Period
from services.finance.domain.savings import NO_AMOUNTS, Amounts, add
from services.finance.domain.series import Series, Version

MONTHS_A_YEAR: Final = 12


class State(StrEnum):
    """How sure the money is. Only ``banked`` has left a budget."""

    INDICATED = "indicated"
    VALIDATED = "validated"
    BANKED = "banked"


@dataclass(frozen=True, slots=True)
class PostedAmounts:
    """An entry as far as sums go: what it is, the period it belongs to, the quarter it was posted in."""

    state: State
    period: Period
    quarter: Period
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Basis:
    """What an indicated entry was made from. ``event_id`` is null where no event asked for it."""

    series: Series
    version: Version
    rule_version: str
    event_id: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a scheme's ledger. Indicated entries have a basis, those that finance posts a reference.

    It restates where it changes an earlier entry of its period, or came after its own quarter was closed. What finance
    corrects by hand names the reference of the entry that it ``corrects``.
    """

    scheme: str
    posted: PostedAmounts
    restates: bool
    reason: str
    basis: Basis | None = None
    reference: str | None = None
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """An entry as it was written, in the order of ids."""

    id: int
    entry: Entry
    actor: str
    at: datetime
    business_date: date


def total_posted(state: State, entries: Iterable[PostedAmounts]) -> Amounts:
    total = NO_AMOUNTS
    for entry in entries:
        if entry.state is state:
            total = add(total, entry.amounts)
    return total


def indicated_by_period(entries: Iterable[PostedAmounts]) -> dict[Period, Amounts]:
    """What the ledger already says of each period an indicator was posted for."""
    found: dict[Period, Amounts] = {}
    for entry in entries:
        if entry.state is State.INDICATED:
            found[entry.period] = add(found.get(entry.period, NO_AMOUNTS), entry.amounts)
    return found


def posting_quarter(period: Period, closed: Collection[Period]) -> Period:
    """The quarter a period's entry falls in: that of its last day, or the first open one after it."""
    quarter = Period.quarter_of(period.end)
    while quarter in closed:
        quarter = quarter.next()
    return quarter


def latest_posting_quarter(period: Period, today: date) -> Period:
    """The last quarter a period's entry may fall in: the current one, or its own where that is later."""
    return max(Period.quarter_of(today), Period.quarter_of(period.end))


def is_restatement(period: Period, posted_in: Period, *, first: bool) -> bool:
    """Whether an entry says what it relates to: it changes an earlier one, or its own quarter was closed."""
    return not first or posted_in != Period.quarter_of(period.end)


def financial_year(quarter: Period) -> Period:
    """The financial year a financial quarter lies in."""
    return Period.parse(quarter.label.split()[0])


def has_ended(quarter: Period, today: date) -> bool:
    return quarter.end < today


def within(period: Period, year: Period) -> bool:
    return year.start <= period.start and period.end <= year.end


def months_of(period: Period) -> frozenset[int]:
    """The months a period covers, counted from year nought."""
    first = period.start.year * MONTHS_A_YEAR + period.start.month
    return frozenset(range(first, first + period.months))


def overlapping(periods: Iterable[Period]) -> Period | None:
    """The first period that shares a month with one before it, or null."""
    taken: set[int] = set()
    for period in periods:
        months = months_of(period)
        if taken & months:
            return period
        taken |= months
    return None
