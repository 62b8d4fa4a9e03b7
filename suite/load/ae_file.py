"""Reading NHS England's A&E months: checked row by row, added up per month, never in memory as a whole."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from contracts.period import Period
from suite.load.csv_files import MAX_REPORTED, BadRows, FileRow, field_errors

ENGLAND = "E92000001"
HUNDREDTH = Decimal("0.01")
TYPES = ("1", "2", "other")

_Count = Annotated[int, Field(ge=0, le=10_000_000)]


class AeRow(FileRow):
    """One organisation's departments of one type in one month. ``breaches`` stayed longer than four hours.

    ``org_code`` is a provider's, or England's own code where the file prints England itself.
    """

    period: date
    org_code: Annotated[str, Field(pattern=r"^([A-Z0-9]{3,8}|E92000001)$")]
    type: Literal["1", "2", "other"]
    attendances: _Count
    breaches: _Count
    admissions: _Count

    @model_validator(mode="after")
    def _sensible(self) -> "AeRow":
        if self.period.day != 1:
            raise ValueError(f"period {self.period} is not the first day of a month")
        if self.breaches > self.attendances:
            raise ValueError(f"{self.breaches} breaches of {self.attendances} attendances")
        return self


@dataclass(slots=True)
class Month:
    """Attendances and breaches of all departments, added up."""

    attendances: int = 0
    breaches: int = 0

    @property
    def within(self) -> int:
        return self.attendances - self.breaches

    @property
    def percentage(self) -> Decimal:
        """Seen within four hours, of a hundred; rounded half up to two decimals. Not without attendances."""
        return (Decimal(self.within) * 100 / self.attendances).quantize(HUNDREDTH, ROUND_HALF_UP)


@dataclass(slots=True)
class AeFile:
    """What a file says: months per area, and how many of them had which types.

    An area is a provider, England where the file prints it, or that into which every provider is summed: ``summed``
    has the number of providers of each of its months. A month without attendances has no percentage.
    """

    rows: int = 0
    providers: int = 0
    months: dict[str, dict[Period, Month]] = field(default_factory=dict)
    types: dict[str, dict[str, int]] = field(default_factory=dict)
    sum_area: str | None = None
    summed: dict[Period, int] = field(default_factory=dict)

    def notes(self) -> list[str]:
        """What a reader of the figures should know."""
        notes = [note for area in sorted(self.types) for note in self._notes_on(area)]
        if ENGLAND not in self.months:
            notes.append(f"{ENGLAND} is not in the file, and nothing is summed into it: it stays as it is")
        return notes

    def _notes_on(self, area: str) -> Iterator[str]:
        total = len(self.months[area])
        for type_ in TYPES:
            had = self.types[area].get(type_, 0)
            if had < total:
                yield f"{area}: rows of type {type_} in {had} of {total} months"
        for period, month in self.months[area].items():
            if not month.attendances:
                yield f"{area} {period}: published without attendances, so without a percentage"


def read_ae(path: Path, providers: Sequence[str], sum_into: str | None = None) -> AeFile:
    """Add up a file: for each of ``providers``, for England where it has rows of its own, and into ``sum_into``.

    Reads line by line and keeps sums, plus one mark per row against rows that stand there twice.

    Raises:
        BadRows: a wrong header, a bad or doubled row, no rows, a provider that is not in the file, or a sum into an
            area that the file prints itself.
    """
    sums, bad = _Sums(providers, sum_into), 0
    problems: list[str] = []
    for line, cells in _lines(path):
        try:
            faults = sums.add(line, AeRow.model_validate(cells))
        except ValidationError as error:
            faults = field_errors(error)
        bad += len(faults)
        problems += [f"{path.name}:{line}: {fault}" for fault in faults if len(problems) < MAX_REPORTED]
    problems += [] if bad else [f"{path.name}: {one}" for one in sums.absent()]
    if problems:
        raise BadRows(problems[:MAX_REPORTED], more=max(bad - MAX_REPORTED, 0))
    return sums.file()


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if reader.fieldnames != list(AeRow.model_fields):
                raise BadRows(
                    [f"{path.name}:1: the header is {reader.fieldnames}; expected {list(AeRow.model_fields)}"]
                )
            for cells in reader:
                yield reader.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRows([f"{path.name}: cannot be read: {error}"]) from error


class _Sums:
    """Running sums of the wanted providers, of England's own rows, and of all providers together."""

    def __init__(self, providers: Collection[str], sum_into: str | None) -> None:
        self.wanted = frozenset(providers) | {ENGLAND}
        self.sum_into = sum_into
        self.rows = 0
        self.seen: dict[tuple[int, str, str], int] = {}
        self.providers: dict[date, set[str]] = defaultdict(set)
        self.printed: set[str] = set()
        self.months: dict[str, dict[date, Month]] = defaultdict(lambda: defaultdict(Month))
        self.types: dict[str, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))

    def add(self, line: int, row: AeRow) -> list[str]:
        key = (row.period.toordinal(), row.org_code, row.type)
        first = self.seen.setdefault(key, line)
        if first != line:
            return [f"{row.org_code}, type {row.type}, {row.period:%Y-%m} stands in line {first} already"]
        self.rows += 1
        if row.org_code in self.wanted:
            self.printed.add(row.org_code)
            self._add_to(row.org_code, row)
        if row.org_code != ENGLAND:
            self.providers[row.period].add(row.org_code)
            if self.sum_into:
                self._add_to(self.sum_into, row)
        return []

    def _add_to(self, area: str, row: AeRow) -> None:
        month = self.months[area][row.period]
        month.attendances += row.attendances
        month.breaches += row.breaches
        self.types[area][row.type].add(row.period)

    def absent(self) -> list[str]:
        """Why the file cannot be used as a whole."""
        if not self.rows:
            return ["no rows"]
        if self.sum_into in self.printed:
            return [f"{self.sum_into} has rows of its own, so nothing is summed into it"]
        return [f"no rows of provider {provider}" for provider in sorted(self.wanted - self.printed - {ENGLAND})]

    def file(self) -> AeFile:
        months = {area: {_month(day): by_day[day] for day in sorted(by_day)} for area, by_day in self.months.items()}
        types = {area: {name: len(days) for name, days in by_type.items()} for area, by_type in self.types.items()}
        summed = {_month(day): len(codes) for day, codes in self.providers.items()} if self.sum_into else {}
        providers = len(set().union(*self.providers.values()))
        return AeFile(self.rows, providers, months, types, self.sum_into, summed)


def _month(day: date) -> Period:
    return Period.month(day.year, day.month)
