"""One store of a data folder set back: somebody is not ready before ``suite recover``, and nothing differs after it."""

import asyncio
import json
import re
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing

import httpx
import pytest
from sqlalchemy import text

from contracts.topics import SERVICES
from gateway.access.keys import NewKey
from gateway.access.service import create_key
from suite import serving
from suite.catch_up import wait_until_caught_up
from suite.settings import SuiteSettings
from tests.eventually import eventually
from tests.faults.world import fund_body, risk_body, scheme_body
from tests.integration.gateway.conftest import served
from tests.process import SuiteProcess

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


@pytest.mark.rest
@pytest.mark.parametrize("names", [["bus"], ["indicators", "pledges"]], ids=" and ".join)
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


@pytest.mark.rest
def test_a_running_suite_that_is_not_ready_is_mended_by_its_address(suite, settings, tmp_path):
    asyncio.run(set_back(settings, tmp_path, "indicators"))
    running = SuiteProcess(settings.data_dir, reference=False).start()
    reached = {"SUITE_URL": running.url, "SUITE_KEY": running.admin_key}
    try:
        assert running.wait_for(r"(Read what is here)")
        status, said, _ = suite("verify", **reached)
        assert (status, "The database of indicators went back in time" in said) == (1, True), said
        status, said, _ = suite("recover")
        assert (status, said.splitlines()[-1]) == (0, "Nothing differs."), said
        # the series, and that it is late where the clock has asked for that look by now
        assert re.search(r"indicators: generation 2, [12] aggregates published again", said), said
        with running.client() as client:
            assert client.get("/health/ready").json()["ready"] is True
            entries = client.get("/indicators/v1/audit", params={"subject": "indicators"}).json()["items"]
            assert ("admin", "recovery.begun") in {(each["actor"], each["action"]) for each in entries}
    finally:
        running.kill()


@asynccontextmanager
async def operating(running):
    """A caller with a key, at the gateway of a suite in this process."""
    key = await running.databases["gateway"].write(lambda tx: create_key(tx, NewKey("Ana Nowak", frozenset({"admin"}))))
    headers = {"authorization": f"Bearer {key}"}
    async with served(running.app) as url, httpx.AsyncClient(base_url=url, headers=headers) as client:
        yield client


async def ended(client, location):
    async def has_ended():
        return (await client.get(location)).json()["state"] not in {"waiting", "running"}

    await eventually(has_ended)
    return (await client.get(location)).json()


async def test_recoveries_and_verifications_over_http(settings):
    async with started(settings) as (running, loader), operating(running) as client:
        await define(loader)
        await follow(loader)
        await observe(loader, "2017-05", "95.0")
        await wait_until_caught_up(loader)
        begun = await client.post("/operations/v1/recoveries")
        assert (begun.status_code, begun.json()["requested_by"]) == (202, "Ana Nowak")
        assert (await client.post("/operations/v1/recoveries")).status_code == 409
        found = await ended(client, begun.headers["location"])
        assert (found["state"], found["differs"], found["error"]) == ("succeeded", False, None)
        assert {each["service"]: each["generation"] for each in found["recovered"]} == dict.fromkeys(SERVICES, 2)
        assert await verified(client) == set()
        await spoil(running, STATES)
        of_states = {(consumer, SUBJECT) for consumer in ("risks", "pledges", "finance")}
        assert await verified(client) == of_states | {("finance", "faster")}
        begun = await client.post("/operations/v1/recoveries", json={"subject": SUBJECT})
        assert (await ended(client, begun.headers["location"]))["differs"] is False
        await spoil(running, DERIVED)
        lost = {("pledges-risks", "R1"), ("pledges-finance", "faster")}
        assert await verified(client) == {("risks", "R1"), ("finance", "faster")} | lost
        begun = await client.post("/operations/v1/recoveries")
        assert (await ended(client, begun.headers["location"]))["differs"] is False
        assert await verified(client) == set()
        entries = (await client.get("/operations/v1/audit")).json()["items"]
        asked = ["recovery", "verification", "verification", "recovery", "verification", "recovery", "verification"]
        found = [each["action"] for each in entries if each["action"] != "key.created"]
        assert found == [f"{name}.requested" for name in asked]


async def verified(client):
    """The aggregates that differ, each with the consumer it differs at."""
    begun = await client.post("/operations/v1/verifications")
    found = await ended(client, begun.headers["location"])
    assert (found["differs"], found["count"]) == (bool(found["differences"]), len(found["differences"]))
    return {(each["consumer"], each["subject"]) for each in found["differences"]}


SUBJECT = f"ae-four-hour-wait/{PLYMOUTH}"
STATES = {
    "risks": ("UPDATE indicator_series SET period_start = '2001-01-01'",),
    "pledges": ("UPDATE indicator_colour SET period_start = '2001-01-01'",),
    "finance": ("UPDATE observation SET value = '1'",),
}
"""What consumers stored is not what they were told, though every event was applied."""
DERIVED = {
    "risks": ("UPDATE risk SET effective_likelihood = 1",),
    "pledges": ("DELETE FROM elsewhere_state",),
    "finance": ("DELETE FROM entry", "DELETE FROM entry_total"),
}
"""What consumers derived is not what they stored."""


async def follow(client):
    """A risk and a scheme on the indicator, which is red below its target."""
    target = {"area": PLYMOUTH, "kind": "reach", "value": "90"}
    await call(client, "POST", "/indicators/v1/indicators/ae-four-hour-wait/targets", target)
    await call(client, "POST", "/risks/v1/risks", risk_body("R1", [("ae-four-hour-wait", PLYMOUTH)]))
    await call(client, "PUT", "/finance/v1/funds/pool", fund_body())
    await call(client, "POST", "/finance/v1/schemes", scheme_body("faster", "ae-four-hour-wait", PLYMOUTH))


async def spoil(running, statements):
    for service, changes in statements.items():
        for change in changes:
            await running.databases[service].write(lambda tx, sql=change: tx.session.execute(text(sql)))


async def test_an_aggregate_that_nobody_has_makes_a_recovery_fail_in_words(settings):
    async with started(settings) as (running, _), operating(running) as client:
        begun = await client.post("/operations/v1/recoveries", json={"subject": "nobody"})
        found = await ended(client, begun.headers["location"])
        assert (found["state"], found["error"]) == (
            "failed",
            "JobRefused: No service has an aggregate 'nobody'.",
        )
        assert (await client.get("/operations/v1/verifications/1")).status_code == 404
        assert (await client.get("/operations/v1/recoveries/99")).status_code == 404
