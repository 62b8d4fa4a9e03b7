"""One store of a data folder set back: somebody is not ready before ``suite recover``, and nothing differs after it."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing

import httpx
import pytest

from suite import serving
from suite.catch_up import wait_until_caught_up
from suite.settings import SuiteSettings
from tests.eventually import eventually

PLYMOUTH = "E06000026"
INDICATOR = {
    "code": "ae-four-hour-wait",
    "name": "A&E four hour wait",
    "unit": "percentage",
    "decimals": 1,
    "polarity": "high_is_good",
    "frequency": "month",
}


async def call(client, method, path, body):
    answer = await client.request(method, path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def observe(client, month, value):
    body = {"area": PLYMOUTH, "period": month, "value": value, "status": "final", "reason": "it was wrong"}
    await call(client, "POST", "/indicators/v1/indicators/ae-four-hour-wait/observations", body)


async def define(client):
    await call(client, "POST", "/indicators/v1/areas", {"code": PLYMOUTH, "name": "Plymouth", "type": "unitary"})
    await call(client, "POST", "/indicators/v1/indicators", INDICATOR)
    officer = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}
    pledge = {"number": "58", "theme": "Health", "title": "Faster", "assignments": [officer]}
    await call(client, "POST", "/pledges/v1/pledges", pledge)
    links = {"links": [{"indicator": "ae-four-hour-wait", "area": PLYMOUTH}]}
    await call(client, "PUT", "/pledges/v1/pledges/58/links", links)


@asynccontextmanager
async def started(settings):
    async with serving.unattended(settings) as running, running.loader_client() as client:
        yield running, client


async def shown_period(client):
    pledge = (await client.get("/pledges/v1/pledges/58")).json()
    return pledge["indicators"][0]["period"]


@pytest.fixture
def settings(tmp_path):
    return SuiteSettings(data_dir=tmp_path / "var")


async def fill(settings, *months):
    async with started(settings) as (_, client):
        if not months:
            await define(client)
        for month in months:
            await observe(client, month, "80.0")
        await wait_until_caught_up(client)


def copy_files(folder, target):
    target.mkdir(exist_ok=True)
    for path in folder.glob("*.db"):
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target / path.name)) as copy:
            source.backup(copy)


def put_back(target, folder, name):
    for path in folder.glob(f"{name}.db*"):
        path.unlink()
    shutil.copyfile(target / f"{name}.db", folder / f"{name}.db")


async def set_back(settings, tmp_path, *names):
    await fill(settings)
    await fill(settings, "2017-01", "2017-02")
    copy_files(settings.data_dir, tmp_path / "older")
    await fill(settings, "2017-03", "2017-04")
    for name in names:
        put_back(tmp_path / "older", settings.data_dir, name)


async def _is_refusing(client):
    answer = await client.get("/health/ready")
    assert (answer.status_code, json.loads(answer.text)["ready"]) == (503, False)


@pytest.mark.parametrize("names", [["indicators"], ["bus"], ["indicators", "pledges"]], ids=" and ".join)
def test_a_store_set_back_is_noticed_and_mended(suite, settings, tmp_path, names):
    async def before():
        await set_back(settings, tmp_path, *names)
        async with started(settings) as (_, client):
            await eventually(lambda: _is_refusing(client))

    asyncio.run(before())
    status, said, _ = suite("recover")
    assert (status, said.splitlines()[-1]) == (0, "Nothing differs."), said
    assert suite("verify")[0] == 0

    async def after():
        async with started(settings) as (_, client):
            latest = "2017-04" if names == ["bus"] else "2017-02"
            assert await shown_period(client) == latest
            await observe(client, "2017-05", "70.0")
            await wait_until_caught_up(client)
            assert await shown_period(client) == "2017-05"
            assert (await client.get("/health/ready")).status_code == httpx.codes.OK

    asyncio.run(after())
