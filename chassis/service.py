"""What a service is, to whoever runs it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy import MetaData

from chassis.events.recovery import Republication
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service: its name (the first part of its paths), tables, migrations, routes and subscriptions."""

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
    version: str = "1.0.0"
