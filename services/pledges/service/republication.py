"""Publishing pledges once more, and forgetting series, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from services.pledges.domain.indicators import SeriesKey
from services.pledges.repository import indicators as linked
from services.pledges.repository import pledges as stored
from services.pledges.service.publication import emit_changed, save_and_emit


async def emit_states(tx: Tx, ids: Sequence[str]) -> None:
    """Lock these pledges, and emit each as its next version."""
    pledges = await stored.lock_pledges(tx, ids)
    shown = await linked.indicators_of_pledges(tx, ids)
    today = await tx.business_date()
    for pledge in pledges:
        await save_and_emit(tx, pledge, shown.get(pledge.id, ()), today)


async def forget_series(tx: Tx, subjects: Sequence[str]) -> None:
    """Delete the colours of series that their producer no longer has, and publish the pledges that showed them."""
    keys = [SeriesKey.parse(subject) for subject in subjects]
    await linked.delete_colours_of(tx, keys)
    await emit_changed(tx, keys)


REPUBLICATION = Republication(stored.list_ids, emit_states)
