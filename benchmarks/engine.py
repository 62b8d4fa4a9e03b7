"""The engine against what its parts can do: ratios to limits measured in the same run, on real PostgreSQL and Kafka.

``make bench-engine`` prints the figures and writes them to ``benchmarks/results/engine.json``. ``--before CHECKOUT``
compares one update of two versions instead, embedded and distributed.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import bench_consumer, bench_embedded, bench_relay, bench_update
from benchmarks.stage import Figure, Stage
from benchmarks.versions import compare_update
from chassis.logging import configure_logging
from suite.engines import KafkaServer, PostgresServer

RESULTS = Path(__file__).parent / "results" / "engine.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="the checkout of another version, to compare one update with")
    before: Path | None = parser.parse_args().before
    configure_logging(level="WARNING")
    if before:
        for line in compare_update(before.resolve()):
            print(line, flush=True)
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


if __name__ == "__main__":
    main()
