"""Files of a document, set in a process of its own: its memory goes with it, and nobody waits for it but who asked."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gateway.reports.errors import NotSet
from gateway.reports.printing.document import Document

ENDINGS: Final = ("pdf", "docx")
SECONDS: Final = 60
_AT_ONCE: Final = 1
_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "HOME", "TMPDIR", "SYSTEMROOT")
"""All that it is told of ours: it needs no secret."""


def command(folder: str, ending: str) -> list[str]:
    """What sets the document that it reads from its input as JSON, into ``folder``; one file, for memory's sake."""
    return [sys.executable, "-X", "utf8", "-m", "gateway.reports.printing", folder, ending]


def written(document: Document) -> bytes:
    """As that process reads it, without control characters, which no format can show."""
    return json.dumps(_shown(asdict(document)), ensure_ascii=False).encode()


def _shown(value: object) -> object:
    if isinstance(value, str):
        return "".join(
            each for each in value if each.isprintable() or (each.isspace() and each >= " ") or each in "\n\t"
        )
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


class Typesetter:
    """Sets one document at a time, which is all that the memory of a container is counted for; further ones wait."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def files(self, document: Document, endings: Sequence[str] = ENDINGS) -> Mapping[str, bytes]:
        """The files by their endings.

        Raises:
            NotSet: it took too long.
            RuntimeError: it broke, which is a fault of ours.
        """
        async with self._room:
            return {each: await asyncio.to_thread(_file, document, each) for each in endings}


def _file(document: Document, ending: str) -> bytes:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with TemporaryDirectory() as folder:
        try:
            done = subprocess.run(  # noqa: S603  our own program
                command(folder, ending),
                input=written(document),
                capture_output=True,
                timeout=SECONDS,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotSet(f"Setting the report took more than {SECONDS} seconds.") from error
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace").strip())
        return (Path(folder) / f"report.{ending}").read_bytes()
