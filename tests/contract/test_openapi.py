"""The joined document, as generators of clients and their readers need it. ``make clients`` asks the generators."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chassis.web.document import RESPONSES
from contracts.reasons import READABLE
from suite.compose import SPECS
from suite.documents import openapi

Node = Mapping[str, Any]
GUARDED = {"put", "patch", "delete"}
IN_WORDS = re.compile(r"[^a-z]+")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    joined: dict[str, Any] = json.loads(asyncio.run(openapi()))
    return joined


@pytest.fixture(scope="module")
def schemas(document: Node) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found


def operations(document: Node) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, shown in item.items():
            yield path, method, shown


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from references(each)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)


def plain(text: str) -> str:
    """Its letters alone, to see whether a description says no more than the name does."""
    return IN_WORDS.sub("", text.lower())


def test_every_title_is_one_schemas_and_no_schema_comes_in_two_forms(schemas: Node) -> None:
    titles = Counter(schema["title"] for schema in schemas.values())
    assert {name: schema["title"] for name, schema in schemas.items()} == {name: name for name in schemas}
    assert [title for title, count in titles.items() if count > 1] == []
    assert [name for name in schemas if name.endswith(("Input", "Output"))] == []
    assert [name for name in schemas if "Money" in name] == ["Money"]


def test_no_title_stands_within_a_schema(schemas: Node) -> None:
    def titled(node: Any, path: str) -> Iterator[str]:
        for key, value in node.items() if isinstance(node, dict) else ():
            if key == "title" and isinstance(value, str):
                yield path
            if key not in {"properties", "examples", "example"}:
                yield from titled(value, f"{path}.{key}")
        for name, inner in node.get("properties", {}).items() if isinstance(node, dict) else ():
            yield from titled(inner, f"{path}.{name}")

    within = [path for name, schema in schemas.items() for path in titled(schema, name) if path != name]
    assert within == []


def test_every_property_is_described_in_more_than_its_name(schemas: Node) -> None:
    wanting = [
        f"{name}.{each}: {inner.get('description')}"
        for name, schema in schemas.items()
        for each, inner in schema.get("properties", {}).items()
        if plain(inner.get("description", "")) in {"", plain(each)}
    ]
    assert wanting == [], "describe them where they are declared, or in the service's schemas/descriptions.py"


def test_every_operation_and_parameter_is_described_in_more_than_its_name(document: Node) -> None:
    wanting = [
        f"{method} {path} {each['name']}: {each.get('description')}"
        for path, method, shown in operations(document)
        for each in shown.get("parameters", ())
        if "$ref" not in each and plain(each.get("description", "")) in {"", plain(each["name"])}
    ]
    assert wanting == []
    assert [f"{method} {path}" for path, method, shown in operations(document) if not shown["description"]] == []


def test_every_reason_that_is_sent_is_of_the_one_type_that_refuses_a_blank(document: Node, schemas: Node) -> None:
    """By name: what is sent as ``reason`` or ``why``, in a body, whatever it is part of, or in a query."""
    sent = {name for _, _, shown in operations(document) for name in _sent(shown.get("requestBody", {}), schemas)}
    fields = [
        (f"{name}.{each}", json.dumps(inner))
        for name in sent
        for each, inner in schemas[name].get("properties", {}).items()
        if each in {"reason", "why"}
    ]
    fields += [
        (f"{method} {path}", json.dumps(each["schema"]))
        for path, method, shown in operations(document)
        for each in shown.get("parameters", ())
        if each.get("name") == "reason"
    ]
    in_words = {name: shown for name, shown in fields if "enum" not in shown and "$ref" not in shown}
    assert len(in_words) > 25
    assert [name for name, shown in in_words.items() if json.dumps(READABLE) not in shown] == []


def _sent(node: Any, schemas: Node) -> set[str]:
    """The schemas that a request is made of, whole."""
    found: set[str] = set()
    new = {each.rpartition("/")[2] for each in references(node)}
    while new:
        found |= new
        new = {each.rpartition("/")[2] for name in new for each in references(schemas[name])} & schemas.keys() - found
    return found


@pytest.mark.parametrize("service", [name for name in SPECS if name != "gateway"])
def test_no_word_describes_what_is_not_there(document: Node, schemas: Node, service: str) -> None:
    """A word of a service's own is in use: what was renamed takes its word along."""
    shown = {inner.get("description") for schema in schemas.values() for inner in schema.get("properties", {}).values()}
    shown |= {each.get("description") for _, _, one in operations(document) for each in one.get("parameters", ())}
    unused = {name for name, meaning in SPECS[service].descriptions.items() if meaning not in shown}
    assert unused == set()


def test_every_body_has_an_example_that_its_schema_allows(document: Node, schemas: Node) -> None:
    for path, method, shown in operations(document):
        for status, holder in (("request", shown.get("requestBody", {})), *shown["responses"].items()):
            for media in holder.get("content", {}).values():
                found = media["example"] if "example" in media else example_of(media["schema"], schemas)
                whole = media.get("schema", {}) | {"components": document["components"]}
                errors = [error.message for error in Draft202012Validator(whole).iter_errors(found)]
                assert errors == [], (path, method, status)


def example_of(schema: Node, schemas: Node) -> Any:
    """The example that a schema has of its own."""
    return (schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema)["examples"][0]


def test_every_example_of_a_schema_is_one_of_it(document: Node, schemas: Node) -> None:
    for name, schema in schemas.items():
        for example in schema.get("examples", ()):
            whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            assert [error.message for error in Draft202012Validator(whole).iter_errors(example)] == [], name


def test_every_status_is_a_problem_and_nothing_else(document: Node) -> None:
    for path, method, shown in operations(document):
        if path.startswith("/health/"):
            continue
        for status, response in shown["responses"].items():
            if "$ref" in response:
                assert response["$ref"].rsplit("/", 1)[1] == RESPONSES[int(status)]
            elif int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, method, status)
        wanted = {"400", "401", "422", "429", "500", "502", "503", "504"} | (
            {"412", "428"} if method in GUARDED else set()
        )
        assert wanted <= set(shown["responses"])


def test_no_patch_has_defaults_and_none_requires_anything_but_a_reason(document: Node, schemas: Node) -> None:
    for path, method, shown in operations(document):
        if method == "patch":
            schema = schemas[shown["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]
            assert '"default"' not in json.dumps(schema.get("properties", {})), path
            assert set(schema.get("required", ())) <= {"state", "reason"}, path


def test_no_parameter_may_be_null_and_every_reference_leads_somewhere(document: Node) -> None:
    for path, method, shown in operations(document):
        for each in shown.get("parameters", ()):
            assert "null" not in json.dumps(each.get("schema", {})), (path, method, each)
    for pointer in set(references(document)):
        node: Any = document
        for part in pointer.removeprefix("#/").split("/"):
            node = node[part]
        assert node
