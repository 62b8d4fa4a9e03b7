"""What finance takes from the bus: the observations of indicators, from which indicated money follows."""

from collections.abc import Iterator, Sequence

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection, of_types
from chassis.events.subscription import GATHER_SECONDS, Subscription
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.envelope import Body
from contracts.indicators import EVENT_TYPES, INDICATOR_UPDATED, Missing, ObservationStatus, is_series
from contracts.money import EventNumber
from contracts.period import Period
from contracts.topics import events_topic
from services.finance.domain.savings import Observation
from services.finance.domain.series import Series, Version
from services.finance.domain.updates import Updates
from services.finance.repository.observations import drop_observations
from services.finance.service.republication import forget_series
from services.finance.service.updates import (
    list_contradicted,
    list_evaluated,
    restate_all,
    restate_updated,
    save_updates,
)


class IndicatorPart(Body):
    code: str
    polarity: Polarity


class AreaPart(Body):
    code: str


class PointPart(Body):
    period: str
    value: EventNumber | None
    revision: int
    status: ObservationStatus
    missing: Missing | None = None


class UpdatePart(Body):
    """What of an update matters here. The rest of the contract's body is not even read."""

    indicator: IndicatorPart
    area: AreaPart
    breakdown: Breakdown = Breakdown.TOTAL
    series: list[PointPart]
    changed: list[PointPart]
    complete: bool = False


def updates_of(deliveries: Sequence[Delivery]) -> Updates:
    """What events say, one decoded after the other: a long batch of whole bodies would be much to remember.

    Raises:
        ValueError: a body does not fit.
    """
    updates = Updates()
    for event in deliveries:
        data = event.data(UpdatePart)
        series = Series(data.indicator.code, data.area.code, data.breakdown)
        version = Version(event.generation, event.version)
        updates.add(series, version, data.indicator.polarity, _observations(event, data))
        if data.complete:
            updates.complete[series] = max(event.generation, updates.complete.get(series, 0))
    return updates


def _observations(event: Delivery, data: UpdatePart) -> Iterator[Observation]:
    for point in (*data.series, *data.changed):
        yield Observation(
            period=Period.parse(point.period),
            value=point.value,
            revision=point.revision,
            status=point.status,
            event_id=event.id,
            generation=event.generation,
            missing=point.missing,
        )


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Updates:
    updates = updates_of(deliveries)
    await save_updates(tx, updates)
    return updates


async def list_contradicted_series(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
    contradicted = await list_contradicted(tx, updates_of(newest_events))
    return [event.subject for event in newest_events if Series.parse(event.subject) in contradicted]


SUBSCRIPTION = Subscription(
    consumer="finance",
    topics=(events_topic("indicators"),),
    types=EVENT_TYPES,
    projection=of_types(
        Projection(
            fold=fold_indicator_updates,
            evaluate=restate_updated,
            evaluate_all=restate_all,
            drop=drop_observations,
            forget=forget_series,
            list_contradicted=list_contradicted_series,
            list_evaluated=list_evaluated,
        ),
        (INDICATOR_UPDATED,),
        is_series,
    ),
    gather=GATHER_SECONDS,
)
"""Observations are made again from the log; the ledger changes only by differences, of which there are none."""
