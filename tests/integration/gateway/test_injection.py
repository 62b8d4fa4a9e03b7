"""What is sent is taken as text by the databases."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from chassis.web.examples import example_of
from tests.integration.gateway.conftest import Front
from tests.integration.gateway.test_every_operation import document_of, front, operations

__all__ = ["front"]

SQL = "x' OR '1'='1' --"
JSON = "application/json"


async def test_quotes_end_no_statement(front: Front) -> None:
    """In every field of a body, in paths and in every parameter that takes any words, of every operation."""
    document = await document_of(front)
    stored = await _written(front, document)
    assert len(stored) > 10, "it stands in what is there, as it was sent"
    asked = 0
    for path, method, shown in operations(document):
        if method != "get":
            continue
        where = re.sub(r"\{[^}]+\}", quote(SQL), path)
        words = {
            each["name"]: SQL
            for each in shown.get("parameters", ())
            if each.get("in") == "query" and each["name"] != "cursor" and _is_free(each["schema"])
        }
        answer = await _head_or_all(front.client, where, words)
        known = {200, 404, 422, 503} if path.startswith("/operations/") else {200, 404, 410, 422}  # there is no bus
        assert answer.status_code in known, (where, words, answer.text)
        asked += len(words) + ("{" in path)
    assert asked > 100


async def _head_or_all(client: httpx.AsyncClient, where: str, words: Mapping[str, str]) -> httpx.Response:
    """The answer, but of a stream, which has no end, no more than its head."""
    async with client.stream("GET", where, params=words) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            await answer.aread()
        return answer


async def _written(front: Front, document: Mapping[str, Any]) -> list[str]:
    """Try to write it wherever a body takes it; which operations answer with it."""
    schemas, sent, stored = document["components"]["schemas"], 0, []
    for path, method, shown in operations(document):
        schema = shown.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
        if schema is None or path.startswith("/operations/"):
            continue
        body = _with_quotes(example_of(schema, schemas), schema, schemas)
        answer = await front.client.request(method, re.sub(r"\{[^}]+\}", "x", path), json=body)
        assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, (method, path, body, answer.text)
        sent += SQL in str(body)
        stored += [path] if answer.is_success and SQL in answer.json().values() else []
    assert sent > 80
    return stored


def _with_quotes(value: Any, schema: Any, schemas: Mapping[str, Any]) -> Any:
    """The example with quotes in place of whatever words are free."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, dict) and "properties" in schema:
        inner = schema["properties"]
        return {name: _with_quotes(each, inner.get(name, {}), schemas) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_quotes(each, schema.get("items", {}), schemas) for each in value]
    return SQL if isinstance(value, str) and _is_free(schema) else value


def _is_free(schema: Any) -> bool:
    """Whether these words are taken: others are refused before a database is asked."""
    if "anyOf" in schema:
        return any(map(_is_free, schema["anyOf"]))
    if schema.get("type") == "array":
        return _is_free(schema["items"])
    if schema.get("type") != "string" or schema.keys() & {"enum", "format", "const"}:
        return False
    return re.search(schema.get("pattern", ""), SQL) is not None
