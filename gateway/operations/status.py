"""How the services' consumers, outboxes and jobs are doing: asked of each, put in one order."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from chassis.jobs.job import JobState
from chassis.paging import Page, PageRequest, cursor_made_up, number_of, page_of
from chassis.recovery.jobs import JobInfo, JobStore
from chassis.recovery.port import StoresUnreachable

Clients = Mapping[str, httpx.AsyncClient]
JobStores = Mapping[str, JobStore]
ASK_SECONDS = 10.0
Status = TypeVar("Status")


@dataclass(frozen=True, slots=True)
class ConsumerStatus:
    """A consumer of a service.

    ``lag`` is null where the bus does not say, ``lag_seconds`` also where another instance has all partitions;
    ``age_seconds``: for how long nothing was applied while something waited.
    """

    service: str
    consumer: str
    lag: int | None
    lag_seconds: float | None
    age_seconds: float
    dead_letters: int
    stopped: str | None


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """Events of a service that wait to be published, and why, where something is in the way."""

    service: str
    unpublished: int
    failing: str | None
    refusal: str | None


async def list_consumers(clients: Clients, request: PageRequest) -> Page[ConsumerStatus]:
    """Every consumer, by name.

    Raises:
        StoresUnreachable: a service does not answer.
    """
    found = [
        ConsumerStatus(
            service=service,
            consumer=name,
            lag=each["lag"],
            lag_seconds=each.get("lag_seconds"),
            age_seconds=each["age_seconds"],
            dead_letters=each["dead_letters"],
            stopped=each["stopped"] or None,
        )
        for service, state in (await _ask_all(clients)).items()
        for name, each in state.get("consumers", {}).items()
    ]
    return _page(sorted(found, key=lambda one: one.consumer), request, "consumer")


async def list_outboxes(clients: Clients, request: PageRequest) -> Page[OutboxStatus]:
    """The outbox of every service, by its name.

    Raises:
        StoresUnreachable: a service does not answer.
    """
    found = [
        OutboxStatus(service, relay["unpublished"], relay["failing"] or None, relay["refusal"] or None)
        for service, state in (await _ask_all(clients)).items()
        if (relay := state.get("relay"))
    ]
    return _page(sorted(found, key=lambda one: one.service), request, "service")


def _page(found: Sequence[Status], request: PageRequest, key: str) -> Page[Status]:
    rest = [one for one in found if request.after is None or getattr(one, key) > request.after]
    return page_of(rest[: request.fetch], request, lambda one: str(getattr(one, key)))


async def _ask_all(clients: Clients) -> Mapping[str, Mapping[str, Any]]:
    found = await asyncio.gather(*(_ask(name, client) for name, client in clients.items()))
    return dict(zip(clients, found, strict=True))


async def _ask(service: str, client: httpx.AsyncClient) -> Mapping[str, Any]:
    """What a service says of itself, ready or not."""
    try:
        answer = await client.get("/health/ready", timeout=ASK_SECONDS)
        state: Mapping[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise StoresUnreachable(f"{service} cannot be reached ({type(error).__name__}).") from error
    return state


@dataclass(frozen=True, slots=True)
class NamedJob:
    """A job with the service it is of."""

    service: str
    job: JobInfo

    @property
    def name(self) -> str:
        return f"{self.service}-{self.job.id}"


async def list_jobs(stores: JobStores, state: JobState | None, request: PageRequest) -> Page[NamedJob]:
    """Jobs by service, the newest first.

    Raises:
        BadRequest: the sort key names none.
        StoresUnreachable: a service does not answer.
    """
    names = list(stores)
    service, below = _after(request.after, names)
    found: list[NamedJob] = []
    for name in names[names.index(service) :] if names else ():
        most = request.fetch - len(found)
        listed = await stores[name].list_jobs(state, below if name == service else None, most) if most else ()
        found += [NamedJob(name, each) for each in listed]
    return page_of(found, request, lambda one: one.name)


def _after(key: str | None, names: Sequence[str]) -> tuple[str, int | None]:
    if key is None:
        return (names[0] if names else ""), None
    service, _, digits = key.rpartition("-")
    number = number_of(digits)
    if service not in names or number is None:
        raise cursor_made_up()
    return service, number
