"""The engine against what its parts can do: ratios to limits measured in the same run, on real PostgreSQL and Kafka.

``make bench-engine`` prints the figures and writes them to ``benchmarks/results/engine.json``.
"""

import json
from pathlib import Path

from benchmarks import bench_consumer, bench_relay, bench_update
from benchmarks.stage import Stage
from chassis.logging import configure_logging
from suite.engines import KafkaServer, PostgresServer

RESULTS = Path(__file__).parent / "results" / "engine.json"


def main() -> None:
    configure_logging(level="WARNING")
    with PostgresServer() as postgres, KafkaServer() as kafka:
        stage = Stage(postgres, kafka.bootstrap_servers)
        stage.prepare()
        figures = [*bench_update.run(stage), *bench_relay.run(stage), *bench_consumer.run(stage)]
    for figure in figures:
        print(figure.line)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([figure.as_dict() for figure in figures], indent=2) + "\n")


if __name__ == "__main__":
    main()
