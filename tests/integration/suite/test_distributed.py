"""``suite run-distributed``: what stands in the way is a line, and a stop leaves nothing behind."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil
import pytest

from chassis.web.hop import service_key
from suite.distributed import Cluster, environment, own_environment
from suite.engines.process import free_port

pytestmark = pytest.mark.rest

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
        "GATEWAY_SIGNING_KEY": secrets.token_hex(16),
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


def test_each_member_knows_its_own_secrets_and_no_others():
    shared, _ = environment("postgresql://root:very-secret@127.0.0.1:1/postgres", "127.0.0.1:2", 0, "k" * 40)
    shared |= {"KAFKA_SASL_PASSWORD": "of-the-broker", "HOME": "/home"}
    secrets_of = {
        "risks": {"DATABASE_URL_RISKS", "KAFKA_SASL_PASSWORD", "KAFKA_BOOTSTRAP_SERVERS"},
        "gateway": {"DATABASE_URL_GATEWAY", "SUITE_ADMIN_KEY"},
    }
    watched = ("DATABASE_", "KAFKA_", "SUITE_ADMIN")
    for member, wanted in secrets_of.items():
        own = own_environment(member, shared)
        assert {name for name in own if name.startswith(watched)} - set(os.environ) == wanted
        assert "very-secret" not in str(own)
        assert own["HOME"] == "/home"
        signing = shared["GATEWAY_SIGNING_KEY"]
        known = {
            "risks": {"SUITE_GATEWAY_KEYS": service_key(signing, "risks")},
            "gateway": {"GATEWAY_SIGNING_KEY": signing},
        }
        assert {name: own[name] for name in ("SUITE_GATEWAY_KEYS", "GATEWAY_SIGNING_KEY") if name in own} == known[
            member
        ]


def test_a_member_whose_database_is_away_at_its_start_waits_for_it(tmp_path):
    environment = os.environ | {
        "SUITE_PORT": "0",
        "GATEWAY_SIGNING_KEY": secrets.token_hex(16),
        "SUITE_ADMIN_KEY": "k" * 40,
        "DATABASE_URL_GATEWAY": "postgresql+asyncpg://gateway:very-secret-word@127.0.0.1:1/suite",
    }
    command = [sys.executable, "-m", "suite", "serve", "gateway"]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        while "is away; waiting for it" not in (line := child.stdout.readline()):
            assert line
        while not (address := re.search(r"Ready: gateway on (\S+)", line := child.stdout.readline())):
            assert line
        assert httpx.get(f"{address[1]}/health/live", trust_env=False).status_code == httpx.codes.OK
        ready = httpx.get(f"{address[1]}/health/ready", trust_env=False, timeout=30)
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        child.terminate()
        said, _ = child.communicate(timeout=30)
        assert child.returncode == 0, said
        assert "very-secret-word" not in said
    finally:
        child.kill()
        child.wait()
