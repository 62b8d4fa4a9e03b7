"""Serving: from an empty folder, or an empty environment, to the line with the address."""

import asyncio
import errno
import fcntl
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from starlette.types import ASGIApp

from chassis.logging import get_logger
from chassis.memory import settle_memory
from chassis.storage.outages import is_outage
from chassis.web.door import server_config
from gateway.access import service as keys
from suite import business_date, compose, configuration, shutdown
from suite.catch_up import wait_until_caught_up
from suite.load import load_reference
from suite.settings import MEMBERS, SuiteSettings

log = get_logger()
Echo = Callable[[str], None]

BACKLOG = 2048
WAIT_SECONDS = 1.0
"""Between two tries to write what a start writes, while the database is away."""


class CannotStart(Exception):  # noqa: N818  named for what it is
    """Something outside stands in the way; the message says what and what to do."""


async def run(settings: SuiteSettings, *, reference: bool, echo: Echo) -> None:
    """Everything in one process: migrate, load, serve until stopped."""
    configuration.require_agreement(MEMBERS)
    with only_one(settings.data_dir), bound_socket(settings.host, settings.port) as server_socket:
        echo(f"Data folder {settings.data_dir}; bringing the databases up to date")
        await compose.upgrade(MEMBERS, settings)
        await _pin(settings, reference=reference, echo=echo)
        async with compose.everything(settings) as running:
            key = await first_key(running, settings)
            if reference:
                if key:  # who stops it while it loads has seen it
                    echo(f"Your key, shown now and once more when all is loaded: {key}")
                await _load(running, echo)
            is_empty = await _is_empty(running)
            server_socket.listen(BACKLOG)  # from the ready line on, connections are taken
            echo_addresses(server_socket.getsockname()[1], key, settings, echo)
            echo_beginning(server_socket.getsockname()[1], key, settings, echo, reference=reference, is_empty=is_empty)
            await serve(running.app, server_socket)


async def _pin(settings: SuiteSettings, *, reference: bool, echo: Echo) -> None:
    databases = [compose.open_database(name, settings) for name in MEMBERS]
    try:
        if settings.business_date:
            await business_date.pin(databases, settings.business_date)
        elif reference:
            await business_date.pin(databases, business_date.REFERENCE_DATE, only_if_unpinned=True)
        day = await business_date.shown(databases[0])
        echo(f"Business date {day.isoformat()} (calendar rules read this; `suite business-date` shows and moves it)")
    finally:
        for database in databases:
            await database.close()


async def _load(running: compose.Running, echo: Echo) -> None:
    async with running.loader_client() as client:
        report = await load_reference(client, wait=lambda: wait_until_caught_up(client), report=echo)
    echo(report.summary())


async def _is_empty(running: compose.Running) -> bool:
    """Whether there is no indicator yet."""
    async with running.loader_client() as client:
        answer = await client.get("/indicators/v1/indicators", params={"limit": 1})
    return answer.is_success and not answer.json()["items"]


async def first_key(running: compose.Running, settings: SuiteSettings) -> str | None:
    """The key that the first start makes, or none where there is one already."""
    admin = settings.admin_key.get_secret_value() if settings.admin_key else None
    return await running.databases["gateway"].write(lambda tx: keys.ensure_first_key(tx, admin), actor="suite")


def echo_addresses(port: int, key: str | None, settings: SuiteSettings, echo: Echo) -> None:
    """The ready line, the addresses, and how to come by a key."""
    here = f"http://{settings.host}:{port}"
    echo(f"Ready on {here}")
    echo(f"  documents  {here}/docs  and  {here}/openapi.json")
    echo(f"  health     {here}/health/ready")
    if key is None and settings.admin_key is None:
        echo("  A key was made at the first start. Another: suite keys create NAME --scope admin; export SUITE_KEY=it")
    if key:
        echo("  The key is shown at this start only; the suite keeps a hash of it.")


def echo_beginning(
    port: int, key: str | None, settings: SuiteSettings, echo: Echo, *, reference: bool, is_empty: bool
) -> None:
    """A curl to paste."""
    here = f"http://{settings.host}:{port}"
    shown = key or ("$SUITE_ADMIN_KEY" if settings.admin_key else "$SUITE_KEY")
    if reference:
        echo("Post an observation, and see the risk and the saving it moves:")
        echo(curl(here, shown))
    else:
        echo("No indicator is here yet. Begin with:" if is_empty else "Read what is here:")
        echo(f'curl -sS "{here}/indicators/v1/indicators" -H "Authorization: Bearer {shown}"')


def curl(here: str, key: str) -> str:
    """Posts a poor January for the A&E four hour wait, then reads the risk that listens to it."""
    body = '{"area":"E06000026","period":"Jan-18","value":"70.1","status":"final"}'
    return (
        f'curl -sS -X POST "{here}/indicators/v1/indicators/ae-four-hour-wait/observations" \\\n'
        f'  -H "Authorization: Bearer {key}" -H "Content-Type: application/json" \\\n'
        f"  -d '{body}' && sleep 2 && \\\n"
        f'curl -sS "{here}/risks/v1/risks/OCC4/explanation" -H "Authorization: Bearer {key}"'
    )


async def serve(app: ASGIApp, server_socket: socket.socket) -> None:
    """Answer on ``server_socket`` until told to stop."""
    settle_memory()
    await shutdown.serve_until_cancelled(server_config(app), server_socket)


async def serve_one(name: str, settings: SuiteSettings, *, echo: Echo) -> None:
    """One member alone, until stopped."""
    with bound_socket(settings.host, settings.port) as server_socket:
        part: Callable[[], object] = (
            (lambda: compose.gateway_alone(settings))
            if name == "gateway"
            else (lambda: compose.one_service(name, settings))
        )
        async with part() as running, _prepared(running, name, settings, echo):  # type: ignore[attr-defined]  # both are async context managers
            server_socket.listen(BACKLOG)
            echo(f"Ready: {name} on http://{settings.host}:{server_socket.getsockname()[1]}")
            await serve(running.app, server_socket)


@asynccontextmanager
async def _prepared(running: compose.Running, name: str, settings: SuiteSettings, echo: Echo) -> AsyncIterator[None]:
    """What a member's start writes; where its database is away, as soon as that answers: until then it is not ready."""
    waiting: list[asyncio.Task[None]] = []
    try:
        await _prepare(running, name, settings)
    except Exception as error:
        if not is_outage(error):
            raise
        echo(f"The database of {name} is away; waiting for it")
        waiting.append(asyncio.create_task(_prepare_later(running, name, settings)))
    try:
        yield
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _prepare(running: compose.Running, name: str, settings: SuiteSettings) -> None:
    if settings.business_date:
        await business_date.pin(list(running.databases.values()), settings.business_date)
    if name == "gateway" and settings.admin_key:
        await first_key(running, settings)


async def _prepare_later(running: compose.Running, name: str, settings: SuiteSettings) -> None:
    while True:
        await asyncio.sleep(WAIT_SECONDS)
        try:
            await _prepare(running, name, settings)
        except Exception as error:
            if not is_outage(error):
                log.exception("serving.not_prepared", member=name)
                return
        else:
            return


@contextmanager
def bound_socket(host: str, port: int) -> Iterator[socket.socket]:
    """The port, taken before anything else is touched."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server_socket:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server_socket.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
                reason = os.strerror(error.errno)
                where = f"{host}:{port}"
                raise CannotStart(
                    f"{where} cannot be used ({reason}). Choose another: PORT=8010 make run, or SUITE_PORT=8010"
                ) from error
            raise
        yield server_socket


def make_private(folder: Path) -> None:
    """Have nobody else read the data folder or what is made in it. One that belongs to somebody else stays as it is."""
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.rglob("*")):
        with suppress(OSError):
            path.chmod(0o700 if path.is_dir() else 0o600)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One suite a data folder: two relays on one file would publish twice."""
    make_private(folder)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            advice = "Reach it with --url http://HOST:PORT and SUITE_KEY, stop it, or set another SUITE_DATA_DIR."
            raise CannotStart(f"The suite is running in {folder} already. {advice}") from None
        yield


@asynccontextmanager
async def unattended(settings: SuiteSettings) -> AsyncIterator[compose.Running]:
    """Everything in this process without a socket, for commands that need the suite and find it stopped."""
    with only_one(settings.data_dir):
        await compose.upgrade(MEMBERS, settings)
        async with compose.everything(settings) as running:
            yield running


def run_async(work: Callable[[], Awaitable[None]]) -> None:
    """Run to the end, or to a signal, on the fastest loop there is; being received to stop is no error."""
    if sys.platform == "win32":
        asyncio.run(shutdown.run_until_signalled(work))
        return
    import uvloop  # noqa: PLC0415  not on Windows

    uvloop.run(shutdown.run_until_signalled(work))
