"""Power is lost under a stream of updates, and what was not flushed is gone: nothing acknowledged is.

SQLite's files are on a disk that forgets, in a process that is otherwise as shipped. ``CUTS=50`` makes as many.
"""

import asyncio
import os
import random
import subprocess
import sys
import threading

import pytest

from tests.faults import ledger
from tests.faults.agreement import disagreements
from tests.faults.embedded import PINNED, Embedded
from tests.faults.power_cuts import ForgetfulDisk, count_rows, unsound_files
from tests.faults.settling import wait_until

pytestmark = pytest.mark.faults

CUTS = int(os.environ.get("CUTS", "12"))


@pytest.fixture
def suite(world_folder, tmp_path):
    suite = Embedded.copy_of(world_folder, tmp_path / "var")
    yield suite
    suite.process.kill()


def test_what_was_acknowledged_is_there_after_power_was_lost(suite, tmp_path):
    disk, chance = ForgetfulDisk(tmp_path / "power", seed=1), random.Random(1)  # noqa: S311  a test's dice
    suite.process.start(**PINNED, **disk.environment)
    cuts = []
    with suite.stream(seed=30, per_second=60) as stream:
        for _ in range(CUTS):
            stream.wait_for(chance.randint(1, 15))
            before = list(stream.acknowledged)
            cuts.append((disk.cut(), before))
        last = disk.cut(kills=True)
        assert suite.process.wait_gone() == -9
    for left, before in cuts:
        assert_whole(left, before)
    assert_goes_on(last, stream.acknowledged)


def assert_whole(left, acknowledged):
    """Sound files of one suite, with every update that had been acknowledged when the power went."""
    assert not unsound_files(left)
    held = asyncio.run(Embedded(left).holdings())
    assert not disagreements(held)
    missing = list(ledger.acknowledged_missing(held, acknowledged))
    assert not missing, f"{left.name}: {missing[:5]}"


def assert_goes_on(left, acknowledged):
    """A suite that is started on what is left publishes and applies all of it, and takes more."""
    after = Embedded(left)
    try:
        after.start()
        with after.stream(seed=31) as stream:
            stream.wait_for(10)
        after.check([*acknowledged, *stream.acknowledged])
    finally:
        after.process.kill()
    assert not unsound_files(left)


class Writer:
    """A process that commits rows, and the number of the last that it said was committed."""

    def __init__(self, path, synchronous, disk):
        command = [sys.executable, "-m", "tests.faults.power_writer", str(path), synchronous]
        self.process = subprocess.Popen(command, env=os.environ | disk.environment, stdout=subprocess.PIPE, text=True)
        self.committed = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.committed = int(line)


@pytest.mark.parametrize(("synchronous", "keeps"), [("FULL", True), ("NORMAL", False)])
def test_the_disk_forgets_what_is_not_flushed(tmp_path, synchronous, keeps):
    """The proof above can fail: a setting that does not flush each commit loses some."""
    disk = ForgetfulDisk(tmp_path / "power", seed=2)
    writer = Writer(tmp_path / "rows.db", synchronous, disk)
    try:
        lost = []
        for number in range(10):
            wait_until(lambda wanted=20 * number + 1: writer.committed >= wanted)
            before = writer.committed
            lost.append(before - count_rows(disk.cut() / "rows.db", "written"))
    finally:
        writer.process.kill()
        writer.process.wait()
    assert (max(lost) <= 0) is keeps, lost
