"""NHS England's sandbox of MESH as a process, and mailboxes in it as their readers open them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from mesh_client import MeshClient

from suite.engines.process import free_port

PACKAGES: Final = Path(__file__).parents[2] / "build" / "mesh" / "packages"
SENDER: Final = "X26ABC1"
READER: Final = "X26ABC2"
WORKFLOW: Final = "COMMISSIONING_EVENTS"
ADDRESS: Final = f"mesh://{READER}?workflow_id={WORKFLOW}"
OPENING: Final = {"id": SENDER, "password": "password", "shared_key": "TestKey"}


@dataclass(frozen=True, slots=True)
class Received:
    """A message as a reader has it."""

    message_id: str
    local_id: str
    file_name: str
    subject: str
    content_type: str
    chunks: int
    content: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.content)
        return found

    @property
    def versions(self) -> list[tuple[str, int]]:
        return [(each["subject"], each["aggregateversion"]) for each in self.events]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where it is. Its mailboxes are emptied between tests."""

    url: str

    def open(self, mailbox: str = READER) -> MeshClient:
        return MeshClient(self.url, mailbox, "password", shared_key=b"TestKey")

    def reset(self) -> None:
        httpx.delete(f"{self.url}/messageexchange/admin/reset").raise_for_status()

    def collect(self, *, acknowledge: bool = True, mailbox: str = READER) -> list[Received]:
        """What is in a mailbox, in the order in which it came."""
        with self.open(mailbox) as client:
            found = []
            for message_id in client.list_messages():
                message = client.retrieve_message(message_id)
                found.append(_received(message_id, message))
                if acknowledge:
                    message.acknowledge()
            return found

    def report(self, message: Received) -> None:
        """Have MESH give a message up, as it does after five days, and say so in its sender's mailbox."""
        body = {
            "mailbox_id": SENDER,
            "code": "14",
            "description": "Message not collected by recipient after 5 days",
            "workflow_id": WORKFLOW,
            "local_id": message.local_id,
            "linked_message_id": message.message_id,
        }
        httpx.post(f"{self.url}/messageexchange/admin/report", json=body).raise_for_status()


def _received(message_id: str, message: Any) -> Received:
    return Received(
        message_id,
        message.local_id,
        message.filename,
        message.subject,
        message.content_type,
        int((message.mex_header("chunk-range") or "1:1").split(":")[1]),
        message.read(),
    )


@contextmanager
def sandbox(*tls: str) -> Iterator[Sandbox]:
    """One that runs until the end; ``tls`` are what its server is told of certificates."""
    if not PACKAGES.exists():
        missing = "No sandbox of MESH here: make build/mesh/packages"
        if os.environ.get("REQUIRE_ENGINES"):
            pytest.fail(missing)
        pytest.skip(missing)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "mesh_sandbox.api:app", "--host", "127.0.0.1", "--port", str(port)]
    settings = {"SHARED_KEY": "TestKey", "STORE_MODE": "memory", "AUTH_MODE": "full", "PYTHONPATH": str(PACKAGES)}
    child = subprocess.Popen(
        [*command, "--log-level", "warning", *tls],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        found = Sandbox(f"http{'s' if tls else ''}://127.0.0.1:{port}")
        _wait(port, child)
        yield found
    finally:
        child.kill()
        child.wait()


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and child.poll() is None:
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the sandbox of MESH did not start")
