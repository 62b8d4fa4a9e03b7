"""Calls a suite that really runs by everything its joined document allows, and by what it forbids.

``python -m tests.fuzz --database postgresql --seconds 120 --seed 1`` ends with 1 where an answer is no problem that the
document names, where an answer has another schema, or where the suite takes what the document forbids. Options that are
not its own are schemathesis's: ``--include-operation-id risks_create_risk`` looks at one operation.
"""

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
import httpx

from suite.engines.postgres import PostgresServer
from suite.settings import MEMBERS
from tests.fuzz import scopes
from tests.process import ADMIN_KEY, SuiteProcess

HERE: Final = Path(__file__).parent
PROGRAM: Final = HERE.parent.parent / "build" / "fuzz" / "venv" / "bin" / "schemathesis"
BOUNDARIES: Final = "coverage"
"""The phase that goes through every boundary of every parameter and field: more cases than all others together."""
OTHERS: Final = "examples,fuzzing,stateful"
START_SECONDS: Final = 180
SETTINGS: Final = {
    "LOG_LEVEL": "WARNING",
    "GATEWAY_REFUSED_KEYS": "1000000",
    "SUBSCRIPTIONS_WEBHOOK_KEYS": secrets.token_urlsafe(32),
}
"""Each operation is called with a key that is not in use: that it is refused counts, not that guessing gets slow."""


def main() -> int:
    options = _options()
    with TemporaryDirectory() as folder, _databases(options.database) as addresses:
        suite = SuiteProcess(Path(folder) / "data")
        try:
            suite.start(within=START_SECONDS, **SETTINGS, **addresses)
            status = _fuzz(suite.url, Path(folder), options) or _locked_out(suite)
            return status or (_scoped(suite, options.seed) if options.scopes else 0) or _warned(suite)
        finally:
            suite.kill()


def _scoped(suite: SuiteProcess, seed: int) -> int:
    """1 where a key of one scope reads or breaks what it should not."""
    with suite.client() as client:
        found = list(scopes.faults(client, seed))
    sys.stdout.writelines(f"{line}\n" for line in found or ["A key of each scope opened what is its own alone."])
    return 1 if found else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=int, help="as long as new cases are made up; else once through all phases")
    parser.add_argument("--examples", type=int, default=5, help="at most so many of each kind for an operation")
    parser.add_argument("--boundaries", nargs="*", metavar="SERVICE", help="only of these services; else of all")
    parser.add_argument("--scopes", action="store_true", help="also with a key of each scope alone")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="makes the same cases again")
    options, options.more = parser.parse_known_args()
    return options


@contextmanager
def _databases(kind: str) -> Iterator[dict[str, str]]:
    """The addresses of the members' databases, by variable: none for files in the data folder."""
    if kind == "sqlite":
        yield {}
        return
    with PostgresServer(fsync=False) as server:
        asyncio.run(_create(server.dsn))
        address = server.dsn.replace("postgresql://", "postgresql+asyncpg://").removesuffix("postgres")
        yield {f"DATABASE_URL_{member.upper()}": f"{address}{member}" for member in MEMBERS}


async def _create(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    for member in MEMBERS:
        await connection.execute(f"CREATE DATABASE {member}")
    await connection.close()


def _fuzz(url: str, folder: Path, options: argparse.Namespace) -> int:
    """The first status that is not 0; all phases run in any case."""
    if options.boundaries is None:
        return _run(url, folder, options, f"{BOUNDARIES},{OTHERS}", *options.more)
    services = "|".join(options.boundaries)
    statuses = [
        _run(url, folder, options, BOUNDARIES, "--include-path-regex", f"^/({services})/", *options.more),
        _run(url, folder, options, OTHERS, *options.more),
    ]
    return max(statuses)


def _run(url: str, folder: Path, options: argparse.Namespace, phases: str, *more: str) -> int:
    command = (
        *(str(PROGRAM), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{url}/openapi.json"),
        *("--header", f"Authorization: Bearer {ADMIN_KEY}", "--phases", phases, "--no-color", *more),
        *("--request-timeout", "60", "--seed", str(options.seed), "--max-examples", str(options.examples)),
        *("--suppress-health-check", "too_slow"),  # of making up cases, which a busy machine decides
        *(("--max-time", str(options.seconds)) if options.seconds else ()),
    )
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    return subprocess.run(command, env=environment, cwd=folder, check=False).returncode


def _locked_out(suite: SuiteProcess) -> int:
    """1 where the key of the run opens nothing any more: what came after it was revoked has proved nothing."""
    with suite.client() as client:
        answer = client.get("/access/v1/keys")
    if answer.status_code == httpx.codes.OK:
        return 0
    sys.stdout.write(f"The key of this run was taken from it: {answer.status_code} {answer.text}\n")
    return 1


def _warned(suite: SuiteProcess) -> int:
    """1 where the suite logged a crash, which its caller may not have seen."""
    crashes = [line for line in suite.lines if "request.crashed" in line]
    sys.stdout.writelines(f"{line}\n" for line in crashes)
    return 1 if crashes else 0


sys.exit(main())
