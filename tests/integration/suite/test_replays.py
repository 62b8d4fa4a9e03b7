"""Replays, rebuilds and the business date of a suite that runs, over HTTP and by commands with its address."""

import pytest
from sqlalchemy import text

from chassis.recovery.port import StoresUnreachable
from chassis.recovery.replays import RemoteReplays
from suite.catch_up import wait_until_caught_up
from suite.settings import SuiteSettings
from tests.integration.suite.test_recovery import (
    DERIVED,
    STATES,
    define,
    ended,
    follow,
    observe,
    operating,
    spoil,
    started,
    verified,
)
from tests.process import SuiteProcess


@pytest.fixture
def settings(tmp_path):
    return SuiteSettings(data_dir=tmp_path / "var")


async def actions_of(client, service):
    entries = (await client.get(f"/{service}/v1/audit", params={"limit": 200})).json()["items"]
    return [(each["action"], each["subject"], each["actor"], each["after"]) for each in entries]


async def test_a_rebuild_mends_what_a_service_derived(settings):
    async with started(settings) as (running, loader), operating(running) as client:
        await define(loader)
        await follow(loader)
        await observe(loader, "2017-05", "85.0")
        await wait_until_caught_up(loader)
        risk = (await client.get("/risks/v1/risks/R1")).json()
        await spoil(running, {"risks": STATES["risks"]})
        await spoil(running, {"risks": DERIVED["risks"]})
        assert await verified(client) == {("risks", "R1"), ("risks", "ae-four-hour-wait/E06000026")}
        begun = await client.post("/operations/v1/rebuilds", json={"service": "risks"})
        assert (begun.status_code, begun.json()["requested_by"]) == (202, "Ana Nowak")
        assert (await client.post("/operations/v1/rebuilds", json={"service": "risks"})).status_code == 409
        found = await ended(client, begun.headers["location"])
        assert (found["state"], found["service"], found["error"]) == ("succeeded", "risks", None)
        folded, of_funds = found["folded"]
        assert (folded["consumer"], of_funds["consumer"]) == ("risks", "risks-finance")
        assert min(folded["events"], of_funds["events"]) > 0
        assert await verified(client) == set()
        assert (await client.get("/risks/v1/risks/R1")).json()["effective"] == risk["effective"]
        assert ("consumer.rebuilt", "risks", "Ana Nowak", {"events": folded["events"]}) in await actions_of(
            client, "risks"
        )
        assert (await client.get("/operations/v1/rebuilds")).json()["items"] == [found]
        await refused_rebuilds(client)


async def refused_rebuilds(client):
    begun = await client.post("/operations/v1/rebuilds", json={"service": "indicators"})
    found = await ended(client, begun.headers["location"])
    assert (found["state"], found["folded"]) == ("failed", [])
    assert "keeps nothing that it derives from events" in found["error"]
    assert (await client.post("/operations/v1/rebuilds", json={"service": "gateway"})).status_code == 422
    assert (await client.get("/operations/v1/rebuilds/99")).status_code == 404
    verification = (await client.post("/operations/v1/verifications")).headers["location"].rpartition("/")[2]
    assert (await client.get(f"/operations/v1/rebuilds/{verification}")).status_code == 404


async def test_a_consumer_reads_its_log_again(settings):
    async with started(settings) as (running, loader), operating(running) as client:
        await define(loader)
        await observe(loader, "2017-05", "95.0")
        await wait_until_caught_up(loader)
        for start in ({"from_offset": 0}, {"from_moment": "2018-02-28T09:00:00Z"}):
            replayed = await client.post("/operations/v1/replays", json={"consumer": "pledges", **start})
            assert (replayed.status_code, replayed.json()["lowest"]) == (200, 0)
        (action, subject, actor, after) = next(
            each for each in await actions_of(client, "pledges") if each[0] == "consumer.replayed"
        )
        assert (action, subject, actor, set(after.values())) == ("consumer.replayed", "pledges", "Ana Nowak", {0})
        await wait_until_caught_up(loader)
        async with running.databases["pledges"].connect() as connection:
            applied = (await connection.execute(text("SELECT event_id FROM inbox WHERE consumer = 'pledges'"))).all()
        assert len(applied) == len(set(applied)) > 0
        for body, status, word in IMPOSSIBLE:
            answer = await client.post("/operations/v1/replays", json=body)
            assert (answer.status_code, word in answer.text) == (status, True), answer.text


IMPOSSIBLE = [
    ({"consumer": "nobody", "from_offset": 0}, 404, "nobody"),
    ({"consumer": "risks"}, 422, "from_offset"),
    ({"consumer": "risks", "from_offset": 0, "from_moment": "2018-02-28T09:00:00Z"}, 422, "one of the two"),
    ({"consumer": "risks", "from_offset": -1}, 422, "from_offset"),
]


async def test_the_business_date_moves_in_every_service_that_runs(settings):
    async with started(settings) as (running, loader), operating(running) as client:
        path = "/operations/v1/business-date"
        first = await client.get(path)
        assert (first.json()["is_pinned"], first.json()["is_alike"]) == (False, True)
        guard = {"if-match": first.headers["etag"]}
        moved = await client.put(path, json={"date": "2018-06-30"}, headers=guard)
        assert (moved.status_code, moved.json()["date"], moved.json()["is_alike"]) == (200, "2018-06-30", True)
        assert (await client.put(path, json={"date": "2018-07-31"}, headers=guard)).status_code == 412
        assert {each["date"] for each in moved.json()["services"]} == {"2018-06-30"}
        await define(loader)
        assert (await client.get("/indicators/v1/audit")).json()["items"][-1]["business_date"] == "2018-06-30"
        assert (await client.put(path, json={"date": "1899-12-31"})).status_code == 422
        assert (await client.put(path, json={"date": None})).json()["is_pinned"] is False
        for service in ("indicators", "risks", "pledges", "finance", "operations"):
            moves = [each for each in await actions_of(client, service) if each[1] == "business-date"]
            assert [(each[0], each[2]) for each in moves] == [
                ("business_date.pinned", "Ana Nowak"),
                ("business_date.unpinned", "Ana Nowak"),
            ]
        sql = "INSERT INTO setting (name, value, set_at) VALUES ('business_date', '2018-06-30', '2018-06-30')"
        await running.databases["risks"].write(lambda tx: tx.session.execute(text(sql)))
        found = (await client.get(path)).json()
        assert (found["is_alike"], found["is_pinned"]) == (False, False)
        assert {each["service"] for each in found["services"] if each["is_pinned"]} == {"risks"}


async def test_the_business_date_is_said_where_a_service_does_not_answer(settings, monkeypatch):
    async with started(settings) as (running, _), operating(running) as client:
        asked = RemoteReplays.read_business_date

        async def of_all_but_risks(store):
            if store.service == "risks":
                raise StoresUnreachable("risks cannot be reached.")
            return await asked(store)

        monkeypatch.setattr(RemoteReplays, "read_business_date", of_all_but_risks)
        found = (await client.get("/operations/v1/business-date")).json()
        assert (found["is_alike"], found["unreachable"]) == (True, ["risks"])
        assert {each["service"] for each in found["services"]} == {"finance", "indicators", "pledges", "subscriptions"}
        asked_alone = (await client.get("/operations/v1/business-date?services=false")).json()
        assert asked_alone == found | {"is_alike": None, "services": [], "unreachable": []}


@pytest.mark.rest
def test_commands_reach_a_running_suite_by_its_address(suite, settings):
    running = SuiteProcess(settings.data_dir, reference=False).start()
    reached = {"SUITE_URL": running.url, "SUITE_KEY": running.admin_key}
    try:
        assert suite("business-date", "2018-06-30", **reached)[:2] == (0, "2018-06-30\n")
        assert suite("business-date", **reached)[1] == "2018-06-30\n"
        assert suite("business-date", "today", **reached)[1] != "2018-06-30\n"
        status, said, _ = suite("rebuild", "risks", **reached)
        assert (status, said) == (0, "risks: 0 events folded\nrisks-finance: 0 events folded\n")
        status, said, _ = suite("replay", "--consumer", "risks", "--from", "0", **reached)
        assert (status, said.endswith("the lowest 0\n")) == (0, True), said
        status, _, error = suite("rebuild", "indicators", **reached)
        assert (status, "keeps nothing that it derives" in error) == (1, True), error
        status, _, error = suite("replay", "--consumer", "nobody", "--from", "0", **reached)
        assert (status, "nobody" in error) == (1, True), error
    finally:
        running.kill()
