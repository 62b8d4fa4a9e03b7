"""What is found while a file is read: faults by line, and what its rows say of indicators and areas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.areas import Area
from services.indicators.domain.definitions import Calculation, Indicator, Unit
from services.indicators.domain.importing.drafts import CellFault, Draft
from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.domain.importing.order import MOST_SHOWN, RowFault
from services.indicators.domain.importing.words import kind_named, kind_of_area, kind_of_periods, unit_of
from services.indicators.domain.provenance import Provenance

MOST_LINES = 100_000
"""Faulty lines whose message is remembered, for the file of errors."""
_MOST_DECIMALS = 8
_NONE = Decimal(0)
_LONGEST_COLUMN, _LONGEST_MESSAGE = 300, 1000


@dataclass(slots=True)
class Faults:
    """Every fault counted, the first shown, and those of each line for the file that is mended and sent again."""

    shown: list[RowFault] = field(default_factory=list)
    by_line: dict[int, str] = field(default_factory=dict)
    in_all: int = 0
    rows: int = 0

    def add(self, lines: Sequence[int], faults: Iterable[CellFault]) -> None:
        """Faults of the rows in ``lines``; of none, where they are of a sum or of the whole file."""
        self.rows += len(lines)
        messages = []
        for fault in faults:
            self.in_all += 1
            column, message = _storable(fault.column, _LONGEST_COLUMN), _storable(fault.message, _LONGEST_MESSAGE)
            messages.append(f"{column}: {message}" if column else message)
            if len(self.shown) < MOST_SHOWN:
                line, of_a_row = (lines[0], True) if lines else (0, False)
                self.shown.append(RowFault(line, column, _storable(fault.value), message, of_a_row))
        for line in lines:
            if len(self.by_line) < MOST_LINES:
                self.by_line[line] = "; ".join(messages)

    def add_file(self, message: str, line: int = 0) -> None:
        """A fault of the file, not of a row."""
        self.in_all += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(RowFault(line, "", "", _storable(message, _LONGEST_MESSAGE), is_of_a_row=False))


def _storable(text: str, longest: int | None = None) -> str:
    """Text of a file as the result of the import has it: PostgreSQL's JSON has no NUL, and cells may be long."""
    return text[:longest].replace("\x00", "\ufffd")


@dataclass(slots=True)
class SeenIndicator:
    """What the rows of an indicator say of it."""

    words: dict[str, str]
    periods: set[str] = field(default_factory=set)
    dimensions: dict[str, set[str]] = field(default_factory=dict)
    decimals: int = 0

    @property
    def kind(self) -> PeriodKind | None:
        return kind_named(self.words.get("period_kind", "")) or kind_of_periods(self.periods)

    def add(self, drafts: Sequence[Draft]) -> None:
        """Take in what drafts of one series say."""
        self.periods.update(draft.period for draft in drafts)
        for dimension, value in drafts[0].key.breakdown.items:
            self.dimensions.setdefault(dimension, set()).add(value)
        finest = max(-_exponent(draft.figures.get("value", _NONE)) for draft in drafts)
        self.decimals = max(self.decimals, min(finest, _MOST_DECIMALS))


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


@dataclass(slots=True)
class Seen:
    """The indicators and areas of a file. ``calculation`` is what the caller says of those that are created."""

    mapping: FileMapping
    calculation: Calculation | None = None
    indicators: dict[str, SeenIndicator] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)

    def name(self, code: str) -> None:
        """Take in that rows are of an indicator, where nothing is created of what they say."""
        if code not in self.indicators:
            self.indicators[code] = SeenIndicator({})

    def add(self, drafts: Sequence[Draft]) -> None:
        """Take in what drafts of one series say, in the order of their lines."""
        key, words = drafts[0].key, drafts[0].words
        if key.indicator not in self.indicators:
            self.indicators[key.indicator] = SeenIndicator(dict(words))
        self.indicators[key.indicator].add(drafts)
        if key.area not in self.areas:
            kind = words.get("area_type") or kind_of_area(key.area)
            name = words.get("area_name") or f"{kind.capitalize()} {key.area}"
            self.areas[key.area] = Area(key.area, name, kind)

    def indicator(self, code: str) -> Indicator | str:
        """The definition that the rows make, or why they make none."""
        seen = self.indicators[code]
        words, kind = seen.words, seen.kind
        unit = unit_of(*(words.get(name, "") for name in ("unit", "measure", "indicator_name", "indicator")))
        if kind is None:
            return f"{code} is not known, and its periods are of no kind that is: create it first"
        polarity = words.get("polarity", "")
        return Indicator(
            code=code,
            name=_name(words)[:300] or code,
            unit=unit or Unit.SCORE,
            decimals=seen.decimals,
            polarity=Polarity(polarity) if polarity in set(Polarity) else Polarity.NEUTRAL,
            frequency=kind,
            source=f"Imported by the mapping {self.mapping.name}",
            calculation=self._calculation(words, unit or Unit.SCORE),
            dimensions={name: tuple(sorted(values)) for name, values in sorted(seen.dimensions.items())},
            provenance=Provenance(inferred=() if unit else ("unit",)),
        )

    def _calculation(self, words: Mapping[str, str], unit: Unit) -> Calculation:
        """As the caller says, else the file, else the mapping, else the unit."""
        named = self.calculation or words.get("calculation") or self.mapping.calculation
        return Calculation(named) if named else Calculation.default(unit)


def _name(words: dict[str, str]) -> str:
    named = words.get("indicator_name") or words.get("indicator", "")
    return f"{named}: {words['measure']}" if "measure" in words else named
