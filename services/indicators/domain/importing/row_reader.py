"""Rows of a file, read by a mapping: each a draft of an observation, or what is wrong with its cells."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from contracts.areas import is_area_code
from contracts.breakdown import ALL, Breakdown, UnknownBreakdownError
from contracts.indicators import Missing, ObservationStatus
from services.indicators.domain.definitions import Calculation, is_code
from services.indicators.domain.importing.alike import AlikeRows
from services.indicators.domain.importing.cells import (
    FINEST,
    FINEST_SENT,
    MOST_COUNTED,
    NotAccepted,
    inferred_in,
    is_provisional,
    marks_in,
    notes_in,
    number_of,
    rounded,
    without_marks,
)
from services.indicators.domain.importing.drafts import CellFault, Draft, FaultyRow, observation_key
from services.indicators.domain.importing.mapping import DimensionSource, FileMapping
from services.indicators.domain.importing.words import code_of, dimension_of, value_of
from services.indicators.domain.numbers import HIGHEST
from services.indicators.domain.observations import SeriesKey

_NOTE_REFERENCE: Final = re.compile(r"\[note \d{1,9}\]", re.ASCII | re.IGNORECASE)
_NUMBERS: Final = ("count", "not_counted", "denominator", "lower", "upper")
_NEVER_NEGATIVE: Final = frozenset({"count", "not_counted", "denominator"})
_LONGEST: Final = {
    "note": 4000,
    "reason": 4000,
    "basis": 300,
    "indicator_name": 300,
    "measure": 300,
    "unit": 300,
    "area_name": 300,
    "area_type": 60,
    "area_parent": 60,
    "part": 300,
}
_LONGEST_PERIOD: Final = 40
_LONGEST_BREAKDOWN: Final = 400
_WORDS: Final = frozenset(
    (
        "indicator_name",
        "indicator",
        "measure",
        "unit",
        "polarity",
        "area_name",
        "area_type",
        "area_parent",
        "period_kind",
        "part",
        "calculation",
    )
)
_VERBATIM: Final = ("note", "basis", "reason")
_SYMBOLS: Final = frozenset(Missing)
_STATUSES: Final = frozenset(ObservationStatus)
_CALCULATIONS: Final = frozenset(Calculation)
_SHOWN: Final = 100


ERROR: Final = "error"
LINE: Final = "line"
"""Headings of what a file of errors has before the columns that were sent; no mapping reads them."""


class MissingColumns(Exception):  # noqa: N818  named for what the file lacks
    """The header lacks columns that the mapping needs."""


class RowReader:
    """Reads the rows under one header."""

    def __init__(self, mapping: FileMapping, header: Sequence[str]) -> None:
        self.mapping = mapping
        self._symbols = {word.lower(): symbol for word, symbol in mapping.symbols.items()}
        bare = [_NOTE_REFERENCE.sub("", heading).strip().lower() for heading in header]
        places = {heading: n for n, heading in reversed(list(enumerate(bare)))}
        self.headings = [heading.strip() for heading in header]
        self._is_of_errors = self.headings[:2] == [ERROR, LINE]
        self._fields = {
            field: places[heading.lower()]
            for field, headings in mapping.columns.items()
            for heading in reversed(headings)
            if heading.lower() in places
        }
        self.verbatim = [(name, self._fields[name]) for name in _VERBATIM if mapping.verbatim and name in self._fields]
        """The columns whose texts are taken with the spaces that they have."""
        self._constants = {field: text for field, text in mapping.constants.items() if text}
        self._dimensions = [
            (each, places[each.column.lower()], places.get((each.name_column or "").lower()))
            for each in mapping.dimensions
            if each.column.lower() in places
        ]
        places_of_dimensions = {place for _, *named in self._dimensions for place in named if place is not None}
        self._alike = AlikeRows(mapping, self._fields, places_of_dimensions, len(header))
        lacking = [field for field in mapping.required if field not in self._fields]
        if lacking:
            named = "; ".join(f"{field}: {' or '.join(mapping.columns[field])}" for field in lacking)
            raise MissingColumns(f"The header lacks columns that the mapping {mapping.name} needs. {named}.")

    def heading(self, field: str) -> str:
        """The heading of the column that says a field; the field's own name where none does."""
        place = self._fields.get(field)
        return field if place is None else self.headings[place]

    def read(self, line: int, cells: Sequence[str]) -> Draft | FaultyRow:
        """The draft of a row, or everything wrong with its cells."""
        return self._alike.draft(line, cells) or self._read_anew(line, cells)

    def _read_anew(self, line: int, cells: Sequence[str]) -> Draft | FaultyRow:
        if len(cells) > len(self.headings) and any(map(str.strip, cells[len(self.headings) :])):
            message = f"the row has {len(cells)} cells, the header {len(self.headings)}: quote text that has commas"
            return FaultyRow(line, [CellFault("", "", message)])
        found = _Row(self, line, cells).draft()
        if isinstance(found, Draft):
            self._alike.learn(cells, found)
        return found

    def is_remark(self, cells: Sequence[str]) -> bool:
        """Whether a row is one of a file of errors that says what is wrong with the file, or with a sum, not a row."""
        return self._is_of_errors and cells[1:2] == ["0"] and not any(cells[2:])

    def symbol(self, text: str) -> str | None:
        """The symbol that stands, or is written as ``text``, in the place of a value."""
        return text if text in _SYMBOLS else self._symbols.get(text.lower())

    def texts(self, cells: Sequence[str]) -> dict[str, str]:
        """What the row says, by field: what is not there is said nowhere in it."""
        found = self._constants.copy()
        for field, place in self._fields.items():
            if place < len(cells) and cells[place]:
                found[field] = cells[place]
        return found

    def dimension_cells(self, cells: Sequence[str]) -> list[tuple[DimensionSource, str, str]]:
        """Each dimension with what its column says, and with what says its name."""
        return [
            (each, _at(cells, place), each.name or ("" if named is None else _at(cells, named)))
            for each, place, named in self._dimensions
        ]


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


class _Row:
    """One row while it is read."""

    def __init__(self, reader: RowReader, line: int, cells: Sequence[str]) -> None:
        self.reader, self.mapping, self.line, self.sent = reader, reader.mapping, line, cells
        self.cells = [cell.strip() for cell in cells]
        self.said = reader.texts(self.cells)
        self.faults: list[CellFault] = []
        self.figures: dict[str, Decimal] = {}
        self.texts: dict[str, str] = {}

    def draft(self) -> Draft | FaultyRow:
        key = SeriesKey(self._indicator(), self._area(), self._breakdown())
        period = self._period()
        is_placed = not self.faults
        for name in _NUMBERS:
            if name in self.said:
                self._take_number(name)
        self._take_parts()
        self._take_value()
        self._take_texts()
        self._refuse_nul()
        if self.faults:
            return FaultyRow(self.line, self.faults, observation_key(key, period, self.said) if is_placed else None)
        return Draft(key, period, self.figures, self.texts, self._words(), (self.line,))

    def _text(self, field: str) -> str:
        return self.said.get(field, "")

    def _refuse(self, field: str, message: str) -> None:
        self.faults.append(CellFault(self.reader.heading(field), self._text(field)[:_SHOWN], message))

    def _indicator(self) -> str:
        mapping = self.mapping
        if mapping.code_prefix is None:
            code = self._text("indicator")
            if not is_code(code):
                self._refuse("indicator", "is no code: lower-case words joined by hyphens are accepted")
            return code
        words = [self._text(field) for field in mapping.code_fields]
        code = code_of(mapping.code_prefix, words)
        if not any(words) or not is_code(code):
            self._refuse("indicator", f"{' and '.join(mapping.code_fields)} must say something")
        return code

    def _area(self) -> str:
        code = self._text("area")
        if not is_area_code(code):
            self._refuse(
                "area", "is no area code: an ONS code such as E06000026, or one of an organisation such as RK9"
            )
        return code

    def _period(self) -> str:
        period = self._text("period")
        if not 1 <= len(period) <= _LONGEST_PERIOD:
            self._refuse("period", "a period is needed, such as 2017-12, 2017/18 Q3 or 2017/18")
        return period

    def _breakdown(self) -> Breakdown:
        if len(self._text("breakdown")) > _LONGEST_BREAKDOWN:
            self._refuse("breakdown", f"is longer than {_LONGEST_BREAKDOWN} characters")
            return Breakdown.TOTAL
        try:
            told = Breakdown.parse(self._text("breakdown"))
        except UnknownBreakdownError as error:
            self._refuse("breakdown", str(error))
            return Breakdown.TOTAL
        return self._with_dimensions(told) if self.mapping.dimensions else told

    def _with_dimensions(self, told: Breakdown) -> Breakdown:
        """With those that have columns of their own."""
        found = dict(told.items)
        for source, text, name in self.reader.dimension_cells(self.cells):
            self._put_dimension(found, source, text, name)
        try:
            return Breakdown(found)
        except UnknownBreakdownError as error:
            self._refuse("breakdown", str(error))
            return Breakdown.TOTAL

    def _put_dimension(self, found: dict[str, str], source: DimensionSource, text: str, name: str) -> None:
        if source.name_column and name and not text:
            self._refuse_dimension(source, text, f"is empty, but {source.name_column} says {name[:_SHOWN]}")
            return
        listed = source.value_of(text)
        if listed == "":
            return
        if listed is None and source.closed:
            self._refuse_dimension(source, text, f"is not understood: {source.words} are accepted, or nothing")
            return
        value, dimension = listed or value_of(text), source.name or dimension_of(name)
        if not dimension or not value or value == ALL:
            self._refuse_dimension(source, text, "says no value of a dimension that has a name")
        else:
            found[dimension] = value

    def _refuse_dimension(self, source: DimensionSource, text: str, message: str) -> None:
        self.faults.append(CellFault(source.column, text[:_SHOWN], message))

    def _take_number(self, field: str) -> None:
        text = self._text(field)
        if self.reader.symbol(text):
            return
        number = number_of(text)
        if number is None or abs(number) > HIGHEST:
            self._refuse(field, "is no number that is accepted: plain digits, such as 81.6")
        elif number < 0 and field in _NEVER_NEGATIVE:
            self._refuse(field, "is not negative")
        elif number > MOST_COUNTED and field in _NEVER_NEGATIVE:
            self._refuse(field, f"is beyond {MOST_COUNTED:,}, the most that is counted")
        else:
            self.figures[field] = rounded(number, FINEST_SENT)

    def _take_parts(self) -> None:
        """The count, where the file says what is not in it instead."""
        missed, whole = self.figures.pop("not_counted", None), self.figures.get("denominator")
        if missed is None or whole is None:
            return
        if missed > whole:
            self._refuse("not_counted", f"is more than the {whole} that it is of")
        else:
            self.figures["count"] = whole - missed

    def _take_value(self) -> None:
        text, missing = self._text("value"), self._text("missing")
        if not self.reader.symbol(text):
            text, marks = without_marks(text)
            self._take_marks("value", marks)
        symbol = self.reader.symbol(missing) if missing else self.reader.symbol(text) if text else None
        if missing and symbol is None:
            self._refuse("missing", f"is no symbol: {', '.join(Missing)} are accepted")
        elif symbol:
            self.texts["missing"] = self._suppressed_or(symbol)
        elif text:
            self._take_figure(text)
        elif self.mapping.empty_value and "count" not in self.figures:
            self.texts["missing"] = self._suppressed_or(self.mapping.empty_value)

    def _take_figure(self, text: str) -> None:
        number = number_of(text)
        if number is None or abs(number) > HIGHEST:
            words = ", ".join([*Missing, *self.mapping.symbols])
            self._refuse("value", f"is no number; plain digits such as 81.6 are accepted, or in its place: {words}")
        else:
            self.figures["value"] = rounded(number, min(self.mapping.decimals, FINEST))

    def _take_marks(self, field: str, text: str) -> None:
        if not text:
            return
        try:
            self.texts["marks"] = self.texts.get("marks", "") + marks_in(text)
        except NotAccepted as refused:
            self._refuse(field, str(refused))

    def _suppressed_or(self, symbol: str) -> str:
        """A symbol stands without count and limits; why there is no value may be said by the note."""
        for name in ("count", "lower", "upper"):
            self.figures.pop(name, None)
        if self.figures.get("denominator") == 0:
            del self.figures["denominator"]
        note = self._text("note").lower()
        return Missing.SUPPRESSED.value if any(word in note for word in self.mapping.suppressed_words) else symbol

    def _take_texts(self) -> None:
        for name in ("note", "basis", "reason", "inferred", "notes", "status"):
            if name in self.said:
                self.texts[name] = self.said[name]
        self._take_marks("marks", self._text("marks"))
        for name, place in self.reader.verbatim:
            if _at(self.sent, place):
                self.texts[name] = self.sent[place]
        for name, most in _LONGEST.items():
            if name in self.said and len(self.texts.get(name) or self.said[name]) > most:
                self._refuse(name, f"is longer than {most} characters")
        self._check_words()
        self._check("inferred", inferred_in)
        self._check("notes", notes_in)

    def _check_words(self) -> None:
        if is_provisional(self.texts.get("marks", "")):
            self.texts["status"] = ObservationStatus.PROVISIONAL.value
        if self.texts.get("status", "final") not in _STATUSES:
            self._refuse("status", f"{', '.join(ObservationStatus)} are accepted")
        if self.said.get("calculation", "other") not in _CALCULATIONS:
            self._refuse("calculation", f"{', '.join(Calculation)} are accepted")
        if self.figures.get("denominator") == 0 and not self.mapping.add_up:
            self._refuse("denominator", "is nothing: leave the cell empty")

    def _check(self, field: str, read: Callable[[str], object]) -> None:
        """See that a text says what it is to say; it is read once the row is recorded."""
        if field not in self.texts:
            return
        try:
            read(self.texts[field])
        except NotAccepted as refused:
            self._refuse(field, str(refused))

    def _refuse_nul(self) -> None:
        for heading, cell in zip(self.reader.headings, self.cells, strict=False):
            if "\x00" in cell:
                self.faults.append(CellFault(heading, cell[:_SHOWN], "holds a NUL character"))

    def _words(self) -> dict[str, str]:
        words = {name: text for name, text in self.said.items() if name in _WORDS}
        if self.mapping.code_prefix is None:
            words.pop("indicator", None)
        return words
