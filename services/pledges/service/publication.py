"""When a pledge's event is published: after every change of what it carries, and after nothing else."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from services.pledges import events
from services.pledges.domain.indicators import SeriesKey, SeriesUpdate
from services.pledges.domain.linked import NOT_LINKED, LinkedKind, StateUpdate
from services.pledges.domain.pledges import Pledge, Published
from services.pledges.repository import elsewhere
from services.pledges.repository import indicators as linked
from services.pledges.repository import pledges as stored

Show = Callable[[Tx, Sequence[Pledge]], Awaitable[list[Published]]]
"""What each pledge is to publish now, in their order, of that part of it which may have moved."""


async def save_and_emit(tx: Tx, pledge: Pledge, published: Published) -> Pledge:
    """Save a locked pledge as its next version, and emit the event that carries what is published of it."""
    after = pledge.next_version(published, await tx.business_date())
    await stored.save_pledges(tx, [after])
    emit(tx, events.pledge_updated(after))
    return after


async def save_colours(tx: Tx, updates: Collection[SeriesUpdate]) -> Sequence[SeriesKey]:
    """Save the colours that events carry; returns the series they are of."""
    await linked.save_updates(tx, updates)
    return [one.key for one in updates]


async def list_contradicted(tx: Tx, updates: Collection[SeriesUpdate]) -> Collection[SeriesKey]:
    """Series of newest events whose stored colours are others than theirs."""
    stored = await linked.get_updates(tx, [one.key for one in updates])
    return {one.key for one in updates if not _is_stored(one, stored.get(one.key))}


def _is_stored(one: SeriesUpdate, stored: SeriesUpdate | None) -> bool:
    """Values of before they were kept are as their event has them, once a rebuild has taken them."""
    if stored is None:
        return False
    if stored.colours.unit is None:
        one = replace(one, colours=replace(one.colours, value=None, unit=None))
    return replace(stored, generation=one.generation) == one


async def save_states(tx: Tx, updates: Collection[StateUpdate]) -> Sequence[str]:
    """Save what events of one kind say; returns the codes they are of."""
    await elsewhere.save_updates(tx, updates)
    return [one.code for one in updates]


async def list_other_states(tx: Tx, kind: LinkedKind, updates: Collection[StateUpdate]) -> Collection[str]:
    """Codes of newest events of a kind whose stored state is another than theirs."""
    stored = await elsewhere.get_updates(tx, kind, [one.code for one in updates])
    return {one.code for one in updates if not _is_same(one, stored.get(one.code))}


def _is_same(one: StateUpdate, stored: StateUpdate | None) -> bool:
    return stored is not None and replace(stored, generation=one.generation) == one


async def emit_changed(tx: Tx, keys: Sequence[SeriesKey]) -> None:
    """Publish the pledges linked to these series that now show something else than they last published."""
    await _emit_changed(tx, await linked.pledges_linked_to(tx, keys), _with_indicators)


async def emit_all_changed(tx: Tx) -> None:
    """Publish the pledges that show something else than they last published, after colours were rebuilt."""
    await _emit_changed(tx, await linked.linked_pledges(tx), _with_indicators)


async def emit_moved_by_calendar(tx: Tx) -> None:
    """Publish the pledges whose schedule the business date has moved; on the same date nothing more."""
    await _emit_changed(tx, await stored.pledges_moved_by_calendar(tx, await tx.business_date()), _as_published)


async def emit_changed_elsewhere(tx: Tx, kind: LinkedKind, codes: Collection[str]) -> None:
    """Publish the pledges linked to these risks or schemes that now show something else than they last published."""
    await _emit_changed(tx, await elsewhere.pledges_linked_to(tx, kind, codes), _with_elsewhere)


async def emit_all_changed_elsewhere(tx: Tx, kind: LinkedKind) -> None:
    """The same of all that are linked to any, after what events say was rebuilt."""
    await _emit_changed(tx, await elsewhere.linked_pledges(tx, kind), _with_elsewhere)


async def emit_whole(tx: Tx, ids: Sequence[str]) -> None:
    """Lock pledges, and publish each as its next version, whether or not it shows something else."""
    pledges = await stored.lock_pledges(tx, ids)
    for pledge, published in zip(pledges, await show_whole(tx, pledges), strict=True):
        await save_and_emit(tx, pledge, published)


async def show_whole(tx: Tx, pledges: Sequence[Pledge]) -> list[Published]:
    """What each is to publish now, all of it. Two statements."""
    ids = [one.id for one in pledges]
    shown, found = await linked.indicators_of_pledges(tx, ids), await elsewhere.elsewhere_of_pledges(tx, ids)
    return [Published(None, shown.get(each, ()), found.get(each, NOT_LINKED)) for each in ids]


async def _with_indicators(tx: Tx, pledges: Sequence[Pledge]) -> list[Published]:
    """Risks and schemes are as published: whatever moves them publishes."""
    shown = await linked.indicators_of_pledges(tx, [one.id for one in pledges])
    return [replace(one.published, indicators=shown.get(one.id, ())) for one in pledges]


async def _with_elsewhere(tx: Tx, pledges: Sequence[Pledge]) -> list[Published]:
    """Indicators are as published: whatever moves them publishes."""
    found = await elsewhere.elsewhere_of_pledges(tx, [one.id for one in pledges])
    return [replace(one.published, elsewhere=found.get(one.id, NOT_LINKED)) for one in pledges]


async def _as_published(tx: Tx, pledges: Sequence[Pledge]) -> list[Published]:  # noqa: ARG001  one of several
    return [one.published for one in pledges]


async def _emit_changed(tx: Tx, ids: Collection[str], show: Show) -> None:
    if not ids:
        return
    pledges = await stored.lock_pledges(tx, ids)
    today = await tx.business_date()
    for pledge, found in zip(pledges, await show(tx, pledges), strict=True):
        if pledge.publishable(found, today) != pledge.published:
            await save_and_emit(tx, pledge, found)
