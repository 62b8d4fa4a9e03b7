"""The joined document, collected from the services and remembered for a while."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from chassis.logging import get_logger
from gateway.documents import join

log = get_logger()
PARTIAL: Final = 10
"""While a service is missing, the document is remembered for this fraction of its time."""


class JoinedDocument:
    """The services' documents joined into one, as JSON."""

    def __init__(
        self,
        own: Callable[[], join.Document],
        upstreams: Mapping[str, httpx.AsyncClient],
        *,
        prefixes: Mapping[str, str],
        auth: Callable[[str], httpx.Auth],
        timeout: float,
        memory: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = own
        self._upstreams = upstreams
        self._prefixes = prefixes
        self._auth = auth
        self._timeout = timeout
        self._memory = memory
        self._monotonic = monotonic
        self._remembered: tuple[bytes, float] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def get(self) -> bytes:
        """The document, at most as old as it may be remembered."""
        async with self._one_at_a_time:
            if self._remembered is None or self._monotonic() >= self._remembered[1]:
                self._remembered = await self._collect()
            return self._remembered[0]

    async def _collect(self) -> tuple[bytes, float]:
        found = await asyncio.gather(*(self._fetch(service) for service in self._upstreams))
        documents = dict(zip(self._upstreams, found, strict=True))
        joined = await asyncio.to_thread(self._join, documents)
        seconds = self._memory / (PARTIAL if None in found else 1)
        return joined, self._monotonic() + seconds

    def _join(self, documents: Mapping[str, join.Document | None]) -> bytes:
        """Takes long enough that requests are answered beside it."""
        joined = join.join(self._own(), documents, prefixes=self._prefixes)
        return json.dumps(joined, ensure_ascii=False, separators=(",", ":")).encode()

    async def _fetch(self, service: str) -> join.Document | None:
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._upstreams[service].get("/openapi.json", auth=self._auth(service))
            document: Any = answer.raise_for_status().json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            log.warning("gateway.document_missing", service=service, error=type(error).__name__)
            return None
        return document if isinstance(document, dict) else None
