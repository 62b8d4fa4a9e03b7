"""Which runs of imports end as failed."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import bench_import

GOOD: dict[str, Any] = {
    "rows": [10_000, 1_000_000],
    "seconds_of_few": 1.0,
    "seconds_of_plain": 0.5,
    "microseconds_a_row": [100.0, 125.0],
    "memory_mib": [100.0, 110.0],
    "read_ms": [2.0, 4.0],
}


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ({}, []),
        ({"seconds_of_plain": 0.49}, ["pace"]),
        ({"microseconds_a_row": [100.0, 126.0]}, ["time a row"]),
        ({"memory_mib": [100.0, 111.0], "read_ms": [2.0, 4.1]}, ["memory", "reads"]),
    ],
)
def test_a_ratio_beyond_what_is_wanted_is_missed(found: dict[str, Any], names: list[str]):
    assert [line.split(":")[0] for line in bench_import.missed(GOOD | found)] == names


def test_a_run_beyond_ends_as_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(bench_import, "measured", lambda _rows, **_: GOOD | {"seconds_of_plain": 0.1})
    monkeypatch.setattr(bench_import, "RESULTS", tmp_path)
    monkeypatch.setattr(bench_import, "configure_logging", lambda **_: None)
    monkeypatch.setattr("sys.argv", ["bench_import", "--shape", "month"])
    with pytest.raises(SystemExit, match=r"pace: ratio 0\.10"):
        bench_import.main()
    assert (tmp_path / "import-month.json").exists()
