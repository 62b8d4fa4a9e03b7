"""What is sent is taken as text by the databases."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.gateway.conftest import Front
from tests.integration.gateway.test_every_operation import document_of, front, operations

__all__ = ["front"]
pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

SQL = "x' OR '1'='1' --"


async def test_quotes_end_no_statement(front: Front) -> None:
    """In paths and in every parameter that takes any words, of every operation that reads."""
    asked = 0
    for path, method, shown in operations(await document_of(front)):
        if method != "get":
            continue
        where = re.sub(r"\{[^}]+\}", quote(SQL), path)
        words = {
            each["name"]: SQL
            for each in shown.get("parameters", ())
            if each.get("in") == "query" and each["name"] != "cursor" and _is_free(each["schema"])
        }
        answer = await front.client.get(where, params=words)
        known = {200, 404, 422, 503} if path.startswith("/operations/") else {200, 404, 422}  # there is no bus
        assert answer.status_code in known, (where, words, answer.text)
        asked += len(words) + ("{" in path)
    assert asked > 100


def _is_free(schema: Any) -> bool:
    """Whether any words are taken: others are refused before a database is asked."""
    return "string" in str(schema) and not any(name in str(schema) for name in ("pattern", "enum", "format", "$ref"))
