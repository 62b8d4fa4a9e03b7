"""Calls of one page to the suite's public API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx

from chassis import telemetry
from chassis.errors import NotFound
from portal.errors import Refused, SignInNeeded
from portal.listing import MOST, Json, Listing

__all__ = ["Api", "Json", "body_of", "part", "read_answer", "together"]

Send = Callable[[httpx.Request], Awaitable[httpx.Response]]
BASE: Final = "http://suite"
"""Stands for the suite itself: calls stay in this process."""
_NOT_NOW: Final = frozenset({429, 500, 502, 503, 504})


class Api:
    """The API with the rights of one signed-in person.

    ``query`` is what the page was asked for with: it may name where collections go on. Parameters that are None are
    left out; an empty one is sent. ``absences`` says, once each, why parts of the page could not be had.

    Raises, in every method:
        Refused: with what the API answered.
        SignInNeeded: the session ended while the page was made.
    """

    def __init__(self, send: Send, query: Sequence[tuple[str, str]] = ()) -> None:
        self._send = send
        self._query = query
        self.absences: list[str] = []

    async def get(self, path: str, **parameters: str | None) -> Json:
        """The body at ``path``."""
        return _body(await read_answer(await self.open(path, **parameters)))

    async def get_with_tag(self, path: str) -> tuple[Json, str]:
        """The body at ``path``, and its ETag."""
        answer = await read_answer(await self.open(path))
        return _body(answer), answer.headers.get("etag", "")

    async def get_part(self, path: str, **parameters: str | None) -> Json | None:
        """A part that a page can do without: None where there is none, it may not be seen, or is not there now.

        All but the first are noted among the absences.
        """
        try:
            return await self.get(path, **parameters)
        except Refused as refused:
            if refused.status != httpx.codes.NOT_FOUND:
                self._note(refused)
            return None

    async def list_items(self, path: str, *, name: str | None = None, **parameters: str | None) -> Listing:
        """The items at ``path``, from where the page's address says. Lists of one path have a ``name`` each."""
        name = name or path.rpartition("/")[2]
        wanted = {"limit": str(MOST), "cursor": dict(self._query).get(_after(name)), **parameters}
        return self._listing(name, await self.get(path, **wanted))

    async def list_part(self, path: str, *, name: str | None = None, **parameters: str | None) -> Listing:
        """The same of a part that a page can do without; the listing says why it is absent."""
        try:
            return await self.list_items(path, name=name, **parameters)
        except Refused as refused:
            if refused.status == httpx.codes.NOT_FOUND:
                return Listing()
            return Listing(absence=self._note(refused))

    def _listing(self, name: str, body: Json) -> Listing:
        items, cursor = body["items"], body.get("next")
        kept = [pair for pair in self._query if pair[0] != _after(name)]
        following = urlencode([*kept, (_after(name), cursor)]) if cursor else None
        return Listing(items, len(items), body.get("total"), following)

    def _note(self, refused: Refused) -> str:
        """Remember why a part is absent.

        Raises:
            Refused: the part was asked for in a wrong way, which the page has to say by itself.
        """
        if refused.status != httpx.codes.FORBIDDEN and refused.status not in _NOT_NOW:
            raise refused
        reason = f"Not shown: {refused.detail or refused.title}"
        if reason not in self.absences:
            self.absences.append(reason)
        return reason

    async def get_readiness(self) -> Json:
        """What is ready and what is not: an answer either way."""
        answer = await read_answer(await self.open("/health/ready"))
        found: Json = answer.json()
        return found

    async def open(self, path: str, **parameters: str | None) -> httpx.Response:
        """An answer whose body is still to be read, such as a file."""
        return await self._call(httpx.Request("GET", BASE + path, params=_given(parameters), headers=_headers()))

    async def change(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        tag: str | None = None,
        *,
        is_new: bool = False,
    ) -> Json:
        """Send a JSON body, or none; what the answer says.

        ``tag``: of the state that is changed. ``is_new``: what is there already is not to be replaced.
        """
        headers = _headers() | ({"if-match": tag} if tag else {}) | ({"if-none-match": "*"} if is_new else {})
        request = httpx.Request(method, BASE + path, json=None if body is None else dict(body), headers=headers)
        return _body(await read_answer(await self._call(request)))

    async def upload(self, path: str, content: bytes, media_type: str, **parameters: str | None) -> Json:
        headers = _headers() | {"content-type": media_type}
        request = httpx.Request("POST", BASE + path, params=_given(parameters), content=content, headers=headers)
        return _body(await read_answer(await self._call(request)))

    async def _call(self, request: httpx.Request) -> httpx.Response:
        answer = await self._send(request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await answer.aclose()
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
    """One part of a path, whatever characters it has.

    Raises:
        NotFound: it is a dot segment, by which the path would lead elsewhere.
    """
    if code in {"", ".", ".."}:
        raise NotFound("Nothing has that name.")
    return quote(code, safe="")


def _after(name: str) -> str:
    """The parameter of a page's address that says where a collection goes on."""
    return f"after-{name}"


def _given(parameters: Mapping[str, str | None]) -> dict[str, str]:
    return {name.rstrip("_"): value for name, value in parameters.items() if value is not None}


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


def body_of(answer: httpx.Response) -> Json:
    """What an answer that was read says; nothing where that is no JSON object."""
    try:
        body = answer.json() if answer.content else {}
    except ValueError:
        body = {}
    return body if isinstance(body, dict) else {"items": body}


def _body(answer: httpx.Response) -> Json:
    body = body_of(answer)
    if answer.is_success:
        return body
    raise Refused(answer.status_code, body, answer.headers)
