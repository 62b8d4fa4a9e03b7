"""Puts the pieces together: for one process that runs everything, or for one service alone."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import tracing
from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import Bus
from chassis.identity import within
from chassis.runtime import MemberRuntime, ServiceRuntime
from chassis.service import ServiceSpec
from chassis.settings import DatabaseSettings, ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.app import build_app
from chassis.web.hop import HopSigner
from chassis.web.units import Resources
from contracts.paths import service_at
from contracts.topics import SERVICES, digest_topic, events_topic, state_topic
from gateway.app import create_gateway, signer_of
from gateway.operations import replays, subscriptions, work
from gateway.operations.services import Services
from gateway.proxy.upstreams import Upstream, all_over_network, in_process
from gateway.settings import GatewaySettings
from suite import configuration
from suite.settings import MEMBERS, SERVED, BusSettings, SuiteSettings


class _Specs(Mapping[str, ServiceSpec]):
    """Each member's specification, loaded when it is asked for: one service alone does not pay for the others."""

    _modules: Mapping[str, str] = {name: f"services.{name}.app" for name in SERVED} | {"gateway": "gateway.app"}

    def __getitem__(self, name: str) -> ServiceSpec:
        spec: ServiceSpec = importlib.import_module(self._modules[name]).SPEC
        return spec

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


SPECS = _Specs()


def open_database(name: str, settings: SuiteSettings, *, existing: bool = False) -> Database:
    """The database of one member, by the environment; ``existing`` refuses to make a file."""
    pool, address = DatabaseSettings(), configuration.existing_database_url if existing else configuration.database_url
    return Database(
        address(name, settings),
        SPECS[name].metadata,
        pool_size=pool.pool_size,
        prepared_statements=pool.prepared_statements,
    )


def open_bus(settings: SuiteSettings) -> Bus:
    """The bus that the environment names, not started."""
    if BusSettings().bus == "embedded":
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return EmbeddedBus(settings.data_dir / "bus.db")
    kafka = importlib.import_module("chassis.bus.kafka")  # only who uses it pays for loading it
    bus: Bus = kafka.KafkaBus(kafka.KafkaSettings())
    return bus


def topics(*, compacted: bool) -> Sequence[str]:
    """Every topic of the suite."""
    kinds = [events_topic, *([state_topic] if compacted else []), digest_topic]
    return [kind(service) for kind in kinds for service in SERVICES]


async def upgrade(names: Sequence[str], settings: SuiteSettings) -> None:
    """Bring the databases of ``names`` to their newest revision."""
    for name in names:
        url = configuration.database_url(name, settings)
        await asyncio.to_thread(migrate.upgrade, SPECS[name].package, url)


@dataclass(slots=True)
class Running:
    """What was composed: an app to serve, and what runs beside it."""

    app: FastAPI
    databases: Mapping[str, Database]
    bus: Bus | None
    runtimes: Sequence[ServiceRuntime]
    inner: Mapping[str, FastAPI]
    """The services' own apps, by name, where they run in this process."""

    signer: HopSigner
    """What the services know the gateway by."""

    def loader_client(self) -> httpx.AsyncClient:
        """A client that reaches the services of this process, and people, by their public paths, with nobody's key."""
        apps = {**self.inner, "access": self.app.state.access}
        transport = httpx.ASGITransport(_ByFirstPart(apps, self.app), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://suite", auth=_Loading(self.signer))


class _Loading(httpx.Auth):
    """Signs for the service that a path names, as the gateway would for a loader."""

    def __init__(self, signer: HopSigner) -> None:
        self._signer = signer

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        yield from self._signer.auth(service_at(request.url.path.split("/")[1]), within("reference")).auth_flow(request)


class _ByFirstPart:
    """Routes a path to the service it names, and the rest to the gateway."""

    def __init__(self, apps: Mapping[str, FastAPI], rest: ASGIApp) -> None:
        self.apps = apps
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.apps.get(service_at(scope["path"].split("/")[1])) or self.rest
        await app(scope, receive, send)


@asynccontextmanager
async def everything(settings: SuiteSettings) -> AsyncIterator[Running]:
    """All services and the gateway in this process, relays and consumers at work."""
    async with AsyncExitStack() as stack:
        stack.enter_context(tracing.traced("suite"))
        databases = {name: open_database(name, settings) for name in MEMBERS}
        for database in databases.values():
            stack.push_async_callback(database.close)
        bus = await _started(open_bus(settings), stack)
        signer = signer_of(GatewaySettings())
        settings_of = {name: _within(signer, name) for name in SERVED}
        runtimes = [ServiceRuntime(SPECS[name], databases[name], bus, settings_of[name]) for name in SERVED]
        names = {runtime.spec.name: runtime for runtime in runtimes}
        inner = {name: build_app(each.spec, _resources(each, settings_of[name])) for name, each in names.items()}
        upstreams = {name: in_process(name, app) for name, app in inner.items()}
        for client in upstreams.values():
            stack.push_async_callback(client.aclose)
        resources = Resources(databases["gateway"], ServiceSettings())
        app = create_gateway(resources, upstreams, signer=signer)
        stack.push_async_callback(app.state.portal.follower.close)
        await _at_work([*runtimes, _gateway_runtime(resources, upstreams, signer)], stack)
        yield Running(app, databases, bus, runtimes, inner, signer)


@asynccontextmanager
async def one_service(name: str, settings: SuiteSettings) -> AsyncIterator[Running]:
    """One service alone, on the bus it shares with the others. It answers the gateway only."""
    async with AsyncExitStack() as stack:
        stack.enter_context(tracing.traced(name, follows=True))
        database = open_database(name, settings)
        stack.push_async_callback(database.close)
        bus = await _started(open_bus(settings), stack)
        runtime = ServiceRuntime(SPECS[name], database, bus, ServiceSettings())
        app = build_app(runtime.spec, _resources(runtime, ServiceSettings()))
        await _at_work([runtime], stack)
        yield Running(app, {name: database}, bus, [runtime], {}, signer_of(GatewaySettings()))


@asynccontextmanager
async def gateway_alone(settings: SuiteSettings) -> AsyncIterator[Running]:
    """The gateway in front of services that it reaches over the network."""
    async with AsyncExitStack() as stack:
        stack.enter_context(tracing.traced("gateway"))
        database = open_database("gateway", settings)
        stack.push_async_callback(database.close)
        upstreams = all_over_network(GatewaySettings())
        for client in upstreams.values():
            stack.push_async_callback(client.aclose)
        resources = Resources(database, ServiceSettings())
        signer = signer_of(GatewaySettings())
        app = create_gateway(resources, upstreams, signer=signer)
        stack.push_async_callback(app.state.portal.follower.close)
        await _at_work([_gateway_runtime(resources, upstreams, signer)], stack)
        yield Running(app, {"gateway": database}, None, [], {}, signer)


def _gateway_runtime(resources: Resources, upstreams: Mapping[str, Upstream], signer: HopSigner) -> MemberRuntime:
    """Does what operators asked of the gateway, by asking the services, and keeps the gateway's house."""
    services = Services(upstreams, signer)
    jobs = {**work.handlers(services), **replays.handlers(services), **subscriptions.handlers(services)}
    return MemberRuntime("gateway", resources.database, resources.settings, jobs, subscriptions.SCHEDULES)


def _within(signer: HopSigner, service: str) -> ServiceSettings:
    """Inside one process: the gateway is known as between processes, and no call is logged twice."""
    keys = SecretStr(signer.key_of(service))
    return ServiceSettings().model_copy(update={"gateway_keys": keys, "access_log": False})


def _resources(runtime: ServiceRuntime, settings: ServiceSettings) -> Resources:
    return Resources(runtime.database, settings, health=runtime.health, bus=runtime.bus)


async def _started(bus: Bus, stack: AsyncExitStack) -> Bus:
    await bus.start()
    stack.push_async_callback(bus.close)
    if not bus.compacted:  # a broker's topics are an operator's: `suite topics`
        await bus.ensure_topics(topics(compacted=False))
    return bus


async def _at_work(runtimes: Sequence[ServiceRuntime | MemberRuntime], stack: AsyncExitStack) -> None:
    """Run relays, consumers and jobs until the stack closes."""
    work = asyncio.gather(*(runtime.run() for runtime in runtimes))

    async def stop() -> None:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    stack.push_async_callback(stop)
