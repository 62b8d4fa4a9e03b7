"""``Idempotency-Key``: a POST that is sent again has its effect once and is answered as before.

The answer is saved in the transaction of the effect, so neither is ever there without the other.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import Row, delete, select, text, tuple_
from starlette.types import Scope

from chassis.errors import BadRequest, Conflict, FieldError, Invalid
from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from chassis.web.answers import Answer

HEADER: Final = "idempotency-key"
REPLAYED: Final = (b"idempotency-replayed", b"true")
REMEMBERED: Final = timedelta(days=1)
_KEY: Final = re.compile(rb"[\x21-\x7e]{1,200}")
_TRY_LOCK: Final = text("SELECT pg_try_advisory_xact_lock(:number)")
_STORED_HEADERS: Final = frozenset({b"content-type", b"location", b"etag", b"content-length"})


class KeyUsedOtherwise(Invalid):
    type_, title = "idempotency-key-used-otherwise", "This key was used with another request"


class KeyNotTaken(Invalid):
    type_, title = "idempotency-key-not-taken", "This takes no idempotency key"


class KeyInUse(Conflict):
    type_, title = "idempotency-key-in-use", "A request with this key is under way"
    headers: ClassVar[dict[str, str]] = {"retry-after": "1"}


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """What identifies a POST: its caller and the key, and what was sent under it."""

    caller: str
    key: str
    fingerprint: str

    @property
    def lock(self) -> int:
        digest = hashlib.sha256(f"{self.caller}\n{self.key}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)


def keyed_request(scope: Scope, caller: str, body: bytes) -> KeyedRequest | None:
    """The request under its key, if it has one; ``body`` is what was sent, or a digest of it.

    Raises:
        BadRequest: the key is empty, too long, or not of visible ASCII characters.
    """
    values = [value for name, value in scope["headers"] if name == HEADER.encode()]
    if not values:
        return None
    if len(values) > 1 or not _KEY.fullmatch(values[0]):
        wanted = "send one, of 1 to 200 visible ASCII characters"
        raise BadRequest("The idempotency key cannot be read.", [FieldError("Idempotency-Key", wanted)])
    sent = b"\n".join([scope["method"].encode(), scope["path"].encode(), scope["query_string"], body])
    return KeyedRequest(caller, values[0].decode(), hashlib.sha256(sent).hexdigest())


async def lock_key(tx: Tx, request: KeyedRequest) -> None:
    """Be the only one at work under this key until the transaction ends; SQLite has one writer anyway.

    Raises:
        KeyInUse: somebody else is.
    """
    if tx.dialect == "postgresql":
        connection = await tx.session.connection()
        if not await connection.scalar(_TRY_LOCK, {"number": request.lock}):
            raise KeyInUse("Wait for its answer, then send it again.")


async def get_answer(tx: Tx, request: KeyedRequest) -> Answer | None:
    """What was answered under this key within the last day.

    Raises:
        KeyUsedOtherwise: to another request.
    """
    table = tx.table("idempotency_key")
    ours = table.c.caller == request.caller, table.c.key == request.key
    row = (await tx.session.execute(select(table).where(*ours, table.c.answered_at > tx.now - REMEMBERED))).first()
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        raise KeyUsedOtherwise("Use a fresh key for what is not the same request again.")
    return _answer(row)


def _answer(row: Row[Any]) -> Answer:
    stored = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in row.headers]
    return Answer(row.status, [*stored, REPLAYED], row.body)


async def save_answer(tx: Tx, request: KeyedRequest, answer: Answer) -> None:
    """Remember the answer, over one that is more than a day old."""
    headers = [[n.decode("latin-1"), v.decode("latin-1")] for n, v in answer.headers if n in _STORED_HEADERS]
    row = {
        "caller": request.caller,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "status": answer.status,
        "headers": headers,
        "body": answer.body,
        "answered_at": tx.now,
    }
    replaced = ["fingerprint", "status", "headers", "body", "answered_at"]
    await upsert(tx, tx.table("idempotency_key"), [row], ["caller", "key"], replaced)


async def delete_answers(tx: Tx, before: datetime, most: int) -> int:
    """Delete some answers of before that moment; returns how many."""
    table = tx.table("idempotency_key")
    name = table.c.caller, table.c.key
    old = select(*name).where(table.c.answered_at < before).limit(most)
    connection = await tx.session.connection()
    return (await connection.execute(delete(table).where(tuple_(*name).in_(old)))).rowcount
