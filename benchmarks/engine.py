"""The engine against what its parts can do: ratios to limits measured in the same run, on real PostgreSQL and Kafka.

``make bench-engine`` prints the figures and writes them to ``benchmarks/results/engine.json``. ``--before CHECKOUT``
compares the embedded update of two versions instead, in rounds that alternate between them: the medians of five.
"""

import argparse
import json
import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import bench_consumer, bench_embedded, bench_relay, bench_update
from benchmarks.stage import Figure, Stage
from chassis.logging import configure_logging
from suite.engines import KafkaServer, PostgresServer

RESULTS = Path(__file__).parent / "results" / "engine.json"
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="the checkout of another version, to compare the embedded update")
    before: Path | None = parser.parse_args().before
    configure_logging(level="WARNING")
    if before:
        _print_comparison(before.resolve())
    else:
        _write(_figures())


def _figures() -> Iterator[Figure]:
    yield bench_embedded.run()  # before the environment of this process names PostgreSQL and Kafka
    with PostgresServer() as postgres, KafkaServer() as kafka:
        stage = Stage(postgres, kafka.bootstrap_servers)
        stage.prepare()
        for benchmark in (bench_update, bench_relay, bench_consumer):
            yield from benchmark.run(stage)


def _write(figures: Iterable[Figure]) -> None:
    written = []
    for figure in figures:
        print(figure.line)
        written.append(figure.as_dict())
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(written, indent=2) + "\n")


def _print_comparison(before: Path) -> None:
    """Both versions meet the same moods of the machine: neither has all its rounds in one of them."""
    found: dict[Path, list[float]] = {before: [], bench_embedded.HERE: []}
    for _ in range(ROUNDS):
        for checkout, values in found.items():
            values.append(bench_embedded.run(checkout).value)
    old, new = (statistics.median(values) for values in found.values())
    print(f"one update, embedded, p50, medians of {ROUNDS} rounds: before {old:,.1f} ms, now {new:,.1f} ms")
    print(f"ratio {new / old:.2f}; rounds before {found[before]}, now {found[bench_embedded.HERE]}")


if __name__ == "__main__":
    main()
