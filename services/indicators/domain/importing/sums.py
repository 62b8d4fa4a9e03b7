"""Adding rows up: parts of one area and period that a file lists apart, and all areas into one.

A sum of which one row is at fault is none: it is refused, and says by which line.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from contracts.indicators import ObservationStatus
from services.indicators.domain.areas import ENGLAND, wholes_of
from services.indicators.domain.importing.cells import MOST_COUNTED
from services.indicators.domain.importing.drafts import CellFault, Draft, FaultyRow, ObservationKey
from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.domain.observations import SeriesKey

_SUM: Final = re.compile(r"Sum of (\d+) ")
_PROVISIONAL: Final = ObservationStatus.PROVISIONAL.value
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class RefusedSum:
    """A sum that is none, for all the rows it would be of."""

    observation_key: ObservationKey
    lines: tuple[int, ...]
    fault: CellFault


@dataclass(slots=True)
class _Total:
    """What was added up; ``refused`` says why it is no sum."""

    count: Decimal = _NOTHING
    denominators: list[Decimal] = field(default_factory=list)
    without: list[int] = field(default_factory=list)
    """Lines of the parts that have a count and no denominator."""
    parts: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    first: Draft | None = None
    is_provisional: bool = False
    refused: str = ""

    def add(self, draft: Draft, part: str) -> None:
        """Add a row that has a count, or one of which nothing is counted: no count of no denominator."""
        self.first = self.first or draft
        self.count += draft.figures.get("count", _NOTHING)
        if "denominator" in draft.figures or "count" not in draft.figures:
            self.denominators.append(draft.figures.get("denominator", _NOTHING))
        else:
            self.without += draft.lines[:1]
        self.parts[part] = draft.lines[0] if draft.lines else 0
        self.lines += draft.lines
        self.is_provisional |= draft.texts.get("status", _PROVISIONAL) == _PROVISIONAL

    @property
    def denominator(self) -> Decimal | None:
        return sum(self.denominators, _NOTHING) if self.denominators else None

    def why_none(self) -> str:
        """Why it is no sum; empty where it is one."""
        if self.refused:
            return self.refused
        if self.denominators and self.without:
            return f"some of its parts have a denominator and others have none, as in line {self.without[0]}"
        is_beyond = max(self.count, self.denominator or _NOTHING) > MOST_COUNTED
        return f"it would be beyond {MOST_COUNTED:,}, the most that is counted" if is_beyond else ""

    def refuse(self, why: str) -> None:
        self.refused = self.refused or why


class Parts:
    """Rows of one series and period, added up; a part that stands twice, or has no count, is at fault."""

    def __init__(self, mapping: FileMapping) -> None:
        self._mapping = mapping
        self._totals: dict[ObservationKey, _Total] = {}

    def add(self, draft: Draft) -> FaultyRow | None:
        """Add a part up; else what is wrong with it."""
        key, part = draft.observation_key, draft.words.get("part", "")
        if key is None:
            return _faulty(
                draft, CellFault("period", draft.period, "is no period, such as 2017-12, 2017/18 Q3 or 2017/18")
            )
        total = self._totals.setdefault(key, _Total())
        if part in total.parts:
            where = f"{draft.key.area}, {part}, {draft.period} stands in line {total.parts[part]} already"
            return _faulty(draft, CellFault("", part, where))
        if "count" not in draft.figures and draft.texts.get("missing") != (self._mapping.no_denominator or ""):
            return _faulty(draft, CellFault("", part, "has no count, so it cannot be added up"))
        total.add(draft, part)
        return None

    def refuse(self, faulty: FaultyRow) -> None:
        """Let a row that is at fault be no part of a sum, nor what it would be of a sum without it."""
        if faulty.observation_key is not None:
            self._totals.setdefault(faulty.observation_key, _Total()).refuse(f"line {faulty.line} is not right")

    def drafts(self) -> Iterator[Draft]:
        for total in self._totals.values():
            if total.first is not None and not total.why_none():
                yield _summed(total, total.first.key, self._mapping, tuple(total.lines))

    def refused(self) -> Iterator[RefusedSum]:
        """Those that are no sums; without lines where all their rows are at fault themselves."""
        for (key, period), total in self._totals.items():
            if why := total.why_none():
                fault = CellFault("", "", f"{key.area}, {period} is not added up: {why}")
                yield RefusedSum((key, period), tuple(total.lines), fault)

    def all_lines(self) -> tuple[int, ...]:
        """Of every row that is added up, also to what is no sum."""
        return tuple(line for total in self._totals.values() for line in total.lines)


class Sums:
    """All areas of an indicator, breakdown and period, added up into one area."""

    def __init__(self, mapping: FileMapping, area: str, parents: Mapping[str, Collection[str]]) -> None:
        """Into ``area``; ``parents`` are those that are known of each area, to which the file adds what it says."""
        self.area = area
        self._parents = {code: set(named) for code, named in parents.items()}
        self._wholes: dict[str, set[str]] = {}
        self._mapping = mapping
        self._totals: dict[ObservationKey, _Total] = {}
        self._own: set[ObservationKey] = set()
        self._uncounted: dict[ObservationKey, str] = {}
        self._unplaced: str = ""

    def add(self, draft: Draft) -> None:
        if draft.observation_key is None:
            self.refuse_all(f"line {draft.lines[0]} has no period")
            return
        key = self._into(draft.observation_key)
        if parent := draft.words.get("area_parent"):
            self._parents.setdefault(draft.key.area, set()).add(parent)
        if draft.key.area == self.area:
            self._own.add(key)
        elif "count" in draft.figures or (draft.texts.get("missing") and self._mapping.add_up):
            self._add(self._totals.setdefault(key, _Total()), draft)
        else:
            self._uncounted[key] = draft.key.area

    def _add(self, total: _Total, draft: Draft) -> None:
        area, line = draft.key.area, draft.lines[0] if draft.lines else 0
        if area in total.parts:
            total.refuse(f"{area} stands in line {line}, and in line {total.parts[area]} already")
        total.add(draft, area)

    def _into(self, key: ObservationKey) -> ObservationKey:
        return key[0]._replace(area=self.area), key[1]

    def refuse(self, key: ObservationKey, why: str) -> None:
        """Let nothing be summed of the indicator, breakdown and period of a row that is at fault."""
        self._totals.setdefault(self._into(key), _Total()).refuse(why)

    def refuse_all(self, why: str) -> None:
        """Let nothing be summed: a row may be of any of the sums."""
        self._unplaced = self._unplaced or why

    def outcomes(self, step: Callable[[], None]) -> Iterator[Draft | CellFault]:
        """The sums, each with how many it is of in its note, and why others, or all, are none.

        ``step`` is called before each is looked at: where there are many it takes its time, and may be ended by that.
        """
        yield from self._faults_of_rows()
        for key, total in sorted(self._totals.items(), key=lambda each: each[0][1]):
            step()
            series, period = key
            if why := self._why_none(total):
                yield CellFault("", "", f"{series.indicator} of {period} is not summed into {self.area}: {why}")
            elif total.first is not None and not self._is_ruled_out(key):
                summed = _summed(total, series, self._mapping, ())
                note = f"Sum of {len(total.parts)} {self._mapping.parts}"
                yield Draft(series, summed.period, summed.figures, {**summed.texts, "note": note}, summed.words, ())

    def _is_ruled_out(self, key: ObservationKey) -> bool:
        return bool(self._unplaced) or key in self._own or key in self._uncounted

    def _faults_of_rows(self) -> Iterator[CellFault]:
        if self._unplaced:
            yield CellFault("", "", f"nothing is summed into {self.area}: {self._unplaced}, and may be of any sum")
        for (key, period), area in sorted(self._uncounted.items(), key=lambda each: each[0][1]):
            message = f"{key.indicator} of {area} has no count in {period}, so nothing is summed into {self.area}"
            yield CellFault("count", "", message)
        for key, period in sorted(self._own & set(self._totals), key=lambda each: each[1]):
            message = f"{self.area} has {key.indicator} of {period} itself, so nothing is summed into it"
            yield CellFault("area", self.area, message)

    def _why_none(self, total: _Total) -> str:
        """Why it is no sum; one with an area and a part of that has figures twice."""
        if why := total.why_none():
            return why
        wholes = {ENGLAND: "the others"} if len(total.parts) > 1 else {}
        for part in (self.area, *total.parts):
            wholes.update(dict.fromkeys(self._wholes_of(part), part))
        twice = next((area for area in total.parts if area in wholes), None)
        return f"{twice}, in line {total.parts[twice]}, has {wholes[twice]} in it" if twice else ""

    def _wholes_of(self, area: str) -> set[str]:
        """What it is part of, found once: all of the file is read by now, and the same areas are in every sum."""
        if area not in self._wholes:
            self._wholes[area] = wholes_of(area, self._parents)
        return self._wholes[area]


def _faulty(draft: Draft, fault: CellFault) -> FaultyRow:
    return FaultyRow(draft.lines[0], [fault], draft.observation_key)


def _summed(total: _Total, key: SeriesKey, mapping: FileMapping, lines: tuple[int, ...]) -> Draft:
    first, denominator = total.first, total.denominator
    assert first is not None  # noqa: S101  a total has at least one draft
    texts = {name: text for name, text in first.texts.items() if name in {"status", "basis", "reason"}}
    if total.is_provisional:
        texts["status"] = _PROVISIONAL
    words = first.words if first.key.area == key.area else {n: t for n, t in first.words.items() if n != "area_name"}
    if denominator == 0 and mapping.no_denominator:
        return Draft(key, first.period, {}, texts | {"missing": mapping.no_denominator}, words, lines)
    figures: dict[str, Decimal] = {"count": total.count}
    if denominator is not None:
        figures["denominator"] = denominator
    if mapping.add_up and denominator:
        share = total.count * 100 / denominator
        figures["value"] = share.quantize(Decimal(1).scaleb(-mapping.decimals), rounding=ROUND_HALF_UP)
    return Draft(key, first.period, figures, texts, words, lines)


def parts_of(note: str | None) -> int | None:
    """How many parts a sum says that it has; None where it is none."""
    found = _SUM.match(note or "")
    return int(found[1]) if found else None
