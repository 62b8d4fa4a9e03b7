"""How far a caller has come: kept for those who keep nothing."""

from chassis.audit import record_change, record_unchanged
from chassis.errors import FieldError
from chassis.paging import number_of
from chassis.storage.transaction import Tx
from services.subscriptions.domain.checkpoints import Checkpoint, CheckpointState
from services.subscriptions.domain.feed import FeedHead
from services.subscriptions.errors import CheckpointAhead, CheckpointUnknown
from services.subscriptions.repository import checkpoints, feed
from services.subscriptions.service.feed import find_position


async def get_checkpoint(tx: Tx, name: str) -> CheckpointState:
    """A checkpoint of the caller's, with what became of the feed since.

    Raises:
        CheckpointUnknown: the caller has none of this name.
    """
    return CheckpointState(_existing(await checkpoints.get_checkpoint(tx, tx.caller.name, name), name), await _head(tx))


async def put_checkpoint(tx: Tx, name: str, last_event_id: str) -> tuple[CheckpointState, bool]:
    """Keep, under a name of the caller's, the event that they have processed last; it may be an earlier one, too.

    Returns whether it is the first of the name. The same again changes nothing.

    Raises:
        PositionGone: there is no such event any more.
        CheckpointAhead: the feed does not reach that position.
    """
    _allow(tx)
    head = await _head(tx)
    number = number_of(last_event_id)
    if number is not None and number > head.last_position:
        told = f"the feed ends at {head.last_position}"
        raise CheckpointAhead("Nobody can have processed that yet.", [FieldError("last_event_id", told)])
    position = await find_position(tx, last_event_id)
    event = await feed.get_event(tx, position)
    before = await checkpoints.get_checkpoint(tx, tx.caller.name, name, lock=True)
    if before is not None and before.position == position:
        record_unchanged(tx)
        return CheckpointState(before, head), False
    saved = Checkpoint(tx.caller.name, name, position, event.event_id if event else None, tx.now)
    await checkpoints.save_checkpoint(tx, saved)
    earlier = None if before is None else _told(before)
    record_change(tx, subject=name, action="checkpoint.saved", before=earlier, after=_told(saved))
    return CheckpointState(saved, head), before is None


async def delete_checkpoint(tx: Tx, name: str) -> CheckpointState:
    """Forget a checkpoint of the caller's. Returns what it was.

    Raises:
        CheckpointUnknown: the caller has none of this name.
    """
    _allow(tx)
    before = _existing(await checkpoints.get_checkpoint(tx, tx.caller.name, name, lock=True), name)
    await checkpoints.delete_checkpoint(tx, before.caller, name)
    record_change(tx, subject=name, action="checkpoint.deleted", before=_told(before), after=None)
    return CheckpointState(before, await _head(tx))


async def _head(tx: Tx) -> FeedHead:
    return await feed.get_head(tx)


def _existing(found: Checkpoint | None, name: str) -> Checkpoint:
    if found is None:
        raise CheckpointUnknown(f"You have no checkpoint {name!r}.")
    return found


def _told(checkpoint: Checkpoint) -> dict[str, object]:
    return {"position": checkpoint.position, "event_id": checkpoint.event_id}


def _allow(tx: Tx) -> None:
    """A mark of the caller's own is of whatever areas and directorates they may write for."""
    tx.is_within_areas = tx.is_within_directorates = True
