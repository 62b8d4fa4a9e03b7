"""How far callers have come."""

from sqlalchemy import delete, select

from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from services.subscriptions.domain.checkpoints import Checkpoint
from services.subscriptions.models import Base, CheckpointRow

_CHECKPOINT = Base.metadata.tables["checkpoint"]
_KEY = ("caller", "name")


async def get_checkpoint(tx: Tx, caller: str, name: str, *, lock: bool = False) -> Checkpoint | None:
    query = select(_CHECKPOINT).where(_CHECKPOINT.c.caller == caller, _CHECKPOINT.c.name == name)
    row = (await tx.session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else Checkpoint(row.caller, row.name, row.position, row.event_id, row.saved_at)


async def save_checkpoint(tx: Tx, checkpoint: Checkpoint) -> None:
    row = {
        "caller": checkpoint.caller,
        "name": checkpoint.name,
        "position": checkpoint.position,
        "event_id": checkpoint.event_id,
        "saved_at": checkpoint.saved_at,
    }
    await upsert(tx, CheckpointRow, [row], _KEY, ("position", "event_id", "saved_at"))


async def delete_checkpoint(tx: Tx, caller: str, name: str) -> None:
    mine = (_CHECKPOINT.c.caller == caller) & (_CHECKPOINT.c.name == name)
    await tx.session.execute(delete(_CHECKPOINT).where(mine))
