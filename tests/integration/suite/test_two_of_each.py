"""Two gateways and two instances of each service, on PostgreSQL and Kafka: what one of them knows, the other does."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest

from suite.distributed import Cluster, environment, prepare
from suite.engines import PostgresServer
from suite.engines.process import free_port
from suite.settings import MEMBERS, SERVED
from tests.faults.world import lay_out, observe, risk_body

pytestmark = [pytest.mark.rest, pytest.mark.kafka, pytest.mark.postgres, pytest.mark.timeout(600)]

KEY = "k" * 40
A_MINUTE = 240
START_SECONDS = 240
SETTLE_SECONDS = 60
SECOND = {name: f"{name}-2" for name in MEMBERS}


class Pair:
    """The suite behind two doors, each before services of its own."""

    def __init__(self, cluster: Cluster) -> None:
        self.urls = [f"http://127.0.0.1:{cluster.ports[name]}" for name in ("gateway", SECOND["gateway"])]
        self._clients: list[httpx.Client] = []

    def clients(self, key: str) -> list[httpx.Client]:
        """A client of each gateway that shows this key."""
        headers = {"authorization": f"Bearer {key}"}
        made = [httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) for url in self.urls]
        self._clients += made
        return made

    def close(self) -> None:
        for client in self._clients:
            client.close()


@pytest.fixture(scope="module")
def pair(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresServer(fsync=False))
        shared, ports = environment(postgres.dsn, kafka_bootstrap, 0, KEY)
        shared |= {"GATEWAY_CALLS_PER_MINUTE": str(A_MINUTE), "LOG_LEVEL": "WARNING"}
        prepare(shared)
        output = stack.enter_context(_log(tmp_path_factory).open("ab"))
        cluster = Cluster(shared, ports, output)
        stack.callback(cluster.stop)
        _start(cluster)
        found = Pair(cluster)
        stack.callback(found.close)
        yield found


def _log(folders: pytest.TempPathFactory) -> Path:
    return folders.mktemp("two") / "output.log"


def _start(cluster: Cluster) -> None:
    """One of each, then another of each: a gateway that starts sets the administrator's key."""
    for name in MEMBERS:
        cluster.start(name)
    cluster.wait_ready(START_SECONDS)
    cluster.ports |= {SECOND[name]: free_port() for name in MEMBERS}
    behind = {f"GATEWAY_{name.upper()}_URL": f"http://127.0.0.1:{cluster.ports[SECOND[name]]}" for name in SERVED}
    for name in MEMBERS:
        cluster.start(SECOND[name], more=behind if name == "gateway" else None)
    until(lambda: _is_ready(cluster.ports[SECOND["gateway"]]), START_SECONDS)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def until(found: Any, seconds: float, *, every: float = 0.25) -> float:
    """How long it took until ``found`` was so."""
    began = time.monotonic()
    while not found():
        assert time.monotonic() - began < seconds
        time.sleep(every)
    return time.monotonic() - began


def made(client: httpx.Client, name: str, *scopes: str) -> str:
    answer = client.post("/access/v1/keys", json={"name": name, "scopes": list(scopes)})
    assert answer.status_code == 201, answer.text
    key: str = answer.json()["key"]
    return key


def status(client: httpx.Client) -> int:
    return client.get("/risks/v1/risks").status_code


def test_a_key_is_good_at_both_and_revoked_at_both_within_a_second(pair: Pair) -> None:
    first, second = pair.clients(KEY)
    one, other = pair.clients(made(first, "warehouse", "risks:read"))
    assert [status(one), status(other)] == [200, 200]
    assert second.delete("/access/v1/keys/warehouse").status_code == 200
    assert status(other) == 401, "at once where it was revoked"
    assert until(lambda: status(one) == 401, 5, every=0.02) <= 1.5, "a second, and the time of a call on a busy machine"
    assert [status(one), status(other)] == [401, 401]


def test_a_key_that_is_rotated_at_one_has_both_secrets_at_the_other(pair: Pair) -> None:
    first, _ = pair.clients(KEY)
    before = made(first, "ledger", "risks:read")
    after = first.post("/access/v1/keys/ledger/rotate", json={"overlap_hours": 1}).json()["key"]
    assert [status(client) for key in (before, after) for client in pair.clients(key)] == [200] * 4
    third = first.post("/access/v1/keys/ledger/rotate", json={"overlap_hours": 0}).json()["key"]
    time.sleep(1.1)  # for which a gateway remembers a key
    assert [status(client) for key in (before, after, third) for client in pair.clients(key)] == [401] * 4 + [200] * 2


def test_calls_are_counted_at_both_together(pair: Pair) -> None:
    doors = pair.clients(made(pair.clients(KEY)[0], "eager", "risks:read"))
    began, turns = time.monotonic(), cycle(doors)
    with ThreadPoolExecutor(4) as callers:
        answers = list(callers.map(lambda client: client.get("/risks/v1/no-such"), (next(turns) for _ in range(600))))
    risen = (time.monotonic() - began) * A_MINUTE / 60
    passed = [answer for answer in answers if answer.status_code != 429]
    assert A_MINUTE * 0.9 <= len(passed) <= A_MINUTE + risen + A_MINUTE / 12 * 2
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 20, "at both, each by half of the calls"
    assert {answer.json()["type"] for answer in refused} == {"/problems/too-many-calls"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    left = [int(answer.headers["ratelimit"].partition("r=")[2].partition(";")[0]) for answer in refused]
    assert max(left) <= 2


def test_what_is_sent_at_both_under_one_key_has_its_effect_once(pair: Pair) -> None:
    doors = pair.clients(made(pair.clients(KEY)[0], "sender", "admin"))
    body = risk_body("ONCE", [])
    with ThreadPoolExecutor(2) as callers:
        sent = list(
            callers.map(
                lambda client: client.post("/risks/v1/risks", json=body, headers={"idempotency-key": "once"}), doors
            )
        )
    assert sorted(answer.status_code for answer in sent) in ([201, 201], [201, 409])
    again = doors[1].post("/risks/v1/risks", json=body, headers={"idempotency-key": "once"})
    assert again.status_code == 201
    entries = doors[0].get("/risks/v1/audit", params={"subject": "ONCE"}).json()["items"]
    assert [entry["action"] for entry in entries].count("risk.entered") == 1


def test_what_is_posted_at_one_moves_what_is_read_at_the_other(pair: Pair) -> None:
    first, second = pair.clients(made(pair.clients(KEY)[0], "mover", "admin"))
    lay_out(first)
    until(lambda: _heard(second), SETTLE_SECONDS)
    ref = "MOVES"
    first.post("/risks/v1/risks", json=risk_body(ref, [("four-hours", "E06000026")])).raise_for_status()
    for month, door in (("2017-06", first), ("2017-07", second)):
        observe(door, "four-hours", "E06000026", month, "40").raise_for_status()
    until(lambda: _likelihood(second, ref) == 4, SETTLE_SECONDS)
    assert _likelihood(first, ref) == 4


def _heard(client: httpx.Client) -> bool:
    found = client.get("/operations/v1/consumers").json()["items"]
    return all(each["lag"] == 0 for each in found)


def _likelihood(client: httpx.Client, ref: str) -> int | None:
    rating = client.get(f"/risks/v1/risks/{ref}").json()["effective"]
    likelihood: int | None = rating["likelihood"]
    return likelihood
