"""Reading a whole file before anything is saved: its rows sorted on disk, what they say of indicators, what is wrong.

Runs in a thread; awaits nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from chassis.tabular.reading import FileRow, Unreadable, refuse_unloadable, sheets
from chassis.tabular.sorting import SortedRows
from services.indicators.domain.importing.drafts import CellFault, Draft, FaultyRow
from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.domain.importing.row_reader import MissingColumns, RowReader
from services.indicators.domain.importing.sums import Parts, Sums
from services.indicators.domain.importing.tally import Faults, Seen
from services.indicators.domain.observations import SeriesKey
from services.indicators.service.staging import sortable

_AT_ONCE = 2000
_FIRST_ROWS = 60
"""Among these of a sheet is the header: titles and remarks may stand above it."""


class Stopped(Exception):  # noqa: N818  named for what it is
    """Nobody waits for the survey any more."""


@dataclass(slots=True)
class Counter:
    """How far the work is, for others to look at; ``stopped`` asks it to end."""

    done: int = 0
    total: int | None = None
    stopped: bool = False

    def step(self) -> None:
        """One more is done; raises as :meth:`go_on`."""
        self.done += 1
        self.go_on()

    def go_on(self) -> None:
        """Go on, unless asked to end.

        Raises:
            Stopped: it is asked to end.
        """
        if self.stopped:
            raise Stopped


@dataclass(frozen=True, slots=True)
class Header:
    """Where the table begins: in which sheet, from 0, and the row with the headings."""

    sheet: int
    row: FileRow


@dataclass(slots=True)
class Survey:
    """What a file says: drafts in ``rows``, in the order in which they are saved."""

    rows: SortedRows
    seen: Seen
    headings: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    rows_read: int = 0
    header: Header | None = None
    unplaced: int = 0
    """The first line that cannot be read so far that it said what it is of; 0 where there is none."""


def survey_file(
    file: BinaryIO,
    mapping: FileMapping,
    order: ImportOrder,
    rows: SortedRows,
    counter: Counter,
    parents: Mapping[str, Collection[str]],
) -> Survey:
    """Read a file by a mapping; ``parents`` are those of areas that have some.

    Raises:
        Stopped: the counter was asked to stop.
    """
    survey = Survey(rows, Seen(mapping, order.calculation))
    parts = Parts(mapping) if mapping.add_up else None
    sums = Sums(mapping, order.sum_into, parents) if order.sum_into else None
    taken = _Taken(survey, sums, counter, creates=order.create_missing)
    for row in _read(file, mapping, survey, counter):
        if isinstance(row, FaultyRow):
            _refuse(survey, row, parts, sums)
        elif parts is None:
            taken.add(row)
        elif faulty := parts.add(row):
            _refuse(survey, faulty, parts, sums)
    if parts is not None:
        _add_up(survey, parts, taken, sums)
    taken.finish()
    return survey


def _refuse(survey: Survey, faulty: FaultyRow, parts: Parts | None, sums: Sums | None) -> None:
    """Let a row be at fault, and with it every sum that it is of: all of them, where it does not say which."""
    survey.faults.add((faulty.line,), faulty.faults)
    if faulty.observation_key is None:
        survey.unplaced = survey.unplaced or faulty.line
    elif parts is not None:
        parts.refuse(faulty)
    elif sums is not None:
        sums.refuse(faulty.observation_key, f"line {faulty.line} is not right")


def _add_up(survey: Survey, parts: Parts, taken: "_Taken", sums: Sums | None) -> None:
    """Take what is added up of parts; its rows are at fault where one of them is."""
    if survey.unplaced:
        why = f"nothing is added up: line {survey.unplaced} may be of any of the sums"
        lines = parts.all_lines()
        survey.faults.add(lines, [CellFault("", "", why)] if lines else ())
        return
    for refused in parts.refused():
        survey.faults.add(refused.lines, [refused.fault] if refused.lines else ())
        if sums is not None:
            sums.refuse(refused.observation_key, refused.fault.message)
    for draft in parts.drafts():
        taken.add(draft)


class _Taken:
    """Drafts on their way into the sorted rows: those of one series together, of as many rows as are taken at once."""

    def __init__(self, survey: Survey, sums: Sums | None, counter: Counter, *, creates: bool) -> None:
        self._survey, self._sums, self._counter, self._creates = survey, sums, counter, creates
        self._waiting: dict[SeriesKey, list[Draft]] = {}
        self._count = 0
        self._series: SeriesKey | None = None
        self._of_series: list[Draft] = []

    def add(self, draft: Draft) -> None:
        if self._sums is not None:
            self._sums.add(draft)
        self._stage(draft)

    def finish(self) -> None:
        if self._sums is not None and self._survey.unplaced:
            self._sums.refuse_all(f"line {self._survey.unplaced} cannot be read")
        for each in self._sums.outcomes(self._counter.go_on) if self._sums else ():
            if isinstance(each, Draft):
                self._stage(each)
            else:
                self._survey.faults.add((), [each])
        self._flush()

    def _stage(self, draft: Draft) -> None:
        if draft.key is not self._series:
            self._series = draft.key
            self._of_series = self._waiting.setdefault(draft.key, [])
        self._of_series.append(draft)
        self._count += 1
        if self._count >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._counter.go_on()
        seen = self._survey.seen
        for drafts in self._waiting.values():
            if self._creates:
                seen.add(drafts)
            else:
                seen.name(drafts[0].key.indicator)
        self._survey.rows.add(map(sortable, self._waiting.values()))
        self._waiting, self._count, self._series = {}, 0, None


def _read(file: BinaryIO, mapping: FileMapping, survey: Survey, counter: Counter) -> Iterator[Draft | FaultyRow]:
    """The rows of the sheet that has the header; what is wrong with the file goes to the survey."""
    lacking = f"There is no table in the file. {'; '.join(mapping.required)} must have columns."
    try:
        refuse_unloadable(file)
        for number, sheet in enumerate(sheets(file)):
            found = _find_header(sheet, mapping)
            if isinstance(found, str):
                lacking = found
            elif found:
                row, reader = found
                survey.header = Header(number, row)
                survey.headings = {field: reader.heading(field) for field in mapping.columns}
                yield from _drafts(reader, sheet, survey, counter)
                return
    except Unreadable as problem:
        survey.faults.add_file(str(problem), problem.line)
        survey.unplaced = survey.unplaced or problem.line or 1
        return
    survey.faults.add_file(lacking, 1)


def _find_header(sheet: Iterator[FileRow], mapping: FileMapping) -> tuple[FileRow, RowReader] | str | None:
    """The first row that has the headings, with its reader; else what the first row lacks."""
    lacking = None
    for row, _ in zip(sheet, range(_FIRST_ROWS), strict=False):
        try:
            return row, RowReader(mapping, row.cells)
        except MissingColumns as problem:
            lacking = lacking or str(problem)
    return lacking


def _drafts(
    reader: RowReader, sheet: Iterator[FileRow], survey: Survey, counter: Counter
) -> Iterator[Draft | FaultyRow]:
    for row in sheet:
        if reader.is_remark(row.cells):
            continue
        survey.rows_read += 1
        counter.step()
        yield reader.read(row.line, row.cells)
