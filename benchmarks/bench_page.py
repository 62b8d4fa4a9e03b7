"""How long the scorecard's page takes to its first byte, beside the scorecard's own answer of the API.

``make bench-page``, or ``python -m benchmarks.bench_page``; ``DATA=folder`` takes a copy of a suite's data folder
instead of loading the reference data. Both are asked over a socket in turns, the page by a session, the API by a key,
so that whatever else the machine does hits both. Below stands where the page's time goes: each of its calls by itself.
"""

import asyncio
import os
import re
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Final

import httpx
import uvicorn

from benchmarks.stage import run_async
from chassis.logging import configure_logging
from chassis.memory import settle_memory
from gateway.access import service
from gateway.access.keys import NewKey
from suite import business_date, compose
from suite.catch_up import wait_until_caught_up
from suite.load import load_reference
from suite.settings import MEMBERS, SuiteSettings

PERIOD, CARD = "2017/18 Q3", "integrated-2017-18"
API: Final = f"/indicators/v1/scorecards/{CARD}?period={PERIOD}"
OTHERS: Final = (
    "/indicators/v1/scorecards?limit=200",
    "/indicators/v1/areas?limit=200&total=true",
    "/indicators/v1/area-groups?limit=200",
    "/operations/v1/business-date?services=false",
    f"/indicators/v1/process-control?area=E06000026&scorecard={CARD}",
)
"""What the page asks besides."""
ROUNDS, WARM = 40, 5
WANTED: Final = 3.0
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(slots=True)
class Times:
    """Seconds to the first byte, by what was asked."""

    page: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    others: dict[str, list[float]] = field(default_factory=lambda: {path: [] for path in OTHERS})

    def lines(self) -> Sequence[str]:
        page, answer = statistics.median(self.page), statistics.median(self.answer)
        parts = [f"  {_ms(statistics.median(took))}  {path}" for path, took in self.others.items()]
        first = (
            f"scorecard page, first byte, p50: {_ms(page)}; its API answer {_ms(answer)}: "
            f"{page / answer:.2f} times (wanted at most {WANTED:g})"
        )
        return [first, "what the page asks besides, at once, each alone:", *parts]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def main() -> None:
    configure_logging(level="WARNING")
    with tempfile.TemporaryDirectory() as folder:
        found = run_async(measured(Path(folder) / "data"))
    print("\n".join(found.lines()))


async def measured(folder: Path) -> Times:
    """Times of a suite with the reference data, page and API in turns."""
    if data := os.environ.get("DATA"):
        await asyncio.to_thread(shutil.copytree, data, folder)
    settings, found = SuiteSettings(data_dir=folder), Times()
    await compose.upgrade(MEMBERS, settings)
    await _pin(settings)
    async with compose.everything(settings) as running:
        wanted = NewKey("bench", frozenset({"admin"}))
        key = await running.databases["gateway"].write(lambda tx: service.create_key(tx, wanted))
        if not data:
            await _load(running)
        async with _served(running.app) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
            await _sign_in(client, key)
            settle_memory()
            for number in range(ROUNDS + WARM):
                await _round(client, key, found if number >= WARM else Times())
    return found


async def _pin(settings: SuiteSettings) -> None:
    """Have the calendar be of the day that the data are of."""
    databases = [compose.open_database(name, settings) for name in MEMBERS]
    await business_date.pin(databases, business_date.REFERENCE_DATE)
    for database in databases:
        await database.close()


async def _load(running: compose.Running) -> None:
    async with running.loader_client() as client:

        async def caught_up() -> None:
            await wait_until_caught_up(client)

        await load_reference(client, wait=caught_up, report=lambda _line: None)


@asynccontextmanager
async def _served(app: object) -> AsyncIterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))  # type: ignore[arg-type]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def _sign_in(client: httpx.AsyncClient, key: str) -> None:
    page = (await client.get("/sign-in")).text
    fields = {name: unescape(value) for name, value in _HIDDEN.findall(page)}
    answer = await client.post("/sign-in", data=fields | {"key": key})
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text


async def _round(client: httpx.AsyncClient, key: str, times: Times) -> None:
    shown = {"authorization": f"Bearer {key}"}
    times.page.append(await _first_byte(client, f"/scorecard?period={PERIOD}", {}))
    times.answer.append(await _first_byte(client, API, shown))
    for path in OTHERS:
        times.others[path].append(await _first_byte(client, path, shown))


async def _first_byte(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    async with client.stream("GET", path, headers=headers) as answer:
        took = time.perf_counter() - began
        assert answer.status_code == httpx.codes.OK, (path, answer.status_code)
        await answer.aread()
    return took


if __name__ == "__main__":
    main()
