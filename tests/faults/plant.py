"""The suite as it runs in production, on engines of its own that may be killed, starved and started again."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import asyncpg
import httpx

from chassis.bus.kafka import KafkaBus, KafkaSettings
from chassis.bus.port import Bus
from suite.distributed import Cluster, environment, prepare
from suite.engines import KafkaServer, PostgresServer
from suite.settings import MEMBERS, SERVED
from tests.faults import ledger, world
from tests.faults.holdings import Access
from tests.faults.settling import health, settle, until_it_answers
from tests.faults.world import Acknowledged, Stream

KEY = "k" * 40
BRISK = {
    "KAFKA_PUBLISH_TIMEOUT_S": "3",
    "KAFKA_REQUEST_TIMEOUT_S": "3",
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_HEARTBEAT_INTERVAL_MS": "1500",
    "KAFKA_DRAIN_S": "3",
    "KAFKA_STALL_S": "10",
}
"""Bounds as short as a broker allows, so that a test need not wait for the usual ones."""
START_SECONDS = 180
"""What starts side by side with another plant, or another suite, on two cores takes its time."""
PINNED = {"SUITE_BUSINESS_DATE": "2018-02-28"}


class Plant:
    """Five processes, PostgreSQL that waits for its disk, and Kafka."""

    def __init__(self, settings: Mapping[str, str] = BRISK) -> None:
        self._stack = ExitStack()
        try:
            self._start(settings)
        except BaseException:
            self._stack.close()
            raise

    def _start(self, settings: Mapping[str, str]) -> None:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="suite-faults-")))
        self.log = self.folder / "output.log"
        self._start_engines()
        found, ports = environment(self.postgres.dsn, self.kafka.bootstrap_servers, 0, KEY)
        self.patient = found | PINNED | {"PYTHONUNBUFFERED": "1"}
        self.environment = self.patient | settings
        prepare(self.patient)
        output = self._stack.enter_context(self.log.open("ab"))
        self.cluster = Cluster(self.environment, ports, output)
        self._stack.callback(self.stop)
        for name in MEMBERS:
            self.cluster.start(name)
        self.cluster.wait_ready(START_SECONDS)
        with self.client() as client:
            world.lay_out(client)
            self.settle()
            world.tie(client)
        self.settle()

    def _start_engines(self) -> None:
        """Side by side. The thread that starts the broker lives as long as that, which would end with it."""
        starting = self._stack.enter_context(ThreadPoolExecutor(1))
        self.kafka = KafkaServer()
        self._stack.callback(self.kafka.remove)
        broker = starting.submit(self.kafka.start)
        self.postgres = self._stack.enter_context(PostgresServer())
        broker.result()

    def stop(self) -> None:
        for child in self.cluster.children.values():
            _signal(child, signal.SIGCONT)
        self.cluster.stop()

    def close(self) -> None:
        self._stack.close()

    # --- asking --------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.cluster.url

    def client(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {KEY}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def stream(self, **more: Any) -> Stream:
        return Stream(self.url, KEY, **more)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as the administrator."""

        async def run() -> list[Any]:
            connection = await asyncpg.connect(self.postgres.dsn)
            try:
                return list(await connection.fetch(statement, *values))
            finally:
                await connection.close()

        return asyncio.run(run())

    def frozen(self, table: str) -> "Frozen":
        """Keep everybody else from writing to a table, until it is released."""
        return Frozen(self.postgres.dsn, table)

    def command(self, *arguments: str, succeeds: bool = True, within: float = 120) -> str:
        """What ``suite <arguments>`` prints, within the usual bounds."""
        done = subprocess.run(
            [sys.executable, "-m", "suite", *arguments],
            env=self.patient,
            capture_output=True,
            text=True,
            check=False,
            timeout=within,
        )
        assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
        return done.stdout if succeeds else done.stdout + done.stderr

    def health(self) -> dict[str, Any]:
        return health(self.url)

    def open_bus(self) -> Bus:
        return KafkaBus(KafkaSettings(bootstrap_servers=self.kafka.bootstrap_servers))

    @property
    def access(self) -> Access:
        urls = {name: self.environment[f"DATABASE_URL_{name.upper()}"] for name in SERVED}
        return Access(urls, self.open_bus)

    # --- waiting -------------------------------------------------------------------------------------------------

    def until(self, check: Callable[[], object], within: float = 60) -> None:
        """Return once ``check`` is true."""
        limit = time.monotonic() + within
        while not check():
            assert time.monotonic() < limit, f"not within {within} s: {self.health()}"
            time.sleep(0.05)

    def settle(self, within: float = 120) -> None:
        settle(self.url, within)

    def wait_answering(self) -> None:
        """Return once every member answers, ready or not."""
        for name in MEMBERS:
            until_it_answers(f"http://127.0.0.1:{self.cluster.ports[name]}", within=60)

    def check(self, acknowledged: Sequence[Acknowledged] = (), within: float = 120) -> ledger.Report:
        """Wait until all is applied, then compare everything with the fold."""
        self.settle(within)
        return self.compare(acknowledged).raise_for_differences()

    def compare(self, acknowledged: Sequence[Acknowledged]) -> ledger.Report:
        return asyncio.run(ledger.compare(self.access, acknowledged))

    def said(self, words: str, since: int = 0) -> bool:
        """Whether the members have logged these words, after so many bytes of output."""
        with self.log.open("rb") as file:
            file.seek(since)
            return words.encode() in file.read()

    def last_lines(self, count: int = 80) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    @property
    def output_length(self) -> int:
        return self.log.stat().st_size

    # --- breaking ------------------------------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        self.cluster.kill(name)

    def start(self, name: str, **more: str) -> None:
        self.cluster.start(name, more=more)

    def restart(self, name: str, **more: str) -> None:
        """Kill a member and start it with these settings."""
        self.kill(name)
        self.start(name, **more)
        self.until(lambda: self._answers(name))

    def _answers(self, name: str) -> bool:
        with suppress(httpx.HTTPError):
            address = f"http://127.0.0.1:{self.cluster.ports[name]}/health/ready"
            return httpx.get(address, timeout=5, trust_env=False).status_code == httpx.codes.OK
        return False

    def wait_killed(self, name: str, within: float = 30) -> None:
        """Return once a member has come to its crash point."""
        assert self.cluster.children[name].wait(within) == -signal.SIGKILL

    def pause(self, name: str) -> None:
        _signal(self.cluster.children[name], signal.SIGSTOP)

    def resume(self, name: str) -> None:
        _signal(self.cluster.children[name], signal.SIGCONT)

    def pids(self) -> dict[str, int]:
        """The members that run."""
        return {name: child.pid for name, child in self.cluster.children.items() if child.poll() is None}

    def yesterday(self) -> dict[str, str]:
        """Settings that set a member's clock back a day: its start runs our ``sitecustomize`` first."""
        return {"PYTHONPATH": str(Path(__file__).with_name("yesterday"))}

    def leave(self, name: str) -> None:
        """Take a further instance away for good."""
        self.resume(name)
        self.kill(name)
        del self.cluster.children[name]


class Frozen:
    """A table that may be read but not written: locked by a thread of its own."""

    def __init__(self, dsn: str, table: str) -> None:
        self._dsn = dsn
        self._table = table
        self._held = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._hold()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._held.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        self._over.set()
        self._thread.join(10)

    async def _hold(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        try:
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {self._table} IN EXCLUSIVE MODE")
                self._held.set()
                await asyncio.to_thread(self._over.wait)
        finally:
            await connection.close()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if child.poll() is None:
        os.kill(child.pid, number)
