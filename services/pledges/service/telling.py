"""Telling of a pledge, and hearing of indicators.

Locks are taken in one order everywhere: the colours of indicators, by key, then pledges, by number. Whoever links
a pledge locks the colours first, so an event that arrives meanwhile either is seen or sees the new link.
"""

from collections.abc import Collection, Sequence
from datetime import date

from chassis.db import Tx
from services.pledges import events, repository
from services.pledges.domain import Colours, IndicatorKey
from services.pledges.models import Pledge
from services.pledges.repository import Heard


def tell(tx: Tx, pledge: Pledge, standing: Sequence[tuple[IndicatorKey, Colours]], today: date) -> None:
    """Publish the present state of a locked pledge as its next version."""
    states = events.indicator_states(standing)
    pledge.version += 1
    pledge.told = [state.model_dump(mode="json") for state in states]
    tx.emit(events.pledge_updated(pledge, states, today))


async def hear(tx: Tx, heard: Collection[Heard]) -> None:
    """Keep what indicators said, and tell of every pledge that now shows something else."""
    await repository.hear(tx, heard)
    linked = await repository.pledges_linked_to(tx, [one.key for one in heard])
    await _tell_what_changed(tx, linked)


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
