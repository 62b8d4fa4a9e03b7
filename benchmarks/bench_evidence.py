"""From evidence committed to the risk readable, under sixteen callers: ``python -m benchmarks.bench_evidence``.

Each caller posts an observation that moves a risk of its own and, once that is answered and so committed, reads the
risk through the gateway until it stands where the observation puts it. What is told is the time between, by its p50,
p99 and longest; wanted is a p99 of one second. A caller posts again as soon as its risk has moved, so that sixteen
updates are under way all the time. A run that misses what is wanted ends as failed.

``make bench-evidence`` (SECONDS=60, ENGINE=embedded or postgresql).
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from itertools import count

import httpx

from benchmarks.linked_risks import MET, MISSED, add_linked_risks, observation, observations_path
from benchmarks.stage import run_async
from benchmarks.steady import ENGINES, Plan
from benchmarks.steady_report import percentile
from benchmarks.versions import KEY
from chassis.logging import configure_logging

CALLERS = 16
FIRST_YEAR = 1950
READ_EVERY = 0.02
"""Seconds between two looks at a risk: what is measured is at most so much too long."""
LONGEST = 30.0
WANTED_MS = 1000.0
AS_ASSESSED, WORSE = 3, 4
"""Likelihoods of a risk whose indicator is as it was when the owner assessed, and worse."""


def main() -> bool:
    """Measure, print, and say whether what is wanted was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="postgresql")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    configure_logging(level="WARNING")
    with ENGINES[options.engine](Plan()) as (url, _):
        times = run_async(measured(url, options.seconds))
    print(f"{options.engine}, {CALLERS} callers, {options.seconds:.0f} s: {told(times)}")
    return percentile(times, 99) <= WANTED_MS


def told(times: Sequence[float]) -> str:
    """What times in seconds show."""
    shown = ", ".join(f"{name} {percentile(times, at)} ms" for name, at in (("p50", 50), ("p99", 99), ("longest", 100)))
    return f"{len(times)} updates; evidence committed to risk readable: {shown} (wanted: p99 within {WANTED_MS:.0f} ms)"


async def measured(url: str, seconds: float, callers: int = CALLERS, first: int = 0) -> list[float]:
    """Seconds from evidence committed to risk readable, of every update that moved one; ``first``: number of a risk."""
    headers = {"authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        await add_linked_risks(client, callers, f"{FIRST_YEAR - 1}-12", first)
        until = time.perf_counter() + seconds
        found = await asyncio.gather(*(_call(client, number, until) for number in range(first, first + callers)))
    return [each for of_caller in found for each in of_caller]


async def _call(client: httpx.AsyncClient, number: int, until: float) -> list[float]:
    """Worse counts at once, better once two months are: the first of two missed ones moves the risk, and the second
    of two met ones; the others between are posted and not waited for."""
    times, months = list[float](), count()
    while time.perf_counter() < until:
        await _post(client, number, next(months), MISSED)
        times.append(await _readable(client, number, WORSE))
        await _post(client, number, next(months), MET)
        await _post(client, number, next(months), MET)
        times.append(await _readable(client, number, AS_ASSESSED))
    return times


async def _post(client: httpx.AsyncClient, number: int, month: int, value: str) -> None:
    body = observation(f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02}", value)
    (await client.post(observations_path(number), json=body)).raise_for_status()


async def _readable(client: httpx.AsyncClient, number: int, likelihood: int) -> float:
    """Seconds until the risk is read with this likelihood."""
    started = time.perf_counter()
    while True:
        answer = (await client.get(f"/risks/v1/risks/U{number:03}")).raise_for_status()
        if answer.json()["effective"]["likelihood"] == likelihood:
            return time.perf_counter() - started
        if time.perf_counter() - started > LONGEST:
            raise RuntimeError(f"risk {number} never stood at {likelihood}: {answer.text}")
        await asyncio.sleep(READ_EVERY)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
