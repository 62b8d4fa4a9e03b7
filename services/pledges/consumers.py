"""What pledges hear of indicators."""

from collections.abc import Sequence

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx
from contracts.indicators import INDICATOR_UPDATED, IndicatorUpdated
from contracts.topics import events_topic
from services.pledges import repository
from services.pledges.domain import Colours, IndicatorKey
from services.pledges.repository import Heard
from services.pledges.service import telling


def _newest(deliveries: Sequence[Delivery]) -> list[Heard]:
    """The newest event of each indicator and area; only these are decoded, for each carries the whole state."""
    newest: dict[str, Delivery] = {}
    for one in deliveries:
        if one.subject not in newest or one.version > newest[one.subject].version:
            newest[one.subject] = one
    return [_heard(one) for one in newest.values()]


def _heard(delivery: Delivery) -> Heard:
    said = delivery.data(IndicatorUpdated)
    period = said.latest.period if said.latest else None
    target = said.target.colour if said.target else None
    colours = Colours(period, said.benchmark.colour, said.trend.colour, target)
    return Heard(IndicatorKey(said.indicator.code, said.area.code), delivery.version, delivery.id, colours)


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[IndicatorKey]:
    return await telling.fold(tx, _newest(deliveries))


SUBSCRIPTION = Subscription(
    consumer="pledges",
    topics=(events_topic("indicators"),),
    types=(INDICATOR_UPDATED,),
    projection=Projection(
        fold=fold_indicator_updates,
        evaluate=telling.evaluate,
        evaluate_all=telling.tell_all_that_changed,
        drop=repository.forget_colours,
    ),
    supersedes=True,
)
