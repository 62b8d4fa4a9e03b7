"""The examples of subscribers, each as a process of its own that is killed while events come."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.proxy.upstreams import in_process
from services.subscriptions.app import create_app
from tests.conftest import ResourcesFor
from tests.eventually import eventually
from tests.integration.gateway.conftest import Front, FrontOf, signed_for
from tests.integration.subscriptions.events import apply, event

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
EXAMPLES = Path(__file__).parents[3] / "examples"


@contextmanager
def following(example: str, front: Front, file: Path) -> Iterator[None]:
    """An example at work, killed at the end."""
    environment = os.environ | {"SUITE_URL": front.url, "SUITE_KEY": front.key}
    process = subprocess.Popen([sys.executable, str(EXAMPLES / example), str(file)], env=environment)
    try:
        yield
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def kept(file: Path) -> dict[tuple[str, str], int]:
    if not file.exists():
        return {}
    with closing(sqlite3.connect(file, timeout=10)) as copy:
        try:
            rows = copy.execute("SELECT source, subject, version FROM aggregate").fetchall()
        except sqlite3.OperationalError:  # it has only begun
            return {}
    return {(source, subject): version for source, subject, version in rows}


@pytest.mark.parametrize("example", ["follow_feed.py", "follow_stream.py"])
async def test_an_example_has_everything_though_it_is_killed(
    front_of: FrontOf, resources_for: ResourcesFor, tmp_path: Path, example: str
) -> None:
    resources = await resources_for("services.subscriptions", settings=signed_for("subscriptions"))
    front = await front_of(subscriptions=in_process("subscriptions", create_app(resources)))
    database, file = resources.database, tmp_path / "copy.db"
    await apply(database, *(event("risks", f"R{number}", 1) for number in range(3)))
    with following(example, front, file):
        await eventually(lambda: len(kept(file)) == 3, within=30)
        await apply(database, event("risks", "R0", 2), event("risks", "R9", 1))
        await eventually(lambda: kept(file).get(("/risks", "R0")) == 2)
    await apply(database, event("risks", "R0", 3), event("risks", "R1", 2))
    await apply(database, event("pledges", "R0", 1))
    with following(example, front, file):
        await eventually(lambda: ("/pledges", "R0") in kept(file), within=30)
        expected = {"R0": 3, "R1": 2, "R2": 1, "R9": 1}
        assert kept(file) == {("/risks", subject): version for subject, version in expected.items()} | {
            ("/pledges", "R0"): 1
        }
