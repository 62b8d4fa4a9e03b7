"""Checkpoints over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.web.making import made, set_made
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.subscriptions.schemas.checkpoints import CheckpointIn, CheckpointOut
from services.subscriptions.service import checkpoints

router = APIRouter(tags=["feed"])

NameInPath = Annotated[
    str,
    Path(
        max_length=80,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="A name of your own; other callers have theirs",
        examples=["warehouse"],
    ),
]


@router.get("/checkpoints/{name}", summary="Read a checkpoint", responses=problems(401, 404))
async def read_checkpoint(read: Read, name: NameInPath) -> CheckpointOut:
    """The event that you said to have processed last, how far the feed is ahead, and whether events are gone."""
    return CheckpointOut.of(await read(lambda tx: checkpoints.get_checkpoint(tx, name)))


@router.put(
    "/checkpoints/{name}",
    summary="Put a checkpoint",
    responses=made(CheckpointOut) | problems(401, 410, 413, 415, 422),
)
async def put_checkpoint(write: Write, name: NameInPath, body: CheckpointIn, response: Response) -> CheckpointOut:
    """Keep the event that you have processed last, for the case that you forget. An earlier one is taken as well."""
    found, created = await write(lambda tx: checkpoints.put_checkpoint(tx, name, body.last_event_id))
    set_made(response, created=created)
    return CheckpointOut.of(found)


@router.delete("/checkpoints/{name}", summary="Delete a checkpoint", responses=problems(401, 404))
async def delete_checkpoint(write: Write, name: NameInPath) -> CheckpointOut:
    """Forget how far you have come. What it was is answered once more."""
    return CheckpointOut.of(await write(lambda tx: checkpoints.delete_checkpoint(tx, name)))
