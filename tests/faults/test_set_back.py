"""Stores of an embedded run set back under load, with kills during the recovery: nothing is wrong without a word.

Before the recovery somebody is not ready, or nothing differs; after it nothing differs, and every update is applied.
``SEEDS=110 make test-faults`` runs as many as that.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress

import httpx
import pytest

from suite.backup import BUS, save_backup
from suite.settings import MEMBERS, SuiteSettings
from tests.faults.embedded import PINNED, Embedded
from tests.faults.recovering import assert_told_or_whole, ended
from tests.faults.settling import health, settle

pytestmark = pytest.mark.faults

STARTED = PINNED | {"SUITE_JOB_LEASE_SECONDS": "1"}
"""A recovery that was killed is soon taken up again."""

REBUILDS = 0.3
"""How many recoveries are followed by a rebuild that is killed."""

SEEDS = range(int(os.environ.get("SEEDS", "10")))
STORES = [*(name for name in MEMBERS if name != "gateway"), BUS]


@pytest.fixture(scope="module")
def suite(world_folder, tmp_path_factory):
    suite = Embedded.copy_of(world_folder, tmp_path_factory.mktemp("set_back") / "var")
    try:
        suite.process.start(**STARTED)
        yield suite
    finally:
        suite.process.kill()


@pytest.mark.parametrize("seed", SEEDS)
def test_stores_set_back_under_load_are_noticed_and_mended(suite, tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311  a test's dice
    names = chance.sample(STORES, chance.choice([1, 1, 2]))
    set_back(suite, tmp_path / "older", names, chance)
    suite.process.start(**STARTED)
    with suite.process.client() as client:
        assert_told_or_whole(client, names)
    for _ in range(chance.randint(0, 2)):
        kill_while_it_recovers(suite, chance)
    with suite.process.client() as client:
        report = ended(client, "recoveries")
        assert report["differs"] is False, report
        if chance.random() < REBUILDS:
            rebuild_and_kill(suite, chance)
        with suite.stream(seed=seed + 1000) as stream:
            stream.wait_for(10)
        suite.check_state(stream.acknowledged)
        assert ended(client, "verifications")["differs"] is False
        assert health(suite.process.url)["ready"] is True


def set_back(suite, older, names, chance):
    """Copy all files at one moment under load; later, still under load, kill, and put some of the copies back."""
    with suite.stream(seed=chance.randrange(1000)) as stream:
        stream.wait_for(chance.randint(3, 20))
        save_backup(SuiteSettings(data_dir=suite.folder), older)
        stream.wait_for(chance.randint(3, 20))
        suite.process.kill()
    for name in names:
        for path in suite.folder.glob(f"{name}.db*"):
            path.unlink()
        shutil.copyfile(older / f"{name}.db", suite.folder / f"{name}.db")


def kill_while_it_recovers(suite, chance):
    with suite.process.client() as client, suppress(httpx.HTTPError):
        client.post("/operations/v1/recoveries").raise_for_status()
        time.sleep(chance.uniform(0, 1))
    suite.process.kill()
    suite.process.start(**STARTED)


def rebuild_and_kill(suite, chance):
    """One that is killed somewhere between its start and its end has changed nothing, or all."""
    command = [sys.executable, "-m", "suite", "rebuild", chance.choice(["risks", "pledges", "finance"])]
    rebuild = subprocess.Popen(command, env=os.environ | {"SUITE_DATA_DIR": str(suite.folder)})
    with suppress(subprocess.TimeoutExpired):
        rebuild.wait(chance.uniform(3, 6))
    rebuild.kill()
    rebuild.wait()
    settle(suite.process.url)
