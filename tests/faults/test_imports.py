"""An import killed at any moment is rolled back and done by the next worker: nothing half saved, nothing twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from services.indicators.app import create_app
from tests.eventually import eventually

pytestmark = pytest.mark.faults

REPOSITORY = Path(__file__).parents[2]
FILE = REPOSITORY / "tests" / "fixtures" / "ae" / "ae_excerpt.csv"
POINTS = ["imports.after_survey", "imports.after_batch", "imports.after_batch:2", "jobs.in_step", "jobs.after_step"]


def worker(url: str, crash_at: str = "") -> "subprocess.Popen[bytes]":
    environment = os.environ | {"SUITE_CRASH_AT": crash_at, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "tests.faults.import_worker", url]
    return subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("point", POINTS)
async def test_an_import_survives_being_killed(resources_for, point):
    resources = await resources_for("services.indicators")
    url = resources.database.url.render_as_string(hide_password=False)
    async with AsyncClient(transport=ASGITransport(create_app(resources)), base_url="http://test") as client:
        address = "/indicators/v1/imports?mapping=ae&create_missing=true"
        sent = await client.post(address, content=FILE.read_bytes(), headers={"content-type": "text/csv"})
        number = sent.json()["id"]
        observations = "/indicators/v1/indicators/ae-four-hour-wait/observations?limit=200"

        killed = worker(url, point)
        killed.wait(60)
        if point == "jobs.after_step":
            assert len((await client.get(observations)).json()["items"]) == 180
        else:
            assert (await client.get(observations)).status_code == 404

        following = worker(url)
        try:
            await eventually(lambda: ended(client, number), within=60)
        finally:
            following.kill()
            following.wait()
        found = (await client.get(f"/indicators/v1/imports/{number}")).json()
        assert (found["rows_saved"], found["observations_saved"]) == (410, 180)
        shown = (await client.get(observations)).json()["items"]
        assert {each["revision"] for each in shown} == {1}
        assert len(shown) == 180


async def ended(client, number):
    found = (await client.get(f"/indicators/v1/imports/{number}")).json()
    assert found["state"] == "succeeded"
