"""Reads the documents as their users' tools do: validators, generators of clients, and the compilers of what they make.

``python -m tests.clients`` ends with 1 where any of them has an error or a warning to report. It needs what ``make
clients`` installs into ``build/clients`` first.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from gateway.documents.asyncapi import asyncapi
from suite.documents import openapi
from tests.clients.checks import CHECKS, FOLDER, CheckFailed

AT_ONCE = 2


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "openapi.json").write_text(asyncio.run(openapi()))
    (FOLDER / "asyncapi.json").write_text(json.dumps(asyncapi()))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(_run, CHECKS.items()))
    return 0 if all(results) else 1


def _run(check: tuple[str, Callable[[], str]]) -> bool:
    name, run = check
    try:
        _print(f"{name}: {run()}")
    except CheckFailed as failed:
        _print(f"{name}: FAILED\n{failed}")
        return False
    return True


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a command prints


sys.exit(main())
