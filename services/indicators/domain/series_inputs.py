"""Everything that the states of some series follow from."""

from dataclasses import dataclass, field

from contracts.breakdown import Breakdown
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND, Area
from services.indicators.domain.comparisons import mean
from services.indicators.domain.control.remarks import RecordedRemark
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.series import SeriesState, series_state
from services.indicators.domain.targets import Target


@dataclass(frozen=True, slots=True)
class WholeIndicators:
    """All series of the indicators ``codes``: of these breakdowns, None of any."""

    codes: frozenset[str] = frozenset()
    breakdowns: frozenset[Breakdown] | None = None


NO_WHOLE = WholeIndicators()


@dataclass(slots=True)
class ChartOf:
    """What process control of a series follows from: all its revisions as they were read, and decisions on limits."""

    revisions: dict[Period, Revision] = field(default_factory=dict)
    remarks: list[RecordedRemark] = field(default_factory=list)


@dataclass(slots=True)
class SeriesInputs:
    """Definitions, areas, and by series the current revisions and all versions of the target.

    The comparator's series are among them, or those of the ``group`` of areas whose mean takes its place.
    ``charted`` are the series whose events carry what process control says, ``charts`` what that follows from.
    """

    comparator: str = ENGLAND
    group: tuple[str, ...] = ()
    indicators: dict[str, Indicator] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    revisions: dict[SeriesKey, dict[Period, Revision]] = field(default_factory=dict)
    targets: dict[SeriesKey, list[Target]] = field(default_factory=dict)
    charted: set[SeriesKey] = field(default_factory=set)
    charts: dict[SeriesKey, ChartOf] = field(default_factory=dict)

    def put_revision(self, revision: Revision) -> None:
        """Let ``revision`` be the current one of its period."""
        self.revisions.setdefault(revision.series, {})[revision.period] = revision

    def put_target(self, series: SeriesKey, target: Target) -> None:
        self.targets.setdefault(series, []).append(target)

    def current(self, series: SeriesKey, period: Period) -> Revision | None:
        return self.revisions.get(series, {}).get(period)

    def newest_target(self, series: SeriesKey) -> Target | None:
        return max(self.targets.get(series, ()), key=lambda target: target.version, default=None)

    def state(self, series: SeriesKey) -> SeriesState:
        """The state of a series, by the rules."""
        return series_state(
            self.indicators[series.indicator],
            self.revisions.get(series, {}).values(),
            self._compared(series),
            self.targets.get(series, ()),
            is_comparator=not self.group and series.area == self.comparator,
        )

    def compared(self, series: SeriesKey, period: Period) -> Observation | None:
        """What a series is compared with in a period."""
        return self._compared(series).get(period)

    def of_group(self, series: SeriesKey, period: Period) -> list[Observation]:
        """What the other areas of the group have in a period."""
        keys = (series._replace(area=area) for area in self.group if area != series.area)
        found = (self.current(key, period) for key in keys)
        return [each.observation for each in found if each and not each.observation.is_withdrawn]

    def _compared(self, series: SeriesKey) -> dict[Period, Observation]:
        if self.group:
            return self._means(series)
        found = self.revisions.get(SeriesKey(series.indicator, self.comparator, series.breakdown), {})
        return {period: revision.observation for period, revision in found.items()}

    def _means(self, series: SeriesKey) -> dict[Period, Observation]:
        decimals = self.indicators[series.indicator].decimals
        means = {period: mean(self.of_group(series, period), decimals) for period in self.revisions.get(series, {})}
        return {period: each for period, each in means.items() if each is not None}
