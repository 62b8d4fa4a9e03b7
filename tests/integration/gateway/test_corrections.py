"""Areas, frameworks, indicators, risks, assignments, targets and links are corrected and ended over HTTP.

What is replaced or taken away can be read at the same path, with the tag that ``If-Match`` asks for.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from importlib import import_module
from typing import Any

import httpx
import pytest

from contracts.paths import first_part
from services.pledges.service.openings import open_returns
from suite.documents import openapi
from tests.conftest import ResourcesFor
from tests.integration.gateway.changes import (
    AREA,
    INDICATOR,
    LINKS,
    PLEDGE,
    PLEDGE_LINKS,
    RETURN,
    SERVICES,
    TARGET,
    WHO,
    pin,
)

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

GUARDED = {"PUT", "PATCH", "DELETE"}
WRONG = {"reason": "Entered by mistake"}


class Api:
    """A service as its callers meet it."""

    def __init__(self, client: httpx.AsyncClient, database: Any) -> None:
        self.client = client
        self.database = database

    async def call(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, (method, path, answer.text)
        return answer.json()

    async def get(self, path: str, status: int = 200) -> Any:
        return await self.call("GET", path, status=status)


@pytest.fixture
def opened(resources_for: ResourcesFor) -> Any:
    @asynccontextmanager
    async def open_service(name: str) -> AsyncIterator[Api]:
        resources = await resources_for(f"services.{name}")
        await pin(resources.database, date(2018, 2, 28))
        transport = httpx.ASGITransport(app=import_module(f"services.{name}.app").create_app(resources))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://x/{first_part(name)}/v1") as client:
            yield Api(client, resources.database)

    return open_service


def test_whatever_is_changed_in_its_place_is_read_there(database_for: object) -> None:
    document = json.loads(asyncio.run(openapi()))
    changing = {path for path, item in document["paths"].items() if {each.upper() for each in item} & GUARDED}
    assert len(changing) > 15
    assert [path for path in sorted(changing) if "get" not in document["paths"][path]] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_every_write_goes_on_by_the_tag_of_what_was_read(service: str, opened: Any) -> None:
    """Each of the changes that the audit is tested by: with a tag of something else, with the right one, and again."""
    async with opened(service) as api:
        for change in SERVICES[service]:
            if change.path == RETURN:
                await api.database.write(open_returns)
            if change.method not in GUARDED:
                by = {"x-actor": change.by}
                answer = await api.client.request(change.method, change.path, json=change.body, headers=by)
                assert answer.is_success, (change, answer.text)
                continue
            read = await api.client.get(change.path.partition("?")[0])
            tag = read.headers.get("etag", '"nothing"')
            await api.call(change.method, change.path, change.body, 412, **{"if-match": '"another"'})
            if read.status_code == 404:
                await api.call(change.method, change.path, change.body, 412, **{"if-match": tag})
                written = await api.client.request(change.method, change.path, json=change.body)
                assert written.status_code in {200, 201}, (change, written.text)
                continue
            written = await api.client.request(change.method, change.path, json=change.body, headers={"if-match": tag})
            assert written.status_code in {200, 201}, (change, written.text)  # a form is read before anything is saved
            assert (await api.client.get(read.url)).headers.get("etag") != tag, change
            await api.call(change.method, change.path, change.body, 412, **{"if-match": tag})


async def test_what_is_replaced_reads_as_it_is_sent(opened: Any) -> None:
    async with opened("risks") as api:
        await api.call("POST", "/risks", {"ref": "R1", "register": "people", "title": "Risk"}, 201)
        assert await api.get("/risks/R1/links") == {"links": [], "fund_links": []}
        await api.call("PUT", "/risks/R1/links", LINKS)
        sent_again = await api.get("/risks/R1/links")
        assert [one["indicator"] for one in sent_again["links"]] == ["ae"]
        assert (await api.call("PUT", "/risks/R1/links", sent_again))["version"] >= 0
        assert await api.get("/risks/R1/links") == sent_again
        assert (await api.get("/risks/R1/override", 404))["type"] == "/problems/risk-not-overridden"
    async with opened("pledges") as api:
        await api.call("PUT", "/sets/2018", {"title": "Hundred"}, 201)
        await api.call("POST", "/pledges", PLEDGE, 201)
        await api.call("PUT", "/pledges/1/links", PLEDGE_LINKS)
        for part in ("links", "assignments"):
            there = await api.get(f"/pledges/2018-1/{part}")
            before = await api.get("/pledges/1")
            assert len(there[part]) == 1
            assert await api.call("PUT", f"/pledges/1/{part}", there) == before


async def test_an_area_is_renamed_and_closed_and_opened_again(opened: Any) -> None:
    async with opened("indicators") as api:
        await api.call("POST", "/areas", AREA, 201)
        await api.call("POST", "/areas", AREA | {"code": "E06000052"}, 201)
        closed = {"name": "City", "valid_to": "2009-03-31", "successors": ["E06000052"]}
        await api.call("PATCH", f"/areas/{AREA['code']}", closed | WRONG)
        assert (await api.get(f"/areas/{AREA['code']}")).items() >= closed.items()
        await api.call("PATCH", f"/areas/{AREA['code']}", {"valid_to": None, "successors": []} | WRONG)
        assert (await api.get(f"/areas/{AREA['code']}"))["valid_to"] is None


async def test_a_framework_is_renamed_and_ended_and_taken_up_again(opened: Any) -> None:
    framework = {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"}
    async with opened("indicators") as api:
        await api.call("POST", "/frameworks", framework, 201)
        await api.call("POST", "/indicators", INDICATOR, 201)
        ended = {"name": "Health", "ended_on": "2018-02-28"}
        assert (await api.call("PATCH", "/frameworks/PHOF", ended | WRONG)).items() >= ended.items()
        assert (await api.get("/frameworks"))["items"] == [framework | ended]
        refused = await api.call("POST", "/indicators", INDICATOR | {"code": "new"}, 409)
        assert (refused["type"], [each["field"] for each in refused["errors"]]) == (
            "/problems/framework-ended",
            ["framework"],
        )
        await api.call("POST", "/indicators", INDICATOR, 200)
        assert (await api.call("PATCH", "/indicators/ae", {"owner": "Ana"} | WRONG))["framework"] == "PHOF"
        await api.call("POST", "/indicators", INDICATOR | {"code": "free", "framework": None}, 201)
        await api.call("PATCH", "/indicators/free", {"framework": "PHOF"} | WRONG, 409)
        await api.call("PATCH", "/frameworks/PHOF", {"ended_on": None} | WRONG)
        await api.call("PATCH", "/indicators/free", {"framework": "PHOF"} | WRONG)


async def test_an_indicator_is_corrected_and_retired(opened: Any) -> None:
    async with opened("indicators") as api:
        await api.call("POST", "/areas", AREA, 201)
        await api.call("POST", "/indicators", INDICATOR | {"framework": None}, 201)
        changed = {"name": "Waits", "polarity": "low_is_good", "retired_on": "2018-02-28"}
        await api.call("PATCH", "/indicators/ae", changed | WRONG)
        assert (await api.get("/indicators/ae")).items() >= changed.items()
        observed = {"area": AREA["code"], "period": "2018-01", "value": "80"}
        await api.call("POST", "/indicators/ae/observations", observed, 409)


async def test_a_target_is_ended_and_what_it_judged_stays(opened: Any) -> None:
    async with opened("indicators") as api:
        await api.call("POST", "/areas", AREA, 201)
        await api.call("POST", "/indicators", INDICATOR | {"framework": None}, 201)
        for period in ("2017-12", "2018-01"):
            observed = {"area": AREA["code"], "period": period, "value": "95"}
            await api.call("POST", "/indicators/ae/observations", observed, 201)
        end = {"area": AREA["code"], "kind": "none", "applies_from": "2018-01"}
        first = await api.call("POST", "/indicators/ae/targets", end | WRONG, 422)
        assert [each["field"] for each in first["errors"]] == ["kind"]
        await api.call("POST", "/indicators/ae/targets", TARGET, 201)
        assert await colours(api) == ["green", "green"]
        assert (await api.call("POST", "/indicators/ae/targets", end, 422))["type"] == "/problems/reason-needed"
        surplus = await api.call("POST", "/indicators/ae/targets", end | WRONG | {"value": "9"}, 422)
        assert [each["field"] for each in surplus["errors"]] == ["value"]
        assert (await api.call("POST", "/indicators/ae/targets", end | WRONG, 201))["version"] == 2
        await api.call("POST", "/indicators/ae/targets", end | WRONG, 200)
        assert await colours(api) == ["green", "white"]
        assert (await api.get(f"/indicators/ae/status?area={AREA['code']}"))["target"]["reason"] == "not_in_force"
        taken_back = end | WRONG | {"applies_from": "1900"}
        await api.call("POST", "/indicators/ae/targets", taken_back, 201)
        assert await colours(api) == ["white", "white"]
        assert [one["kind"] for one in (await api.get("/indicators/ae/targets"))["items"]] == ["reach", "none", "none"]
        await api.call("POST", "/indicators/ae/targets", TARGET | {"applies_from": "2018-01"} | WRONG, 201)
        assert await colours(api) == ["white", "green"]


async def colours(api: Api) -> list[str]:
    status = await api.get(f"/indicators/ae/status?area={AREA['code']}")
    return [point["target"] for point in status["series"]]


async def test_a_risk_is_corrected_unlinked_and_closed(opened: Any) -> None:
    async with opened("risks") as api:
        await api.call("POST", "/risks", {"ref": "R1", "register": "people", "title": "Risk"} | LINKS, 201)
        await api.call("PATCH", "/risks/R1", {"title": "The risk"})
        assert (await api.call("PUT", "/risks/R1/links", {"links": []} | WRONG))["links"] == []
        assert (await api.call("POST", "/risks/R1/close", WRONG))["status"] == "closed"
        assert (await api.get("/risks/R1"))["title"] == "The risk"
        assert (await api.call("POST", "/risks/R1/reopen", WRONG))["status"] == "open"


async def test_a_pledge_changes_hands_and_loses_its_links(opened: Any) -> None:
    async with opened("pledges") as api:
        await api.call("PUT", "/sets/2018", {"title": "Hundred"}, 201)
        await api.call("POST", "/pledges", PLEDGE, 201)
        await api.call("PUT", "/pledges/1/links", PLEDGE_LINKS)
        hands = [WHO | {"valid_to": "2018-02-28"}, WHO | {"portfolio_holder": "Ana", "valid_from": "2018-03-01"}]
        await api.call("PUT", "/pledges/1/assignments", {"assignments": hands, "reason": "Elected"})
        there = (await api.get("/pledges/1/assignments"))["assignments"]
        assert [(one["portfolio_holder"], one["valid_to"]) for one in there] == [("Ian", "2018-02-28"), ("Ana", None)]
        assert (await api.call("PUT", "/pledges/1/links", {"links": []}))["indicators"] == []
