"""Calls of one page to the suite's public API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx

from chassis import telemetry
from portal.errors import Refused, SignInNeeded

Json = dict[str, Any]
Send = Callable[[httpx.Request], Awaitable[httpx.Response]]
BASE: Final = "http://suite"
"""Stands for the suite itself: calls stay in this process."""


class Api:
    """The API with the rights of one signed-in person.

    Raises, in every method:
        Refused: with what the API answered.
        SignInNeeded: the session ended while the page was made.
    """

    def __init__(self, send: Send) -> None:
        self._send = send

    async def get(self, path: str, **parameters: str | None) -> Json:
        """The body at ``path``; parameters that are None or empty are left out."""
        answer = await self.open(path, **parameters)
        return _body(await read_answer(answer))

    async def get_if_any(self, path: str, **parameters: str | None) -> Json | None:
        """The same, or None where there is no such thing or the caller may not see it."""
        try:
            return await self.get(path, **parameters)
        except Refused as refused:
            if refused.status in {403, 404}:
                return None
            raise

    async def get_readiness(self) -> Json:
        """What is ready and what is not: an answer either way."""
        answer = await read_answer(await self.open("/health/ready"))
        found: Json = answer.json()
        return found

    async def open(self, path: str, **parameters: str | None) -> httpx.Response:
        """An answer whose body is still to be read, such as a file."""
        given = {name.rstrip("_"): value for name, value in parameters.items() if value}
        return await self._call(httpx.Request("GET", BASE + path, params=given, headers=_headers()))

    async def change(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """Send a JSON body, or none; what the answer says."""
        request = httpx.Request(method, BASE + path, json=None if body is None else dict(body), headers=_headers())
        return _body(await read_answer(await self._call(request)))

    async def upload(self, path: str, content: bytes, media_type: str, **parameters: str | None) -> Json:
        given = {name.rstrip("_"): value for name, value in parameters.items() if value}
        headers = _headers() | {"content-type": media_type}
        request = httpx.Request("POST", BASE + path, params=given, content=content, headers=headers)
        return _body(await read_answer(await self._call(request)))

    async def _call(self, request: httpx.Request) -> httpx.Response:
        answer = await self._send(request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise SignInNeeded
        return answer


async def together(*calls: Awaitable[Any]) -> list[Any]:
    """What several calls answer, made at once; the first refusal is raised once all have ended."""
    found = await asyncio.gather(*calls, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return found


def part(code: str) -> str:
    """One part of a path, whatever characters it has."""
    return quote(code, safe="")


def _headers() -> dict[str, str]:
    trace = telemetry.traceparent()
    return {"accept": "application/json"} | ({"traceparent": trace} if trace else {})


async def read_answer(answer: httpx.Response) -> httpx.Response:
    """The answer with its whole body."""
    try:
        await answer.aread()
    finally:
        await answer.aclose()
    return answer


def _body(answer: httpx.Response) -> Json:
    try:
        body = answer.json() if answer.content else {}
    except ValueError:
        body = {}
    if answer.is_success:
        return body if isinstance(body, dict) else {"items": body}
    raise Refused(answer.status_code, body if isinstance(body, dict) else {})
