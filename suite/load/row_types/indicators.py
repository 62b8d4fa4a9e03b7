"""Rows of areas, frameworks, indicators, their scorecards, observations and targets."""

from datetime import date
from decimal import Decimal
from typing import Literal

from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period
from suite.load.csv_files import FileRow, Several
from suite.load.row_types.shared import Basis


class AreaRow(FileRow):
    code: str
    name: str
    type: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str


class FrameworkRow(FileRow):
    code: str
    name: str
    benchmark_method: Literal["significance", "fifteen_percent"]


class IndicatorRow(FileRow):
    code: str
    name: str
    unit: str
    decimals: int
    frequency: str
    polarity: Polarity
    framework: str
    owner: str
    definition: str
    source: str
    inferred: Several = ()


class ScorecardRow(FileRow):
    code: str
    name: str
    comparator: str
    description: str


class SectionRow(FileRow):
    scorecard: str
    section: str
    position: int
    title: str


class AimRow(FileRow):
    scorecard: str
    section: str
    aim: str
    position: int
    title: str


class ScorecardLineRow(FileRow):
    scorecard: str
    section: str
    aim: str
    position: int
    indicator: str
    benchmark_printed: Literal["lost", "not applicable", "not printed"]
    inferred: Several = ()


class ObservationRow(FileRow):
    """``basis``: printed in a table, told in a narrative, read from a chart, or an inference of ours."""

    indicator: str
    area: str
    period: Period
    value: Decimal
    status: ObservationStatus
    basis: Literal["printed", "narrative", "chart", "inferred"]
    note: str
    reason: str | None = None


class DerivedObservationRow(ObservationRow):
    """An observation that another file holds: ``inferred`` names what of it no paper prints."""

    count: Decimal | None = None
    inferred: tuple[str, ...] = ()


class NeedRow(FileRow):
    """A figure of how people live: what was ``observed``, or what the papers ``expected`` of a year under a name.

    ``printed`` is the figure as the papers round or word it.
    """

    indicator: str
    area: str
    period: Period
    kind: Literal["observed", "expected"]
    name: str | None = None
    value: Decimal
    count: Decimal | None = None
    inferred: Several = ()
    printed: str
    source: str


class CommentaryRow(FileRow):
    """A narrative of the papers in our words, with their figures."""

    indicator: str
    area: str
    period: Period
    text: str
    source: str


class RelationRow(FileRow):
    """What the values of an indicator must be to those of another."""

    indicator: str
    relation: Literal["at_most", "at_least", "equal"]
    other: str
    why: str


class TargetRow(FileRow):
    indicator: str
    area: str
    kind: str
    value: Decimal | None = None
    baseline_period: Period | None = None
    baseline_value: Decimal | None = None
    due: Period | None = None
    tolerance_percent: Decimal | None = None
    in_force_from: Period
    basis: Basis
    source: str
    note: str = ""

    @property
    def lacks_figures(self) -> bool:
        """Whether the papers set a target without the figure it starts from, so that no value can be expected."""
        relative = self.kind in {"maintain", "reduce_by_percent", "increase_by_percent"}
        return relative and self.baseline_value is None and (self.value is None or self.kind != "maintain")


class OutcomeRow(FileRow):
    code: str
    position: int
    title: str


class ObjectiveRow(FileRow):
    code: str
    position: int
    title: str
    outcome: str
    indicators: Several = ()


class SystemGapRow(FileRow):
    code: str
    position: int
    title: str


class StandardRow(FileRow):
    code: str
    service: str
    title: str
    limit: int | None = None
    unit: Literal["hours", "calendar_days", "working_days", "months"] | None = None
    calendar: Literal["england_and_wales", "united_kingdom"] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    from_next_day: bool = False
    indicator: str | None = None
    basis: Literal["printed", "law"]
    note: str = ""


class ChartRow(FileRow):
    """A point of a line of the 2014 charts."""

    indicator: str
    series: Literal["actual", "actual_or_forecast", "forecast", "target"]
    period: Period
    value: Decimal
