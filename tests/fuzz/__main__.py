"""Calls a suite that really runs by everything its joined document allows, and by what it forbids.

``python -m tests.fuzz --database postgresql --seconds 120 --seed 1`` ends with 1 where an answer is no problem that the
document names, where an answer has another schema, or where the suite takes what the document forbids.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg

from suite.engines.postgres import PostgresServer
from suite.settings import MEMBERS
from tests.process import ADMIN_KEY, SuiteProcess

HERE: Final = Path(__file__).parent
PROGRAM: Final = HERE.parent.parent / "build" / "fuzz" / "venv" / "bin" / "schemathesis"
CHECKED_PHASES: Final = "examples,coverage,fuzzing,stateful"
START_SECONDS: Final = 180


def main() -> int:
    options = _options()
    with TemporaryDirectory() as folder, _databases(options.database) as addresses:
        suite = SuiteProcess(Path(folder))
        try:
            suite.start(within=START_SECONDS, **addresses)
            return _fuzz(suite.url, options)
        finally:
            suite.kill()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=int, help="as long as new cases are made up; else once through all phases")
    parser.add_argument("--examples", type=int, default=5, help="at most so many of each kind for an operation")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="makes the same cases again")
    return parser.parse_args()


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


def _fuzz(url: str, options: argparse.Namespace) -> int:
    command = (
        *(str(PROGRAM), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{url}/openapi.json"),
        *("--header", f"Authorization: Bearer {ADMIN_KEY}", "--phases", CHECKED_PHASES, "--no-color"),
        *("--request-timeout", "60", "--seed", str(options.seed), "--max-examples", str(options.examples)),
        *(("--max-time", str(options.seconds)) if options.seconds else ()),
    )
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    return subprocess.run(command, env=environment, check=False).returncode


sys.exit(main())
