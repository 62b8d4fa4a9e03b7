"""The unit of work of a request: a transaction opened at the edge, committed before the answer goes out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request

from chassis.access import refuse_beyond_limits
from chassis.audit import is_recorded
from chassis.bus.port import Bus
from chassis.clock import Clock, system_clock
from chassis.crash_points import crash_point
from chassis.settings import ServiceSettings
from chassis.storage.changes import has_changed
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.identity import caller_of
from chassis.web.operation_call import CALL, Call, record_call

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resources:
    """What a service's app is built on, made by the composition root."""

    database: Database
    settings: ServiceSettings
    clock: Clock = system_clock
    health: Callable[[], Awaitable[dict[str, Any]]] | None = None
    """Detail on relay and consumers for readiness; its ``ready`` says whether they run."""
    bus: Bus | None = None
    """The bus that relay and consumers work on; none where there are none."""


class Unit(Protocol):
    """Runs one unit of work for the request at hand."""

    def __call__(self, work: Callable[[Tx], Awaitable[T]], /) -> Awaitable[T]: ...


def _unit(request: Request, *, write: bool) -> Unit:
    call: Call | None = request.scope.get(CALL)
    database: Database = request.app.state.resources.database
    caller = caller_of(request.scope)

    def run(work: Callable[[Tx], Awaitable[T]]) -> Awaitable[T]:
        recorded = _recorded(work, call) if write and call else work
        if call is not None and call.tx is not None:
            return recorded(call.tx)
        return (database.write if write else database.read)(recorded, actor=caller)

    return run


def _recorded(work: Callable[[Tx], Awaitable[T]], call: Call) -> Callable[[Tx], Awaitable[T]]:
    """``work``, and an audit entry of the call itself where it changes something and records nothing."""

    async def recorded(tx: Tx) -> T:
        result = await work(tx)
        if call.caller.is_limited and await has_changed(tx):
            refuse_beyond_limits(tx)
        if not is_recorded(tx) and await has_changed(tx):
            record_call(tx, call)
        crash_point("answer.before_commit")
        return result

    return recorded


async def writing(request: Request) -> Unit:
    return _unit(request, write=True)


async def reading(request: Request) -> Unit:
    return _unit(request, write=False)


Write = Annotated[Unit, Depends(writing)]
Read = Annotated[Unit, Depends(reading)]
