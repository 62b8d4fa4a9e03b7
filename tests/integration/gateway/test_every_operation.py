"""The contract, asked of every operation of every service as the joined document lists them."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import httpx
import pytest

from chassis.web.examples import example_of
from gateway.proxy.upstreams import in_process
from gateway.settings import SERVICES
from tests.conftest import ResourcesFor
from tests.integration.gateway.conftest import Front, FrontOf

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

Operation = tuple[str, str, dict[str, Any]]
GUARDED = {"put", "patch", "delete"}


@pytest.fixture
async def front(front_of: FrontOf, resources_for: ResourcesFor) -> Front:
    """A gateway in front of all services as they are, with nothing in them."""
    apps = {
        name: import_module(f"services.{name}.app").create_app(await resources_for(f"services.{name}"))
        for name in SERVICES
    }
    found = await front_of(
        settings={"document_timeout": 120}, **{name: in_process(name, app) for name, app in apps.items()}
    )
    found.client.timeout = found.stranger.timeout = httpx.Timeout(60)
    return found


async def document_of(front: Front) -> dict[str, Any]:
    document: dict[str, Any] = (await front.stranger.get("/openapi.json")).json()
    return document


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        if not path.startswith("/health/"):
            for method, shown in item.items():
                yield path, method, shown


def address(path: str) -> str:
    """The path with something in the place of its parameters."""
    return re.sub(r"\{[^}]+\}", "x", path)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, (answer.request.method, str(answer.request.url), answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    return body


async def test_methods_queries_and_types_of_every_operation(front: Front) -> None:
    document = await document_of(front)
    types = {each["type"] for each in (await front.stranger.get("/problems")).json()["items"]}
    for path, item in document["paths"].items():
        if path.startswith("/health/"):
            continue
        where, methods = address(path), {method.upper() for method in item}
        options = await front.client.options(where)
        allowed = set(options.headers["allow"].split(", "))
        assert (options.status_code, allowed - {"HEAD", "OPTIONS"}) == (204, methods)
        refused = await front.client.request("TRACE", where)
        assert problem(refused, 405)["type"] in types
        assert refused.headers["allow"] == options.headers["allow"]
        for method in methods:
            found = problem(await front.client.request(method, where, params={"no_such": "1"}), 422)
            assert [each["field"] for each in found["errors"]] == ["no_such"]
            assert found["type"] in types


async def test_a_cursor_of_one_collection_is_none_of_another(front: Front) -> None:
    for path, _, shown in operations(await document_of(front)):
        if any(each.get("name") == "cursor" for each in shown.get("parameters", ())) and "{" not in path:
            problem(await front.client.get(path, params={"cursor": "WyJhIiwgImIiXQ"}), 400)


async def test_bodies_are_taken_at_their_word_by_every_operation(front: Front) -> None:
    headers = {"content-type": "application/json"}
    for path, method, shown in operations(await document_of(front)):
        if "application/json" in shown.get("requestBody", {}).get("content", {}):
            twice = await front.client.request(method, address(path), content=b'{"a": 1, "a": 1}', headers=headers)
            assert [each["field"] for each in problem(twice, 422)["errors"]] == ["a"]
            packed = headers | {"content-encoding": "gzip"}
            problem(await front.client.request(method, address(path), content=b"\x1f\x8b", headers=packed), 415)
            problem(await front.client.request(method, address(path), content=b"{", headers=headers), 400)


async def test_nothing_is_changed_by_a_tag_that_is_not_of_what_is_there(front: Front) -> None:
    document = await document_of(front)
    for path, method, shown in operations(document):
        if method in GUARDED:
            schema = shown.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            body = example_of(schema, document["components"]["schemas"]) if schema else None
            answer = await front.client.request(
                method, address(path), json=body, headers={"if-match": '"of-something-else"'}
            )
            problem(answer, 412)
