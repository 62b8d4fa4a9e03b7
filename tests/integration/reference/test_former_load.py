"""Loading over a database that version 0.1 loaded: its forecasts become projections, and notes arrive."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.app import build_app
from chassis.web.units import Resources
from contracts.topics import SERVICES
from suite.compose import SPECS
from suite.load.contradictions import contradictions, notes_on
from suite.load.dataset import read_reference
from suite.load.finance import load_finance
from suite.load.former import FORECAST, NO_OBSERVATION, is_from_version_0_1, withdraw_forecasts
from suite.load.indicators import load_indicators
from suite.load.pledges import load_pledges
from suite.load.risks import load_risks
from suite.load.upsert import Load, already_there
from tests.integration.suite.test_upgrade import unpacked

CARE = "/indicators/v1/indicators/children-in-care-overall"
NOTED = {
    "risks": "/risks/v1/risks/{}",
    "pledges": "/pledges/v1/pledges/2018-{}",
    "priorities": "/pledges/v1/priorities/{}",
    "actions": "/pledges/v1/actions/{}",
    "funds": "/finance/v1/funds/{}",
}
"""Where what the papers contradict is said outside the indicators, by kind."""
FUND = NOTED["funds"].format("plymouth-integrated")


class ByService(httpx.AsyncBaseTransport):
    """Leads each call to the service that its path begins with."""

    def __init__(self, transports: Mapping[str, httpx.AsyncBaseTransport]) -> None:
        self.transports = transports

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.transports[request.url.path.split("/")[1]].handle_async_request(request)


async def transport(service: str, folder: Path, stack: AsyncExitStack) -> httpx.AsyncBaseTransport:
    """What version 0.1 left, served by today's."""
    spec, url = SPECS[service], f"sqlite+threads:///{unpacked(service, folder)}"
    await asyncio.to_thread(migrate.upgrade, spec.package, url)
    database = Database(url, spec.metadata)
    stack.push_async_callback(database.close)
    settings = ServiceSettings().model_copy(update={"gateway_keys": None})
    return httpx.ASGITransport(build_app(spec, Resources(database, settings)))


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncExitStack() as stack:
        by_service = ByService({service: await transport(service, tmp_path, stack) for service in SERVICES})
        yield await stack.enter_async_context(httpx.AsyncClient(transport=by_service, base_url="http://suite"))


async def load(client: httpx.AsyncClient) -> Load:
    found = Load(client, read_reference())
    await load_indicators(found)
    for each in (load_risks, load_pledges, load_finance, withdraw_forecasts):
        await each(found)
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
    loaded = {row.code: row for row in first.reference.indicators}
    named = {one["code"]: one for one in await items(client, "/indicators/v1/indicators")}
    assert {code: named[code]["name"] for code in loaded} == {code: row.name for code, row in loaded.items()}
    local = [code for code, row in loaded.items() if row.framework == "LOCAL"]
    assert [code for code in local if "framework" not in named[code]["inferred"]] == []
    frameworks = {one["name"] for one in await items(client, "/indicators/v1/frameworks")}
    assert frameworks >= {row.name for row in first.reference.frameworks}
    targets = await items(client, f"{CARE}/targets")
    assert targets[-1]["milestones"]
    assert first.tally.counts()["observations"].changed > 30
    standards = {one["code"]: one for one in await items(client, "/indicators/v1/standards")}
    assert [one["calendar"] for one in standards["subject-access"]["limits"]] == [None, *["england_and_wales"] * 2]
    assert standards["single-assessment"]["indicator"] == "cyp-single-assessments-45-days"
    assert first.tally.counts()["standards"].changed == 2

    assert not await is_from_version_0_1(first)
    again = (await load(client)).tally.counts()
    assert {kind: (each.created, each.changed) for kind, each in again.items() if each.created or each.changed} == {}


async def test_notes_arrive_on_what_the_other_services_loaded(client):
    changed = {"notes": [], "title": "A title of ours", "reason": "Ours"}
    (await client.patch("/risks/v1/risks/OCC4", json=changed)).raise_for_status()
    reference = (await load(client)).reference
    for one in contradictions(reference):
        for resource in one.resources:
            kind, _, code = resource.partition("/")
            if kind in NOTED:
                found = (await client.get(NOTED[kind].format(code))).raise_for_status().json()
                assert already_there(notes_on(reference, resource), found["notes"]), resource
    risk, fund = [(await client.get(path)).json() for path in ("/risks/v1/risks/OCC4", FUND)]
    assert {one["name"] for one in fund["partners"]} == {row.name for row in reference.partners}
    assert "System Improvement Board of all partners every two weeks" in risk["controls"]
    assert risk["title"] == "A title of ours"
    line = next(one for one in fund["budget_lines"] if one["code"] == "childrens-commissioning" and one["notes"])
    assert line["financial_year"] == "2018/19"
