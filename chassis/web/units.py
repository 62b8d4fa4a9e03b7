"""The unit of work of a request: a transaction opened at the edge, committed before the answer goes out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request

from chassis.clock import Clock, system_clock
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.admission import ACTOR_HEADER, actor_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resources:
    """What a service's app is built on, made by the composition root."""

    database: Database
    settings: ServiceSettings
    clock: Clock = system_clock
    health: Callable[[], Awaitable[dict[str, Any]]] | None = None
    """Detail on relay and consumers for readiness; its ``ready`` says whether they run."""


class Unit(Protocol):
    """Runs one unit of work for the request at hand."""

    def __call__(self, work: Callable[[Tx], Awaitable[T]], /) -> Awaitable[T]: ...


def _unit(request: Request, *, write: bool) -> Unit:
    database: Database = request.app.state.resources.database
    run = database.write if write else database.read
    actor = actor_of(request.headers.get(ACTOR_HEADER))
    return lambda work: run(work, actor=actor)


async def _writing(request: Request) -> Unit:
    return _unit(request, write=True)


async def _reading(request: Request) -> Unit:
    return _unit(request, write=False)


Write = Annotated[Unit, Depends(_writing)]
Read = Annotated[Unit, Depends(_reading)]
