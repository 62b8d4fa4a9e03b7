"""A form with a file in it (``multipart/form-data``), as browsers send it."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import PurePath
from typing import Final

from fastapi import Request
from httpx import codes

from contracts.large_bodies import CSV, ODS, XLSX
from portal.errors import FormForged, Refused
from portal.forms import SESSION, TOKEN, require_own_form

MOST_BYTES: Final = 8_388_608
"""Of a form with its file: it is read as a whole."""
_MOST_PARTS: Final = 20
_TYPES: Final = {".csv": CSV, ".xlsx": XLSX, ".ods": ODS}
_NO_FILE: Final = {"title": "There is a problem", "detail": "Choose a file that ends in .csv, .xlsx or .ods."}
_TOO_LARGE: Final = {
    "title": "The file is too large",
    "detail": f"At most {MOST_BYTES // 1_048_576} MiB are read here. Send a larger file by the API.",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """The fields of a form by name, and its file, which is a table."""

    fields: dict[str, str]
    filename: str
    media_type: str
    content: bytes


async def read_upload(request: Request) -> Upload:
    """The form.

    Raises:
        FormForged: it is not this site's, or no such form.
        Refused: it is larger than what is read here, or has no file that is a table. All of it is read, and what is too
            much dropped: browsers show no answer before.
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
    media_type = _TYPES.get(PurePath(filename).suffix.lower())
    if media_type is None or not content:
        raise Refused(codes.UNPROCESSABLE_ENTITY, _NO_FILE)
    return Upload(fields, filename, media_type, content)


async def _whole(request: Request) -> bytes:
    body, read = bytearray(), 0
    async for chunk in request.stream():
        read += len(chunk)
        if read <= MOST_BYTES:
            body += chunk
    if read > MOST_BYTES:
        raise Refused(codes.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE)
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
