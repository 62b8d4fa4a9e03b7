"""The stores of a suite: on a stopped data folder, on servers, or of one that runs somewhere and is asked over HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from chassis.bus.port import Bus
from chassis.recovery.local import LocalStores
from chassis.recovery.procedure import Suite
from chassis.storage.database import Database
from suite import compose, operations, serving
from suite.settings import SERVED, BusSettings, SuiteSettings


@asynccontextmanager
async def open_stores(settings: SuiteSettings) -> AsyncIterator[Suite]:
    """The stores, with relays and consumers at work: started for a stopped data folder, elsewhere those that run."""
    if BusSettings().bus == "embedded":
        async with serving.unattended(settings) as running:
            assert running.bus is not None  # noqa: S101  everything in one process has one
            yield {name: _stores(name, running.databases[name], running.bus) for name in SERVED}
        return
    async with AsyncExitStack() as stack:
        opened = {name: await stack.enter_async_context(operations.database_of(name, settings)) for name in SERVED}
        bus = await stack.enter_async_context(operations.bus_for(settings))
        yield {name: _stores(name, database, bus) for name, database in opened.items()}


def _stores(service: str, database: Database, bus: Bus) -> LocalStores:
    spec = compose.SPECS[service]
    return LocalStores(service, spec.republication, spec.subscriptions, database, bus, publishes=spec.publishes)
