"""Instances of a service join, leave and fall asleep in the middle of a batch."""

import time

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

ASSIGNED = "bus.assigned"
WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE usename = 'commissioning_risks' AND wait_event_type = 'Lock' AND query LIKE 'UPDATE consumer_offset%'
"""


def join(plant, name, **more):
    since = plant.output_length
    plant.start(name, **more)
    plant.until(lambda: plant.said(ASSIGNED, since), within=60)


def test_instances_join_and_are_killed_in_mid_batch(plant):
    with plant.stream(seed=3) as stream:
        join(plant, "risks-2", SUITE_CRASH_AT="consumer.mid_batch:3")
        plant.wait_killed("risks-2", within=60)
        join(plant, "risks-3")
        stream.wait_for(30)
        plant.kill("risks")  # the first one: the other takes all over
        stream.wait_for(30)
        plant.start("risks")
        plant.leave("risks-3")
        plant.leave("risks-2")
    plant.check(stream.acknowledged)


def test_an_instance_that_slept_beyond_its_session_does_not_write_what_others_wrote_meanwhile(plant):
    """It sleeps with a batch in its hands, at the first statement of its transaction."""
    since = plant.output_length
    with plant.frozen("risks.consumer_offset") as held, plant.stream(seed=4) as stream:
        plant.until(lambda: plant.sql(WAITING))
        plant.pause("risks")
        slept = time.monotonic()
        for row in plant.sql(WAITING):
            plant.sql("SELECT pg_terminate_backend($1)", row["pid"])
        held.release()
        join(plant, "risks-2")
        plant.until(lambda: time.monotonic() - slept > 7)
        stream.wait_for(30)
        before = plant.sql("SELECT max(applied_at) FROM risks.inbox")[0][0]
        stream.wait_for(20)
        plant.until(lambda: plant.sql("SELECT max(applied_at) FROM risks.inbox")[0][0] > before)
        plant.resume("risks")
        plant.until(lambda: plant.said("consumer.resynced", since))
        stream.wait_for(20)
    plant.leave("risks-2")
    plant.check(stream.acknowledged)


def test_the_feed_has_no_gap_though_the_events_service_was_killed_while_events_came(plant):
    plant.kill("subscriptions")
    with plant.stream(seed=6) as stream:
        plant.start("subscriptions", SUITE_CRASH_AT="consumer.mid_batch:2")
        plant.wait_killed("subscriptions", within=60)
        plant.start("subscriptions")
        stream.wait_for(20)
        plant.kill("subscriptions")
        stream.wait_for(20)
        plant.start("subscriptions")
    plant.check(stream.acknowledged)
