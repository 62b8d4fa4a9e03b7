"""What a service is, to whoever runs it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter
from sqlalchemy import MetaData

from chassis.events.recovery import Republication
from chassis.events.subscription import Subscription
from chassis.jobs.run import Handler
from chassis.jobs.schedule import Schedule
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.deprecation import Deprecation

Retention = Callable[[Tx, int], Awaitable[int]]
"""Deletes at most so many rows that are outdated, and says how many."""


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service: its name, tables, migrations, routes and subscriptions. Paths begin as ``contracts.paths`` says."""

    name: str
    title: str
    description: str
    metadata: MetaData
    package: str
    """Python package whose ``migrations`` folder holds its revisions, such as ``services.risks``."""
    routers: Sequence[APIRouter]
    subscriptions: Sequence[Subscription] = ()
    sweeps: Sequence[Callable[[Tx], Awaitable[object]]] = ()
    """Use cases that the calendar asks for rather than a caller, such as an override that has run out; repeatable."""
    republication: Republication | None = None
    """How its aggregates are emitted again, where it has any."""
    publishes: bool = True
    """Whether it has events of its own: else it has no relay, and a recovery begins no generation of it."""
    retentions: Mapping[str, Retention] = field(default_factory=dict)
    """What is deleted of its own tables once it is old, by name, beside what the chassis deletes."""
    tasks: Sequence[Callable[[Database], Awaitable[None]]] = ()
    """Work that goes on for as long as the service runs, started again where it breaks."""
    detail: Callable[[Database], Awaitable[Mapping[str, object]]] | None = None
    """What readiness says of it besides, by name; whatever that is, the service is as ready as it is without."""
    jobs: Mapping[str, Handler] = field(default_factory=dict)
    """What its jobs are done by, by the name a job is saved under."""
    schedules: Sequence[Schedule] = ()
    """Which of its jobs the clock asks for."""
    version: str = "1.0.0"
    scopes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """Scopes of operations, by name, that differ from read and write of the service (see ``chassis.web.scopes``)."""
    deprecated: Mapping[str, Deprecation] = field(default_factory=dict)
    """Operations that callers are to leave, by name, with what they use instead."""
    secretive: Collection[str] = ()
    """Operations whose answer tells a secret: it is never kept, so they take no ``Idempotency-Key``."""
    descriptions: Mapping[str, str] = field(default_factory=dict)
    """What fields and parameters mean (see ``chassis.web.descriptions``)."""
