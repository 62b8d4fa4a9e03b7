"""When a pledge's event is published: after every change of what it carries, and after nothing else."""

from collections.abc import Collection, Sequence
from datetime import date

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from services.pledges import events
from services.pledges.domain.indicators import LinkedIndicator, SeriesKey, SeriesUpdate
from services.pledges.domain.pledges import Pledge
from services.pledges.repository import indicators as linked
from services.pledges.repository import pledges as stored


async def save_and_emit(tx: Tx, pledge: Pledge, indicators: Sequence[LinkedIndicator], today: date) -> Pledge:
    """Save a locked pledge as its next version, and emit the event that carries it."""
    published = pledge.next_version(indicators)
    await stored.save_pledges(tx, [published])
    emit(tx, events.pledge_updated(published, today))
    return published


async def save_colours(tx: Tx, updates: Collection[SeriesUpdate]) -> Sequence[SeriesKey]:
    """Save the colours that events carry; returns the series they are of."""
    await linked.save_updates(tx, updates)
    return [one.key for one in updates]


async def emit_changed(tx: Tx, keys: Sequence[SeriesKey]) -> None:
    """Publish the pledges linked to these series that now show something else than they last published."""
    await _emit_changed(tx, await linked.pledges_linked_to(tx, keys))


async def emit_all_changed(tx: Tx) -> None:
    """Publish the pledges that show something else than they last published, after colours were rebuilt."""
    await _emit_changed(tx, await linked.linked_pledges(tx))


async def _emit_changed(tx: Tx, numbers: Collection[str]) -> None:
    if not numbers:
        return
    pledges = await stored.lock_pledges(tx, numbers)
    shown = await linked.indicators_of_pledges(tx, numbers)
    today = await tx.business_date()
    for pledge in pledges:
        if shown.get(pledge.number, ()) != pledge.published:
            await save_and_emit(tx, pledge, shown.get(pledge.number, ()), today)
