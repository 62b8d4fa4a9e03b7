"""What finance hears on the bus."""

from collections.abc import Sequence

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from contracts.envelope import Body
from contracts.indicators import INDICATOR_UPDATED, ObservationStatus
from contracts.money import Number
from contracts.period import Period
from contracts.topics import events_topic
from services.finance.repository import facts
from services.finance.service import hearing
from services.finance.service.hearing import Fact, News


class SeenIndicator(Body):
    code: str
    polarity: Polarity


class SeenArea(Body):
    code: str


class SeenPoint(Body):
    period: str
    value: Number | None
    revision: int
    status: ObservationStatus


class SeenUpdate(Body):
    """What of an update matters here. The rest of the contract's body is not even read."""

    indicator: SeenIndicator
    area: SeenArea
    series: list[SeenPoint]
    changed: list[SeenPoint]


def news_of(deliveries: Sequence[Delivery]) -> News:
    """What events say, one decoded after the other: a long batch of whole bodies would be much to remember.

    Raises:
        ValueError: a body does not fit.
    """
    news = News()
    for event in deliveries:
        said = event.data(SeenUpdate)
        points = [*said.series, *said.changed]
        told = {
            Period.parse(p.period): Fact(p.revision, p.value, p.status, event.id) for p in sorted(points, key=_revision)
        }
        news.add((said.indicator.code, said.area.code), event.version, said.indicator.polarity, told)
    return news


def _revision(point: SeenPoint) -> int:
    return point.revision


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> News:
    return await hearing.fold(tx, news_of(deliveries))


SUBSCRIPTION = Subscription(
    consumer="finance",
    topics=(events_topic("indicators"),),
    types=(INDICATOR_UPDATED,),
    projection=Projection(
        fold=fold_indicator_updates,
        evaluate=hearing.evaluate,
        evaluate_all=hearing.restate_all,
        drop=facts.drop,
    ),
)
"""Facts are made again from the log; the ledger is never touched but for differences, of which there are none."""
