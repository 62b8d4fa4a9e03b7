"""What the register makes of the bus: the state of indicators, and the ratings of the risks on them."""

from collections.abc import Iterator, Sequence
from typing import Any

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection, of_types
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.indicators import EVENT_TYPES, INDICATOR_UPDATED, ObservationStatus, is_series
from contracts.period import Period
from contracts.topics import events_topic
from services.risks.domain.links import SeriesSignals
from services.risks.domain.points import write_points
from services.risks.domain.severity import Signal, signal_severities
from services.risks.service import signals
from services.risks.service.republication import forget_signals


class PointRead(Body):
    """What of a period matters here. The rest of the contract's body is not even read.

    Its label stays text until it is the latest with a value: parsing all six of every event would cost the most.
    """

    period: str
    value: Any
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    target_provisional: bool = False


class IndicatorRead(Body):
    series: tuple[PointRead, ...]


def newest(deliveries: Sequence[Delivery]) -> Iterator[Delivery]:
    """The newest event of each subject: each carries the whole present state, so older ones need no decoding."""
    found: dict[str, Delivery] = {}
    for delivery in deliveries:
        other = found.get(delivery.subject)
        if other is None or delivery.order > other.order:
            found[delivery.subject] = delivery
    return iter(found.values())


def signals_of(delivery: Delivery) -> SeriesSignals:
    """An event reduced to its confirmed severities.

    Raises:
        ValueError: the body does not fit, or its latest period is none.
    """
    series = delivery.data(IndicatorRead).series
    with_value = [p.period for p in series if p.value is not None and p.status is not ObservationStatus.WITHDRAWN]
    return SeriesSignals(
        subject=delivery.subject,
        generation=delivery.generation,
        version=delivery.version,
        event_id=delivery.id,
        latest=Period.parse(with_value[-1]) if with_value else None,
        severities={signal: signal_severities(series, signal) for signal in Signal},
        points=write_points(series),
    )


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[str]:
    return await signals.save_newest(tx, [signals_of(delivery) for delivery in newest(deliveries)])


async def list_contradicted(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
    return await signals.list_contradicted(tx, [signals_of(event) for event in newest_events])


INDICATORS = Subscription(
    consumer="risks",
    topics=(events_topic("indicators"),),
    types=EVENT_TYPES,
    projection=of_types(
        Projection(
            fold=fold_indicator_updates,
            evaluate=signals.rescore_changed,
            evaluate_all=signals.rescore_all,
            drop=signals.delete_all,
            forget=forget_signals,
            list_contradicted=list_contradicted,
            list_evaluated=signals.list_evaluated,
        ),
        (INDICATOR_UPDATED,),
        is_series,
    ),
    supersedes=True,
)
