"""What callers look for in the main collections: by indicator, area, owner, and what changed since they last looked."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import httpx
import pytest

from chassis.clock import system_clock
from tests.conftest import ResourcesFor
from tests.integration.finance.world import fund_body, link_body, scheme_body
from tests.integration.gateway.changes import AREA, INDICATOR, OF, PLEDGE, PLEDGE_LINKS

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

PHOF = {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"}
RISK = {"ref": "R1", "register": "people", "title": "Risk", "owner": "Ana"}
RISK_LINKS = [{"indicator": "ae", "area": "RK9", "group": "flow"}]

MADE = {
    "indicators": [
        ("POST", "/areas", AREA),
        ("POST", "/frameworks", PHOF),
        ("POST", "/indicators", INDICATOR | {"owner": "Ana"}),
        ("POST", "/indicators", INDICATOR | {"code": "other"}),
        ("POST", "/indicators/ae/observations", OF | {"value": "80"}),
    ],
    "risks": [
        ("POST", "/risks", RISK | {"links": RISK_LINKS}),
        ("POST", "/risks", {**RISK, "ref": "R2", "owner": "Ben"}),
    ],
    "pledges": [
        ("PUT", "/sets/2018", {"title": "Hundred"}),
        ("POST", "/pledges", PLEDGE),
        (
            "POST",
            "/pledges",
            PLEDGE | {"number": "2", "assignments": [PLEDGE["assignments"][0] | {"portfolio_holder": "Ben"}]},
        ),
        ("PUT", "/pledges/1/links", PLEDGE_LINKS | {"risks": ["OCC4"], "schemes": ["sooner-home"]}),
    ],
    "finance": [
        ("PUT", "/funds/integrated-fund", fund_body()),
        ("POST", "/schemes", scheme_body("a", link=link_body())),
        ("POST", "/schemes", scheme_body("b", link=None, partner="PCC")),
    ],
}

FOUND = [
    ("indicators", "/indicators", {"owner": "Ana"}, 1),
    ("indicators", "/indicators", {"area": "E06000026"}, 1),
    ("indicators", "/indicators", {"area": "RK9"}, 0),
    ("indicators", "/indicators", {"framework": "PHOF", "owner": "Ben"}, 0),
    ("indicators", "/indicators/ae/observations", {"area": "E06000026"}, 1),
    ("risks", "/risks", {"owner": "Ana"}, 1),
    ("risks", "/risks", {"indicator": "ae", "area": "RK9"}, 1),
    ("risks", "/risks", {"indicator": "ae", "area": "E06000026"}, 0),
    ("pledges", "/pledges", {"owner": "Ben"}, 1),
    ("pledges", "/pledges", {"indicator": "ae"}, 1),
    ("pledges", "/pledges", {"area": "RK9"}, 1),
    ("pledges", "/pledges", {"area": "E06000026"}, 0),
    ("pledges", "/pledges", {"risk": "OCC4"}, 1),
    ("pledges", "/pledges", {"risk": "OCC5"}, 0),
    ("pledges", "/pledges", {"scheme": "sooner-home"}, 1),
    ("pledges", "/pledges", {"scheme": "OCC4"}, 0),
    ("finance", "/schemes", {"indicator": link_body()["indicator"]}, 1),
    ("finance", "/schemes", {"area": "RK9"}, 0),
]
CHANGED = {
    "indicators": {"/indicators": 2, "/indicators/ae/observations": 1},
    "risks": {"/risks": 2},
    "pledges": {"/pledges": 2},
}


async def count(client: httpx.AsyncClient, path: str, params: Any) -> int:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


@pytest.mark.parametrize("service", MADE)
async def test_collections_are_narrowed_as_asked(service: str, resources_for: ResourcesFor) -> None:
    app = import_module(f"services.{service}.app").create_app(await resources_for(f"services.{service}"))
    transport = httpx.ASGITransport(app=app)
    start, end = (system_clock() + timedelta(hours=hours) for hours in (-1, 1))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://x/{service}/v1") as client:
        for method, path, body in MADE[service]:
            (await client.request(method, path, json=body)).raise_for_status()
        for _, path, params, wanted in (each for each in FOUND if each[0] == service):
            assert await count(client, path, params) == wanted, (path, params)
        for path, changed in CHANGED.get(service, {}).items():
            assert await count(client, path, {"changed_since": start.isoformat()}) == changed
            assert await count(client, path, {"changed_since": end.isoformat()}) == 0
            first = (await client.get(path, params={"limit": 1, "changed_since": start.isoformat()})).json()
            if first["next"]:
                unbound = await client.get(path, params={"limit": 1, "cursor": first["next"]})
                assert unbound.status_code == 400
