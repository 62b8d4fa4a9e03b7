"""Adding rows up: parts of one area and period that a file lists apart, and all areas into one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.domain.importing.rows import CellFault, Draft
from services.indicators.domain.observations import SeriesKey

_SUM: Final = re.compile(r"Sum of (\d+) ")
Place = tuple[SeriesKey, str]


@dataclass(slots=True)
class _Total:
    count: Decimal = Decimal(0)
    denominator: Decimal | None = None
    parts: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    first: Draft | None = None

    def add(self, draft: Draft, part: str) -> None:
        self.first = self.first or draft
        self.count += draft.figures.get("count", 0)
        if "denominator" in draft.figures:
            self.denominator = (self.denominator or Decimal(0)) + draft.figures["denominator"]
        self.parts[part] = draft.lines[0] if draft.lines else 0
        self.lines += draft.lines


class Parts:
    """Rows of one series and period, added up; a part that stands twice is at fault."""

    def __init__(self, mapping: FileMapping) -> None:
        self._mapping = mapping
        self._totals: dict[Place, _Total] = {}

    def add(self, draft: Draft) -> CellFault | None:
        total = self._totals.setdefault((draft.key, draft.period), _Total())
        part = draft.words.get("part", "")
        if part in total.parts:
            where = f"{draft.key.area}, {part}, {draft.period} stands in line {total.parts[part]} already"
            return CellFault("", part, where)
        total.add(draft, part)
        return None

    def drafts(self) -> Iterator[Draft]:
        for total in self._totals.values():
            if total.first is not None:
                yield _summed(total, total.first.key, self._mapping, tuple(total.lines))


class Sums:
    """All areas of an indicator, breakdown and period, added up into one area."""

    def __init__(self, mapping: FileMapping, area: str) -> None:
        self.area = area
        self._mapping = mapping
        self._totals: dict[Place, _Total] = {}
        self._own: set[Place] = set()
        self._uncounted: dict[Place, str] = {}

    def add(self, draft: Draft) -> None:
        place = draft.key._replace(area=self.area), draft.period
        if draft.key.area == self.area:
            self._own.add(place)
        elif "count" in draft.figures or (draft.texts.get("missing") and self._mapping.add_up):
            self._totals.setdefault(place, _Total()).add(draft, draft.key.area)
        else:
            self._uncounted[place] = draft.key.area

    def drafts(self) -> Iterator[Draft]:
        """The sums; each says in its note of how many."""
        for (key, period), total in self._totals.items():
            if total.first is not None and not self._refused((key, period)):
                summed = _summed(total, key, self._mapping, ())
                note = f"Sum of {len(total.parts)} {self._mapping.parts}"
                yield Draft(key, period, summed.figures, {**summed.texts, "note": note}, summed.words, ())

    def _refused(self, place: Place) -> bool:
        return place in self._own or place in self._uncounted

    def faults(self) -> Iterator[CellFault]:
        """Why some, or all, have no sum."""
        for (key, period), area in sorted(self._uncounted.items(), key=lambda each: each[0][1]):
            message = f"{key.indicator} of {area} has no count in {period}, so nothing is summed into {self.area}"
            yield CellFault("count", "", message)
        for key, period in sorted(self._own & set(self._totals), key=lambda each: each[1]):
            message = f"{self.area} has {key.indicator} of {period} itself, so nothing is summed into it"
            yield CellFault("area", self.area, message)


def _summed(total: _Total, key: SeriesKey, mapping: FileMapping, lines: tuple[int, ...]) -> Draft:
    first = total.first
    assert first is not None  # noqa: S101  a total has at least one draft
    texts = {name: text for name, text in first.texts.items() if name in {"status", "basis", "reason"}}
    words = first.words if first.key.area == key.area else {n: t for n, t in first.words.items() if n != "area_name"}
    figures: dict[str, Decimal] = {"count": total.count}
    if total.denominator is not None:
        figures["denominator"] = total.denominator
    if total.denominator == 0 and mapping.no_denominator:
        return Draft(key, first.period, {}, texts | {"missing": mapping.no_denominator}, words, lines)
    if mapping.add_up and total.denominator:
        share = total.count * 100 / total.denominator
        figures["value"] = share.quantize(Decimal(1).scaleb(-mapping.decimals), rounding=ROUND_HALF_UP)
    return Draft(key, first.period, figures, texts, words, lines)


def parts_of(note: str | None) -> int | None:
    """How many parts a sum says that it has; None where it is none."""
    found = _SUM.match(note or "")
    return int(found[1]) if found else None
