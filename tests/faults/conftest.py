"""The plant is shared by the tests as long as they pass; one that failed gets a new one for those after it."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from suite.engines import EngineUnavailable
from tests.engines import lacking
from tests.faults.plant import Plant

FAILED = pytest.StashKey[bool]()
LINES = 80


class Keeper:
    """At most one plant at a time."""

    def __init__(self) -> None:
        self.plant: Plant | None = None

    def get(self) -> Plant:
        if self.plant is None:
            self.plant = Plant()
        return self.plant

    def drop(self) -> None:
        plant, self.plant = self.plant, None
        if plant is not None:
            plant.close()


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
    try:
        plant = keeper.get()
    except EngineUnavailable as error:
        lacking("kafka" if "kafka" in str(error).lower() else "postgres", str(error))
    yield plant
    if request.node.stash.get(FAILED, False):
        print("\n".join(plant.log.read_text(errors="replace").splitlines()[-LINES:]))  # noqa: T201  pytest shows it
        keeper.drop()
