"""What indicators take from the bus: the share of homes that are rated well, which the pledges service counts."""

from collections.abc import Sequence
from typing import Final

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection, of_types
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx
from contracts.pledges import EVENT_TYPES, HOMES_RATED, HomesRated, homes_of
from contracts.topics import events_topic
from services.indicators.domain.counted_homes import CountedHomes, CountedPeriod
from services.indicators.domain.observations import SeriesKey
from services.indicators.service.counted_homes import forget_counted, list_untaken, record_counted

_NOTE: Final = "Counted by the pledges service from the last rating of each home"


def counted_homes(delivery: Delivery) -> CountedHomes:
    """What an event says.

    Raises:
        ValueError: the body does not fit.
    """
    body = delivery.data(HomesRated)
    return CountedHomes(
        subject=delivery.subject,
        generation=delivery.generation,
        version=delivery.version,
        event_id=delivery.id,
        key=SeriesKey(body.indicator, body.area),
        note=f"{_NOTE}: {body.source or body.title}",
        periods=[CountedPeriod(one.period, one.rated, one.good_or_better, one.final) for one in body.periods],
    )


async def record_homes(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    """Only the newest event of each subject is decoded, for each carries the whole state."""
    newest: dict[str, Delivery] = {}
    for one in deliveries:
        before = newest.get(one.subject)
        if before is None or one.order > before.order:
            newest[one.subject] = one
    if newest:
        await record_counted(tx, [counted_homes(one) for one in newest.values()])


async def _list_untaken(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
    return await list_untaken(tx, [counted_homes(one) for one in newest_events])


async def _nothing_more(tx: Tx, recorded: None = None) -> None:
    """Observations are what was recorded, not what is derived: a rebuild takes none away, and evaluates nothing."""


SUBSCRIPTION = Subscription(
    consumer="indicators",
    topics=(events_topic("pledges"),),
    types=EVENT_TYPES,
    projection=of_types(
        Projection(
            fold=record_homes,
            evaluate=_nothing_more,
            evaluate_all=_nothing_more,
            drop=_nothing_more,
            forget=forget_counted,
            list_contradicted=_list_untaken,
        ),
        (HOMES_RATED,),
        lambda subject: homes_of(subject) is not None,
    ),
    supersedes=True,
    records=True,
)
