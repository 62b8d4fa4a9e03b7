"""Which runs of the stream end as failed."""

from pathlib import Path

import pytest

from benchmarks import bench_stream
from benchmarks.bench_stream import Fifth, missed


@pytest.mark.parametrize(
    ("rate", "memory", "names"),
    [
        (800, 110, []),
        (1200, 90, []),
        (799, 110, ["rates"]),
        (800, 111, ["memory"]),
        (1, 200, ["rates", "memory"]),
    ],
)
def test_a_ratio_beyond_what_is_wanted_is_missed(rate: float, memory: float, names: list[str]):
    beyond = missed(Fifth(1000, 1, 100), Fifth(rate, 1, memory))
    assert [line.split()[2] for line in beyond] == names


def test_a_run_beyond_ends_as_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(bench_stream, "run", lambda: (Fifth(1000, 1, 100), Fifth(1, 1, 200)))
    monkeypatch.setattr(bench_stream, "RESULTS", tmp_path / "stream.json")
    monkeypatch.setattr(bench_stream, "configure_logging", lambda **_: None)
    with pytest.raises(SystemExit, match="rates"):
        bench_stream.main()
