"""Stores of a distributed run set back under load, with kills during recovery and rebuild.

As of an embedded run (``test_set_back``), on PostgreSQL and Kafka: schemas go back by their dumps, all of them by a
base backup and the archived log, the bus by a copy of its broker's disk or by an empty one. ``DISTRIBUTED_SEEDS=10 make
test-faults`` runs as many as that.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from contextlib import suppress

import httpx
import pytest

from contracts.topics import SERVICES
from tests.faults import ledger
from tests.faults.conftest import FAILED, started
from tests.faults.copies import BUS, Copies
from tests.faults.plant import BRISK
from tests.faults.point_in_time import ArchivedLog
from tests.faults.recovering import assert_told_or_whole, ended
from tests.faults.settling import until_it_answers

pytestmark = [
    pytest.mark.faults,
    pytest.mark.postgres,
    pytest.mark.kafka,
    pytest.mark.xdist_group("plant"),
]

FIRST = (0, 9)
"""Two databases; a bus that is lost, and a database."""
SEEDS = [*FIRST, *(seed for seed in range(200) if seed not in FIRST)][: int(os.environ.get("DISTRIBUTED_SEEDS", "2"))]
STORES = (*SERVICES, BUS)
LEASE = {"SUITE_JOB_LEASE_SECONDS": "3"}
"""A recovery that was killed is soon taken up again."""
NOTICED = 90
"""Seconds in which those who were at work all the time must have noticed: they look once a minute."""


@pytest.fixture(scope="module")
def plant(keeper):
    """One of its own: what was lost stays lost, and the other tests compare everything there ever was."""
    keeper.drop()
    plant = started(BRISK | LEASE)
    yield plant
    plant.close()


@pytest.fixture(autouse=True)
def output(request, plant):
    yield
    if request.node.stash.get(FAILED, False):
        print(plant.last_lines())  # noqa: T201  pytest shows it


@pytest.mark.parametrize("seed", SEEDS)
def test_stores_set_back_under_load_are_noticed_and_mended(plant, tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311  a test's dice
    names = chance.sample(STORES, chance.choice([1, 2, 2]))
    set_back(plant, Copies(plant, tmp_path / "older"), names, chance)
    with plant.client() as client:
        assert_told_or_whole(client, names, within=NOTICED)
    for _ in range(chance.randint(1, 2)):
        kill_while_it_recovers(plant, chance)
    recover(plant)
    rebuild_and_kill(plant, chance)
    assert_everything_is_heard(plant, seed + 1000)


def test_the_whole_database_at_an_earlier_point_in_time_is_noticed_and_mended(plant, tmp_path):
    """By a base backup and the archived log, under load: the bus has heard what the databases have forgotten."""
    archived = ArchivedLog(plant, tmp_path)
    archived.begin()
    plant.wait_answering()
    with plant.stream(seed=1) as stream:
        stream.wait_for(10)
        moment = archived.moment()
        stream.wait_for(20)
        archived.go_back_to(moment)
    plant.wait_answering()
    with plant.client() as client:
        assert_told_or_whole(client, ["everything"], within=NOTICED)
    recover(plant)
    assert_everything_is_heard(plant, 1001)


def recover(plant):
    with plant.client() as client:
        report = ended(client, "recoveries", within=300)
    assert report["differs"] is False, report


def assert_everything_is_heard(plant, seed):
    """What is acknowledged from now on is in every consumer's state, and nothing differs."""
    with plant.stream(seed=seed) as stream:
        stream.wait_for(20)
    plant.settle()
    assert asyncio.run(ledger.compare_state(plant.access, stream.acknowledged)) == []
    with plant.client() as client:
        assert ended(client, "verifications")["differs"] is False
    assert plant.health()["ready"] is True


def set_back(plant, copies, names, chance):
    """Copy stores one after the other under load, and put them back in any order, while the load goes on."""
    loses_bus = chance.random() < 0.5
    with plant.stream(seed=chance.randrange(1000)) as stream:
        stream.wait_for(chance.randint(5, 20))
        for name in names:
            if name != BUS or not loses_bus:
                copies.save(name)
            stream.wait_for(chance.randint(5, 20))
        for name in chance.sample(names, len(names)):
            if name == BUS and loses_bus:
                copies.lose_bus()
            else:
                copies.put_back(name)
            time.sleep(chance.uniform(0, 1))
    plant.wait_answering()


def kill_while_it_recovers(plant, chance):
    with plant.client() as client, suppress(httpx.HTTPError):
        client.post("/operations/v1/recoveries").raise_for_status()
        time.sleep(chance.uniform(0, 2))
    killed = chance.choice([*SERVICES, "gateway", BUS])
    if killed == BUS:
        plant.kafka.kill()
        plant.kafka.start()
    else:
        plant.kill(killed)
        plant.start(killed)
    until_it_answers(plant.url)


def rebuild_and_kill(plant, chance):
    """One that is killed somewhere between its start and its end has changed nothing, or all."""
    command = [sys.executable, "-m", "suite", "rebuild", chance.choice(["risks", "pledges", "finance"])]
    rebuild = subprocess.Popen(command, env=plant.environment)
    with suppress(subprocess.TimeoutExpired):
        rebuild.wait(chance.uniform(3, 6))
    rebuild.kill()
    rebuild.wait()
