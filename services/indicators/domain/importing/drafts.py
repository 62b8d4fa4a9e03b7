"""What a row of a file says: the draft of an observation, or what is wrong with its cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.indicators import Missing, ObservationStatus
from contracts.period import PeriodKind
from services.indicators.domain.importing.cells import inferred_in, marks_of, notes_in
from services.indicators.domain.importing.words import canonical_period, kind_named, read_period
from services.indicators.domain.observations import Observation, SeriesKey
from services.indicators.domain.provenance import PRINTED, Provenance


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, and what would be taken; ``column`` by its heading in the file."""

    column: str
    value: str
    message: str


_STATUSES: Final = {each.value: each for each in ObservationStatus}

ObservationKey = tuple[SeriesKey, str]
"""A series, and a period by its canonical label."""


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that says no observation; ``observation_key`` is what it would be of, None where that cannot be read."""

    line: int
    faults: Sequence[CellFault]
    observation_key: ObservationKey | None = None


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
    def observation_key(self) -> ObservationKey | None:
        """What it is of; None where its period is none."""
        return observation_key(self.key, self.period, self.words)

    def read(self, kind: PeriodKind) -> Observation:
        """The observation, of an indicator that is recorded by ``kind``.

        Raises:
            UnknownPeriodError: its period is none of that kind.
        """
        texts = self.texts
        return Observation(
            period=read_period(self.period, kind),
            value=self.figures.get("value"),
            status=_STATUSES[texts.get("status", "provisional")],
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


def observation_key(key: SeriesKey, period: str, words: Mapping[str, str]) -> ObservationKey | None:
    """The key of a series and the label of a period; None where it is none."""
    label = canonical_period(period, kind_named(words.get("period_kind", "")))
    return None if label is None else (key, label)


def _provenance(texts: Mapping[str, str]) -> Provenance:
    if "inferred" not in texts and "notes" not in texts:
        return PRINTED
    inferred = inferred_in(texts.get("inferred", ""))
    notes = notes_in(texts["notes"]) if "notes" in texts else ()
    return Provenance(inferred, notes) if inferred or notes else PRINTED
