"""What events say of indicators, as far as money depends on it. Order and duplicates cannot matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contracts.colours import Polarity
from contracts.period import Period
from services.finance.domain.savings import Observation
from services.finance.domain.series import Series, Version


@dataclass(slots=True)
class Updates:
    """Of each series the polarity of the newest version, and of its periods the highest revision."""

    newest: dict[Series, tuple[Version, Polarity]] = field(default_factory=dict)
    observations: dict[tuple[Series, Period], Observation] = field(default_factory=dict)
    complete: dict[Series, int] = field(default_factory=dict)
    """Generations of which every period of a series was told: observations of lower ones are no longer so."""

    def add(self, series: Series, version: Version, polarity: Polarity, observations: Iterable[Observation]) -> None:
        if series not in self.newest or version > self.newest[series][0]:
            self.newest[series] = (version, polarity)
        for observation in observations:
            before = self.observations.get((series, observation.period))
            if before is None or observation.version > before.version:
                self.observations[series, observation.period] = observation

    def observations_since(self, complete: Mapping[Series, int]) -> dict[tuple[Series, Period], Observation]:
        """The observations, without those of a lower generation than the last that was told whole."""
        return {
            (series, period): one
            for (series, period), one in self.observations.items()
            if one.generation >= complete.get(series, 0)
        }

    def event_ids(self) -> set[str]:
        """The events that stand behind the observations."""
        return {one.event_id for one in self.observations.values() if one.event_id is not None}
