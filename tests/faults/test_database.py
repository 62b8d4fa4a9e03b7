"""PostgreSQL goes down at commit, or drops its connections: what was acknowledged is there, nothing is half there."""

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

DROP = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE 'commissioning_%'"
HONEST = {"502", "503", "504"}


def test_restarted_at_commit_under_load(plant):
    members = plant.pids()
    with plant.stream(seed=6, callers=6, per_second=60) as stream:
        stream.wait_for(50)
        plant.postgres.kill()
        plant.postgres.start()
        stream.wait_for(50, within=60)
        plant.postgres.restart()
        stream.wait_for(50, within=60)
    assert set(stream.refused) <= HONEST, stream.refused
    plant.check(stream.acknowledged)
    assert plant.pids() == members


def test_connections_terminated_again_and_again(plant):
    members = plant.pids()
    with plant.stream(seed=7, callers=6, per_second=60) as stream:
        for _ in range(6):
            stream.wait_for(20)
            assert plant.sql(DROP)[0][0] > 0
        stream.wait_for(20)
    assert set(stream.refused) <= HONEST, stream.refused
    plant.check(stream.acknowledged)
    assert plant.pids() == members
