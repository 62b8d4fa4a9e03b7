"""A whole suite in this process, with the reference data loaded once and copied for each test."""

import asyncio
import fcntl
import os
import pickle
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from contracts.topics import SERVICES
from suite import business_date, compose
from suite.catch_up import wait_until_caught_up
from suite.load import LoadReport, load_reference
from suite.serving import MEMBERS
from suite.settings import SuiteSettings

AE = "ae-four-hour-wait"


LOADING_SECONDS = 600
"""A load is some 2,900 calls; whoever waits for it on a busy machine waits long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(LOADING_SECONDS))


def list_rows(card: dict) -> list[dict]:
    """The rows of a scorecard, in its order."""
    return [row for section in card["sections"] for aim in section["aims"] for row in aim["rows"]]


@dataclass(frozen=True)
class Suite:
    """A running suite and a client to it."""

    running: compose.Running
    client: httpx.AsyncClient

    async def load(self) -> LoadReport:
        return await load_reference(self.client, wait=self.caught_up, report=lambda _line: None)

    async def caught_up(self) -> None:
        await wait_until_caught_up(self.client)

    async def swept(self) -> None:
        """Have the calendar's use cases done now, such as returns opened, rather than at their next round."""
        for runtime in self.running.runtimes:
            for sweep in runtime.spec.sweeps:
                await runtime.database.write(sweep)
        await self.caught_up()

    async def get(self, path: str) -> dict:
        response = await self.client.get(path)
        return response.raise_for_status().json()

    async def post(self, indicator: str, period: str, value: str, **more: str) -> httpx.Response:
        body = {"area": "E06000026", "period": period, "value": value, "status": "final"} | more
        response = await self.client.post(f"/indicators/v1/indicators/{indicator}/observations", json=body)
        await self.caught_up()
        return response

    async def events(self) -> dict[str, int]:
        """Events each service has ever published, but those on returns: a sweep opens and misses them at any minute."""

        async def count(tx) -> int:
            counted = text("SELECT count(*) FROM outbox WHERE type NOT LIKE 'commissioning.return.%'")
            return (await tx.session.execute(counted)).scalar_one()

        return {name: await self.running.databases[name].read(count) for name in SERVICES}


@asynccontextmanager
async def _composed(folder: Path) -> AsyncIterator[Suite]:
    settings = SuiteSettings(data_dir=folder)
    async with compose.everything(settings) as running, running.loader_client() as client:
        yield Suite(running, client)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with empty databases and the business date of the data."""
    folder = tmp_path_factory.mktemp("migrated") / "data"

    async def prepare() -> None:
        settings = SuiteSettings(data_dir=folder)
        await compose.upgrade(MEMBERS, settings)
        databases = [compose.open_database(name, settings) for name in MEMBERS]
        await business_date.pin(databases, business_date.REFERENCE_DATE)
        for database in databases:
            await database.close()

    asyncio.run(prepare())
    return folder


@pytest.fixture(scope="session")
def loaded(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LoadReport]:
    """A data folder after the first load, and what that load said: made by whichever process of a run asks first."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "loaded"
    shared.mkdir(exist_ok=True)
    report = shared / "report"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not report.exists():
            report.write_bytes(pickle.dumps(_load(migrated, shared / "data")))
    return shared / "data", pickle.loads(report.read_bytes())  # noqa: S301  written above


def _load(migrated: Path, folder: Path) -> LoadReport:
    shutil.rmtree(folder, ignore_errors=True)  # of a process whose load failed
    shutil.copytree(migrated, folder)

    async def load() -> LoadReport:
        async with _composed(folder) as suite:
            report = await suite.load()
            await suite.caught_up()
            return report

    return asyncio.run(load())


@pytest.fixture
def report(loaded: tuple[Path, LoadReport]) -> LoadReport:
    return loaded[1]


@pytest.fixture
async def suite(loaded: tuple[Path, LoadReport], tmp_path: Path) -> AsyncIterator[Suite]:
    shutil.copytree(loaded[0], tmp_path / "data")
    async with _composed(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def empty_suite(migrated: Path, tmp_path: Path) -> AsyncIterator[Suite]:
    shutil.copytree(migrated, tmp_path / "data")
    async with _composed(tmp_path / "data") as running:
        yield running
