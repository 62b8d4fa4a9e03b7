"""What finance does with what it hears of indicators."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.db import Tx
from contracts.colours import Polarity
from contracts.indicators import ChangedPeriod, IndicatorUpdated, SeriesPoint
from contracts.period import Period
from services.finance.models import IndicatorArea
from services.finance.repository import facts
from services.finance.repository.books import columns_of
from services.finance.repository.facts import Pair
from services.finance.service.restatement import restate


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of an indicator in an area: its id, the version of the aggregate, its body."""

    event_id: str
    version: int
    body: IndicatorUpdated

    @property
    def pair(self) -> Pair:
        return (self.body.indicator.code, self.body.area.code)


async def hear(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keep what is new in these events and restate the schemes it moves. Order and duplicates cannot matter."""
    await keep(tx, heard)
    codes = await facts.schemes_linked_to(tx, {event.pair for event in heard})
    await restate(tx, codes, {event.event_id for event in heard})


async def keep(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keep facts and polarities without restating anything. A withdrawn value is kept as null."""
    newest = _newest(heard)
    known = await facts.lock_pairs(tx, newest)
    moved = [(pair, event) for pair, event in sorted(newest.items()) if event.version > known[pair].version]
    await facts.put_pairs(tx, [_pair_row(known[pair], event) for pair, event in moved])
    await facts.put_facts(tx, _fact_rows(heard))


async def restate_all(tx: Tx) -> None:
    """Post what all facts together ask for; nothing where the ledger says it already."""
    await restate(tx, await facts.all_linked_schemes(tx))


def _newest(heard: Iterable[Heard]) -> dict[Pair, Heard]:
    found: dict[Pair, Heard] = {}
    for event in heard:
        if event.pair not in found or event.version > found[event.pair].version:
            found[event.pair] = event
    return found


def _pair_row(known: IndicatorArea, event: Heard) -> dict[str, Any]:
    """The polarity of the newest event, and the version at which it last turned (0: it never did)."""
    polarity = event.body.indicator.polarity
    turned = known.polarity is not None and Polarity(known.polarity) is not polarity
    return {
        "indicator": known.indicator,
        "area": known.area,
        "version": event.version,
        "polarity": polarity.value,
        "polarity_since": event.version if turned else known.polarity_since,
    }


def _fact_rows(heard: Iterable[Heard]) -> list[Mapping[str, Any]]:
    """The highest revision of each period these events carry, whether listed as changed or in the series."""
    found: dict[tuple[Pair, Period], tuple[Heard, ChangedPeriod | SeriesPoint]] = {}
    for event in heard:
        points: list[ChangedPeriod | SeriesPoint] = [*event.body.series, *event.body.changed]
        for point in points:
            key = (event.pair, point.period)
            if key not in found or point.revision > found[key][1].revision:
                found[key] = (event, point)
    ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][1].kind, item[0][1].start, item[0][1].end))
    return [_fact_row(event, point) for _, (event, point) in ordered]


def _fact_row(event: Heard, point: ChangedPeriod | SeriesPoint) -> dict[str, Any]:
    indicator, area = event.pair
    return {
        "indicator": indicator,
        "area": area,
        **columns_of(point.period),
        "value": point.value,
        "revision": point.revision,
        "status": point.status.value,
        "event_id": event.event_id,
    }
