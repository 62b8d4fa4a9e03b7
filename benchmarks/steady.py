"""Twenty minutes at the highest steady rate: what is trimmed stops growing, and nobody waits longer than before.

Sixteen callers post observations through the gateway, each under an idempotency key and each the newest of its
indicator, to which a risk is linked. A caller posts again once it is answered, and all pause while more than a
hundred events wait for relays or consumers: what comes out is the highest rate that the suite keeps up with. What is
older than half of the run is deleted meanwhile.

``make bench-steady`` (SECONDS=1200, ENGINE=embedded or postgresql) prints the figures and writes them to
``benchmarks/results/steady-<engine>.json``.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from benchmarks.linked_risks import MET, MISSED, add_linked_risks, observation, observations_path
from benchmarks.sizes import Sizes, sizes_of_files, sizes_of_server
from benchmarks.stage import Stage, run_async
from benchmarks.steady_report import Sample, Update, lines, report
from benchmarks.versions import HERE, KEY, suite_of
from chassis.logging import configure_logging
from suite.catch_up import wait_until_caught_up
from suite.engines import KafkaServer, PostgresServer
from suite.settings import MEMBERS

SAMPLES = 8
MOST_WAITING = 100
LOOK_SECONDS = 0.25
FIRST_YEAR = 1950
Measure = Callable[[], Awaitable[Sizes]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how many callers, and over how many indicators: each has a month for every so many updates."""

    seconds: float = 1200
    callers: int = 16
    indicators: int = 400

    @property
    def retention(self) -> float:
        return self.seconds / 2

    @property
    def settings(self) -> dict[str, str]:
        tables = ("EVENTS", "INBOX", "JOBS", "ANSWERS")
        kept = {f"SUITE_KEEP_{table}_DAYS": f"{self.retention / 86_400:.9f}" for table in tables}
        return kept | {"SUITE_RETENTION_SECONDS": f"{max(self.retention / 20, 0.1):.1f}"}


@dataclass(slots=True)
class Run:
    """What was measured so far."""

    began: float = 0.0
    updates: list[Update] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    most_waiting: int = 0
    may_post: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="embedded")
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    options = parser.parse_args()
    configure_logging(level="WARNING")
    plan = Plan(seconds=options.seconds)
    with ENGINES[options.engine](plan) as (url, measure):
        found = report(plan.seconds, *run_async(measured(url, plan, measure)))
    print("\n".join(lines(options.engine, plan.retention, found)))
    results = Path(__file__).parent / "results" / f"steady-{options.engine}.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(found, indent=2) + "\n")


@contextmanager
def embedded(plan: Plan) -> Iterator[tuple[str, Measure]]:
    """One process on files."""
    with tempfile.TemporaryDirectory() as folder, suite_of(HERE, Path(folder), more=plan.settings) as url:
        yield url, lambda: asyncio.to_thread(sizes_of_files, Path(folder) / "data")


@contextmanager
def distributed(plan: Plan) -> Iterator[tuple[str, Measure]]:
    """Five processes on PostgreSQL and Kafka."""
    with PostgresServer() as postgres, KafkaServer() as kafka:
        stage = Stage(postgres, kafka.bootstrap_servers)
        stage.environment |= plan.settings
        stage.prepare()
        cluster = stage.cluster()
        try:
            for name in MEMBERS:
                cluster.start(name)
            cluster.wait_ready()
            yield cluster.url, lambda: sizes_of_server(postgres.dsn)
        finally:
            cluster.stop()


ENGINES = {"embedded": embedded, "postgresql": distributed}


async def measured(url: str, plan: Plan, measure: Measure) -> tuple[Sequence[Update], Sequence[Sample], int]:
    """Every update, the sizes at each eighth of the run, and how many events waited at most."""
    async with httpx.AsyncClient(base_url=url, headers=_headers(), timeout=60, trust_env=False) as client:
        await add_linked_risks(client, plan.indicators, f"{FIRST_YEAR - 1}-12")
        run, numbers = Run(began=time.perf_counter()), count()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch(client, run, plan))
            tasks.create_task(_sample(run, plan, measure))
            for _ in range(plan.callers):
                tasks.create_task(_call(client, run, plan, numbers))
        await wait_until_caught_up(client)
    return run.updates, run.samples, run.most_waiting


def _headers() -> dict[str, str]:
    return {"authorization": f"Bearer {KEY}"}


async def _call(client: httpx.AsyncClient, run: Run, plan: Plan, numbers: Iterator[int]) -> None:
    while await run.may_post.wait() and run.seconds < plan.seconds:
        n, started = next(numbers), run.seconds
        body = _observation(n // plan.indicators)
        key = {"idempotency-key": f"steady-{n}"}
        answer = await client.post(observations_path(n % plan.indicators), json=body, headers=key)
        answer.raise_for_status()
        run.updates.append((started, run.seconds - started))


def _observation(month: int) -> dict[str, object]:
    """Two months met and two missed in turn: a risk that needs two of a kind moves every second month."""
    return observation(f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02}", MISSED if month // 2 % 2 else MET)


async def _watch(client: httpx.AsyncClient, run: Run, plan: Plan) -> None:
    """Let callers post only while relays and consumers keep up."""
    while run.seconds < plan.seconds:
        waiting = _waiting((await client.get("/health/ready")).json())
        run.most_waiting = max(run.most_waiting, waiting)
        (run.may_post.set if waiting <= MOST_WAITING else run.may_post.clear)()
        await asyncio.sleep(LOOK_SECONDS)
    run.may_post.set()


def _waiting(detail: dict[str, Any]) -> int:
    """Events that are to be published, or applied by the consumer that is furthest behind."""
    services = detail["services"].values()
    unpublished = [state.get("relay", {}).get("unpublished") or 0 for state in services]
    lags = [at["lag"] or 0 for state in services for at in state.get("consumers", {}).values()]
    return max([*unpublished, *lags], default=0)


async def _sample(run: Run, plan: Plan, measure: Measure) -> None:
    for number in range(SAMPLES + 1):
        await asyncio.sleep(max(0.0, number * plan.seconds / SAMPLES - run.seconds))
        updates = len(run.updates)
        run.samples.append(Sample(round(run.seconds, 1), updates, await measure()))


if __name__ == "__main__":
    main()
