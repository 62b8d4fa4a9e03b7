"""The receivers that documents show, on real deliveries."""

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.eventually import eventually
from tests.integration.subscriptions.webhooks.plant import Plant, event
from tests.receivers import Receiver

EXAMPLES = Path(__file__).parents[4] / "examples" / "webhooks"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def _running(secret: str, port: int, database: Path) -> AsyncIterator[None]:
    command = [sys.executable, str(EXAMPLES / "receiver.py"), "--port", str(port), "--database", str(database)]
    child = subprocess.Popen(command, env=os.environ | {"WEBHOOK_SECRET": secret})
    try:
        await eventually(lambda: _listens(port))
        yield
    finally:
        child.kill()
        child.wait()


def _listens(port: int) -> bool:
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0


async def test_the_receiver_in_python_keeps_the_newest_state_of_each_aggregate(plant: Plant, tmp_path: Path) -> None:
    plant.clock.now = datetime.now(UTC)
    port, database = _free_port(), tmp_path / "warehouse.db"
    url = f"http://127.0.0.1:{port}/"
    made = await plant.subscribe(url, heartbeat=True)
    async with _running(made["secret"], port, database):
        await plant.add_rounds(["R1", "R2"], 3)
        await plant.drain()
        await plant.post(made["id"], "replay", {"after_position": 0})
        await plant.drain()
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT subject, version, data FROM state ORDER BY subject").fetchall()
        assert [(subject, version) for subject, version, _ in rows] == [("R1", 3), ("R2", 3)]
        assert json.loads(rows[0][2]) == {"reference": "R1", "version": 3}
        assert {each["outcome"] for each in await plant.log(made["id"])} == {"delivered"}
        async with httpx.AsyncClient() as forger:
            body = json.dumps({"source": "/risks", "subject": "R1", "aggregateversion": 9, "type": "t"})
            signed = {"webhook-id": "1", "webhook-timestamp": "1519808400", "webhook-signature": "v1,AAAA"}
            assert (await forger.post(url, content=body, headers=signed)).status_code == 400


@pytest.mark.rest
@pytest.mark.skipif(shutil.which("java") is None, reason="Java is not here")
async def test_the_verification_in_java_takes_what_is_ours_and_nothing_else(plant: Plant, receiver: Receiver) -> None:
    plant.clock.now = datetime.now(UTC)
    made = await plant.subscribe(receiver.url)
    again = (await plant.post(made["id"], "rotate")).json()["secret"]
    await plant.add(event("R1", 1))
    await plant.drain()
    sent = receiver.taken[0]
    given = [sent.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")]

    async def verified(secret: str, body: bytes) -> bool:
        command = ["java", str(EXAMPLES / "Verify.java"), secret, *given]
        child = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        await child.communicate(body)
        return child.returncode == 0

    tries = [(made["secret"], sent.body), (again, sent.body), (again, sent.body + b" "), ("whsec_AAAA", sent.body)]
    assert await asyncio.gather(*(verified(*each) for each in tries)) == [True, True, False, False]
