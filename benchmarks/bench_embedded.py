"""One update in one process on files, from the POST at the gateway to the re-scored risk readable, as a median.

What ``make run`` starts. The limit: three durable commits of one row to a SQLite file, since an update is three: the
observation, its event in the log, the risk.
"""

import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench_update import UPDATES, measure_updates
from benchmarks.stage import Figure, run_async

KEY = "b" * 40
COMMITS = 3
HERE = Path(__file__).parent.parent
START_SECONDS = 120.0


def run(checkout: Path = HERE) -> Figure:
    """The figure of the version in ``checkout``, which may be another than this one."""
    with tempfile.TemporaryDirectory() as folder, embedded_suite(checkout, Path(folder)) as url:
        ours = run_async(measure_updates(url, KEY))
        limit = COMMITS * _commit(Path(folder) / "limit.db")
    return Figure("one update, embedded, p50", "ms", ours * 1000, limit * 1000, "within 4")


@contextmanager
def embedded_suite(checkout: Path, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """The suite of a checkout at work on an empty folder, with ``more`` settings; the address it answers at."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "SUITE_DATA_DIR": str(folder / "data")}
    environment |= {"SUITE_ADMIN_KEY": KEY, "LOG_LEVEL": "WARNING"} | dict(more or {})
    output = folder / "output"
    with output.open("w") as file:
        command = [_python(checkout), "-m", "suite", "run", "--port", "0"]
        process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=file, stderr=file)
        try:
            yield _address(process, output)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


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


def _commit(path: Path) -> float:
    """The median of a durable commit of one row."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE one_commit (at REAL)")
    times = []
    for _ in range(UPDATES * 3):
        started = time.perf_counter()
        connection.execute("INSERT INTO one_commit VALUES (?)", (started,))
        times.append(time.perf_counter() - started)
    connection.close()
    return statistics.median(times)
