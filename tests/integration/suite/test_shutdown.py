"""A signal is a clean stop: what was opened is closed, consumers leave, and the exit status says that all is well."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.process import ADMIN_KEY, SuiteProcess

pytestmark = pytest.mark.rest

BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)


@pytest.fixture
def suite(tmp_path):
    process = SuiteProcess(tmp_path / "var", reference=False)
    yield process
    process.kill()


@contextmanager
def serving(name, environment, until="Ready"):
    """``suite serve <name>``, from the line on that has these words."""
    command = [sys.executable, "-m", "suite", "serve", name]
    environment = os.environ | environment | {"PYTHONUNBUFFERED": "1"}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert any(until in line for line in child.stdout)
        yield child
    finally:
        child.kill()
        child.wait()


@BOTH
def test_everything_stops_at_once_and_leaves_whole_files(suite, number):
    suite.start()
    assert suite.stop(number) == 0
    assert "Traceback" not in suite.output
    assert not list(suite.folder.glob("*-wal"))


def test_a_signal_while_it_starts_is_a_clean_stop_too(tmp_path):
    environment = os.environ | {"SUITE_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "suite", "run", "--port", "0", "--reference"]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert "up to date" in child.stdout.readline()
    child.terminate()
    said, _ = child.communicate(timeout=30)
    assert child.returncode == 0, said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("*-wal"))


@contextmanager
def half_a_request(url, call="POST /risks/v1/risks", length=9):
    """A caller who sends the head of a call: a stop in good order waits for the body."""
    host, port = re.search(r"//(.+):(\d+)", url).groups()
    headers = {"Host": host, "Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/json"}
    headers |= {"Content-Length": str(length), "Expect": "100-continue"}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"{call} HTTP/1.1", *lines, "", ""])
    with socket.create_connection((host, int(port)), timeout=30) as caller:
        caller.sendall(head.encode())
        assert b"100 Continue" in caller.recv(1000)  # somebody waits for the body
        yield caller


def is_refused(url):
    """Whether nobody takes a call any more."""
    host, port = re.search(r"//(.+):(\d+)", url).groups()
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_what_is_under_way_at_a_signal_is_answered_and_saved(suite):
    """Every call that was taken is answered, what is answered stands, and nobody else is let in meanwhile."""
    suite.start()
    body = b'{"name": "Ana Nowak"}'
    people = [f"person-{number}" for number in range(3)]
    with ExitStack() as stack:
        calls = [f"PUT /access/v1/people/{person}" for person in people]
        callers = [stack.enter_context(half_a_request(suite.url, call, len(body))) for call in calls]
        suite.process.terminate()
        limit = time.monotonic() + 20
        while not is_refused(suite.url):
            assert time.monotonic() < limit
            time.sleep(0.05)
        assert suite.process.poll() is None
        for caller in callers:
            caller.sendall(body)
        assert [caller.recv(1000).split(b" ")[1] for caller in callers] == [b"201"] * 3
        assert suite.wait_gone(20) == 0
    suite.start()
    with suite.client() as client:
        assert [each["code"] for each in client.get("/access/v1/people").json()["items"]] == people


def test_a_second_signal_does_not_wait(suite):
    suite.start()
    with half_a_request(suite.url):
        suite.process.terminate()
        time.sleep(1.5)  # two signals within a second are one
        assert suite.process.poll() is None
        suite.process.terminate()
        assert suite.wait_gone(10) == 128 + signal.SIGTERM


@BOTH
def test_a_service_alone_closes_its_files(tmp_path, number):
    environment = {
        "SUITE_DATA_DIR": str(tmp_path),
        "SUITE_PORT": "0",
        "SUITE_GATEWAY_KEYS": "i" * 32,
        "DATABASE_URL_RISKS": f"sqlite+threads:///{tmp_path}/risks.db",
        "BUS": "embedded",
    }
    subprocess.run([sys.executable, "-m", "suite", "migrate", "risks"], env=os.environ | environment, check=True)
    with serving("risks", environment) as child:
        child.send_signal(number)
        assert child.wait(10) == 0
    assert not list(tmp_path.glob("*-wal"))


@pytest.fixture
def distributed(empty_database, kafka_bootstrap):
    """The environment of the risks service on a fresh database and a real broker, migrated, with its topics."""
    environment = {
        "SUITE_PORT": "0",
        "SUITE_GATEWAY_KEYS": "i" * 32,
        "DATABASE_URL_RISKS": empty_database,
        "BUS": "kafka",
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_SESSION_TIMEOUT_MS": "45000",
    }
    for command in (["migrate", "risks"], ["topics"]):
        subprocess.run([sys.executable, "-m", "suite", *command], env=os.environ | environment, check=True)
    return environment


async def members(brokers, group):
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([group])
        return len(answer.groups[0][5])
    finally:
        await admin.close()


@pytest.mark.kafka
@pytest.mark.postgres
@BOTH
async def test_a_service_that_stops_leaves_its_group_at_once(distributed, number):
    with serving("risks", distributed, until="bus.assigned") as child:
        child.send_signal(number)
        assert await asyncio.to_thread(child.wait, 10) == 0
    assert await members(distributed["KAFKA_BOOTSTRAP_SERVERS"], "commissioning.risks") == 0
