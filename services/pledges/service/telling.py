"""Telling of a pledge, and hearing of indicators.

Locks are taken in one order everywhere: the colours of indicators, by key, then pledges, by number. Whoever links
a pledge locks the colours first, so an event that arrives meanwhile either is seen or sees the new link.
"""

from collections.abc import Collection, Sequence
from datetime import date

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from services.pledges import events, repository
from services.pledges.domain import Colours, IndicatorKey
from services.pledges.models import Pledge
from services.pledges.repository import Heard


def tell(tx: Tx, pledge: Pledge, standing: Sequence[tuple[IndicatorKey, Colours]], today: date) -> None:
    """Publish the present state of a locked pledge as its next version."""
    states = events.indicator_states(standing)
    pledge.version += 1
    pledge.told = [state.model_dump(mode="json") for state in states]
    emit(tx, events.pledge_updated(pledge, states, today))


async def fold(tx: Tx, heard: Collection[Heard]) -> Sequence[IndicatorKey]:
    """Keep what indicators said; returns of which they are."""
    await repository.hear(tx, heard)
    return [one.key for one in heard]


async def evaluate(tx: Tx, keys: Sequence[IndicatorKey]) -> None:
    """Tell of every pledge on these indicators that now shows something else."""
    await _tell_what_changed(tx, await repository.pledges_linked_to(tx, keys))


async def tell_all_that_changed(tx: Tx) -> None:
    """After colours were rebuilt: tell of the pledges that show something else than they last told."""
    await _tell_what_changed(tx, await repository.linked_pledges(tx))


async def _tell_what_changed(tx: Tx, numbers: Collection[str]) -> None:
    if not numbers:
        return
    locked = await repository.lock_pledges(tx, numbers)
    shown = await repository.pledge_indicators(tx, numbers)
    today = await tx.business_date()
    for pledge in locked:
        standing = shown.get(pledge.number, [])
        if [state.model_dump(mode="json") for state in events.indicator_states(standing)] != pledge.told:
            tell(tx, pledge, standing, today)
