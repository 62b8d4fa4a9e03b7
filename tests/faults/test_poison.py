"""Events that cannot be applied are parked alone, and an operator decides; a run of them stops the consumer."""

import asyncio
import json
import re

import httpx
import pytest

from chassis.events import dead_letters, replay
from chassis.events.dead_letters import DeadLetterFilter
from tests.faults.foreign import NOON, Source, Timed, publish
from tests.faults.holdings import CONSUMERS, databases
from tests.faults.world import PLYMOUTH, observe

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

POISONED = f"four-hours/{PLYMOUTH}"


def letters(plant, consumer="risks"):
    """Numbers of the parked ones, as the command lists them."""
    listed = plant.command("dead-letters", "list", "--consumer", consumer)
    return re.findall(rf"^{consumer} (\d+)  parked", listed, re.MULTILINE)


def detail(plant, consumer="risks"):
    return plant.health().get("services", {}).get(consumer, {}).get("consumers", {}).get(consumer, {})


def test_poison_is_parked_and_retried_once_mended(plant):
    plant.sql(f"ALTER TABLE risks.indicator_series ADD CONSTRAINT poison CHECK (subject <> '{POISONED}') NOT VALID")
    with plant.client() as client, plant.stream(seed=8) as others:
        made = observe(client, "four-hours", PLYMOUTH, "2017-09", "50.5").raise_for_status().json()
        plant.until(lambda: detail(plant).get("dead_letters"))
        others.wait_for(30)
        heard = "SELECT sum(version) FROM risks.indicator_series"
        before = plant.sql(heard)[0][0]
        plant.until(lambda: plant.sql(heard)[0][0] > before)
    plant.settle()
    parked = letters(plant)
    assert detail(plant)["stopped"] is False
    shown = json.loads(plant.command("dead-letters", "show", "risks", parked[0]))
    assert (shown["subject"], shown["reason"]) == (POISONED, "failed")
    assert "poison" in shown["error"]
    rows = plant.sql("SELECT subject, event_id FROM risks.dead_letter WHERE state = 'parked'")
    assert {row["subject"] for row in rows} == {POISONED}
    assert made["event"] in {row["event_id"] for row in rows}

    refused = plant.command("dead-letters", "retry", "risks", parked[0], succeeds=False)
    assert refused.startswith(f"{parked[0]}: still parked: ")
    assert "poison" in refused
    assert letters(plant) == parked, "what still fails stays parked"
    plant.sql("ALTER TABLE risks.indicator_series DROP CONSTRAINT poison")
    first = plant.command("dead-letters", "retry", "risks", *parked)
    assert first.splitlines() == [f"{number}: applied" for number in parked]
    again = plant.command("dead-letters", "retry", "risks", *parked)
    assert again.splitlines() == [f"{number}: already retried" for number in parked]
    plant.check(others.acknowledged)


def test_broken_events_are_parked_by_every_consumer_and_discarded(plant):
    source, good = Source("broken"), Source("whole")
    source.say("2017-04", "95")
    body = Timed(source.message(b'{"specversion":"1.0","data":{"indicator":7}}'), NOON)
    source.say("2017-05", "95")
    newer = source.say("2017-06", "95").message
    newer = Timed(source.message(newer.value, "commissioning.indicator.updated.v2"), NOON)
    rubbish = Timed(type(body.message)(source.subject, b"\xff\x00 no event", {}), NOON)
    sent = [good.say("2017-04", "95"), body, newer, rubbish, good.say("2017-05", "60")]
    asyncio.run(publish(plant.kafka.bootstrap_servers, sent))
    plant.settle()
    for consumer in ("risks", "pledges", "finance"):
        plant.until(lambda name=consumer: detail(plant, name).get("dead_letters") == 3)
    parked = letters(plant)
    assert len(parked) == 3
    outcomes = plant.command("dead-letters", "retry", "risks", *parked, succeeds=False).splitlines()
    assert [line.split(":")[1] for line in outcomes[:3]] == [" still parked"] * 3
    discard = ("dead-letters", "discard", "risks", parked[0], "--reason", "sent by mistake")
    assert plant.command(*discard).strip() == f"{parked[0]}: discarded"
    assert plant.command(*discard).strip() == f"{parked[0]}: already discarded"
    asyncio.run(discard_all(plant.access))
    plant.check()
    target = (
        "SELECT version, severity FROM risks.indicator_series NATURAL JOIN risks.indicator_signal "
        "WHERE subject = $1 AND signal = 'target'"
    )
    found = plant.sql(target, good.subject)
    assert [tuple(row) for row in found] == [(2, 2)], "the events around the broken ones had their effect"


async def discard_all(access):
    """What the command does, for those that are left."""
    async with databases(access) as opened:
        for consumer in CONSUMERS:
            for letter in await opened[consumer].read(
                lambda tx: dead_letters.list_dead_letters(tx, DeadLetterFilter())
            ):
                assert await replay.discard_dead_letter(opened[consumer], letter.id, "sent by mistake") == "discarded"


def test_a_run_of_failures_stops_the_consumer_until_somebody_has_looked(plant):
    plant.restart("risks", SUITE_CONSUMER_FAILURES_TO_STOP="3", SUITE_CONSUMER_RETRIES="0")
    plant.sql("ALTER TABLE risks.indicator_series ADD CONSTRAINT poison CHECK (subject LIKE 'fund:%') NOT VALID")
    with plant.stream(seed=9) as stream:
        plant.until(lambda: detail(plant).get("stopped"))
        stream.wait_for(20)
    assert detail(plant)["stopped"] is True, "the gateway says that it stands still, not why"
    own = httpx.get(f"http://127.0.0.1:{plant.cluster.ports['risks']}/health/ready", timeout=10, trust_env=False).json()
    assert "3 events in a row failed" in own["consumers"]["risks"]["stopped"]
    assert detail(plant)["lag"] > 10
    parked = letters(plant)
    assert len(parked) == 2, "the rest waits on the bus"
    ready = plant.health()["services"]["risks"]
    assert (ready["ready"], ready["status"]) == (True, "degraded")

    plant.sql("ALTER TABLE risks.indicator_series DROP CONSTRAINT poison")
    plant.restart("risks")
    plant.settle()
    plant.command("dead-letters", "retry", "risks", *parked)
    assert letters(plant) == []
    plant.check(stream.acknowledged)
