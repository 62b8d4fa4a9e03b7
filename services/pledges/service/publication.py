"""When a pledge's event is published: after every change of what it carries, and after nothing else."""

from collections.abc import Collection, Sequence
from dataclasses import replace
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
    published = pledge.next_version(indicators, today)
    await stored.save_pledges(tx, [published])
    emit(tx, events.pledge_updated(published, today))
    return published


async def save_colours(tx: Tx, updates: Collection[SeriesUpdate]) -> Sequence[SeriesKey]:
    """Save the colours that events carry; returns the series they are of."""
    await linked.save_updates(tx, updates)
    return [one.key for one in updates]


async def list_contradicted(tx: Tx, updates: Collection[SeriesUpdate]) -> Collection[SeriesKey]:
    """Series of newest events whose stored colours are others than theirs."""
    stored = await linked.get_updates(tx, [one.key for one in updates])
    return {one.key for one in updates if not _is_stored(one, stored.get(one.key))}


def _is_stored(one: SeriesUpdate, stored: SeriesUpdate | None) -> bool:
    return stored is not None and replace(stored, generation=one.generation) == one


async def emit_changed(tx: Tx, keys: Sequence[SeriesKey]) -> None:
    """Publish the pledges linked to these series that now show something else than they last published."""
    await _emit_changed(tx, await linked.pledges_linked_to(tx, keys))


async def emit_all_changed(tx: Tx) -> None:
    """Publish the pledges that show something else than they last published, after colours were rebuilt."""
    await _emit_changed(tx, await linked.linked_pledges(tx))


async def emit_moved_by_calendar(tx: Tx) -> None:
    """Publish the pledges whose schedule the business date has moved; on the same date nothing more."""
    await _emit_changed(tx, await stored.pledges_moved_by_calendar(tx, await tx.business_date()))


async def _emit_changed(tx: Tx, ids: Collection[str]) -> None:
    if not ids:
        return
    pledges = await stored.lock_pledges(tx, ids)
    shown = await linked.indicators_of_pledges(tx, ids)
    today = await tx.business_date()
    for pledge in pledges:
        indicators = shown.get(pledge.id, ())
        if pledge.publishable(indicators, today) != pledge.published:
            await save_and_emit(tx, pledge, indicators, today)
