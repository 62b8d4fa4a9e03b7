"""Operations that callers are to leave say so in every answer and in the document, by one table of the service."""

from datetime import date

import httpx
import pytest

from chassis.service import ServiceSpec
from chassis.settings import ServiceSettings
from chassis.web.app import build_app
from chassis.web.deprecation import Deprecation
from chassis.web.units import Resources
from tests.integration.chassis import tally
from tests.integration.chassis.web.test_web_contract import router

LEFT = {
    "get_note": Deprecation(date(2018, 3, 1), "/tally/v1/entries/{code}", ends_on=date(2018, 9, 1)),
    "amend_note": Deprecation(date(2018, 3, 1), "/tally/v1/entries/{code}"),
}
SAID = {"deprecation": "@1519862400", "sunset": "Sat, 01 Sep 2018 00:00:00 GMT"}


@pytest.fixture
async def client(database):
    spec = ServiceSpec("tally", "Tally", "", tally.metadata, "tests", (router,), deprecated=LEFT)
    transport = httpx.ASGITransport(build_app(spec, Resources(database, ServiceSettings())), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tally/tally/v1") as client:
        await client.post("/notes", json={"code": "a", "number": 1})
        yield client


def said(answer):
    return {name: answer.headers[name] for name in SAID if name in answer.headers}


async def test_every_answer_of_such_an_operation_says_so(client):
    read = await client.get("/notes/a")
    assert (read.status_code, said(read)) == (200, SAID)
    unchanged = await client.get("/notes/a", headers={"if-none-match": read.headers["etag"]})
    assert (unchanged.status_code, said(unchanged)) == (304, SAID)
    missing = await client.get("/notes/b")
    assert (missing.status_code, said(missing)) == (404, SAID)
    refused = await client.get("/notes/a", params={"no_such": "1"})
    assert (refused.status_code, said(refused)) == (422, SAID)
    amended = await client.patch("/notes/a", json={"number": 2})
    assert (amended.status_code, said(amended)) == (200, {"deprecation": SAID["deprecation"]})


async def test_no_other_operation_says_so(client):
    for answer in (await client.get("/notes"), await client.delete("/notes/a"), await client.options("/notes/a")):
        assert said(answer) == {}


async def test_the_document_says_so_too(client):
    paths = (await client.get("http://tally/openapi.json")).json()["paths"]
    read = paths["/tally/v1/notes/{code}"]["get"]
    assert read["deprecated"] is True
    told = "Deprecated since 2018-03-01, and stops to answer on 2018-09-01. Use `/tally/v1/entries/{code}` instead."
    assert read["description"].startswith(told)
    assert {"Deprecation", "Sunset"} <= set(read["responses"]["200"]["headers"])
    assert "Sunset" not in paths["/tally/v1/notes/{code}"]["patch"]["responses"]["200"]["headers"]
    assert "deprecated" not in paths["/tally/v1/notes"]["get"]


def test_an_end_comes_after_the_word_of_it():
    with pytest.raises(ValueError, match="ends after"):
        Deprecation(date(2018, 3, 1), "/elsewhere", ends_on=date(2018, 3, 1))
