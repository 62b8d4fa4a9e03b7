"""What is sent is taken as text by the databases."""

import re
from urllib.parse import quote

import pytest

from tests.integration.gateway.conftest import Front
from tests.integration.gateway.test_every_operation import document_of, front, operations

__all__ = ["front"]
pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

SQL = "x' OR '1'='1' --"


async def test_quotes_end_no_statement(front: Front) -> None:
    """In paths and in every parameter that takes words, of every operation that reads."""
    asked = 0
    for path, method, shown in operations(await document_of(front)):
        if method != "get":
            continue
        where = re.sub(r"\{[^}]+\}", quote(SQL), path)
        words = {
            each["name"]: SQL
            for each in shown.get("parameters", ())
            if each.get("in") == "query" and each["name"] != "cursor" and "string" in str(each["schema"])
        }
        for wanted in [{}, *({name: word} for name, word in words.items())]:
            answer = await front.client.get(where, params=wanted)
            known = {200, 404, 422, 503} if path.startswith("/operations/") else {200, 404, 422}  # there is no bus
            assert answer.status_code in known, (where, wanted, answer.text)
            asked += 1
    assert asked > 200
