"""The joined document, the pages and readiness, in front of services built as ours are."""

import json
from importlib import import_module
from importlib.resources import files
from typing import Any

import httpx
import pytest
import yaml
from fastapi import APIRouter, FastAPI
from jsonschema import Draft201909Validator, Draft202012Validator
from pydantic import BaseModel
from sqlalchemy import MetaData

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.bodies import StrictBody
from chassis.web.paging import PageBody
from chassis.web.problems import problems
from chassis.web.units import Resources
from contracts.anybody import PUBLISHED_PROMISES
from contracts.event_types import BODIES, EVENTS
from contracts.paths import first_part
from gateway.access.models import Base
from gateway.documents.asyncapi import asyncapi, event_schema
from gateway.proxy.upstreams import in_process
from gateway.settings import SERVICES
from suite.schemas import stored
from tests.conftest import ResourcesFor
from tests.integration.gateway.conftest import SIGNER, FrontOf, Serve, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
"""What is asked here does not depend on the database; ``test_keys`` asks the rest on both."""

METADATA: MetaData = Base.metadata


def routes(kind: type[BaseModel]) -> APIRouter:
    """Two calls, named alike in every service, over a model that is not alike."""

    class NewThing(StrictBody):
        ref: str

    thing = type("Thing", (kind,), {})
    router = APIRouter()

    @router.get("/things", responses=problems(401, 404))
    async def list_things() -> PageBody[thing]:  # type: ignore[valid-type]  # made above
        return PageBody(items=[])

    @router.post("/things", status_code=201, responses=problems(409, 422))
    async def add_thing(body: NewThing) -> dict[str, str]:
        return {"ref": body.ref}

    return router


class Risk(BaseModel):
    ref: str


class Pledge(BaseModel):
    number: int


@pytest.fixture
async def made(resources_for: ResourcesFor) -> dict[str, Any]:
    found = {}
    for name, kind in (("risks", Risk), ("pledges", Pledge)):
        resources: Resources = await resources_for("gateway", settings=signed_for(name))
        spec = ServiceSpec(name, name.title(), f"All {name}.", METADATA, "gateway", [routes(kind)])
        found[name] = build_app(spec, resources)
    return found


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for item in node for found in references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for value in node.values() for found in references(value)]


def resolve(document: Any, pointer: str) -> Any:
    for part in pointer.removeprefix("#/").split("/"):
        document = document[part.replace("~1", "/").replace("~0", "~")]
    return document


def check(document: Any) -> list[Any]:
    """Every reference resolves, every schema is one, every operation has its own id; returns the operations."""
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/"}]
    assert all(resolve(document, pointer) for pointer in references(document))
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    by_path = [(path, op) for path, item in document["paths"].items() for op in item.values()]
    operations = [op for _, op in by_path]
    ids = [op["operationId"] for op in operations]
    assert len(set(ids)) == len(ids)
    for path, op in by_path:
        is_open = op["tags"] == ["health"]
        keyed = [{"bearer": []}, {}] if path == PUBLISHED_PROMISES else [{"bearer": []}]
        assert op["security"] == ([] if is_open else keyed)
        assert bool(op.get("x-scopes")) == (not is_open)
    assert all(op["responses"] and "401" in op["responses"] for op in operations if op["security"])
    return operations


async def test_the_joined_document_holds_together(front_of: FrontOf, serve: Serve, made: dict[str, Any]) -> None:
    front = await front_of(**{name: await serve(app) for name, app in made.items()})
    document = (await front.stranger.get("/openapi.json")).json()
    operations = check(document)
    services = {f"/{name}/v1/{what}" for name in ("risks", "pledges") for what in ("things", "audit")}
    operating = {
        path for path in document["paths"] if path.startswith(("/operations/v1/", "/access/v1/", "/reports/v1/"))
    }
    assert set(document["paths"]) - operating == {"/health/live", "/health/ready"} | services
    assert {tag for op in operations for tag in op["tags"]} == {
        "health",
        "risks",
        "pledges",
        "operations",
        "access",
        "reports",
    }
    assert {"RisksThing", "PledgesThing", "Problem", "NewThing"} <= set(document["components"]["schemas"])


async def test_the_documents_of_our_own_services_join(front_of: FrontOf, resources_for: ResourcesFor) -> None:
    clients, promised = {}, set[str]()
    for name in SERVICES:
        app = import_module(f"services.{name}.app").create_app(
            await resources_for(f"services.{name}", settings=signed_for(name))
        )
        clients[name] = in_process(name, app)
        promised |= {path for path in app.openapi()["paths"] if path.startswith(f"/{first_part(name)}/v1/")}
    front = await front_of(**clients)
    document = (await front.stranger.get("/openapi.json", timeout=120)).json()
    operations = check(document)
    assert "left out" not in document["info"]["description"]
    assert {
        path for path in document["paths"] if not path.startswith(("/health/", "/operations/", "/access/", "/reports/"))
    } == promised
    assert {tag for op in operations for tag in op["tags"]} == {"health", "operations", "access", "reports", *SERVICES}
    for name in ("indicators/v1/indicators", "risks/v1/risks", "pledges/v1/pledges", "finance/v1/schemes"):
        answer = await front.client.get(f"/{name}")
        assert (name, answer.status_code, answer.json()) == (name, 200, {"items": [], "next": None, "total": None})


async def test_problem_types_lead_to_what_they_mean(front_of: FrontOf, serve: Serve, made: dict[str, Any]) -> None:
    front = await front_of(**{name: await serve(app) for name, app in made.items()})
    refusals = [
        await front.stranger.get("/risks/v1/things"),
        await front.client.get("/risks/v1/nothing"),
        await front.client.post("/risks/v1/things", json={}),
    ]
    listed = {each["type"]: each for each in (await front.stranger.get("/problems")).json()["items"]}
    for refused in refusals:
        type_ = refused.json()["type"]
        found = (await front.stranger.get(type_)).json()
        assert found == listed[type_]
        assert (found["status"], found["title"]) == (refused.status_code, refused.json()["title"])
        page = await front.stranger.get(type_, headers={"accept": "text/html,*/*;q=0.8"})
        assert found["title"] in page.text
    assert (await front.stranger.get("/problems", headers={"accept": "text/html"})).text.count("<tr>") > 20
    assert (await front.stranger.get("/problems/none")).json()["type"] == "/problems/not-found"


async def test_a_described_call_can_be_made(front_of: FrontOf, serve: Serve, made: dict[str, Any]) -> None:
    front = await front_of(**{name: await serve(app) for name, app in made.items()})
    assert (await front.client.post("/risks/v1/things", json={"ref": "OCC4"})).json() == {"ref": "OCC4"}
    answer = await front.client.post("/risks/v1/things", json={"ref": "OCC4", "more": 1})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "more")


async def test_a_service_that_is_down_is_left_out_until_it_is_back(
    front_of: FrontOf, serve: Serve, made: dict[str, Any], closed_port: str
) -> None:
    front = await front_of(risks=await serve(made["risks"]), pledges=closed_port, settings={"document_memory": 0})
    document = (await front.stranger.get("/openapi.json")).json()
    assert "/risks/v1/things" in document["paths"]
    assert "/pledges/v1/things" not in document["paths"]
    assert "left out: pledges" in document["info"]["description"]


async def test_readiness_names_who_is_not_ready(
    front_of: FrontOf, serve: Serve, made: dict[str, Any], closed_port: str
) -> None:
    front = await front_of(risks=await serve(made["risks"]), pledges=closed_port)
    answer = await front.stranger.get("/health/ready")
    assert answer.status_code == 503
    body = answer.json()
    assert (body["ready"], body["gateway"]["ready"], body["services"]["risks"]["ready"]) == (False, True, True)
    assert body["services"]["pledges"] == {"ready": False, "reason": "unreachable"}
    assert (await front.stranger.get("/health/live")).json() == {"status": "live", "service": "gateway"}


async def test_readiness_when_all_are(front_of: FrontOf, serve: Serve, made: dict[str, Any]) -> None:
    front = await front_of(**{name: await serve(app) for name, app in made.items()})
    answer = await front.stranger.get("/health/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert SIGNER.key_of("risks") not in answer.text


async def test_readiness_tells_no_stranger_the_words_of_an_error(front_of: FrontOf, serve: Serve) -> None:
    troubled = FastAPI()
    words = "KafkaConnectionError: broker-0.internal:9092 refused"
    consumer = {"lag": 7, "age_seconds": 1.5, "dead_letters": 1, "stopped": words}
    detail = {
        "service": "risks",
        "database": "ok",
        "ready": True,
        "status": "degraded",
        "bus": "silent",
        "relay": {"unpublished": 3, "failing": words},
        "consumers": {"risks": consumer, "calm": {**consumer, "lag": None, "stopped": None}},
        "mailboxes": {"served": 1, "failing_seconds": None, "says": words},
        "error": words,
    }
    troubled.get("/health/ready")(lambda: detail)
    front = await front_of(risks=await serve(troubled))
    answer = await front.stranger.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["services"]["risks"] == {
        "service": "risks",
        "database": "ok",
        "ready": True,
        "status": "degraded",
        "bus": "silent",
        "relay": {"unpublished": 3, "failing": True},
        "consumers": {"risks": {**consumer, "stopped": True}, "calm": {**consumer, "lag": None, "stopped": False}},
        "mailboxes": {"served": 1, "failing_seconds": None},
    }
    assert "broker" not in answer.text


async def test_the_pages_need_nothing_from_elsewhere(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    for path in ("/", "/docs", "/docs/reference", "/docs/events"):
        page = await front.stranger.get(path)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "http://" not in page.text
        assert "https://" not in page.text


ASSETS = {
    "swagger-ui-bundle.js": "javascript",
    "swagger-ui.css": "text/css",
    "redoc.standalone.js": "javascript",
    "reference.js": "javascript",
    "docs.js": "javascript",
    "docs.css": "text/css",
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
}


async def test_every_asset_of_the_pages_is_here(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    for asset, kind in ASSETS.items():
        first = await front.stranger.get(f"/docs/assets/{asset}")
        assert first.status_code == 200
        assert kind in first.headers["content-type"]
        again = await front.stranger.get(f"/docs/assets/{asset}", headers={"if-none-match": first.headers["etag"]})
        assert again.status_code == httpx.codes.NOT_MODIFIED


async def test_every_schema_that_an_event_ever_had_is_served(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    listed = (await front.stranger.get("/schemas")).json()["items"]
    assert {each["type"] for each in listed} == set(BODIES)
    for type_ in BODIES:
        served = [each["address"] for each in listed if each["type"] == type_]
        answers = [await front.stranger.get(address) for address in served]
        assert {answer.headers["content-type"] for answer in answers} == {"application/schema+json"}
        assert [answer.json() for answer in answers] == stored(type_)
        assert (await front.stranger.get(f"/schemas/{type_}")).json() == event_schema(BODIES[type_])
    assert (await front.stranger.get("/schemas", headers={"accept": "text/html"})).text.count("<tr>") > len(BODIES)


@pytest.mark.parametrize(
    "path", ["none", "commissioning.risk.rescored.v1/99", "commissioning.risk.rescored.v1/x", "..%2Fgolden", "%00"]
)
async def test_schemas_that_there_are_not(front_of: FrontOf, closed_port: str, path: str) -> None:
    front = await front_of(risks=closed_port)
    assert (await front.stranger.get(f"/schemas/{path}")).status_code == 404


async def test_events_are_told_to_people(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    page = (await front.stranger.get("/docs/events")).text
    for type_ in BODIES:
        assert f'id="{type_}"' in page
    for channel in asyncapi()["channels"].values():
        assert channel["address"] in page
    assert "<td>list of " in page
    assert "&quot;specversion&quot;" in page, "examples"


async def test_what_changed_of_events_is_told_by_schema(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    listed = (await front.stranger.get("/schemas/changelog")).json()["items"]
    known = (await front.stranger.get("/schemas")).json()["items"]
    assert [(each["type"], each["number"]) for each in listed] == [(each["type"], each["number"]) for each in known]
    first, *_, newest = (each for each in listed if each["type"] == "commissioning.pledge.updated.v1")
    assert (first["added"], first["removed"]) == ([], [])
    assert {"risks", "risks[].risk", "schemes"} <= set(newest["added"])
    page = (await front.stranger.get("/schemas/changelog", headers={"accept": "text/html"})).text
    assert "<code>risks[].risk</code>" in page


async def test_the_data_contract_has_every_event_with_its_fields(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    answer = await front.stranger.get("/data-contract.yaml")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/yaml")
    contract = yaml.safe_load(answer.text)
    assert (contract["apiVersion"], contract["kind"], contract["status"]) == ("v3.1.0", "DataContract", "active")
    standard = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    faults = Draft201909Validator(standard).iter_errors(contract)
    assert [(each.json_path, each.message[:200]) for each in faults] == [], "by the schema that the standard publishes"
    told = {each["name"]: each for each in contract["schema"]}
    events = {type_: body for types in EVENTS.values() for type_, body in types.items()}
    assert set(told) == set(events)
    for type_, body in events.items():
        properties = {each["name"]: each for each in told[type_]["properties"]}
        assert {each["name"] for each in properties["data"]["properties"]} == set(body.model_fields)
        assert (properties["id"]["primaryKey"], properties["time"]["logicalType"]) == (True, "timestamp")
        kinds = {each["logicalType"] for each in (*properties.values(), *properties["data"]["properties"])}
        assert kinds <= {"string", "date", "timestamp", "number", "integer", "object", "array", "boolean"}
