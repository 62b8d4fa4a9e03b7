"""What finance hears on the bus."""

from collections.abc import Sequence

from chassis.consumer import Rebuild, Subscription
from chassis.db import Tx
from chassis.events import Delivery
from contracts.indicators import INDICATOR_UPDATED, IndicatorUpdated
from contracts.topics import events_topic
from services.finance.repository import facts
from services.finance.service.hearing import Heard, hear, keep, restate_all


def _heard(deliveries: Sequence[Delivery]) -> list[Heard]:
    return [Heard(event.id, event.version, event.data(IndicatorUpdated)) for event in deliveries]


async def apply_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    await hear(tx, _heard(deliveries))


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    await keep(tx, _heard(deliveries))


SUBSCRIPTION = Subscription(
    consumer="finance",
    topics=(events_topic("indicators"),),
    types=(INDICATOR_UPDATED,),
    apply=apply_indicator_updates,
    rebuild=Rebuild(drop=facts.drop, fold=fold_indicator_updates, finish=restate_all),
)
"""Facts are made again from the log; the ledger is never touched but for differences, of which there are none."""
