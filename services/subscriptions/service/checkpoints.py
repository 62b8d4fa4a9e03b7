"""How far a caller has come: kept for those who keep nothing."""

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.subscriptions.domain.checkpoints import Checkpoint, CheckpointState
from services.subscriptions.errors import CheckpointAhead, CheckpointUnknown
from services.subscriptions.repository import checkpoints, feed
from services.subscriptions.service.feed import find_position


async def get_checkpoint(tx: Tx, name: str) -> CheckpointState:
    """A checkpoint of the caller's, with what became of the feed since.

    Raises:
        CheckpointUnknown: the caller has none of this name.
    """
    found = await checkpoints.get_checkpoint(tx, tx.caller.name, name)
    if found is None:
        raise CheckpointUnknown(f"You have no checkpoint {name!r}.")
    return CheckpointState(found, await feed.get_head(tx))


async def put_checkpoint(tx: Tx, name: str, last_event_id: str) -> tuple[CheckpointState, bool]:
    """Keep, under a name of the caller's, the event that they have processed last; it may be an earlier one, too.

    Returns whether it is the first of the name.

    Raises:
        PositionGone: there is no such event any more.
        CheckpointAhead: the feed does not reach that position.
    """
    _allow(tx)
    head = await feed.get_head(tx)
    if last_event_id.isascii() and last_event_id.isdecimal() and int(last_event_id) > head.last_position:
        told = f"the feed ends at {head.last_position}"
        raise CheckpointAhead("Nobody can have processed that yet.", [FieldError("last_event_id", told)])
    position = await find_position(tx, last_event_id)
    event = await feed.get_event(tx, position)
    before = await checkpoints.get_checkpoint(tx, tx.caller.name, name, lock=True)
    saved = Checkpoint(tx.caller.name, name, position, event.event_id if event else None, tx.now)
    await checkpoints.save_checkpoint(tx, saved)
    return CheckpointState(saved, head), before is None


async def delete_checkpoint(tx: Tx, name: str) -> None:
    """Forget a checkpoint of the caller's.

    Raises:
        CheckpointUnknown: the caller has none of this name.
    """
    _allow(tx)
    if not await checkpoints.delete_checkpoint(tx, tx.caller.name, name):
        raise CheckpointUnknown(f"You have no checkpoint {name!r}.")


def _allow(tx: Tx) -> None:
    """A mark of the caller's own is of whatever areas and directorates they may write for."""
    tx.is_within_areas = tx.is_within_directorates = True
