"""What a use case knows of the series it works on, and the states that follow from it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from contracts.indicators import IndicatorUpdated
from contracts.period import Period
from services.indicators import events
from services.indicators.domain.entry import Observation
from services.indicators.domain.readings import ENGLAND, BenchmarkMethod, Measure, Place, Reading, Unit
from services.indicators.domain.state import SeriesState, series_state
from services.indicators.domain.targets import Target
from services.indicators.repository import observations, series
from services.indicators.repository.series import Key
from services.indicators.schemas.targets import TargetIn


@dataclass(frozen=True, slots=True)
class Territory:
    """An area with the dates between which it exists."""

    place: Place
    valid_from: date | None
    valid_to: date | None

    def existed(self, period: Period) -> bool:
        """Whether it existed on any day of ``period``."""
        return (self.valid_from or date.min) <= period.end and period.start <= (self.valid_to or date.max)


@dataclass(slots=True)
class Known:
    """Definitions, areas, standing observations and targets by series; the comparator's among them."""

    comparator: str = ENGLAND
    measures: dict[str, Measure] = field(default_factory=dict)
    areas: dict[str, Territory] = field(default_factory=dict)
    standing: dict[Key, dict[Period, Observation]] = field(default_factory=dict)
    targets: dict[Key, list[Target]] = field(default_factory=dict)
    target_contents: dict[Key, list[tuple[int, TargetIn]]] = field(default_factory=dict)

    def put(self, observation: Observation) -> None:
        """Let ``observation`` stand for its period."""
        key = (observation.indicator, observation.entry.area)
        self.standing.setdefault(key, {})[observation.entry.period] = observation

    def put_target(self, key: Key, version: int, sent: TargetIn) -> None:
        self.targets.setdefault(key, []).append(sent.target(version))
        self.target_contents.setdefault(key, []).append((version, sent))

    def find(self, key: Key, period: Period) -> Observation | None:
        return self.standing.get(key, {}).get(period)

    def state(self, key: Key) -> SeriesState:
        """The state of a series, by the rules."""
        indicator, area = key
        return series_state(
            self.measures[indicator],
            _readings(self.standing.get(key, {})).values(),
            _readings(self.standing.get((indicator, self.comparator), {})),
            self.targets.get(key, ()),
            is_comparator=area == self.comparator,
        )

    def body(self, key: Key) -> IndicatorUpdated:
        """The state of a series as its event tells it."""
        return events.updated(self.measures[key[0]], self.areas[key[1]].place, self.state(key))


def _readings(standing: Mapping[Period, Observation]) -> dict[Period, Reading]:
    return {period: observation.reading for period, observation in standing.items()}


def measure_of(row: Any) -> Measure:
    """The rules' view of a definition, from a row or anything with its fields."""
    return Measure(
        code=row.code,
        name=row.name,
        unit=Unit(row.unit),
        decimals=row.decimals,
        polarity=Polarity(row.polarity),
        frequency=str(row.frequency),
        framework=row.framework,
        method=BenchmarkMethod(row.benchmark_method),
    )


async def load_held(
    tx: Tx, indicators: Collection[str], areas: Collection[str] | None, ends: Collection[date] = ()
) -> Known:
    """What the states of open series follow from, in two queries. The caller holds those it will change."""
    known = Known()
    for row in await series.context(tx, indicators, areas):
        _take_context(known, row)
    for observation in await observations.latest(tx, indicators, areas, ENGLAND, ends=ends):
        known.put(observation)
    return known


def _take_context(known: Known, row: Row[Any]) -> None:
    if row.code not in known.measures:
        known.measures[row.code] = measure_of(row)
    if row.area_code not in known.areas:
        place = Place(row.area_code, row.area_name, row.area_type)
        known.areas[row.area_code] = Territory(place, row.area_valid_from, row.area_valid_to)
    if row.target_version is not None:
        sent = TargetIn.model_validate(row.target_content)
        known.put_target((row.code, row.area_code), row.target_version, sent)


async def load(
    tx: Tx,
    definitions: Iterable[Any],
    area: str,
    *,
    comparator: str = ENGLAND,
    as_of: datetime | None = None,
    until: date | None = None,
) -> Known:
    """What the states of these indicators in one area follow from, for reading, in two queries."""
    measures = {row.code: measure_of(row) for row in definitions}
    known = Known(comparator=comparator, measures=measures)
    for row in await series.targets(tx, list(measures), area, as_of):
        known.put_target((row.indicator, row.area), row.version, TargetIn.model_validate(row.content))
    found = await observations.latest(tx, list(measures), [area], comparator, as_of=as_of, until=until)
    for observation in found:
        known.put(observation)
    return known
