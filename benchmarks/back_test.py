"""The back-test over 36 months of A&E figures, as the table of docs/risks.md: ``python -m benchmarks.back_test``.

Figures: NHS England, A&E attendances and emergency admissions, monthly returns; Open Government Licence v3.0. A file of
the same columns with more providers can be named. Each month is published as an event would have shown it then, and
what those events showed is read back as the register keeps it.

No owner's judgement of these risks is public. So a stand-in judges: on the 15th of the month after a quarter, by that
quarter's own figure. It says how the back-test counts, and nothing of whether anybody foresaw anything.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final

from pydantic_core import to_json

from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.period import Period, PeriodKind
from services.indicators import events
from services.indicators.domain.areas import Area
from services.indicators.domain.control.colours import process_control_colours
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.series import series_state
from services.indicators.domain.targets import Target, TargetKind
from services.risks.domain.back_test import PastJudgement, Told, Verdict, back_test, reassessments
from services.risks.domain.links import SeriesWindow
from services.risks.domain.points import PeriodPoint, whole_past, write_points
from services.risks.domain.rating import Kind
from services.risks.domain.severity import Provisional, Signal
from services.risks.projection import IndicatorRead

EXCERPT: Final = Path(__file__).parent.parent / "tests" / "fixtures" / "ae" / "ae_excerpt.csv"
STANDARD: Final = Decimal(95)
"""Of a hundred attendances, those that are to be dealt with within four hours."""
LIKELIHOODS: Final = ((95, 2), (90, 3), (85, 4))
"""What the stand-in judges a quarter: from so many of a hundred on, that likelihood; else 5."""
SIGNALS: Final = (Signal.TARGET, Signal.TREND, Signal.PROCESS_CONTROL)
WAITS: Final = Indicator(
    code="ae-four-hour-wait",
    name="Attendances dealt with within four hours",
    unit=Unit.PERCENTAGE,
    decimals=1,
    polarity=Polarity.HIGH_IS_GOOD,
    frequency=PeriodKind.MONTH,
)
TARGET: Final = Target(TargetKind.REACH, value=STANDARD)


@dataclass(frozen=True, slots=True)
class Attended:
    """Attendances, and those of them that waited longer."""

    attendances: int = 0
    breaches: int = 0

    def plus(self, other: "Attended") -> "Attended":
        return Attended(self.attendances + other.attendances, self.breaches + other.breaches)

    @property
    def within(self) -> Decimal:
        """Per cent that did not."""
        share = 100 * Decimal(self.attendances - self.breaches) / Decimal(self.attendances)
        return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


Months = Mapping[Period, Attended]


def read(path: Path) -> dict[str, Months]:
    """By provider and month, all its types of department together."""
    found = defaultdict[str, dict[Period, Attended]](dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            months, month = found[row["org_code"]], Period.parse(row["period"][:7])
            of_type = Attended(int(row["attendances"]), int(row["breaches"]))
            months[month] = months.get(month, Attended()).plus(of_type)
    return {provider: found[provider] for provider in sorted(found)}


def past_of(provider: str, months: Months) -> list[PeriodPoint]:
    """What the events of each month showed, read back."""
    key, revisions, windows = SeriesKey(WAITS.code, provider, Breakdown.TOTAL), [], []
    for number, month in enumerate(sorted(months), start=1):
        observation = Observation(month, months[month].within)
        revisions.append(Revision(key, observation, 1, "returns", datetime.now(UTC)))
        windows.append(_window(key, revisions, number))
    return whole_past(windows)


def _window(key: SeriesKey, revisions: Sequence[Revision], version: int) -> SeriesWindow:
    state = series_state(WAITS, revisions, {}, [TARGET])
    colours = process_control_colours(key, WAITS, revisions, ())
    told = events.updated(key, WAITS, Area(key.area, key.area, "provider"), state, colours)
    series = IndicatorRead.model_validate_json(to_json(told)).series
    return SeriesWindow(key.subject, 1, version, series[0].period, write_points(series))


def judgements(months: Months) -> list[PastJudgement]:
    """Those of the stand-in, a quarter each."""
    quarters = defaultdict[Period, Attended](Attended)
    for month, attended in months.items():
        quarter = Period.quarter_of(month.start)
        quarters[quarter] = quarters[quarter].plus(attended)
    return [_judged(quarter, quarters[quarter].within) for quarter in sorted(quarters)]


def _judged(quarter: Period, within: Decimal) -> PastJudgement:
    likelihood = next((each for least, each in LIKELIHOODS if within >= least), 5)
    return PastJudgement(quarter.next().start.replace(day=15), likelihood, "five-by-five@1", is_own=True)


def table(path: Path = EXCERPT) -> Iterator[str]:
    """The table in Markdown, a row a provider and signal."""
    yield "| provider | signal | months | flips | confirmed | judged | before | after | wrongly | silent | not kept |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for provider, months in read(path).items():
        judged = judgements(months)
        found = reassessments(Kind.THREAT, judged, date(2019, 7, 15))
        past = past_of(provider, months)
        for signal in SIGNALS:
            yield _row(provider, signal, back_test(past, signal, Provisional.IGNORE, found))


def _row(provider: str, signal: Signal, told: Told) -> str:
    counted = (Verdict.BEFORE, Verdict.AFTER, Verdict.WRONGLY, Verdict.SILENT, Verdict.NOT_KEPT)
    figures = (len(told.readings), told.flips, told.confirmed_flips, len(told.verdicts), *map(told.count, counted))
    return f"| {provider} | {signal.value} | {' | '.join(map(str, figures))} |"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table(*map(Path, sys.argv[1:2])))
