"""How much one machine takes, and how it grows with consumers: the figures of docs/scaling.md.

``make bench-scaling`` prints them and writes ``benchmarks/results/scaling.json``. Everything (client, gateway,
services, PostgreSQL, Kafka) shares this machine's processors, so more processes do not get more of them.
"""

import asyncio
import json
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from benchmarks import bench_consumer
from benchmarks.stage import Stage, run_async
from chassis.events.inbox import get_stored_offsets, save_offsets
from chassis.logging import configure_logging
from suite.engines import KafkaServer, PostgresServer
from suite.settings import MEMBERS

RESULTS = Path(__file__).parent / "results" / "scaling.json"
CLIENTS, SECONDS = 16, 12
CONSUMERS = (1, 2, 4)
INDICATORS = 64


def main() -> None:
    configure_logging(level="WARNING")
    with PostgresServer() as postgres, KafkaServer() as kafka:
        stage = Stage(postgres, kafka.bootstrap_servers)
        stage.prepare()
        figures = {"observations_per_second": _observations(stage), "events_per_second": run_async(_consumers(stage))}
    print(json.dumps(figures, indent=2))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


def _observations(stage: Stage) -> float:
    """Observations accepted a second, posted one by one through the gateway by concurrent clients."""
    cluster = stage.cluster()
    try:
        for name in MEMBERS:
            cluster.start(name)
        cluster.wait_ready()
        return run_async(_post(cluster.url, stage.admin_key))
    finally:
        cluster.stop()


async def _post(url: str, key: str) -> float:
    headers, numbers = {"authorization": f"Bearer {key}"}, count()
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        area = {"code": bench_consumer.AREA, "name": "Plymouth", "type": "unitary_authority"}
        (await client.post("/indicators/v1/areas", json=area)).raise_for_status()
        for n in range(INDICATORS):
            body = {"code": f"load-{n}", "name": f"Load {n}", "unit": "count", "decimals": 0}
            body |= {"polarity": "low_is_good", "frequency": "month"}
            (await client.post("/indicators/v1/indicators", json=body)).raise_for_status()
        started = time.perf_counter()
        done = await asyncio.gather(*(_one_client(client, numbers, started + SECONDS) for _ in range(CLIENTS)))
        return round(sum(done) / (time.perf_counter() - started), 1)


async def _one_client(client: httpx.AsyncClient, numbers: Any, until: float) -> int:
    done = 0
    while time.perf_counter() < until:
        n = next(numbers)
        month = n // INDICATORS
        period = f"{1950 + month // 12}-{month % 12 + 1:02}"
        body = {"area": bench_consumer.AREA, "period": period, "value": str(n), "status": "final"}
        answer = await client.post(f"/indicators/v1/indicators/load-{n % INDICATORS}/observations", json=body)
        answer.raise_for_status()
        done += 1
    return done


async def _consumers(stage: Stage) -> dict[str, float]:
    """Events applied a second by one, two and four consumer processes of one group."""
    await bench_consumer.prepare(stage)
    found = {}
    for number, consumers in enumerate(CONSUMERS, start=1):
        first = await bench_consumer.publish(stage, number, bench_consumer.EVENTS)
        found[str(consumers)] = round(bench_consumer.EVENTS / await _with(stage, consumers, first), 1)
    return found


async def _with(stage: Stage, consumers: int, first: dict[int, int]) -> float:
    """Start the processes while there is nothing to do, then let them at it: starting is not counted."""
    database, bus = stage.database("risks"), await stage.bus()
    ends = await bus.end_offsets(bench_consumer.TOPIC)
    await database.write(lambda tx: save_offsets(tx, "risks", ends))
    command = [sys.executable, "-m", "benchmarks.one_consumer"]
    children = [subprocess.Popen(command) for _ in range(consumers)]
    await asyncio.sleep(6 + consumers)
    start = {at: first[at.partition] for at in ends}
    started = time.perf_counter()
    await database.write(lambda tx: save_offsets(tx, "risks", start))
    while await get_stored_offsets(database, "risks", list(ends)) != ends:  # noqa: ASYNC110  no bell rings
        await asyncio.sleep(0.02)
    elapsed = time.perf_counter() - started
    for child in children:
        child.terminate()
        child.wait()
    await bus.close()
    await database.close()
    return elapsed


if __name__ == "__main__":
    main()
