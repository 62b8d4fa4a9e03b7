"""Keys over HTTP, for administrators."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request

from chassis.storage.transaction import Tx
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from gateway.access import service
from gateway.access.keyring import Keyring
from gateway.access.keys import OVERLAP, Key
from gateway.access.schemas import KeyIn, KeyOut, NewKeyOut, RotationIn

SECRETIVE = ("create_key", "rotate_key")
"""Operations that answer with a key."""
router = APIRouter(tags=["keys"])

Name = Annotated[str, Path(max_length=64, description="The key's name", examples=["warehouse"])]


@router.get("/keys", summary="List keys", responses=problems(400, 422))
async def list_keys(read: Read, paging: Paging) -> PageBody[KeyOut]:
    """Every key by name, revoked ones too. What is kept of a key is a hash, and nobody is shown it."""
    return paging.body(await read(lambda tx: service.list_page_of_keys(tx, paging.request)), KeyOut.of)


@router.get("/keys/{name}", summary="Read a key", responses=problems(404))
async def get_key(read: Read, name: Name) -> KeyOut:
    """What it may do, whose it is, and when it was used last."""
    return KeyOut.of(await read(lambda tx: service.get_key(tx, name)))


@router.post("/keys", status_code=201, summary="Make a key", responses=problems(409, 422))
async def create_key(write: Write, body: KeyIn) -> NewKeyOut:
    """The key is in this answer and nowhere else: whoever loses it has it rotated."""

    async def work(tx: Tx) -> tuple[Key, str]:
        secret = await service.create_key(tx, body.to_domain())
        return await service.get_key(tx, body.name), secret

    return NewKeyOut.made(*await write(work))


@router.post("/keys/{name}/rotate", summary="Give a key another secret", responses=problems(404, 409, 422))
async def rotate_key(write: Write, request: Request, name: Name, body: RotationIn | None = None) -> NewKeyOut:
    """The new secret is in this answer and nowhere else. The one before works on for a day, or as long as you say.

    What was before that one stops at once.
    """
    overlap = OVERLAP if body is None else timedelta(hours=body.overlap_hours)

    async def work(tx: Tx) -> tuple[Key, str]:
        secret = await service.rotate_key(tx, name, overlap)
        return await service.get_key(tx, name), secret

    made = await write(work)
    _keyring(request).forget()
    return NewKeyOut.made(*made)


@router.delete("/keys/{name}", summary="Revoke a key", responses=problems(404))
async def revoke_key(write: Write, request: Request, name: Name) -> KeyOut:
    """It opens nothing from now on: here at once, at other gateways within a second. Its name stays taken."""

    async def work(tx: Tx) -> Key:
        await service.revoke_key(tx, name)
        return await service.get_key(tx, name)

    revoked = await write(work)
    _keyring(request).forget()
    return KeyOut.of(revoked)


def _keyring(request: Request) -> Keyring:
    found: Keyring = request.app.state.keyring
    return found
