"""Dead letters of a running suite: the same by its address and by its databases."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from chassis.bus.port import Message
from chassis.events.dead_letters import Reason
from chassis.web.paging import _encode
from contracts.topics import events_topic
from suite.dead_letters import LocalLetters, RemoteLetters, Where
from suite.running_suite import OperationRefused
from suite.settings import SuiteSettings
from tests.eventually import eventually
from tests.integration.suite.test_recovery import operating, started

EVERYTHING = Where(None, None, None, None)
SINCE = datetime.now(UTC) - timedelta(hours=1)
JUNK = b"\x1b[2J{"


async def publish_junk(bus, *keys):
    producer = await bus.producer()
    await producer.publish(events_topic("indicators"), [Message(key, JUNK) for key in keys])
    await producer.close()


async def test_dead_letters_over_http(tmp_path):
    async with started(SuiteSettings(data_dir=tmp_path / "var")) as (running, _), operating(running) as client:
        await publish_junk(running.bus, "wait/A", "wait/B", "beds/A")
        there, here = RemoteLetters(client), LocalLetters.of({n: running.databases[n] for n in CONSUMING})

        async def all_parked():
            assert len(await here.list(EVERYTHING, every=False)) == 12

        await eventually(all_parked)
        found = await there.list(EVERYTHING, every=False)
        assert found == await here.list(EVERYTHING, every=False)
        page = (await client.get("/operations/v1/dead-letters", params={"limit": 4})).json()
        rest = (await client.get("/operations/v1/dead-letters", params={"limit": 9, "cursor": page["next"]})).json()
        assert [*page["items"], *rest["items"]] == found
        made_up = _encode("risks-x", json.dumps(["/operations/v1/dead-letters", []]))
        refused = await client.get("/operations/v1/dead-letters", params={"cursor": made_up})
        assert refused.status_code == httpx.codes.BAD_REQUEST
        await _are_decided_on(client, there, here, found)
        with pytest.raises(OperationRefused, match="404: There is no consumer 'nobody'"):
            await there.allow_failures("nobody", 1, "a try")
        await there.allow_failures("risks", 5, "a try")
        assert (await client.get("/operations/v1/dead-letters/risks-x")).status_code == httpx.codes.NOT_FOUND
        assert (await client.get("/operations/v1/dead-letters/nobody-1")).status_code == httpx.codes.NOT_FOUND


CONSUMING = ("risks", "pledges", "finance", "subscriptions")


async def _are_decided_on(client, there, here, found):
    one = next(each for each in found if each["consumer"] == "risks")
    shown = await there.show("risks", one["number"])
    assert shown == await here.show("risks", one["number"])
    assert (shown["value"], shown["reason"]) == (JUNK.decode(), "unreadable")
    kept = await there.retry("risks", [one["number"]])
    assert kept == await here.retry("risks", [one["number"]])
    assert kept["items"][0]["is_parked"] is True
    waits = Where("risks", Reason.UNREADABLE, "wait/*", SINCE)
    assert len((await there.retry_matching(waits, 1))["items"]) == 1
    assert (await there.retry_matching(waits, 1))["has_more"] is True
    gone = await there.discard_matching(waits, 9, "junk")
    assert ([each["outcome"] for each in gone["items"]], gone["has_more"]) == (["discarded", "discarded"], False)
    assert len(await there.list(Where("risks", None, None, None), every=False)) == 1
    assert len(await there.list(Where("risks", None, None, None), every=True)) == 3
    entries = (await client.get("/risks/v1/audit", params={"actor": "Ana Nowak"})).json()["items"]
    assert [(each["action"], each["reason"]) for each in entries] == [("dead_letter.discarded", "junk")] * 2


def test_a_list_moves_no_cursor_and_what_stays_parked_is_no_success(suite, tmp_path, capsys):
    async def park():
        async with started(SuiteSettings(data_dir=tmp_path / "var")) as (running, _):
            await publish_junk(running.bus, "wait/\x1b[2JA")
            here = LocalLetters.of({"risks": running.databases["risks"]})
            await eventually(lambda: _has_one(here))

    asyncio.run(park())
    capsys.readouterr()
    status, said, _ = suite("dead-letters", "list", "--consumer", "risks", "--subject", "wait/*")
    assert (status, "\x1b" in said) == (0, False)
    assert said.splitlines()[0].startswith("risks 1  parked  ?  wait/\\x1b[2JA vNone  unreadable: ")
    status, said, _ = suite("dead-letters", "retry", "risks", "--class", "unreadable")
    assert (status, said.startswith("1: still parked: ")) == (1, True)
    assert suite("dead-letters", "retry", "risks", "1")[0] == 1
    status, said, _ = suite("dead-letters", "discard", "risks", "--class", "unreadable", "--reason", "junk")
    assert (status, said) == (0, "1: discarded\n")
    status, said, _ = suite("consumers", "allow-failures", "risks", "--most", "3", "--reason", "a try")
    assert (status, said) == (0, "risks: may park 3 events more in a row\n")


async def _has_one(letters):
    assert len(await letters.list(EVERYTHING, every=False)) == 1
