"""Updates at a steady rate while services and broker are killed and frozen at random: ``make soak``.

Ends with the comparison of everything that is there with a fold over what was published, and a block of figures.
"""

import argparse
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

from contracts.topics import SERVICES
from tests.faults import ledger
from tests.faults.plant import Plant
from tests.faults.world import Stream

CATCH_UP_SECONDS = 180.0

Fault = Callable[[Plant, random.Random], None]


def _kill_service(plant: Plant, chance: random.Random) -> None:
    name = chance.choice(SERVICES)
    plant.kill(name)
    time.sleep(chance.uniform(0, 2))
    plant.start(name)


def _freeze_service(plant: Plant, chance: random.Random) -> None:
    name = chance.choice(SERVICES)
    plant.pause(name)
    time.sleep(chance.uniform(1, 12))
    plant.resume(name)


def _kill_gateway(plant: Plant, chance: random.Random) -> None:
    plant.kill("gateway")
    time.sleep(chance.uniform(0, 1))
    plant.start("gateway")


def _kill_broker(plant: Plant, chance: random.Random) -> None:
    plant.kafka.kill()
    time.sleep(chance.uniform(0, 4))
    plant.kafka.start()


def _freeze_broker(plant: Plant, chance: random.Random) -> None:
    plant.kafka.suspend()
    time.sleep(chance.uniform(1, 12))
    plant.kafka.resume()


def _kill_database(plant: Plant, chance: random.Random) -> None:
    plant.postgres.kill()
    time.sleep(chance.uniform(0, 1))
    plant.postgres.start()


FAULTS: dict[str, tuple[Fault, int]] = {
    "service killed": (_kill_service, 6),
    "service frozen": (_freeze_service, 2),
    "gateway killed": (_kill_gateway, 1),
    "broker killed": (_kill_broker, 2),
    "broker frozen": (_freeze_broker, 2),
    "database killed": (_kill_database, 1),
}
"""What happens, and how often beside the others."""


def soak(seconds: float, rate: float, seed: int) -> int:
    chance, done = random.Random(seed), Counter[str]()  # noqa: S311  dice
    say(f"Seed {seed}; starting PostgreSQL, Kafka, gateway and services")
    plant = Plant(settings={})
    try:
        say(f"Updates at up to {rate:g} a second for {seconds:g} seconds, with random kills")
        started = time.monotonic()
        with plant.stream(per_second=rate, seed=seed) as stream:
            while time.monotonic() - started < seconds:
                _next(plant, chance, done, stream, started)
        return _close(plant, stream, done, seed)
    except BaseException:
        say(plant.log.read_text(errors="replace")[-8000:])
        raise
    finally:
        plant.close()


def _next(plant: Plant, chance: random.Random, done: Counter[str], stream: Stream, started: float) -> None:
    time.sleep(chance.uniform(2, 8))
    name = chance.choices(list(FAULTS), [weight for _, weight in FAULTS.values()])[0]
    say(f"{time.monotonic() - started:6.1f} s  {name}  ({len(stream.acknowledged)} acknowledged)")
    FAULTS[name][0](plant, chance)
    done[name] += 1
    for member, child in list(plant.cluster.children.items()):
        if child.poll() is not None:  # a service that ended by itself is started again, as anywhere else
            say(f"          {member} had ended with {child.returncode}")
            done["ended by itself"] += 1
            plant.start(member)


def _close(plant: Plant, stream: Stream, done: Counter[str], seed: int) -> int:
    say("Waiting until all is applied")
    plant.cluster.wait_ready(CATCH_UP_SECONDS)
    plant.settle(CATCH_UP_SECONDS)
    report = plant.compare(stream.acknowledged)
    for line in report.differences[:40]:
        say(line)
    say(figures(stream, done, report, seed))
    return 1 if report.differences or report.lost or report.doubled else 0


def figures(stream: Stream, done: Counter[str], report: ledger.Report, seed: int) -> str:
    kills = ", ".join(f"{name} {count}" for name, count in sorted(done.items()))
    refused = ", ".join(f"{name} {count}" for name, count in sorted(stream.refused.items())) or "none"
    lines: Sequence[tuple[str, object]] = [
        ("seed", seed),
        ("updates acknowledged", len(stream.acknowledged)),
        ("refused or unanswered", refused),
        ("faults", f"{sum(done.values())} ({kills})"),
        ("events", report.events),
        ("applied by 3 consumers", report.applied),
        ("lost", report.lost),
        ("doubled", report.doubled),
        ("differences from the fold", len(report.differences)),
    ]
    return "\n".join(["", "Soak", *(f"  {name:<26}{value}" for name, value in lines)])


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a command prints


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=20, help="updates a second")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else secrets.randbelow(1_000_000)
    sys.exit(soak(given.seconds, given.rate, seed))


if __name__ == "__main__":
    main()
