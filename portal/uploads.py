"""A form with a file in it (``multipart/form-data``), as browsers send it."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final

from fastapi import Request

from chassis.errors import PayloadTooLarge
from portal.errors import FormForged
from portal.forms import SESSION, TOKEN, require_own_form

MOST_BYTES: Final = 8_388_608
"""Of a form with its file: it is read as a whole."""
_MOST_PARTS: Final = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """The fields of a form by name, and its file."""

    fields: dict[str, str]
    filename: str
    content: bytes


async def read_upload(request: Request) -> Upload:
    """The form.

    Raises:
        FormForged: it is not this site's, or no such form.
        PayloadTooLarge: larger than what is read here. The rest is read and dropped: browsers show no answer before.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise FormForged("It cannot be read.")
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    parts = _parts(BytesParser(policy=HTTP).parsebytes(head + await _whole(request)))
    fields, filename, content = {}, "", b""
    for part in parts:
        name, named = _name(part, "name"), _name(part, "filename")
        raw = part.get_payload(decode=True)
        body = raw if isinstance(raw, bytes) else b""
        if named:
            filename, content = named, body
        elif name:
            fields[name] = body.decode("utf-8", "replace").strip()
    require_own_form(request, fields.pop(TOKEN, None), SESSION)
    return Upload(fields, filename, content)


async def _whole(request: Request) -> bytes:
    body, read = bytearray(), 0
    async for chunk in request.stream():
        read += len(chunk)
        if read <= MOST_BYTES:
            body += chunk
    if read > MOST_BYTES:
        raise PayloadTooLarge(f"At most {MOST_BYTES // 1_048_576} MiB are read here. Send a larger file by the API.")
    return bytes(body)


def _parts(message: Message) -> list[Message]:
    parts = message.get_payload()
    found = [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []
    if not 0 < len(found) <= _MOST_PARTS:
        raise FormForged("It cannot be read.")
    return found


def _name(part: Message, parameter: str) -> str:
    found = part.get_param(parameter, header="content-disposition")
    return found if isinstance(found, str) else ""
