"""How the suite is called: with a key, patiently, each effect once, and problems are raised.

``connect`` gives the client that every operation takes. ``result``, ``items`` and ``tag`` are for what they answer.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, ParamSpec, Protocol, Self, TypeVar
from uuid import uuid4

import httpx

from .client import AuthenticatedClient
from .keyed import KEYED
from .models import Problem
from .types import Response, Unset

LONGEST_PAUSE: Final = 60.0
"""Seconds. Where the suite asks for more, the problem is raised at once, with ``retry_after``."""
_FIRST_PAUSE: Final = 0.5
_PASSING: Final = frozenset({502, 503, 504})
_TOO_MANY: Final = 429
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WHOLE: Final = frozenset({"PUT", "PATCH"})
_KEY: Final = "Idempotency-Key"
_LOST: Final = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)
_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Answer = TypeVar("Answer")
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)
Asked = ParamSpec("Asked")
Outcome = httpx.Response | httpx.TransportError


class ProblemError(Exception):
    """What the suite answers instead of a result (RFC 9457).

    Attributes:
        problem: its ``type_``, ``title``, ``status`` and ``detail``, and in ``errors`` every field that is at fault
        retry_after: seconds after which to try again, None where the suite does not say
        request_id: by which the suite's operators find the call in their logs
    """

    def __init__(self, problem: Problem, retry_after: float | None = None, request_id: str | None = None) -> None:
        faults = "".join(f"\n  {each.field}: {each.message}" for each in problem.errors or ())
        super().__init__(f"{problem.status} {problem.title}: {problem.detail or problem.type_}{faults}")
        self.problem = problem
        self.retry_after = retry_after
        self.request_id = request_id

    @classmethod
    def of(cls, answer: httpx.Response) -> Self:
        """What an answer of 400 and above says; one of something in between is a problem without a type."""
        found = {"type": "about:blank", "title": answer.reason_phrase, "status": answer.status_code}
        if answer.headers.get("content-type", "").startswith("application/problem+json"):
            found |= answer.json()
        return cls(Problem.from_dict(found), _retry_after(answer), answer.headers.get("x-request-id"))


def connect(url: str, key: str, *, timeout: float = 30, attempts: int = 4, **options: Any) -> AuthenticatedClient:
    """A client of the suite at ``url``, to be given to every operation.

    What passes (429, 502, 503, 504, a connection that breaks) is sent again after the ``Retry-After`` that the suite
    asks for, or a growing pause. A POST that stores something is sent with an ``Idempotency-Key``, made here unless
    you give one, so that its effect is there once. What is not answered alike a second time (DELETE, what has an
    ``If-Match``, what answers with a secret) is sent again only where the suite has not taken it in. Whatever is
    answered with 400 or above is raised.

    Args:
        url: where the suite is, such as ``https://suite.example.org``
        key: an API key, or an access token of your provider
        timeout: seconds for each part of a call
        attempts: how often a call is sent at most
        options: whatever else httpx's clients take, such as ``verify`` or ``proxy``

    Raises:
        ProblemError: by each operation, with what the suite has to say.
        httpx.TransportError: by each operation, where the suite was not reached or its answer was lost.
    """
    client = AuthenticatedClient(url, key, raise_on_unexpected_status=True)
    shared = {"base_url": url, "headers": {"Authorization": f"Bearer {key}"}, "timeout": timeout, **options}
    client.set_httpx_client(_Client(attempts, **shared))
    client.set_async_httpx_client(_AsyncClient(attempts, **shared))
    return client


def result(answer: Answer | Problem | None) -> Answer:
    """What an operation answers, for type checkers too: a problem was raised before.

    Raises:
        TypeError: it answers without a body.
    """
    if answer is None or isinstance(answer, Problem):
        raise TypeError("This operation answers without a body")
    return answer


class Page(Protocol[Item_co]):
    """Part of a collection."""

    @property
    def items(self) -> Sequence[Item_co]: ...

    @property
    def next_(self) -> str | Unset | None: ...


def items(
    listing: Callable[Asked, Page[Item] | Problem | None], *asked: Asked.args, **filters: Asked.kwargs
) -> Iterator[Item]:
    """All of a collection, page by page: ``items(risks_list_risks.sync, client=suite, limit=200)``."""
    call: Callable[..., Page[Item] | Problem | None] = listing
    more: dict[str, Any] = dict(filters)
    while True:
        page = result(call(*asked, **more))
        yield from page.items
        if not page.next_:
            return
        more["cursor"] = page.next_


def tag(read: Response[Any]) -> str:
    """What a change takes as ``if_match``, so that it writes over nothing of anybody else's; of ``sync_detailed``."""
    return read.headers["etag"]


class _Client(httpx.Client):
    def __init__(self, attempts: int, **options: Any) -> None:
        super().__init__(**options)
        self._attempts = attempts

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        request.read()  # what comes out of a file may have to go out twice
        _give_key(request)
        attempt = 1
        while True:
            outcome = self._sent(request, **options)
            pause = _pause(request, outcome, attempt) if attempt < self._attempts else None
            if pause is None:
                return _final(outcome)
            time.sleep(pause)
            attempt += 1

    def _sent(self, request: httpx.Request, **options: Any) -> Outcome:
        try:
            answer = super().send(request, **options)
            if answer.is_error:
                answer.read()
        except httpx.TransportError as error:
            return error
        return answer


class _AsyncClient(httpx.AsyncClient):
    def __init__(self, attempts: int, **options: Any) -> None:
        super().__init__(**options)
        self._attempts = attempts

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        if isinstance(request.stream, httpx.AsyncByteStream):
            await request.aread()
        else:
            request.read()
        _give_key(request)
        attempt = 1
        while True:
            outcome = await self._sent(request, **options)
            pause = _pause(request, outcome, attempt) if attempt < self._attempts else None
            if pause is None:
                return _final(outcome)
            await asyncio.sleep(pause)
            attempt += 1

    async def _sent(self, request: httpx.Request, **options: Any) -> Outcome:
        try:
            answer = await super().send(request, **options)
            if answer.is_error:
                await answer.aread()
        except httpx.TransportError as error:
            return error
        return answer


def _give_key(request: httpx.Request) -> None:
    """What has its effect once has a key by which the suite knows it again."""
    if request.method == "POST" and _KEY not in request.headers and KEYED.search(request.url.path):
        request.headers[_KEY] = str(uuid4())


def _pause(request: httpx.Request, outcome: Outcome, attempt: int) -> float | None:
    """Seconds until the request is sent again, None where it is not."""
    if not _may_go_again(request, outcome):
        return None
    asked = None if isinstance(outcome, httpx.TransportError) else _retry_after(outcome)
    if asked is None:
        longest = min(_FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
        return random.uniform(longest / 2, longest)  # noqa: S311  spreads callers, hides nothing
    return asked if asked <= LONGEST_PAUSE else None


def _may_go_again(request: httpx.Request, outcome: Outcome) -> bool:
    """Whether it was not taken in, or whether it passes and the request is answered alike however often it is sent."""
    if isinstance(outcome, httpx.TransportError):
        return isinstance(outcome, _UNSENT) or (isinstance(outcome, _LOST) and _is_alike_again(request))
    if outcome.status_code == _TOO_MANY:
        return True
    passes = outcome.status_code in _PASSING or (outcome.is_error and "retry-after" in outcome.headers)
    return passes and _is_alike_again(request)


def _is_alike_again(request: httpx.Request) -> bool:
    if request.method in _WHOLE:
        return "If-Match" not in request.headers
    return request.method in _SAFE or _KEY in request.headers


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds, as the suite gives them."""
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else None


def _final(outcome: Outcome) -> httpx.Response:
    if isinstance(outcome, httpx.TransportError):
        raise outcome
    if outcome.is_error:
        raise ProblemError.of(outcome)
    return outcome
