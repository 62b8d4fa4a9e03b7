"""What traces cost a call: nobody told, one in a hundred told, all told; in turns, so that the machine is fair to all.

``python -m benchmarks.tracing_cost`` prints the median of each in microseconds, of a read through the gateway to a
service in the same process, and of the entering of a span alone.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from chassis import otel, telemetry
from chassis.logging import configure_logging
from gateway.access import service
from gateway.access.keys import NewKey
from suite import compose
from suite.settings import MEMBERS, SuiteSettings

SHARES = {"nobody told": None, "one in a hundred": 0.01, "all": 1.0}


class Nowhere(SpanExporter):
    """Takes spans and forgets them: what a collector costs is its own."""

    def export(self, spans: object) -> SpanExportResult:  # noqa: ARG002  the signature is the library's
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None: ...


def told(share: float | None) -> AbstractContextManager[None]:
    return nullcontext() if share is None else otel.told("benchmark", Nowhere(), share)


async def _calls(client: httpx.AsyncClient, number: int) -> float:
    began = time.perf_counter()
    for _ in range(number):
        (await client.get("/risks/v1/risks/none")).read()
    return (time.perf_counter() - began) / number * 1e6


def _spans(number: int) -> float:
    began = time.perf_counter()
    for _ in range(number):
        with telemetry.request(None, None, "GET risks"):
            telemetry.say(method="GET", route="/", status=200, member="risks")
    return (time.perf_counter() - began) / number * 1e6


async def measured(folder: Path, rounds: int, number: int) -> Iterator[str]:
    settings = SuiteSettings(data_dir=folder)
    await compose.upgrade(MEMBERS, settings)
    async with compose.everything(settings) as running:
        wanted = NewKey("benchmark", frozenset({"admin"}))
        key = await running.databases["gateway"].write(lambda tx: service.create_key(tx, wanted))
        headers = {"authorization": f"Bearer {key}"}
        transport = httpx.ASGITransport(running.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://suite", headers=headers) as client:
            await _calls(client, number)
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in SHARES}
            for _ in range(rounds):
                for name, share in SHARES.items():
                    with told(share):
                        found[name].append((await _calls(client, number), _spans(number * 10)))
    return (_line(name, times) for name, times in found.items())


def _line(name: str, times: list[tuple[float, float]]) -> str:
    calls, spans = (statistics.median(each) for each in zip(*times, strict=True))
    return f"{name:<18} {calls:8.0f} us a call   {spans:6.1f} us a span"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=300)
    options = parser.parse_args()
    configure_logging(level="ERROR")
    with TemporaryDirectory() as folder:
        for line in asyncio.run(measured(Path(folder), options.rounds, options.calls)):
            print(line)


if __name__ == "__main__":
    main()
