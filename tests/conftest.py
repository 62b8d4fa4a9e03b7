"""Real databases for every test that asks: SQLite always, PostgreSQL wherever it can be had."""

import asyncio
import importlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path

import asyncpg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from chassis.clock import Clock, system_clock
from chassis.memory import collect_by_the_batch, settle_memory
from chassis.service import ServiceSpec
from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.units import Resources

pytest_plugins = ["tests.engines"]

collect_by_the_batch()

# structlog's own way prints local variables with a traceback, which takes seconds of each
_processors = structlog.get_config()["processors"]
_plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*_processors[:-1], _plain])

# a busy machine is no fault of a test
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

ROOMS = Path(__file__).parent
ON_BOTH = (ROOMS / "integration" / "chassis", ROOMS / "contract")
"""What stands on a database's own ways is always tested on both; so is what is marked ``both_engines``."""
ON_ONE = (ROOMS / "integration" / "chassis" / "web",)
"""But not the contract with callers, which asks a database for nothing of its own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    sets = "each quick test on one database, but for those that need both; what takes long; or everything on both"
    parser.addoption("--engines", choices=["needed", "rest", "all"], default="all", help=sets)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, or take only, what takes long; leave out what repeats on PostgreSQL a use case tested on SQLite."""
    wanted = config.getoption("--engines")
    if wanted == "all":
        return
    names = {item.nodeid for item in items}
    rest = wanted == "rest"
    of_kind = [item for item in items if (item.get_closest_marker("rest") is not None) is rest]
    taken = {item for item in of_kind if rest or not _is_repeat(item, names)}
    config.hook.pytest_deselected(items=[item for item in items if item not in taken])
    items[:] = [item for item in items if item in taken]


def _is_repeat(item: pytest.Item, names: set[str]) -> bool:
    callspec = getattr(item, "callspec", None)
    on_postgresql = callspec and "postgresql" in map(callspec.params.get, ("database_for", "database"))
    if not on_postgresql or item.nodeid.replace("postgresql", "sqlite") not in names:
        return False
    if item.get_closest_marker("both_engines"):
        return False
    return not _is_in(item, ON_BOTH) or _is_in(item, ON_ONE)


def _is_in(item: pytest.Item, rooms: Iterable[Path]) -> bool:
    return any(item.path.is_relative_to(room) for room in rooms)


def pytest_collection_finish() -> None:
    settle_memory()


DatabaseFor = Callable[..., Awaitable[Database]]
ResourcesFor = Callable[..., Awaitable[Resources]]


def _name(kind: str) -> str:
    """A database name of our own, also on a server that others test on at the same time."""
    return f"{kind}_{secrets.token_hex(6)}"


def _spec(name: str) -> ServiceSpec:
    spec: ServiceSpec = importlib.import_module(f"{name}.app").SPEC
    return spec


@pytest.fixture(scope="session")
def _sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[ServiceSpec], Path]:
    """A migrated file for each service, made once."""
    folder, made = tmp_path_factory.mktemp("templates"), set[str]()

    def template(spec: ServiceSpec) -> Path:
        path = folder / f"{spec.name}.db"
        if spec.name not in made:
            migrate.upgrade(spec.package, f"sqlite+threads:///{path}")
            made.add(spec.name)
        return path

    return template


@pytest.fixture(scope="session")
def _postgres_templates() -> Iterator[dict[str, str]]:
    """A migrated database for each service, made once; dropped where the server outlives the tests."""
    made: dict[str, str] = {}
    yield made
    dsn = os.environ.get("TEST_POSTGRES_URL")
    if made and dsn:
        asyncio.run(_execute(dsn, *(f"DROP DATABASE {name} WITH (FORCE)" for name in made.values())))


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _url(dsn: str, database: str) -> str:
    url = make_url(dsn).set(drivername="postgresql+asyncpg", database=database)
    return url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def database_for(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    _sqlite_templates: Callable[[ServiceSpec], Path],
    _postgres_templates: dict[str, str],
) -> AsyncIterator[DatabaseFor]:
    """``await database_for("services.risks")``: a fresh, migrated, real database of that service."""
    opened: list[Database] = []

    async def sqlite(spec: ServiceSpec) -> str:
        path = tmp_path / f"{_name(spec.name)}.db"
        template = await asyncio.to_thread(_sqlite_templates, spec)
        await asyncio.to_thread(shutil.copy, template, path)
        return f"sqlite+threads:///{path}"

    async def postgresql(spec: ServiceSpec) -> str:
        dsn: str = request.getfixturevalue("postgres_admin_dsn")
        if spec.name not in _postgres_templates:
            template = _name(f"template_{spec.name}")
            await _execute(dsn, f"CREATE DATABASE {template}")
            await asyncio.to_thread(migrate.upgrade, spec.package, _url(dsn, template))
            _postgres_templates[spec.name] = template
        name = _name(f"test_{spec.name}")
        await _execute(dsn, f"CREATE DATABASE {name} TEMPLATE {_postgres_templates[spec.name]}")
        return _url(dsn, name)

    async def make(service: str, *, clock: Clock = system_clock) -> Database:
        spec = _spec(service)
        url = await (sqlite if request.param == "sqlite" else postgresql)(spec)
        opened.append(Database(url, spec.metadata, clock=clock, pool_size=10))
        return opened[-1]

    yield make
    for database in opened:
        await database.close()
        if database.dialect == "postgresql":
            await _execute(
                request.getfixturevalue("postgres_admin_dsn"), f"DROP DATABASE {database.url.database} WITH (FORCE)"
            )


@pytest.fixture
def resources_for(database_for: DatabaseFor) -> ResourcesFor:
    """``await resources_for("services.risks")``: what that service's ``create_app`` takes."""

    async def make(service: str, *, clock: Clock = system_clock, settings: ServiceSettings | None = None) -> Resources:
        database = await database_for(service, clock=clock)
        return Resources(database=database, settings=settings or ServiceSettings(), clock=clock)

    return make
