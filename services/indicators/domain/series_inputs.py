"""Everything that the states of some series follow from."""

from dataclasses import dataclass, field

from contracts.breakdown import Breakdown
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND, Area
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
class SeriesInputs:
    """Definitions, areas, and by series the current revisions and all versions of the target.

    The comparator's series are among them.
    """

    comparator: str = ENGLAND
    indicators: dict[str, Indicator] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    revisions: dict[SeriesKey, dict[Period, Revision]] = field(default_factory=dict)
    targets: dict[SeriesKey, list[Target]] = field(default_factory=dict)

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
            is_comparator=series.area == self.comparator,
        )

    def _compared(self, series: SeriesKey) -> dict[Period, Observation]:
        found = self.revisions.get(series._replace(area=self.comparator), {})
        return {period: revision.observation for period, revision in found.items()}
