"""One update in one process on files, from the POST at the gateway to the re-scored risk readable, as a median.

What ``make run`` starts. The limit: three durable commits of one row to a SQLite file, since an update is three: the
observation, its event in the log, the risk.
"""

import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.bench_update import UPDATES, measure_updates
from benchmarks.stage import Figure, run_async
from benchmarks.versions import HERE, KEY, suite_of

COMMITS = 3


def run() -> Figure:
    with tempfile.TemporaryDirectory() as folder, suite_of(HERE, Path(folder)) as url:
        ours = run_async(measure_updates(url, KEY))
        limit = COMMITS * _commit(Path(folder) / "limit.db")
    return Figure("one update, embedded, p50", "ms", ours * 1000, limit * 1000, "within 4")


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
