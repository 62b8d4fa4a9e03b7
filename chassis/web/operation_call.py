"""One call of an operation, as far as units of work need to know of it."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from chassis.audit import record_change
from chassis.errors import BadRequest
from chassis.identity import Caller
from chassis.storage.transaction import Tx
from chassis.web.operations import Operation
from chassis.web.uploads import Upload

CALL: Final = "chassis.call"
"""Where a scope carries its :class:`Call`."""
_LONGEST: Final = 16_384
"""Of a longer body an entry says the length only: whoever takes many things at once records each."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls which operation with what."""

    operation: Operation
    caller: Caller
    body: bytes = b""
    path_parameters: dict[str, str] = field(default_factory=dict)
    upload: Upload | None = None
    """The file that was sent instead of a body, where the path takes files."""
    tx: Tx | None = None
    """The transaction that the whole call runs in, where it is conditional or sent under a key."""


def record_call(tx: Tx, call: Call) -> None:
    """An entry of the call itself, where a use case records nothing of its own: what was sent, to which resource."""
    sent = _object(call.body) if len(call.body) <= _LONGEST else {"bytes": len(call.body)}
    reason = sent.get("reason") if sent else None
    subject = next(iter(call.path_parameters.values()), call.operation.path.rsplit("/", 1)[-1])
    action = f"{call.operation.method.lower()}.{call.operation.id}"
    record_change(
        tx,
        subject=subject[:200],
        action=action[:120],
        before=None,
        after=sent,
        reason=reason if isinstance(reason, str) else None,
    )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


async def _uploaded(request: Request) -> Upload:
    call: Call = request.scope[CALL]
    if call.upload is None or not call.upload.size:
        raise BadRequest("There is no file: send its bytes as the body, with their Content-Type.")
    return call.upload


Uploaded = Annotated[Upload, Depends(_uploaded)]
"""The file that was sent with the call at hand."""
