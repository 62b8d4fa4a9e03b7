"""Calls to the suite's own API: paced, retried while a service is starting, refused with the server's words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
Body = Mapping[str, Any]

AT_ONCE = 8
"""Calls under way together. A service writes one at a time anyway; more would only queue."""

_PAUSES = (0.1, 0.3, 1.0, 2.0)
_TRY_AGAIN = frozenset({429, 502, 503, 504})
_LARGEST_PAGE = 200


class Refused(Exception):  # noqa: N818  named for what happened
    """The suite did not accept a call."""

    def __init__(self, method: str, path: str, response: httpx.Response) -> None:
        self.status = response.status_code
        self.problem = _problem(response)
        super().__init__(f"{method} {path} answered {self.status}: {_describe(self.problem)}")


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"detail": response.text[:300]}


def _describe(problem: dict[str, Any]) -> str:
    fields = [f"{error.get('field')}: {error.get('message')}" for error in problem.get("errors") or []]
    return "; ".join(part for part in [problem.get("title"), problem.get("detail"), *fields] if part)


async def send_request(client: httpx.AsyncClient, method: str, path: str, body: Body | None = None) -> httpx.Response:
    """One call, repeated for a few seconds while the service behind it is not there.

    Every call of the loaders may be repeated: what is there already is not made twice.

    Raises:
        Refused: any answer of 400 and above.
        httpx.TransportError: nothing answers at the address.
    """
    for pause in (*_PAUSES, None):
        response = await client.request(method, path, json=body)
        if response.status_code not in _TRY_AGAIN or pause is None:
            break
        await asyncio.sleep(pause)
    if response.is_error:
        raise Refused(method, path, response)
    return response


async def get_json(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    """The JSON at ``path``."""
    return (await send_request(client, "GET", str(httpx.URL(path, params=query)))).json()


async def find_json(client: httpx.AsyncClient, path: str) -> Any | None:
    """The JSON at ``path``, or null where there is nothing."""
    try:
        return await get_json(client, path)
    except Refused as refused:
        if refused.status == httpx.codes.NOT_FOUND:
            return None
        raise


async def iterate_items(client: httpx.AsyncClient, path: str, **query: str) -> AsyncIterator[dict[str, Any]]:
    """Every item of a collection, page after page."""
    cursor: str | None = None
    while True:
        following = {"cursor": cursor} if cursor else {}
        page = await get_json(client, path, limit=str(_LARGEST_PAGE), **query, **following)
        for item in page["items"]:
            yield item
        cursor = page["next"]
        if cursor is None:
            return


async def for_each(rows: Iterable[T], work: Callable[[T], Awaitable[object]]) -> None:
    """Work on every row, several at once; the first failure ends all of it and is raised as it is."""
    room = asyncio.Semaphore(AT_ONCE)

    async def paced(row: T) -> None:
        async with room:
            await work(row)

    try:
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(paced(row))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None  # the others failed beside it, most of them for the same reason
