"""The stores of a service that is asked over HTTP, in this process or another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from chassis.events.inbox import NewestApplied
from chassis.events.outbox import NewestEvent
from chassis.events.recovery import Generation
from chassis.recovery.port import ConsumerInfo, PublishedEvent, ServiceStores, StoresUnreachable
from chassis.recovery.steps import PATH, arguments_to_json, result_of_json

STEP_SECONDS = 120.0
"""How long one step may take: a writer that locks a whole service is waited for."""


@dataclass(frozen=True, slots=True)
class RemoteStores:
    """A service by its ``client``; ``auth`` proves who asks, and says for whom."""

    service: str
    client: httpx.AsyncClient
    auth: httpx.Auth | None

    async def list_consumers(self) -> Sequence[ConsumerInfo]:
        found: Sequence[ConsumerInfo] = await self._ask("list_consumers")
        return found

    async def has_events(self) -> bool:
        return bool(await self._ask("has_events"))

    async def has_aggregate(self, subject: str) -> bool:
        return bool(await self._ask("has_aggregate", subject=subject))

    async def begin_generation(self, subject: str | None) -> Generation:
        begun: Generation = await self._ask("begin_generation", subject=subject)
        return begun

    async def list_aggregates(self, after: str) -> Sequence[str]:
        found: Sequence[str] = await self._ask("list_aggregates", after=after)
        return found

    async def emit_states(self, subjects: Sequence[str]) -> None:
        await self._ask("emit_states", subjects=subjects)

    async def end_recovery(self, generation: int) -> None:
        await self._ask("end_recovery", generation=generation)

    async def recover_consumers(self) -> Mapping[str, int]:
        rewound: Mapping[str, int] = await self._ask("recover_consumers")
        return rewound

    async def list_waiting(self) -> Sequence[str]:
        found: Sequence[str] = await self._ask("list_waiting")
        return found

    async def list_faults(self) -> Sequence[str]:
        found: Sequence[str] = await self._ask("list_faults")
        return found

    async def list_published(self, types: Sequence[str], after: str) -> Mapping[str, NewestEvent]:
        found: Mapping[str, NewestEvent] = await self._ask("list_published", types=types, after=after)
        return found

    async def list_applied(self, consumer: str, producer: str, after: str) -> Mapping[str, NewestApplied]:
        found: Mapping[str, NewestApplied] = await self._ask(
            "list_applied", consumer=consumer, producer=producer, after=after
        )
        return found

    async def list_events(self, types: Sequence[str], after: str) -> Sequence[PublishedEvent]:
        found: Sequence[PublishedEvent] = await self._ask("list_events", types=types, after=after)
        return found

    async def list_contradicted(self, consumer: str, producer: str, events: Sequence[PublishedEvent]) -> Sequence[str]:
        found: Sequence[str] = await self._ask("list_contradicted", consumer=consumer, producer=producer, events=events)
        return found

    async def list_evaluated(self, consumer: str, after: str) -> Mapping[str, bool]:
        found: Mapping[str, bool] = await self._ask("list_evaluated", consumer=consumer, after=after)
        return found

    async def forget_aggregates(self, consumer: str, producer: str, subjects: Sequence[str]) -> int:
        return int(await self._ask("forget_aggregates", consumer=consumer, producer=producer, subjects=subjects))

    async def _ask(self, step: str, **arguments: Any) -> Any:
        return await ask(ServiceStores, step, arguments, at=self)


class Service(Protocol):
    """Where a service is asked: ``auth`` proves who asks, and says for whom."""

    @property
    def service(self) -> str: ...
    @property
    def client(self) -> httpx.AsyncClient: ...
    @property
    def auth(self) -> httpx.Auth | None: ...


async def ask(port: type, step: str, arguments: Mapping[str, Any], *, at: Service, within: float = STEP_SECONDS) -> Any:
    """Have a service take a step of a port, in so many seconds.

    Raises:
        StoresUnreachable: it did not, or cannot say so.
    """
    body = arguments_to_json(port, step, arguments)
    try:
        answer = await at.client.post(
            f"{PATH}/{step}", json=body, auth=at.auth or httpx.USE_CLIENT_DEFAULT, timeout=within
        )
    except httpx.HTTPError as error:
        raise StoresUnreachable(f"{at.service} cannot be reached ({type(error).__name__}).") from error
    if not answer.is_success:
        raise StoresUnreachable(f"{at.service} answers {answer.status_code} to {step}: {_detail(answer)}")
    return result_of_json(port, step, answer.json())


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])[:500]
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase
