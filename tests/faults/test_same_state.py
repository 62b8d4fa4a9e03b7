"""Duplicates, any order, the whole topic again, clocks that go back: the same state."""

import asyncio
import random
from datetime import timedelta

import pytest

from chassis.bus.port import Message
from contracts.topics import events_topic
from tests.faults.foreign import NOON, Source, Timed, publish
from tests.faults.holdings import read_topic
from tests.faults.world import MONTHS, PLYMOUTH, add_risk, add_scheme

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

BROKEN = "foreign-broken"
"""What another test broke would be parked once more, rightly."""

STATE = (
    "SELECT ref, effective_impact, effective_likelihood, effective_band, version FROM risks.risk ORDER BY ref",
    "SELECT subject, generation, version, event_id FROM risks.indicator_series ORDER BY subject",
    "SELECT * FROM risks.indicator_signal ORDER BY subject, signal",
    "SELECT count(*), max(id) FROM risks.history",
    "SELECT count(*), max(id) FROM risks.outbox",
    "SELECT scheme, sum(cash), sum(non_cash), count(*), max(id) FROM finance.entry GROUP BY scheme ORDER BY scheme",
    "SELECT indicator, area, breakdown, period_start, value, revision FROM finance.observation ORDER BY 1, 2, 3, 4",
    "SELECT count(*), max(id) FROM finance.outbox",
    "SELECT * FROM pledges.indicator_colour ORDER BY indicator, area",
    "SELECT count(*), max(id) FROM pledges.outbox WHERE type = 'commissioning.pledge.updated.v1'",
)
"""Of pledges' events only those that colours move: the calendar opens returns, and misses them, at any minute."""


def state(plant):
    return [[tuple(row) for row in plant.sql(statement)] for statement in STATE]


def moving(plant, source):
    """A risk and a scheme on a foreign indicator, once its first event was heard."""
    asyncio.run(publish(plant.kafka.bootstrap_servers, [source.say("2017-04", "95")]))
    plant.settle()
    with plant.client() as client:
        add_risk(client, source.name, [(source.code, PLYMOUTH)])
        add_scheme(client, source.name, source.code, PLYMOUTH)


def standing(plant, source):
    found = plant.sql("SELECT version FROM risks.indicator_series WHERE subject = $1", source.subject)
    rating = plant.sql("SELECT effective_likelihood FROM risks.risk WHERE ref = $1", source.name)
    return found[0][0], rating[0][0]


async def again(plant, chance):
    """Publish every record of the topic once more, in any order."""
    bus = plant.open_bus()
    await bus.start()
    try:
        records = await read_topic(bus, events_topic("indicators"))
    finally:
        await bus.close()
    sound = [record for record in records if not record.key.startswith(BROKEN)]
    chance.shuffle(sound)
    repeated = [Timed(Message(record.key, record.value, record.headers), NOON) for record in sound[:600]]
    await publish(plant.kafka.bootstrap_servers, repeated)


def test_duplicates_in_any_order_replay_and_rebuild_change_nothing(plant):
    chance = random.Random(10)  # noqa: S311  a test's dice
    with plant.stream(seed=10) as stream:
        stream.wait_for(60)
    plant.check(stream.acknowledged)
    before = state(plant)

    asyncio.run(again(plant, chance))
    plant.check()
    assert state(plant) == before, "after duplicates"
    for consumer in ("risks", "pledges", "finance"):
        said = plant.command("replay", "--consumer", consumer, "--from", "0")
        assert said.startswith(f"{consumer} reads again from 12 partitions")
    plant.check()
    assert state(plant) == before, "after a replay of the whole topic"
    for service in ("risks", "finance", "pledges"):
        assert "events folded" in plant.command("rebuild", service)
    plant.check()
    assert state(plant) == before, "after a rebuild"


def test_versions_in_any_order_end_with_the_newest(plant):
    source = Source("shuffled")
    moving(plant, source)
    values = ["80", "97", "50", "91", "99", "40", "96", "70", "62", "60", "93"]
    sent = [source.say(month, value) for month, value in zip(MONTHS[1:], values, strict=True)]
    random.Random(11).shuffle(sent)  # noqa: S311  a test's dice
    asyncio.run(publish(plant.kafka.bootstrap_servers, [*sent, *sent[3:6], sent[0]]))
    plant.check()
    assert standing(plant, source) == (12, 4), "red in one of the two latest months"


def test_a_day_back_on_every_clock_of_the_producer(plant):
    """Each newer version bears an earlier time, in the event and on the record."""
    source = Source("backwards", tick=timedelta(days=-1))
    moving(plant, source)
    sent = [source.say("2018-02", "50"), source.say("2018-02", "95"), source.say("2018-03", "60")]
    asyncio.run(publish(plant.kafka.bootstrap_servers, sent))
    plant.check()
    assert standing(plant, source) == (4, 4)
    asyncio.run(publish(plant.kafka.bootstrap_servers, [source.say("2018-03", "95")]))
    plant.check()
    assert standing(plant, source) == (5, 3)


def test_services_whose_clock_goes_back_a_day(plant):
    """The source and one reader are started with yesterday's clock, while the stream goes on."""
    with plant.stream(seed=12) as stream:
        stream.wait_for(20)
        for member in ("indicators", "risks"):
            plant.kill(member)
            plant.start(member, **plant.yesterday())
        stream.wait_for(40, within=60)
    plant.check(stream.acknowledged)
    back = "SELECT count(*) FROM (SELECT created_at < lag(created_at) OVER (ORDER BY id) AS b FROM indicators.outbox) o"
    assert plant.sql(back + " WHERE b")[0][0] >= 1, "the clock did go back"
    for member in ("indicators", "risks"):
        plant.restart(member)
