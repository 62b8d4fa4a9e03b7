"""What the register hears on the bus: the state of indicators."""

from collections.abc import Iterator, Sequence
from typing import Any

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.indicators import INDICATOR_UPDATED, ObservationStatus
from contracts.period import Period
from contracts.topics import events_topic
from services.risks.domain.severity import Signal, confirmed_severity
from services.risks.repository.signals import Heard
from services.risks.service import listening


class SeenPoint(Body):
    """What of a period matters here. The rest of the contract's body is not even read.

    Its label stays text until it is the latest with a value: parsing all six of every event would cost the most.
    """

    period: str
    value: Any
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour


class SeenIndicator(Body):
    series: tuple[SeenPoint, ...]


def newest(deliveries: Sequence[Delivery]) -> Iterator[Delivery]:
    """The newest event of each subject: each carries the whole present state, so older ones need no decoding."""
    found: dict[str, Delivery] = {}
    for delivery in deliveries:
        known = found.get(delivery.subject)
        if known is None or delivery.version > known.version:
            found[delivery.subject] = delivery
    return iter(found.values())


def heard(delivery: Delivery) -> Heard:
    """An event reduced to its confirmed severities.

    Raises:
        ValueError: the body does not fit, or its latest period is none.
    """
    series = delivery.data(SeenIndicator).series
    with_value = [p.period for p in series if p.value is not None and p.status is not ObservationStatus.WITHDRAWN]
    return Heard(
        subject=delivery.subject,
        version=delivery.version,
        event_id=delivery.id,
        latest=Period.parse(with_value[-1]) if with_value else None,
        severities=(
            confirmed_severity(series, Signal.TARGET),
            confirmed_severity(series, Signal.BENCHMARK),
            confirmed_severity(series, Signal.TREND),
            confirmed_severity(series, Signal.BEST),
        ),
    )


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[str]:
    return await listening.fold(tx, [heard(delivery) for delivery in newest(deliveries)])


INDICATORS = Subscription(
    consumer="risks",
    topics=(events_topic("indicators"),),
    types=(INDICATOR_UPDATED,),
    projection=Projection(
        fold=fold_indicator_updates,
        evaluate=listening.evaluate,
        evaluate_all=listening.evaluate_all,
        drop=listening.forget,
    ),
    supersedes=True,
)
