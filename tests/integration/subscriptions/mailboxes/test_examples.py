"""The reader that documents show, on real messages in a real sandbox."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.subscriptions.webhooks.plant import Plant, event
from tests.mesh.sandbox import ADDRESS, OPENING, READER, Sandbox

pytestmark = [pytest.mark.rest, pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)]

EXAMPLE = Path(__file__).parents[4] / "examples" / "mailbox" / "reader.py"


async def _read(mesh: Sandbox, database: Path) -> subprocess.CompletedProcess[str]:
    opening = {"MESH_URL": mesh.url, "MESH_MAILBOX": READER, "MESH_PASSWORD": "password", "MESH_SHARED_KEY": "TestKey"}
    command = [sys.executable, str(EXAMPLE), "--database", str(database), "--once"]
    return await asyncio.to_thread(
        subprocess.run, command, env=os.environ | opening, capture_output=True, text=True, check=True
    )


async def test_the_reader_keeps_the_newest_state_tells_what_is_missing_and_takes_it_later(
    plant: Plant, mesh: Sandbox, tmp_path: Path
) -> None:
    database = tmp_path / "region.db"
    made = await plant.subscribe(ADDRESS, mailbox=OPENING)
    await plant.add_rounds(["R1", "R2"], 2)
    await plant.drain()
    lost = await asyncio.to_thread(mesh.collect)
    await plant.add(event("R1", 3))
    plant.clock.move(minutes=5)
    await plant.drain()
    first = await _read(mesh, database)
    assert first.stdout == "1 messages\n"
    assert first.stderr == f"1 of 2 messages of {made['id']} have not come: ask for them again\n"
    await plant.post(made["id"], f"messages/{lost[0].local_id}/resend")
    plant.clock.move(minutes=5)
    await plant.drain()
    second = await _read(mesh, database)
    assert (second.stdout, second.stderr) == ("1 messages\n", "")
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT subject, version, data FROM state ORDER BY subject").fetchall()
    assert [(subject, version) for subject, version, _ in rows] == [("R1", 3), ("R2", 2)]
    assert json.loads(rows[0][2]) == {"reference": "R1", "version": 3}
    plant.clock.move(minutes=5)
    await plant.drain()
    assert (await plant.progress(made["id"]))["unacknowledged"] == 0
