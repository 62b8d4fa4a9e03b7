"""One process on files: killed at every crash point, and out of disk."""

import os
import resource
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.faults.embedded import Embedded
from tests.faults.settling import settle
from tests.faults.world import PLYMOUTH, observe

pytestmark = pytest.mark.faults

SIZE = 40 * 1024 * 1024


@pytest.fixture(scope="module")
def suite(world_folder, tmp_path_factory):
    suite = Embedded.copy_of(world_folder, tmp_path_factory.mktemp("files") / "var")
    try:
        suite.start()  # what sweeps publish at a start, such as opened returns, is out before a point is armed
        settle(suite.process.url)
        yield suite
    finally:
        suite.process.kill()


@pytest.mark.parametrize(
    "point",
    ["relay.before_publish", "relay.before_mark:2", "consumer.mid_batch:2", "consumer.before_offset_commit:3"],
)
def test_killed_at_a_crash_point(suite, point):
    suite.process.kill()
    suite.start(crash_at=point)
    with suite.stream(seed=len(point)) as stream:
        assert suite.process.wait_gone() == -9
    before = list(stream.acknowledged)
    suite.start()
    with suite.stream(seed=len(point) + 1) as stream:
        stream.wait_for(10)
    suite.check([*before, *stream.acknowledged])


@pytest.mark.parametrize("point", ["answer.before_commit", "answer.after_commit"])
def test_a_call_killed_around_its_commit_has_one_effect_one_entry_and_one_answer(suite, point):
    code = f"E0600009{len(point) % 10}"
    call = {
        "url": "/indicators/v1/areas",
        "json": {"code": code, "name": "Killed", "type": "ward"},
        "headers": {"idempotency-key": point},
    }
    suite.process.kill()
    suite.start(crash_at=point)
    with suite.process.client() as client, pytest.raises(httpx.TransportError):
        client.post(**call)
    assert suite.process.wait_gone() == -9
    suite.start()
    with suite.process.client() as client:
        answers = [client.post(**call) for _ in range(2)]
        entries = client.get("/indicators/v1/audit", params={"subject": code}).json()["items"]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    was_there = point == "answer.after_commit"
    assert ["idempotency-replayed" in answer.headers for answer in answers] == [was_there, True]
    assert [entry["action"] for entry in entries] == ["area.defined"]


class SmallDisk:
    """A file system with room for little, where mounting one is allowed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, _pid: int) -> None:
        with self._filler.open("wb", buffering=0) as file:
            for size in (65536, 1024):
                while _fits(file, bytes(size)):
                    pass

    def free(self, _pid: int) -> None:
        self._filler.unlink()


class SmallFiles:
    """A limit on how large the process's files may grow, lifted later: as good as a full disk to who writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    def free(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _fits(file, data):
    try:
        return file.write(data) == len(data)
    except OSError:
        return False


def _mounts(folder: Path) -> bool:
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture(params=["disk", "files"])
def space(request, tmp_path):
    """A place to run in whose space can be taken away and given back."""
    if request.param == "disk" and _mounts(tmp_path):
        yield SmallDisk(tmp_path)
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)
    else:
        yield SmallFiles(tmp_path)


@pytest.fixture
def small(space):
    small = Embedded(space.folder / "var")
    yield small
    small.process.kill()


def test_out_of_space_refuses_and_loses_nothing(small, space):
    small.start()
    small.lay_out()
    process = small.process.process
    with small.stream(seed=20) as stream:
        stream.wait_for(30)
        space.fill(process.pid)
        with small.process.client() as client:
            answer = refused(client)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 503
            assert "nothing was saved" in answer.json()["detail"]
            assert client.get(f"/indicators/v1/indicators/four-hours/status?area={PLYMOUTH}").status_code == 200
        space.free(process.pid)
        stream.wait_for(30)
    assert set(stream.refused) <= {"503"}, stream.refused
    assert process.poll() is None
    small.check(stream.acknowledged)
    small.process.kill()
    small.start()
    settle(small.process.url)
    small.check(stream.acknowledged)


def refused(client):
    """The first answer that is not a success; what little space is left is used up before."""
    for value in range(2000):
        answer = observe(client, "admissions", PLYMOUTH, "2017-12", str(2000 + value))
        if not answer.is_success:
            assert answer.status_code == 503, answer.text
            return answer
    raise AssertionError("nothing was refused")
