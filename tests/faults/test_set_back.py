"""Stores of an embedded run set back under load, with kills during the recovery: nothing is wrong without a word.

Before the recovery somebody is not ready, or nothing differs; after it nothing differs, and every update is applied.
``SEEDS=110 make test-faults`` runs as many as that.
"""

import os
import random
import shutil
import time
from contextlib import suppress

import httpx
import pytest

from suite.backup import BUS, save_backup
from suite.settings import MEMBERS, SuiteSettings
from tests.faults.embedded import PINNED, Embedded
from tests.faults.settling import health, settle

pytestmark = pytest.mark.faults

STARTED = PINNED | {"SUITE_JOB_LEASE_SECONDS": "1"}
"""A recovery that was killed is soon taken up again."""

SEEDS = range(int(os.environ.get("SEEDS", "10")))
STORES = [*(name for name in MEMBERS if name != "gateway"), BUS]


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    suite = Embedded(tmp_path_factory.mktemp("set_back") / "var")
    try:
        suite.start()
        suite.lay_out()
        suite.process.stop()
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
    assert_told_or_whole(suite, names)
    for _ in range(chance.randint(0, 2)):
        kill_while_it_recovers(suite, chance)
    report = asked(suite, "recoveries")
    assert report["differs"] is False, report
    with suite.stream(seed=seed + 1000) as stream:
        stream.wait_for(10)
    settle(suite.process.url)
    assert asked(suite, "verifications")["differs"] is False
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


def assert_told_or_whole(suite, names):
    found = asked(suite, "verifications")
    if health(suite.process.url)["ready"]:
        assert found["differs"] is False, f"{names} went back, nobody says so, and {found['differences']}"
    else:
        assert found["differs"] is True


def kill_while_it_recovers(suite, chance):
    with suite.process.client() as client, suppress(httpx.HTTPError):
        client.post("/operations/v1/recoveries").raise_for_status()
        time.sleep(chance.uniform(0, 1))
    suite.process.kill()
    suite.process.start(**STARTED)


def asked(suite, collection):
    """A recovery, or a verification, that has ended; one that was under way when the suite was killed goes on first."""
    with suite.process.client() as client:
        limit = time.monotonic() + 90
        while (begun := client.post(f"/operations/v1/{collection}")).status_code == httpx.codes.CONFLICT:
            assert time.monotonic() < limit, begun.text
            time.sleep(0.2)
        path = begun.raise_for_status().headers["location"]
        while (found := client.get(path).json())["state"] in {"waiting", "running"}:
            assert time.monotonic() < limit, found
            time.sleep(0.1)
    assert found["state"] == "succeeded", found
    return found
