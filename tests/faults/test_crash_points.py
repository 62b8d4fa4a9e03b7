"""Killed at the worst moments there are, and started again: nothing lost, nothing doubled."""

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

ROUNDS = [
    {
        "indicators": "relay.before_publish",
        "risks": "consumer.mid_batch",
        "finance": "consumer.before_offset_commit",
        "pledges": "consumer.mid_batch:2",
    },
    {
        "indicators": "relay.before_mark:2",
        "risks": "consumer.before_offset_commit:2",
        "finance": "consumer.mid_batch",
        "pledges": "consumer.before_offset_commit",
    },
    {
        "indicators": "relay.before_mark",
        "risks": "relay.before_mark",
        "finance": "relay.before_publish",
    },
]
"""Where each member is killed; all of them at once is worse than one after the other."""


@pytest.mark.parametrize("points", ROUNDS, ids=lambda points: points["risks"])
def test_killed_at_crash_points(plant, points):
    for member in points:
        plant.kill(member)
    for member, point in points.items():
        plant.start(member, SUITE_CRASH_AT=point)
    with plant.stream(seed=len(points["risks"])) as stream:
        for member in points:
            plant.wait_killed(member, within=60)
            plant.start(member)
        stream.wait_for(20, within=60)
    report = plant.check(stream.acknowledged)
    assert report.events > len(stream.acknowledged) > 20
