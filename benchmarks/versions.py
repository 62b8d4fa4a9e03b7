"""The suite of this checkout or of another one at work in a process of its own, and two versions compared in one run.

Both versions are driven by this checkout's client in rounds that alternate between them: neither has all its rounds in
one of the machine's moods.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench_update import measure_updates
from benchmarks.stage import run_async

KEY = "b" * 40
HERE = Path(__file__).parent.parent
START_SECONDS, STOP_SECONDS = 120.0, 60.0
ROUNDS = 5
RUNS = {"embedded": ("run",), "distributed": ("run-distributed", "--no-reference")}
"""The commands of the suite that an update is compared under: one process on files, five on PostgreSQL and Kafka."""


def compare_update(before: Path) -> Iterator[str]:
    """A line for each way to run: one update's p50 in both versions, medians of the rounds."""
    for name, command in RUNS.items():
        found: dict[Path, list[float]] = {before: [], HERE: []}
        for _ in range(ROUNDS):
            for checkout, values in found.items():
                values.append(_update_ms(checkout, command))
        old, new = (statistics.median(values) for values in found.values())
        rounds = "; ".join(", ".join(f"{value:.1f}" for value in values) for values in found.values())
        yield f"one update, {name}, p50, medians: before {old:.1f} ms, now {new:.1f}, ratio {new / old:.2f} ({rounds})"


def _update_ms(checkout: Path, command: tuple[str, ...]) -> float:
    with tempfile.TemporaryDirectory() as folder, suite_of(checkout, Path(folder), command) as url:
        return run_async(measure_updates(url, KEY)) * 1000


@contextmanager
def suite_of(
    checkout: Path, folder: Path, command: tuple[str, ...] = ("run",), more: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The suite of a checkout at work on an empty folder, with ``more`` settings; the address it answers at."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "SUITE_DATA_DIR": str(folder / "data")}
    environment |= {"SUITE_ADMIN_KEY": KEY, "LOG_LEVEL": "WARNING"} | dict(more or {})
    output = folder / "output"
    with output.open("w") as file:
        arguments = [_python(checkout), "-m", "suite", *command, "--port", "0"]
        process = subprocess.Popen(arguments, cwd=checkout, env=environment, stdout=file, stderr=file)
        try:
            yield _address(process, output)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def _python(checkout: Path) -> str:
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _address(process: "subprocess.Popen[bytes]", output: Path) -> str:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        if found := re.search(r"Ready on (http://\S+)", output.read_text()):
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"the suite did not start:\n{output.read_text()}")
