"""The suite as it runs in production, on one machine: a process for each member, PostgreSQL and Kafka.

The engines are those that ``DATABASE_ADMIN_URL`` and ``KAFKA_BOOTSTRAP_SERVERS`` name; what is not named is started
here, with its data in a temporary folder that goes when the suite stops.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, NoReturn

import httpx
from sqlalchemy.engine import make_url

from chassis.web.hop import service_key
from suite.catch_up import wait_until_caught_up
from suite.database_roles import role
from suite.engines import KafkaServer, PostgresServer
from suite.engines.process import free_port
from suite.load import load_reference
from suite.serving import CannotStart, bound_socket, curl
from suite.settings import ADMINISTRATORS, MEMBERS, SERVED, check_address

Echo = Callable[[str], None]
Environment = Mapping[str, str]

START_SECONDS = 60
LOOK_SECONDS = 2.0
"""How often to look after the children, and so how long one that cannot start rests between two tries."""


class Cluster:
    """The gateway and the services as child processes, which can be killed and started again one by one.

    ``output`` takes what they print; without one it goes where this process's goes. A further instance of a member
    is named for it: ``risks-2``. It shares the work on events, and the gateway knows nothing of it.
    """

    def __init__(self, environment: Environment, ports: Mapping[str, int], output: IO[bytes] | None = None) -> None:
        self.environment = dict(environment)
        self.ports = dict(ports)
        self.output = output
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    def start(self, name: str, *, more: Environment | None = None) -> None:
        """Start ``name`` in a group of its own; it dies with this process."""
        port = self.ports.get(name) or self.ports.setdefault(name, free_port())
        member = name.partition("-")[0]
        environment = own_environment(member, self.environment) | {"SUITE_PORT": str(port)} | dict(more or {})
        command = [sys.executable, "-m", "suite", "serve", member]
        self.children[name] = subprocess.Popen(  # noqa: S603  our own command
            command,
            env=environment,
            stdout=self.output,
            stderr=self.output,
            process_group=0,  # a Ctrl-C is for us: we stop them
            preexec_fn=_die_with_parent,  # noqa: PLW1509  ties the child to us
        )

    def revive(self, echo: Echo) -> None:
        """Start again whatever ended by itself, and say so."""
        for name, child in list(self.children.items()):
            status = child.poll()
            if status is not None:
                echo(f"{name} ended ({_reason(status)}); it is started again")
                self.start(name)

    def kill(self, name: str) -> None:
        """Kill without warning."""
        self.children[name].kill()
        self.children[name].wait()

    def stop(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(30)
            child.kill()

    def wait_ready(self, within: float = START_SECONDS) -> None:
        """Return once the gateway finds every service ready."""
        limit = time.monotonic() + within
        while time.monotonic() < limit:
            gone = [name for name, child in self.children.items() if child.poll() not in {None, -signal.SIGKILL}]
            if gone:
                raise CannotStart(f"{', '.join(gone)} ended at once; its words are above")
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/health/ready", timeout=5, trust_env=False).status_code == httpx.codes.OK:
                    return
            time.sleep(0.2)
        raise CannotStart(f"the services were not ready within {within:.0f} seconds")


def own_environment(member: str, environment: Environment) -> dict[str, str]:
    """What one member is to know of an environment that all share: its own database and no administrator's secret.

    The gateway reads no events, and has nothing of the broker; the administrator's key and what the gateway signs with
    are its own, as is of the events service what secrets of webhooks are sealed with.
    """
    foreign = {f"DATABASE_URL_{name.upper()}" for name in MEMBERS if name != member} | {"DATABASE_ADMIN_URL"}
    foreign |= set() if member == "gateway" else {"SUITE_ADMIN_KEY", "GATEWAY_SIGNING_KEY"}
    foreign |= set() if member == "subscriptions" else {"SUBSCRIPTIONS_WEBHOOK_KEYS"}
    hidden = ("DATABASE_PASSWORD_", "PGPASS", *(("KAFKA_",) if member == "gateway" else ()))
    own = {name: value for name, value in environment.items() if name not in foreign and not name.startswith(hidden)}
    secret = environment.get("GATEWAY_SIGNING_KEY")
    return own | ({"SUITE_GATEWAY_KEYS": service_key(secret, member)} if secret and member != "gateway" else {})


def _reason(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name


def _die_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415  only here, only on Linux

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@contextmanager
def engines(echo: Echo) -> Iterator[tuple[str, str]]:
    """(administrator's database address, bootstrap servers), started here where the environment names none."""
    with ExitStack() as stack:
        database = os.environ.get("DATABASE_ADMIN_URL")
        if database:
            _check(database)
        else:
            echo("Starting PostgreSQL")
            database = stack.enter_context(PostgresServer()).dsn
            echo(f"  psql {database}")
        brokers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        if not brokers:
            echo("Starting Kafka")
            brokers = stack.enter_context(KafkaServer()).bootstrap_servers
            echo(f"  brokers {brokers}")
        yield database, brokers


def _check(database: str) -> None:
    try:
        check_address(database, ADMINISTRATORS)
    except ValueError as error:
        raise CannotStart(f"DATABASE_ADMIN_URL: {error}") from None


def environment(database: str, brokers: str, port: int, admin_key: str) -> tuple[dict[str, str], dict[str, int]]:
    """The environment that all processes share, and the port of each."""
    address = make_url(database).set(drivername="postgresql+asyncpg")
    ports = {name: free_port() for name in SERVED} | {"gateway": port or free_port()}
    found = dict(os.environ) | {
        "DATABASE_ADMIN_URL": address.render_as_string(hide_password=False),
        "BUS": "kafka",
        "KAFKA_BOOTSTRAP_SERVERS": brokers,
        "GATEWAY_SIGNING_KEY": secrets.token_urlsafe(32),
        "SUBSCRIPTIONS_WEBHOOK_KEYS": os.environ.get("SUBSCRIPTIONS_WEBHOOK_KEYS") or secrets.token_urlsafe(32),
        "SUITE_ADMIN_KEY": admin_key,
        "SUITE_HOST": "127.0.0.1",
    }
    for name in MEMBERS:
        password = os.environ.get(f"DATABASE_PASSWORD_{name.upper()}") or secrets.token_urlsafe(24)
        found[f"DATABASE_PASSWORD_{name.upper()}"] = password
        own = address.set(username=role(name), password=password)
        found[f"DATABASE_URL_{name.upper()}"] = own.render_as_string(hide_password=False)
    for name in SERVED:
        found[f"GATEWAY_{name.upper()}_URL"] = f"http://127.0.0.1:{ports[name]}"
    return found, ports


def prepare(found: Environment) -> None:
    """Roles, schemas, migrations and topics, by the commands an operator would use, side by side."""
    with ThreadPoolExecutor() as beside:
        list(beside.map(lambda arguments: _command(found, *arguments), (["migrate", "--create"], ["topics"])))


def _command(found: Environment, *arguments: str) -> None:
    command = [sys.executable, "-m", "suite", *arguments]
    done = subprocess.run(command, env=dict(found), check=False, capture_output=True, text=True)  # noqa: S603  our own
    if done.returncode:
        raise CannotStart(f"suite {' '.join(arguments)}: {_last_words(done.stderr)}")


def _last_words(output: str) -> str:
    lines = [line.removeprefix("error: ") for line in output.splitlines() if line.startswith("error: ")]
    return "; ".join(lines) or output.strip().rpartition("\n")[2]


def run(port: int, *, reference: bool, echo: Echo) -> None:
    """Start everything, load, say where, see that all stay up until told to stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    _check_port(port)
    with suppress(KeyboardInterrupt):
        _run(port, reference=reference, echo=echo)


def _stop(_number: int, _frame: object) -> NoReturn:
    """Unwind, once: what is being closed already is closed to its end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _check_port(port: int) -> None:
    """Before anything is started: whoever listens there already would be taken for our gateway."""
    with bound_socket("127.0.0.1", port):
        pass


def _run(port: int, *, reference: bool, echo: Echo) -> None:
    given = os.environ.get("SUITE_ADMIN_KEY")
    admin_key = given or f"csk_{secrets.token_urlsafe(32)}"
    with engines(echo) as (database, brokers):
        found, ports = environment(database, brokers, port, admin_key)
        if reference:
            found.setdefault("SUITE_BUSINESS_DATE", "2018-02-28")
            echo(f"Business date {found['SUITE_BUSINESS_DATE']}")
        echo("Creating roles, schemas and topics")
        prepare(found)
        cluster = Cluster(found, ports)
        try:
            for name in MEMBERS:
                cluster.start(name)
            cluster.wait_ready()
            if reference:
                asyncio.run(_load(cluster.url, admin_key, echo))
            echo(f"Ready on {cluster.url}")
            echo(curl(cluster.url, "$SUITE_ADMIN_KEY" if given else admin_key))
            while True:
                time.sleep(LOOK_SECONDS)
                cluster.revive(echo)
        finally:
            cluster.stop()


async def _load(url: str, key: str, echo: Echo) -> None:
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        report = await load_reference(client, wait=lambda: wait_until_caught_up(client), report=echo)
    echo(report.summary())
