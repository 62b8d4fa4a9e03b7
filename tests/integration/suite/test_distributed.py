"""``suite run-distributed``: what stands in the way is a line, and a stop leaves nothing behind."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from suite.distributed import Cluster
from suite.engines.process import free_port

COMMAND = [sys.executable, "-m", "suite", "run-distributed", "--no-reference"]


def started(folder, *more, **environment):
    environment = os.environ | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"} | environment
    return subprocess.Popen(
        [*COMMAND, *more], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def fails(folder, *more, **environment):
    child = started(folder, *more, **environment)
    _, error = child.communicate(timeout=60)
    assert (child.returncode, error.count("\n")) == (1, 1), error
    assert error.startswith("error: ")
    assert "very-secret" not in error
    return error


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert "cannot be used" in fails(tmp_path, "--port", str(other.getsockname()[1]))
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_database_is_a_line(tmp_path):
    broker = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    wrong = "postgresql://postgres:very-secret-word@127.0.0.1:1/postgres"
    error = fails(tmp_path, "--port", "0", DATABASE_ADMIN_URL=wrong, **broker)
    assert error.startswith("error: suite migrate --create: ")
    assert "DATABASE_ADMIN_URL: " in fails(tmp_path, "--port", "0", DATABASE_ADMIN_URL="garbage", **broker)


@pytest.fixture
def reachable_folder():
    """A folder that an engine's unprivileged user may enter."""
    with tempfile.TemporaryDirectory(prefix="suite-distributed-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.postgres
def test_a_stop_while_it_starts_leaves_no_engine_and_no_folder(reachable_folder, postgres_admin_dsn):
    child = started(reachable_folder, "--port", "0")
    assert child.stdout.readline() == "Starting PostgreSQL\n"
    while not (below := psutil.Process(child.pid).children(recursive=True)):
        time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0, child.stderr.read()
    psutil.wait_procs(below, timeout=5)
    assert not [process for process in below if process.is_running()]
    assert list(reachable_folder.iterdir()) == []


def test_a_member_that_ended_is_named_and_started_again(tmp_path):
    environment = os.environ | {
        "SUITE_DATA_DIR": str(tmp_path),
        "SUITE_INTERNAL_KEY": secrets.token_hex(16),
        "DATABASE_URL_GATEWAY": f"sqlite+threads:///{tmp_path}/gateway.db",
    }
    said = []
    with (tmp_path / "output.log").open("ab") as output:
        cluster = Cluster(environment, {"gateway": free_port()}, output)
        try:
            cluster.start("gateway")
            cluster.revive(said.append)
            assert said == []
            first = cluster.children["gateway"]
            cluster.kill("gateway")
            cluster.revive(said.append)
            assert said == ["gateway ended (SIGKILL); it is started again"]
            assert cluster.children["gateway"].pid != first.pid
            assert not psutil.pid_exists(first.pid)
        finally:
            cluster.stop()
