"""The plant is shared by the tests as long as they pass; one that failed gets a new one for those after it."""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from suite.engines import EngineUnavailable
from tests.engines import lacking
from tests.faults.delivering import Workers
from tests.faults.embedded import Embedded
from tests.faults.plant import BRISK, Plant

FAILED = pytest.StashKey[bool]()
HERE = Path(__file__).parent
LONGEST = 600


def started(settings: Mapping[str, str]) -> Plant:
    """A plant; without an engine the test is skipped, or fails where engines are insisted on."""
    try:
        return Plant(settings)
    except EngineUnavailable as error:
        lacking("kafka" if "kafka" in str(error).lower() else "postgres", str(error))


class Keeper:
    """At most one plant at a time."""

    def __init__(self) -> None:
        self.plant: Plant | None = None

    def get(self) -> Plant:
        if self.plant is None:
            self.plant = started(BRISK)
        return self.plant

    def drop(self) -> None:
        plant, self.plant = self.plant, None
        if plant is not None:
            plant.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Most of these wait: for what is killed to come back, beside another worker's."""
    for item in items:
        if item.path.is_relative_to(HERE) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def keeper() -> Iterator[Keeper]:
    keeper = Keeper()
    yield keeper
    keeper.drop()


@pytest.fixture
def plant(request: pytest.FixtureRequest, keeper: Keeper) -> Iterator[Plant]:
    """Gateway, four services, PostgreSQL and Kafka, all well and caught up."""
    plant = keeper.get()
    yield plant
    if request.node.stash.get(FAILED, False):
        print(plant.last_lines())  # noqa: T201  pytest shows it
        keeper.drop()


@pytest.fixture(scope="session")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an embedded suite in which everything is laid out, stopped: to be copied."""
    suite = Embedded(tmp_path_factory.mktemp("world") / "var")
    try:
        suite.start()
        suite.lay_out()
        suite.process.stop()
    finally:
        suite.process.kill()
    return suite.folder


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers()
    yield found
    for child in found.children:
        child.kill()
        child.wait()
