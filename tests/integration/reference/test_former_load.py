"""Loading over a database that version 0.1 loaded: its forecasts become projections, and notes arrive."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.app import build_app
from chassis.web.units import Resources
from suite.compose import SPECS
from suite.load.dataset import read_reference
from suite.load.former import FORECAST, NO_OBSERVATION, is_from_version_0_1
from suite.load.indicators import load_indicators
from suite.load.upsert import Load
from tests.integration.suite.test_upgrade import unpacked

CARE = "/indicators/v1/indicators/children-in-care-overall"
SPEC = SPECS["indicators"]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The indicators that version 0.1 left, served by today's."""
    url = f"sqlite+threads:///{unpacked('indicators', tmp_path)}"
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    database = Database(url, SPEC.metadata)
    settings = ServiceSettings().model_copy(update={"internal_key": None})
    transport = httpx.ASGITransport(build_app(SPEC, Resources(database, settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://suite") as client:
        yield client
    await database.close()


async def load(client: httpx.AsyncClient) -> Load:
    found = Load(client, read_reference())
    await load_indicators(found)
    return found


async def items(client: httpx.AsyncClient, path: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(path, params={"limit": "200", **query})).json()["items"]
    return found


async def test_what_version_0_1_loaded_is_mended_once(client):
    before = await items(client, f"{CARE}/observations", area="E06000026")
    assert sum(one["note"] == FORECAST for one in before) == 4
    corrected = {"area": "E06000026", "period": "2015/16", "value": "391", "status": "provisional", "note": "ours"}
    assert (await client.post(f"{CARE}/observations", json=corrected)).status_code == 201
    first = await load(client)

    observed = {one["period"]: one for one in await items(client, f"{CARE}/observations", area="E06000026")}
    withdrawn = {period: one for period, one in observed.items() if one["status"] == "withdrawn"}
    assert {period: one["reason"] for period, one in withdrawn.items()} == dict.fromkeys(
        ("2014/15", "2016/17"), NO_OBSERVATION
    )
    history = await items(client, f"{CARE}/observations", period="2016/17", revisions="true")
    assert [(one["revision"], one["value"]) for one in history] == [(1, "395"), (2, None)]
    assert (observed["2015/16"]["value"], observed["2015/16"]["note"]) == ("391", "ours")
    assert (observed["2013/14"]["value"], observed["2013/14"]["basis"]) == ("385", "inferred")
    assert len(await items(client, f"{CARE}/projections")) == 10

    placements = await items(client, "/indicators/v1/indicators/children-in-care-independent/observations")
    assert {one["period"]: one["value"] for one in placements}["2012/13"] == "60"
    delayed = await items(client, "/indicators/v1/indicators/dtoc-adult-social-care/observations", period="2017/18 Q3")
    assert delayed[0]["value"] == "10.50"
    card = (await client.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026")).json()
    rows = [row for section in card["sections"] for aim in section["aims"] for row in aim["rows"]]
    assert all(row["notes"] for row in rows)
    noted = [one["code"] for one in await items(client, "/indicators/v1/indicators") if one["notes"]]
    assert "dtoc-all" in noted
    targets = await items(client, f"{CARE}/targets")
    assert targets[-1]["milestones"]
    assert first.tally.counts()["observations"].changed > 30

    assert not await is_from_version_0_1(first)
    again = (await load(client)).tally.counts()
    assert {kind: (each.created, each.changed) for kind, each in again.items() if each.created or each.changed} == {}
