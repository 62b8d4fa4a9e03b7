"""Rows of a file, read by a mapping: each a draft of an observation, or what is wrong with its cells."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from contracts.areas import is_area_code
from contracts.breakdown import ALL, Breakdown, UnknownBreakdownError
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.notes import SourcedFigure, SourceNote
from contracts.period import PeriodKind
from services.indicators.domain.definitions import is_code
from services.indicators.domain.importing.mapping import DimensionSource, FileMapping
from services.indicators.domain.importing.words import (
    canonical_period,
    code_of,
    dimension_of,
    kind_named,
    read_period,
    value_of,
)
from services.indicators.domain.numbers import HIGHEST, plain
from services.indicators.domain.observations import Observation, SeriesKey
from services.indicators.domain.provenance import PRINTED, Provenance

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_MARKED: Final = re.compile(r"(.*?)\s*((?:\[(?:e|u|b|p|r)\])+)", re.ASCII)
_NOTE_REFERENCE: Final = re.compile(r"\s*\[note \d+\]", re.ASCII | re.IGNORECASE)
_NUMBERS: Final = ("count", "not_counted", "denominator", "lower", "upper")
_NEVER_NEGATIVE: Final = frozenset({"count", "not_counted", "denominator"})
_LONGEST: Final = {"note": 4000, "reason": 4000, "basis": 300, "indicator_name": 300, "area_name": 300, "area_type": 60}
_WORDS: Final = frozenset(
    ("indicator_name", "indicator", "measure", "unit", "polarity", "area_name", "area_type", "period_kind", "part")
)
_VERBATIM: Final = ("note", "basis", "reason")
_SYMBOLS: Final = frozenset(Missing)
_STATUSES: Final = frozenset(ObservationStatus)
_SHOWN: Final = 100
_FINEST_SENT: Final = 8


ERROR: Final = "error"
LINE: Final = "line"
"""Headings of what a file of errors has before the columns that were sent; no mapping reads them."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, and what would be taken; ``column`` by its heading in the file."""

    column: str
    value: str
    message: str


Place = tuple[SeriesKey, str]
"""A series, and a period by its canonical label."""


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that says no observation; ``place`` is what it would be of, None where that cannot be read."""

    line: int
    faults: Sequence[CellFault]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An observation as a row says it: texts, numbers checked, its period still to be read by the indicator's kind.

    ``words`` tell what is to be created where it is not known: names, units and kinds. ``lines`` are the rows that it
    is made of: several where parts were added up, none where areas were.
    """

    key: SeriesKey
    period: str
    figures: Mapping[str, Decimal]
    texts: Mapping[str, str]
    words: Mapping[str, str]
    lines: tuple[int, ...]

    @property
    def place(self) -> Place | None:
        """What it is of; None where its period is none."""
        return _place(self.key, self.period, self.words)

    def read(self, kind: PeriodKind) -> Observation:
        """The observation, of an indicator that is recorded by ``kind``.

        Raises:
            UnknownPeriodError: its period is none of that kind.
        """
        texts = self.texts
        return Observation(
            period=read_period(self.period, kind),
            value=self.figures.get("value"),
            status=ObservationStatus(texts.get("status", ObservationStatus.PROVISIONAL)),
            missing=Missing(texts["missing"]) if "missing" in texts else None,
            marks=marks_of(texts.get("marks", "")),
            provenance=_provenance(texts),
            count=self.figures.get("count"),
            denominator=self.figures.get("denominator"),
            lower=self.figures.get("lower"),
            upper=self.figures.get("upper"),
            note=texts.get("note"),
            basis=texts.get("basis"),
            reason=texts.get("reason"),
        )


def _place(key: SeriesKey, period: str, words: Mapping[str, str]) -> Place | None:
    label = canonical_period(period, kind_named(words.get("period_kind", "")))
    return None if label is None else (key, label)


def marks_of(text: str) -> tuple[Mark, ...]:
    """The marks in ``[e][b]``; others are none of ours."""
    return () if not text else tuple(mark for mark in sorted(Mark) if mark.value in text)


def _provenance(texts: Mapping[str, str]) -> Provenance:
    if "inferred" not in texts and "notes" not in texts:
        return PRINTED
    inferred = _words_of(texts.get("inferred", ""))
    notes = tuple(map(_note, json.loads(texts["notes"]))) if "notes" in texts else ()
    return Provenance(inferred, notes) if inferred or notes else PRINTED


def _words_of(text: str) -> tuple[str, ...]:
    """Words joined with bars; a list in JSON where a bar is in one of them."""
    return tuple(map(str, json.loads(text))) if text.startswith("[") else tuple(filter(None, text.split("|")))


def _note(content: Mapping[str, object]) -> SourceNote:
    figures = content["figures"]
    if not isinstance(figures, list) or not figures:
        raise ValueError("a contradiction has figures")
    named = tuple(SourcedFigure(str(each["figure"]), str(each["source"])) for each in figures)
    return SourceNote(str(content["topic"]), named, str(content["used"]), str(content["why"]))


class MissingColumns(Exception):  # noqa: N818  named for what the file lacks
    """The header lacks columns that the mapping needs."""


class RowReader:
    """Reads the rows under one header."""

    def __init__(self, mapping: FileMapping, header: Sequence[str]) -> None:
        self.mapping = mapping
        self._symbols = {word.lower(): symbol for word, symbol in mapping.symbols.items()}
        bare = [_NOTE_REFERENCE.sub("", heading).strip().lower() for heading in header]
        places = {heading: n for n, heading in reversed(list(enumerate(bare)))}
        self._header = [heading.strip() for heading in header]
        self._is_of_errors = self._header[:2] == [ERROR, LINE]
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
        lacking = [field for field in mapping.required if field not in self._fields]
        if lacking:
            named = "; ".join(f"{field}: {' or '.join(mapping.columns[field])}" for field in lacking)
            raise MissingColumns(f"The header lacks columns that the mapping {mapping.name} needs. {named}.")

    def heading(self, field: str) -> str:
        """The heading of the column that says a field; the field's own name where none does."""
        place = self._fields.get(field)
        return field if place is None else self._header[place]

    def read(self, line: int, cells: Sequence[str]) -> Draft | FaultyRow:
        """The draft of a row, or everything wrong with its cells."""
        if len(cells) > len(self._header) and any(map(str.strip, cells[len(self._header) :])):
            message = f"the row has {len(cells)} cells, the header {len(self._header)}: quote text that has commas"
            return FaultyRow(line, [CellFault("", "", message)])
        return _Row(self, line, cells).draft()

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
        period = self._text("period")
        if not period:
            self._refuse("period", "a period is needed, such as 2017-12, 2017/18 Q3 or 2017/18")
        is_placed = not self.faults
        for name in _NUMBERS:
            if name in self.said:
                self._take_number(name)
        self._take_parts()
        self._take_value()
        self._take_texts()
        if any("\x00" in cell for cell in self.cells):
            self._refuse("", "a cell holds a NUL character")
        if self.faults:
            return FaultyRow(self.line, self.faults, _place(key, period, self.said) if is_placed else None)
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

    def _breakdown(self) -> Breakdown:
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
            if text and text not in source.totals:
                self._put_dimension(found, source, text, name)
        try:
            return Breakdown(found)
        except UnknownBreakdownError as error:
            self._refuse("breakdown", str(error))
            return Breakdown.TOTAL

    def _put_dimension(self, found: dict[str, str], source: DimensionSource, text: str, name: str) -> None:
        value, dimension = source.values.get(text) or value_of(text), source.name or dimension_of(name)
        if not dimension or not value or value == ALL:
            self.faults.append(CellFault(source.column, text[:_SHOWN], "says no value of a dimension that has a name"))
            return
        found[dimension] = value

    def _take_number(self, field: str) -> None:
        text = self._text(field)
        if self.reader.symbol(text):
            return
        number = number_of(text)
        if number is None or abs(number) > HIGHEST:
            self._refuse(field, "is no number that is accepted: plain digits, such as 81.6")
        elif number < 0 and field in _NEVER_NEGATIVE:
            self._refuse(field, "is not negative")
        else:
            self.figures[field] = _rounded(number, max(self.mapping.decimals, _FINEST_SENT))

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
        marked = _MARKED.fullmatch(text)
        if marked and not self.reader.symbol(text):
            text, self.texts["marks"] = marked[1], marked[2]
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
            self.figures["value"] = _rounded(number, self.mapping.decimals)

    def _suppressed_or(self, symbol: str) -> str:
        """A symbol stands without count and limits; why there is no value may be said by the note."""
        for name in ("count", "lower", "upper"):
            self.figures.pop(name, None)
        if self.figures.get("denominator") == 0:
            del self.figures["denominator"]
        note = self._text("note").lower()
        return Missing.SUPPRESSED.value if any(word in note for word in self.mapping.suppressed_words) else symbol

    def _take_texts(self) -> None:
        for name in ("note", "basis", "reason", "inferred", "notes", "status", "marks"):
            if name in self.said:
                self.texts[name] = self.said[name] + (self.texts.get("marks", "") if name == "marks" else "")
        for name, place in self.reader.verbatim:
            if _at(self.sent, place):
                self.texts[name] = self.sent[place]
        for name, most in _LONGEST.items():
            if name in self.said and len(self.texts.get(name) or self.said[name]) > most:
                self._refuse(name, f"is longer than {most} characters")
        if "[p]" in self.texts.get("marks", ""):
            self.texts["status"] = ObservationStatus.PROVISIONAL.value
        if self.texts.get("status", "final") not in _STATUSES:
            self._refuse("status", f"{', '.join(ObservationStatus)} are accepted")
        if self.figures.get("denominator") == 0 and not self.mapping.add_up:
            self._refuse("denominator", "is nothing: leave the cell empty")
        self._check_notes()

    def _check_notes(self) -> None:
        try:
            _provenance(self.texts)
        except (ValueError, KeyError, TypeError):
            self._refuse("notes", "is no JSON list of contradictions, as an export writes it")

    def _words(self) -> dict[str, str]:
        words = {name: text for name, text in self.said.items() if name in _WORDS}
        if self.mapping.code_prefix is None:
            words.pop("indicator", None)
        return words


def number_of(text: str) -> Decimal | None:
    """The number that a cell says: digits, with a point, an exponent, or commas between thousands."""
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _rounded(number: Decimal, decimals: int) -> Decimal:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return plain(number)
