"""What audit entries, entity tags and strictness add to one update: with and without them in turns, in one process.

One update is the POST at the gateway, what follows from it, and one reading of the re-scored risk. The embedded suite
without its server, and with the risk read from its service, so the share is rather too large than too small.
*Without*: the contract's middleware hands on as it is called, and entries that use cases record are not written.
Looking whether the risk is re-scored yet is never kept to the contract: how often one looks is no part of an update.
What strict types cost, which are built into the bodies, is the time of reading the same body with and without them,
added. Both times and processor time are told: on a busy machine the latter says more.
``python -m benchmarks.contract_cost``.
"""

import asyncio
import statistics
import tempfile
import time
import timeit
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from starlette.types import Receive, Scope, Send

from benchmarks.linked_risks import MET, MISSED, add_linked_risks, observation, observations_path
from benchmarks.stage import run_async
from benchmarks.trace_observation import KEY, admit_key
from chassis.audit import SAVE_ENTRIES
from chassis.logging import configure_logging
from chassis.memory import settle_memory
from chassis.storage.transaction import StagedWrite, Tx
from chassis.web import bodies
from chassis.web.contract import ContractMiddleware
from services.indicators.schemas.observations import ObservationIn
from suite import compose
from suite.catch_up import wait_until_caught_up
from suite.settings import MEMBERS, SuiteSettings

INDICATORS, MONTHS = 40, 10
READ_EVERY = 0.01
"""Seconds between two looks at the risk."""
WANTED = 5.0
"""Per cent that it may add at most."""


@dataclass(slots=True)
class Times:
    """Of updates with or without: seconds that passed, and seconds of processor."""

    passed: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Switch:
    """Whether the contract is kept at the moment: by calls, and by what is written."""

    on: bool = True
    looking: bool = False

    @property
    def on_for_calls(self) -> bool:
        return self.on and not self.looking


def main() -> None:
    configure_logging(level="WARNING")
    with tempfile.TemporaryDirectory() as folder:
        found = run_async(measured(Path(folder), indicators=INDICATORS, months=MONTHS))
    strict = strictness()
    for name in ("passed", "processor"):
        print(line(name, *(statistics.median(getattr(found[on], name)) for on in (True, False)), strict))


def line(name: str, kept: float, without: float, strict: float) -> str:
    share = (kept - without + strict) / kept * 100
    milliseconds = f"{kept * 1000:.2f} ms, without {without * 1000:.2f}, strict types {strict * 1000:.3f} of it"
    return f"one update, embedded, {name}, p50: {milliseconds}: {share:.1f} per cent (wanted at most {WANTED:g})"


async def measured(folder: Path, *, indicators: int, months: int) -> dict[bool, Times]:
    """The times of updates with the contract and without, in turns."""
    settings = SuiteSettings(data_dir=folder, admin_key=KEY)
    await compose.upgrade(MEMBERS, settings)
    found, switch = {True: Times(), False: Times()}, Switch()
    async with compose.everything(settings) as running:
        await admit_key(running, settings)
        headers = {"authorization": f"Bearer {KEY}"}
        transport = httpx.ASGITransport(running.app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://suite", headers=headers) as client,
            running.loader_client() as reader,
        ):
            await add_linked_risks(client, indicators)
            settle_memory()
            with _switched(switch):
                for n in range(indicators * months):
                    switch.on = (n + n // indicators) % 2 == 0  # each indicator in turns as well
                    await _update(client, reader, switch, n, indicators, found[switch.on])
                    await wait_until_caught_up(client)
    return found


@contextmanager
def _switched(switch: Switch) -> Iterator[None]:
    """Let ``switch`` say whether the contract is kept."""
    answer, stage = ContractMiddleware.__call__, Tx.stage

    async def call(self: ContractMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
        await (answer(self, scope, receive, send) if switch.on_for_calls else self.app(scope, receive, send))

    def stage_some(self: Tx, write: StagedWrite, item: Any) -> None:
        if switch.on or write is not SAVE_ENTRIES:
            stage(self, write, item)

    with patch.object(ContractMiddleware, "__call__", call), patch.object(Tx, "stage", stage_some):
        yield


async def _update(
    client: httpx.AsyncClient, reader: httpx.AsyncClient, switch: Switch, number: int, indicators: int, times: Times
) -> None:
    """Post the next month of an indicator, and read its risk once it is of this update."""
    n, month = number % indicators, number // indicators
    period, risk = f"{2018 + month // 12}-{month % 12 + 1:02}", f"/risks/v1/risks/U{n:03}"
    before = (await reader.get(risk)).json()
    started, processor = time.perf_counter(), time.process_time()
    body = observation(period, MET if month % 2 else MISSED)
    (await client.post(observations_path(n), json=body)).raise_for_status()
    switch.looking = True
    while (await reader.get(risk)).json() == before:
        if time.perf_counter() - started > 10:
            raise RuntimeError(f"{period} of update-{n} never arrived")
        await asyncio.sleep(READ_EVERY)
    switch.looking = False
    (await reader.get(risk)).raise_for_status()
    times.passed.append(time.perf_counter() - started)
    times.processor.append(time.process_time() - processor)


def strictness() -> float:
    """Seconds by which strict types slow down the reading of one observation."""
    return _reading(bodies.as_strict) - _reading(lambda schema: schema)


def _reading(as_strict: Any) -> float:
    body, times = observation("2018-01", MISSED), 2000
    with patch.object(bodies, "as_strict", as_strict):
        ObservationIn.model_rebuild(force=True)
    return min(timeit.repeat(lambda: ObservationIn.model_validate(body), number=times, repeat=5)) / times


if __name__ == "__main__":
    main()
