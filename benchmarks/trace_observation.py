"""The way of one observation, from the POST to the re-scored risk: which functions of ours it passes.

``python -m benchmarks.trace_observation`` runs the embedded suite, posts one observation and prints how many files and
functions were passed, and whether the functions that docs/architecture.md names were among them, in the order it says.
"""

import asyncio
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import httpx

from chassis.logging import configure_logging
from suite import compose
from suite.catch_up import wait_until_caught_up
from suite.settings import MEMBERS, SuiteSettings

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("contracts", "chassis", "services", "gateway")
MAP = ROOT / "docs" / "architecture.md"
STEP = re.compile(r"^\| \d+ \| `([\w./]+\.py)` \| `([\w.]+)` \|", re.MULTILINE)
AREA = {"code": "E06000026", "name": "Plymouth", "type": "unitary_authority"}
INDICATOR = {"code": "waits", "name": "Waits", "unit": "percentage", "decimals": 2, "polarity": "high_is_good"}
RAISED = 4
KEY = "trace-" + "k" * 40


@dataclass(slots=True)
class Trace:
    """Functions in the order they were first entered, as (file, qualified name)."""

    passed: dict[tuple[str, str], None] = field(default_factory=dict)

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code.co_filename.startswith(str(ROOT)):
            file = code.co_filename[len(str(ROOT)) + 1 :]
            if file.startswith(ROOMS):
                self.passed.setdefault((file, code.co_qualname), None)

    @property
    def files(self) -> set[str]:
        return {file for file, _ in self.passed}


@contextmanager
def traced(trace: Trace) -> Iterator[None]:
    """Note every call in this thread; those of the suite were asked to when they began."""
    sys.setprofile(trace.note)
    try:
        yield
    finally:
        sys.setprofile(None)


def steps() -> list[tuple[str, str]]:
    """The functions that the map names, in its order."""
    return STEP.findall(MAP.read_text())


async def trace_observation(folder: Path) -> Trace:
    """Set up one linked risk on an embedded suite, then trace one observation that moves it."""
    trace = Trace()
    threading.setprofile(trace.note)  # threads that the suite starts are noted from their beginning
    settings = SuiteSettings(data_dir=folder, admin_key=KEY)
    await compose.upgrade(MEMBERS, settings)
    async with compose.everything(settings) as running:
        transport = httpx.ASGITransport(running.app)
        await admit_key(running, settings)
        headers = {"authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://suite", headers=headers) as client:
            await _set_up(client)
            trace.passed.clear()
            with traced(trace):
                await _post(client, "/indicators/v1/indicators/waits/observations", _observation("2018-01", "50"))
                await wait_until_caught_up(client)
        async with running.loader_client() as reader:
            await _require_rescored(reader)
    return trace


async def admit_key(running: compose.Running, settings: SuiteSettings) -> None:
    from suite.serving import first_key  # noqa: PLC0415  serving brings uvicorn, which nothing else here needs

    await first_key(running, settings)


async def _set_up(client: httpx.AsyncClient) -> None:
    await _post(client, "/indicators/v1/areas", AREA)
    await _post(client, "/indicators/v1/indicators", INDICATOR | {"frequency": "month"})
    target = {"area": AREA["code"], "kind": "reach", "value": "95"}
    await _post(client, "/indicators/v1/indicators/waits/targets", target)
    await _post(client, "/indicators/v1/indicators/waits/observations", _observation("2017-12", "96"))
    await wait_until_caught_up(client)
    link = {"indicator": "waits", "area": AREA["code"], "group": "one", "signal": "target"}
    rating = {"impact": 4, "likelihood": 3, "reason": "start"}
    risk = {"ref": "R1", "register": "bench", "title": "Waits", "links": [link], "assessment": rating}
    await _post(client, "/risks/v1/risks", risk)
    await wait_until_caught_up(client)


def _observation(period: str, value: str) -> dict[str, object]:
    return {"area": AREA["code"], "period": period, "value": value, "status": "final"}


async def _post(client: httpx.AsyncClient, path: str, body: object) -> None:
    (await client.post(path, json=body)).raise_for_status()


async def _require_rescored(client: httpx.AsyncClient) -> None:
    answer = await client.get("/risks/v1/risks/R1")
    answer.raise_for_status()
    if answer.json()["effective"]["likelihood"] != RAISED:
        raise RuntimeError(f"the risk did not move: {answer.text}")


def missing(trace: Trace, named: Sequence[tuple[str, str]]) -> list[str]:
    """Functions that the map names and the observation did not pass."""
    return [f"{file}: {name}" for file, name in named if (file, name) not in trace.passed]


def main() -> None:
    configure_logging(level="WARNING")
    with tempfile.TemporaryDirectory() as folder:
        trace = asyncio.run(trace_observation(Path(folder)))
    named = steps()
    for file, name in trace.passed:
        print(f"{'*' if (file, name) in named else ' '} {file}: {name}")
    print(f"{len(trace.files)} files and {len(trace.passed)} functions are passed; the map names {len(named)} of them.")
    if lost := missing(trace, named):
        raise SystemExit("Named by the map and not passed: " + ", ".join(lost))


if __name__ == "__main__":
    main()
