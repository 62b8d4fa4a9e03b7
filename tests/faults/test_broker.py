"""The broker dies or falls silent under load: updates are still taken, and relay and consumers recover alone."""

import time

import httpx
import pytest

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

UNPUBLISHED = "SELECT count(*) FROM indicators.unpublished"


def unpublished(plant):
    return plant.sql(UNPUBLISHED)[0][0]


def stays_ready(plant):
    """Every service says that it is ready, though its broker is away: what it takes waits in the outbox."""
    for member in ("indicators", "risks", "finance"):
        address = f"http://127.0.0.1:{plant.cluster.ports[member]}/health/ready"
        assert httpx.get(address, timeout=2, trust_env=False).status_code == 200, member


def test_killed_under_load_and_started_again(plant):
    members = plant.pids()
    with plant.stream(seed=1) as stream:
        stream.wait_for(30)
        plant.kafka.kill()
        stream.wait_for(60)
        plant.until(lambda: unpublished(plant) >= 40)
        stays_ready(plant)
        plant.kafka.start()
        plant.until(lambda: plant.sql("SELECT max(position) FROM indicators.feed")[0][0] is not None)
        stream.wait_for(30)
    assert not stream.refused
    plant.check(stream.acknowledged)
    assert plant.pids() == members, "nobody had to start them again"


def test_silent_under_load_and_resumed(plant):
    members, since = plant.pids(), plant.output_length
    with plant.stream(seed=2) as stream:
        stream.wait_for(30)
        plant.kafka.suspend()
        try:
            silent_since = time.monotonic()
            stream.wait_for(60)
            plant.until(lambda: unpublished(plant) >= 40 and plant.said("relay.waiting", since))
            stays_ready(plant)
            plant.until(lambda: time.monotonic() - silent_since > 8)
        finally:
            plant.kafka.resume()
        stream.wait_for(30)
    assert not stream.refused
    plant.check(stream.acknowledged)
    assert plant.pids() == members
