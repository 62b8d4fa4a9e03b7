"""What names nobody as its owner, over the reference data and over what people are entered."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from gateway.access import service
from gateway.access.keys import NewKey
from suite import people_commands
from tests.integration.gateway.conftest import FrontOf, served
from tests.integration.reference.conftest import LOADING_SECONDS, Suite, loaded, migrated, suite

__all__ = ["loaded", "migrated", "suite"]

pytestmark = pytest.mark.timeout(LOADING_SECONDS)

UNOWNED, PEOPLE = "/access/v1/unowned", "/access/v1/people"


@asynccontextmanager
async def holding(suite: Suite, *scopes: str) -> AsyncIterator[httpx.AsyncClient]:
    wanted = NewKey("-".join(scopes).replace(":", " "), frozenset(scopes), owner="Ana Nowak")
    key = await suite.running.databases["gateway"].write(lambda tx: service.create_key(tx, wanted))
    shown = {"authorization": f"Bearer {key}"}
    async with served(suite.running.app) as url, httpx.AsyncClient(base_url=url, headers=shown, timeout=120) as client:
        yield client


async def every(client: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {"limit": "40", **wanted} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(UNOWNED, params=asked)).raise_for_status().json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


async def test_texts_that_name_nobody_are_listed_until_somebody_is_named(suite: Suite) -> None:
    async with holding(suite, "admin") as client:
        before = await every(client)
        places = [(each["service"], each["kind"], each["code"], each["field"]) for each in before]
        assert len(set(places)) == len(places)
        assert places == sorted(places, key="/".join)
        assert {each["kind"] for each in before} >= {"risk", "indicator", "action", "key"}
        people = (await client.get(PEOPLE, params={"limit": "200"})).json()["items"]
        assert len(people) > 30
        assert {each["name"] for each in people}.isdisjoint(each["text"] for each in before), "the papers name them"
        text, times = Counter(each["text"] for each in before if each["why"] == "unknown").most_common(1)[0]
        assert times > 1
        post = {"post": text, "starts_on": "2017-04-01"}
        await put(client, {"name": "Ana Nowak", "posts": [post]})
        after = await every(client)
        assert [each for each in before if each["text"] not in {text, "Ana Nowak"}] == after, "texts stay"
        await put(client, {"name": "Ana Nowak", "posts": [post | {"ends_on": "2018-02-27"}]})
        vacant = await every(client, why="vacant")
        assert {each["text"] for each in vacant} == {text}
        assert len(vacant) == times
        await put(client, {"name": text, "ends_on": "2018-01-31"})
        assert {each["text"] for each in await every(client, why="left")} == {text}
        kind = vacant[0]["kind"]
        assert {each["kind"] for each in await every(client, kind=kind)} == {kind}
        file = await client.get(f"{UNOWNED}.csv", params={"why": "left"})
        assert len(file.text.splitlines()) == times + 1
        assert "that person is not with the council" in file.text


async def put(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    (await client.put(f"{PEOPLE}/ana-nowak", json=body)).raise_for_status()


async def test_only_who_sees_everything_is_told_what_names_nobody(suite: Suite) -> None:
    async with holding(suite, "operations:read") as client:
        assert (await client.get(UNOWNED)).status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
async def test_a_service_that_does_not_answer_is_not_taken_for_one_without_owners(front_of: FrontOf) -> None:
    front = await front_of(indicators="http://127.0.0.1:9")
    answer = await front.client.get(UNOWNED)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


async def test_people_and_owners_by_command(suite: Suite, tmp_path: Path) -> None:
    file = tmp_path / "ana.json"
    file.write_text('{"name": "Ana Nowak", "posts": [{"post": "Clerk", "starts_on": "2017-04-01"}]}')
    async with holding(suite, "admin") as client:
        key = client.headers["authorization"].removeprefix("Bearer ")

        async def said(*words: str) -> str:
            at = {"SUITE_URL": str(client.base_url), "SUITE_KEY": key}
            done = await asyncio.to_thread(CliRunner().invoke, people_commands.app, words, env=at)
            assert done.exit_code == 0, done.exception
            lines = done.stdout.splitlines(keepends=True)
            return "".join(line for line in lines if "\x1b" not in line)  # the suite in this process logs there too

        before = await said("list")
        line = "ana-nowak  Ana Nowak  Clerk 2017-04-01 to …\n"
        assert await said("put", "ana-nowak", str(file)) == line
        assert set((await said("list")).splitlines()) - set(before.splitlines()) == {line.strip()}
        found = (await said("unowned")).splitlines()
        assert len(found) == len(await every(client))
        assert found[0].startswith("unknown  indicator ") or found[0].startswith("nobody   indicator ")
