"""Files of the API, handed on to who is signed in."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
from fastapi import Response
from fastapi.responses import StreamingResponse

from chassis.errors import NotFound
from portal.api import Api, body_of, read_answer
from portal.errors import Refused

_ENDINGS: Final = frozenset({"csv", "xlsx", "ods", "html", "pdf", "docx"})
_HANDED_ON: Final = ("content-type", "content-disposition", "content-security-policy")


async def file_response(api: Api, path: str, **parameters: str | None) -> Response:
    """The file at ``path``, part by part.

    Raises:
        NotFound: its name does not end as a file that there is.
        Refused: with what the API answered.
    """
    if path.rpartition(".")[2] not in _ENDINGS:
        raise NotFound("Files end in .csv, .xlsx, .ods, .html, .pdf or .docx.")
    answer = await api.open(path, **parameters)
    if not answer.is_success:
        raise Refused(answer.status_code, body_of(await read_answer(answer)))
    headers = {name: answer.headers[name] for name in _HANDED_ON if name in answer.headers}
    return StreamingResponse(_parts(answer), headers=headers | {"cache-control": "no-store"})


async def _parts(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for part in answer.aiter_bytes():
            yield part
    finally:
        await answer.aclose()
