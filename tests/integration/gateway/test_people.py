"""People behind keys: entered by administrators, and the same person by whatever key."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import httpx
import pytest

from chassis.clock import london_date, system_clock
from gateway.access import keys, service
from gateway.access.keys import NewKey
from gateway.proxy.upstreams import in_process
from tests.conftest import ResourcesFor
from tests.integration.gateway.changes import AREA, INDICATOR, OF
from tests.integration.gateway.conftest import Front, FrontOf, admin, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

PLAIN = {name: value for name, value in INDICATOR.items() if name != "framework"}
PEOPLE = "/access/v1/people"
ANA = {"name": "Ana Nowak", "email": "ana@example.org", "roles": ["finance officer"], "keys": ["Ana Nowak", "ana-2"]}


async def secret_of(front: Front, wanted: NewKey) -> str:
    return await front.database.write(lambda tx: service.create_key(tx, wanted))


def shown(front: Front, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=front.url, headers={"authorization": f"Bearer {key}"}, timeout=30)


async def put(front: Front, code: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    answer = await front.client.put(f"{PEOPLE}/{code}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_people_are_put_as_a_whole_and_known_by_their_keys(front_of: FrontOf) -> None:
    front = await front_of()
    second = await secret_of(front, admin("ana-2"))
    made = await put(front, "ana-nowak", ANA, 201)
    assert await put(front, "ana-nowak", ANA, 200) == made
    found = await front.database.read(lambda tx: service.authenticate(tx, keys.hash_key(second)))
    assert found is not None
    assert (found.caller.person, found.caller.names) == ("ana-nowak", {"Ana Nowak", "ana-2"})
    wrong = await put(
        front, "ben", {"name": "Ben", "starts_on": "2018-01-02", "ends_on": "2018-01-01", "keys": ["x"]}, 422
    )
    assert [each["field"] for each in wrong["errors"]] == ["ends_on", "keys"]
    assert (await put(front, "ben", {"name": "Ben", "keys": ["ana-2"]}, 409))["type"] == "/problems/name-of-another"
    await put(front, "ana-nowak", ANA | {"keys": ["Ana Nowak"]}, 200)
    await put(front, "ben", {"name": "Ben", "keys": ["ana-2"]}, 201)
    assert [each["code"] for each in (await front.client.get(PEOPLE)).json()["items"]] == ["ana-nowak", "ben"]


async def test_one_person_with_two_keys_is_one_person(front_of: FrontOf, resources_for: ResourcesFor) -> None:
    risks = import_module("services.risks.app").create_app(
        await resources_for("services.risks", settings=signed_for("risks"))
    )
    front = await front_of(risks=in_process("risks", risks))
    second = await secret_of(front, admin("ana-2"))
    await put(front, "ana-nowak", ANA, 201)
    judged = {"impact": 4, "likelihood": 3, "reason": "r"}
    risk = {"ref": "R1", "register": "people", "title": "Risk", "assessment": judged}
    (await front.client.post("/risks/v1/risks", json=risk)).raise_for_status()
    until = {"until": (london_date(system_clock()) + timedelta(days=30)).isoformat(), "reason": "r"}
    asked = (await front.client.post("/risks/v1/risks/R1/acceptances", json=until)).raise_for_status().json()
    path = f"/risks/v1/risks/R1/acceptances/{asked['id']}/approve"
    async with shown(front, second) as other_key:
        assert (await other_key.post(path, json={})).status_code == 422
        refused = await other_key.post(path, json={"reason": "Fine"})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/same-person")
    ben = await secret_of(front, NewKey("ben", frozenset({"risks:accept"})))
    async with shown(front, ben) as another:
        (await another.post(path, json={"reason": "Fine"})).raise_for_status()


async def test_a_key_of_areas_writes_for_these_alone(front_of: FrontOf, resources_for: ResourcesFor) -> None:
    resources = await resources_for("services.indicators", settings=signed_for("indicators"))
    front = await front_of(
        indicators=in_process("indicators", import_module("services.indicators.app").create_app(resources))
    )
    for path, body in (
        ("areas", AREA),
        ("areas", AREA | {"code": "E06000027", "name": "Torbay"}),
        ("indicators", PLAIN),
    ):
        (await front.client.post(f"/indicators/v1/{path}", json=body)).raise_for_status()
    limited = NewKey("etl", frozenset({"indicators:write", "indicators:read"}), frozenset({"E06000026"}))
    async with shown(front, await secret_of(front, limited)) as etl:
        path = "/indicators/v1/indicators/ae/observations"
        assert (await etl.post(path, json=OF | {"value": "81", "status": "final"})).status_code == 201
        many = {"observations": [OF | {"indicator": "ae", "value": "82", "status": "final", "reason": "late returns"}]}
        assert (await etl.post("/indicators/v1/observations", json=many)).status_code == 200
        elsewhere = {"observations": [*many["observations"], many["observations"][0] | {"area": "E06000027"}]}
        for where, body in (
            (path, OF | {"value": "81", "area": "E06000027"}),
            ("/indicators/v1/observations", elsewhere),
            ("/indicators/v1/areas", AREA | {"code": "E06000028", "name": "Devon"}),
            ("/indicators/v1/indicators/ae/targets", {"area": "E06000027", "kind": "reach", "value": "90"}),
        ):
            refused = await etl.post(where, json=body)
            assert (refused.status_code, refused.json()["type"]) == (403, "/problems/area-forbidden"), refused.text
        assert (await etl.get("/indicators/v1/areas/E06000028")).status_code == 404
        assert (await etl.get("/indicators/v1/areas/E06000027")).status_code == 200
