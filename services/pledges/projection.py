"""The colours of indicators, folded from their events, and the pledges that show them."""

from collections.abc import Sequence

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection, of_types
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx
from contracts.indicators import EVENT_TYPES, INDICATOR_UPDATED, IndicatorUpdated, is_series
from contracts.topics import events_topic
from services.pledges.domain.indicators import Colours, SeriesKey, SeriesUpdate
from services.pledges.repository.indicators import delete_colours
from services.pledges.service import publication
from services.pledges.service.republication import forget_series


def _newest(deliveries: Sequence[Delivery]) -> list[SeriesUpdate]:
    """The newest event of each series; only these are decoded, for each carries the whole state."""
    newest: dict[str, Delivery] = {}
    for one in deliveries:
        before = newest.get(one.subject)
        if before is None or one.order > before.order:
            newest[one.subject] = one
    return [_update(one) for one in newest.values()]


def _update(delivery: Delivery) -> SeriesUpdate:
    body = delivery.data(IndicatorUpdated)
    period = body.latest.period if body.latest else None
    benchmark, trend, target = body.benchmark, body.trend, body.target
    colours = Colours(
        period=period,
        benchmark=benchmark.colour,
        trend=trend.colour,
        target=target.colour if target else None,
        benchmark_provisional=benchmark.provisional,
        trend_provisional=trend.provisional,
        target_provisional=target.provisional if target else False,
    )
    key = SeriesKey(body.indicator.code, body.area.code, body.breakdown)
    return SeriesUpdate(key, delivery.generation, delivery.version, delivery.id, colours)


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[SeriesKey]:
    return await publication.save_colours(tx, _newest(deliveries))


async def list_contradicted(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
    updates = {event.subject: _update(event) for event in newest_events}
    contradicted = await publication.list_contradicted(tx, updates.values())
    return [subject for subject, update in updates.items() if update.key in contradicted]


SUBSCRIPTION = Subscription(
    consumer="pledges",
    topics=(events_topic("indicators"),),
    types=EVENT_TYPES,
    projection=of_types(
        Projection(
            fold=fold_indicator_updates,
            evaluate=publication.emit_changed,
            evaluate_all=publication.emit_all_changed,
            drop=delete_colours,
            forget=forget_series,
            list_contradicted=list_contradicted,
        ),
        (INDICATOR_UPDATED,),
        is_series,
    ),
    supersedes=True,
)
