"""Rows that are like rows before them but for their numbers.

A file names few indicators, areas, periods and remarks, again and again. What their cells say is found out where each
comes first, by :mod:`services.indicators.domain.importing.row_reader`; in rows like those only the numbers are read. A
row of which anything is new, or not a plain number, is no such row.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Final, TypeVar

from contracts.breakdown import Breakdown
from services.indicators.domain.importing.cells import FINEST, FINEST_SENT
from services.indicators.domain.importing.drafts import Draft
from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.domain.observations import SeriesKey

V = TypeVar("V")

_NUMBERS: Final = ("value", "count", "denominator", "lower", "upper")
_COUNTED: Final = frozenset({"count", "denominator"})
_SAYING: Final = frozenset({"note", "basis", "reason", "inferred", "notes", "status", "marks", "missing"})
"""Fields that go into the texts of a draft."""
_OF_AREA: Final = frozenset({"area", "area_name", "area_type", "area_parent"})
"""Fields that say an area, and nothing of what is measured."""
_NUMBER_LIKE: Final = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_COUNT: Final = re.compile(rf"\d{{1,10}}(?:\.\d{{1,{FINEST_SENT}}})?", re.ASCII)
_MOST: Final = 8192
_MOST_SERIES: Final = 1024
"""Those of which more rows may follow: what a series is made of is known for longer."""
_LONGEST: Final = 1000

Cells = Sequence[str]
Said = str | tuple[str, ...]
Words = Mapping[str, str]


class AlikeRows:
    """What the rows under one header have said so far."""

    def __init__(self, mapping: FileMapping, fields: Mapping[str, int], dimensions: set[int], width: int) -> None:
        """Of the places of ``fields`` and of ``dimensions`` in rows of ``width`` cells."""
        self._width = width
        self._numbers = [(name, fields[name], _plain(name, mapping)) for name in _NUMBERS if name in fields]
        of_numbers = {place for _, place, _ in self._numbers}
        saying = {place for name, place in fields.items() if name in _SAYING}
        period = {fields["period"]} if "period" in fields else set()
        of_area = {place for name, place in fields.items() if name in _OF_AREA}
        measured = {place for name, place in fields.items() if name not in {*_NUMBERS, *_SAYING, *_OF_AREA, "period"}}
        measured |= dimensions | {fields[name] for name in mapping.code_fields if name in fields}
        naming = of_area | measured
        self._series_of, self._texts_of, self._period_of = _cells(naming), _cells(saying), _cells(period)
        self._area_of, self._measured_of = _cells(of_area), _cells(measured)
        self._are_apart = of_area.isdisjoint(measured)
        self._unread = sorted(set(range(width)) - of_numbers - saying - period - naming)
        self._can_be = "value" in fields and not _says_otherwise(mapping, fields)
        self._series: dict[Said, tuple[SeriesKey, Words]] = {}
        self._areas: dict[Said, tuple[str, Words]] = {}
        self._measured: dict[Said, tuple[str, Breakdown, Words]] = {}
        self._texts: dict[Said, Words] = {}
        self._periods: dict[Said, str] = {}

    def draft(self, line: int, cells: Cells) -> Draft | None:
        """The draft of a row; None where it is not like rows before it."""
        if not self._can_be or len(cells) != self._width:
            return None
        series = self._series.get(self._series_of(cells)) or self._of_known_parts(cells)
        texts = self._texts.get(self._texts_of(cells))
        period = self._periods.get(self._period_of(cells))
        if series is None or texts is None or period is None:
            return None
        figures = self._figures(cells)
        if figures is None or (self._unread and any("\x00" in cells[place] for place in self._unread)):
            return None
        return Draft(series[0], period, figures, texts, series[1], (line,))

    def _of_known_parts(self, cells: Cells) -> tuple[SeriesKey, Words] | None:
        """A series that is new, of an area and of what is measured that are not."""
        area, measured = self._areas.get(self._area_of(cells)), self._measured.get(self._measured_of(cells))
        if area is None or measured is None or not self._are_apart:
            return None
        series = SeriesKey(measured[0], area[0], measured[1]), {**measured[2], **area[1]}
        _put(self._series, self._series_of(cells), series, _MOST_SERIES)
        return series

    def _figures(self, cells: Cells) -> dict[str, Decimal] | None:
        """The numbers of a row, with a value among them; None where one is not plain."""
        figures: dict[str, Decimal] = {}
        for name, place, is_plain in self._numbers:
            text = cells[place].strip()
            if text:
                if not is_plain(text):
                    return None
                figures[name] = number = Decimal(text)
                if not number and (name == "denominator" or text[0] == "-"):
                    return None
        return figures if "value" in figures else None

    def learn(self, cells: Cells, draft: Draft) -> None:
        """Take note of what a row was found to say."""
        if not self._can_be or len(cells) != self._width or self._figures(cells) is None or "missing" in draft.texts:
            return
        key, words = draft.key, draft.words
        of_area = {name: text for name, text in words.items() if name in _OF_AREA}
        others = {name: text for name, text in words.items() if name not in _OF_AREA}
        _put(self._series, self._series_of(cells), (key, words), _MOST_SERIES)
        _put(self._areas, self._area_of(cells), (key.area, of_area))
        _put(self._measured, self._measured_of(cells), (key.indicator, key.breakdown, others))
        _put(self._periods, self._period_of(cells), draft.period)
        _put(self._texts, self._texts_of(cells), draft.texts)


def _says_otherwise(mapping: FileMapping, fields: Mapping[str, int]) -> bool:
    """Whether a number may be said by more than its own cell."""
    is_word = any(map(_NUMBER_LIKE.fullmatch, mapping.symbols))
    return is_word or "not_counted" in fields or any(name in mapping.constants for name in (*_NUMBERS, "not_counted"))


def _plain(name: str, mapping: FileMapping) -> Callable[[str], object]:
    """Whether a text is a number that is within the bounds of a field, and none of whose digits are rounded away."""
    if name in _COUNTED:
        return _COUNT.fullmatch
    decimals = min(mapping.decimals, FINEST) if name == "value" else FINEST_SENT
    fraction = rf"(?:\.\d{{1,{decimals}}})?" if decimals else ""
    return re.compile(rf"-?\d{{1,12}}{fraction}", re.ASCII).fullmatch


def _cells(places: set[int]) -> Callable[[Cells], Said]:
    """What a row has in these places: one text where it is one place."""
    if not places:
        return lambda _: ""
    return itemgetter(*sorted(places))


def _put(known: dict[Said, V], said: Said, found: V, most: int = _MOST) -> None:
    """Remember what cells were found to say; of long ones nothing, so that a file cannot fill the memory."""
    if len("".join(said)) > _LONGEST:
        return
    if len(known) >= most:
        known.clear()
    known[said] = found
