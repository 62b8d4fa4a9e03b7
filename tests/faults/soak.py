"""Updates at a steady rate while services and broker are killed and frozen at random: ``make soak``.

Once a service's database is restored to an earlier state, and once the broker's disk is lost; ``suite recover`` mends
both. Ends with the comparison of everything that is there with a fold over what was published, and a block of figures.
"""

import argparse
import asyncio
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts.topics import SERVICES
from tests.faults import ledger
from tests.faults.copies import BUS, Copies
from tests.faults.plant import Plant
from tests.faults.recovering import assert_told_or_whole
from tests.faults.world import Acknowledged, Stream

CATCH_UP_SECONDS = 180.0
NOTICED = 90
"""Seconds in which somebody must have noticed that a store went back: they look once a minute."""

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


@dataclass(slots=True)
class Soak:
    """One run: the plant, the dice, and what came of it so far."""

    plant: Plant
    chance: random.Random
    rate: float
    started: float = field(default_factory=time.monotonic)
    faults: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    """Without those that a restored database has lost, as it must."""
    lost_with_restore: int = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @contextmanager
    def updates(self) -> Iterator[Stream]:
        """A stream whose acknowledged updates count, once it has ended."""
        with self.plant.stream(per_second=self.rate, seed=self.chance.randrange(1000)) as stream:
            yield stream
        self.refused += stream.refused
        self.acknowledged += stream.acknowledged

    def break_until(self, stream: Stream, end: float) -> None:
        while self.seconds < end:
            self._break_something(stream)

    def _break_something(self, stream: Stream) -> None:
        time.sleep(self.chance.uniform(2, 8))
        name = self.chance.choices(list(FAULTS), [weight for _, weight in FAULTS.values()])[0]
        say(f"{self.seconds:6.1f} s  {name}  ({len(self.acknowledged) + len(stream.acknowledged)} acknowledged)")
        FAULTS[name][0](self.plant, self.chance)
        self.faults[name] += 1
        for member, child in list(self.plant.cluster.children.items()):
            if child.poll() is not None:  # a service that ended by itself is started again, as anywhere else
                say(f"          {member} had ended with {child.returncode}")
                self.faults["ended by itself"] += 1
                self.plant.start(member)

    def recover(self, name: str) -> None:
        """Somebody says that a store went back, or nothing differs; the one command mends it."""
        self.plant.wait_answering()
        with self.plant.client() as client:
            assert_told_or_whole(client, [name], within=NOTICED)
        said = self.plant.command("recover", within=CATCH_UP_SECONDS + 120)
        self.faults["recovered"] += 1
        say(f"{self.seconds:6.1f} s  recovered: {said.splitlines()[-1]}")


def soak(seconds: float, rate: float, seed: int) -> int:
    """Three parts of a run, with a database restored between the first two, and the broker's disk lost after them."""
    say(f"Seed {seed}; starting PostgreSQL, Kafka, gateway and services")
    plant = Plant(settings={})
    try:
        run = Soak(plant, random.Random(seed), rate)  # noqa: S311  dice
        say(f"Updates at up to {rate:g} a second for {seconds:g} seconds, with random kills")
        differences = _first_part(run, seconds / 3)
        _restored_database(run, seconds * 2 / 3)
        _lost_disk(run)
        with run.updates() as stream:
            run.break_until(stream, seconds)
        return _close(run, differences, seed)
    except BaseException:
        say(plant.last_lines(200))
        raise
    finally:
        plant.close()


def _first_part(run: Soak, end: float) -> list[str]:
    """Nothing goes back in time: every event is followed from its producer to its effects."""
    with run.updates() as stream:
        run.break_until(stream, end)
    _wait_until_applied(run.plant)
    report = run.plant.compare(run.acknowledged)
    say(
        f"{run.seconds:6.1f} s  {report.events} events, {report.applied} applied, {len(report.differences)} differences"
    )
    return report.differences


def _restored_database(run: Soak, end: float) -> None:
    """A schema is dumped, and restored under load some time after."""
    name = run.chance.choice(SERVICES)
    with TemporaryDirectory(prefix="suite-soak-") as folder:
        copies, before = Copies(run.plant, Path(folder)), len(run.acknowledged)
        with run.updates() as stream:
            say(f"{run.seconds:6.1f} s  {name} is dumped")
            copied = len(stream.acknowledged)
            copies.save(name)
            run.break_until(stream, end)
            run.plant.wait_answering()  # what was killed last may not be up yet
            say(f"{run.seconds:6.1f} s  {name} is restored")
            copies.put_back(name)
        run.faults["database restored"] += 1
    if name == "indicators":
        run.lost_with_restore = len(run.acknowledged) - before - copied
        del run.acknowledged[before + copied :]
    run.recover(name)


def _lost_disk(run: Soak) -> None:
    with TemporaryDirectory(prefix="suite-soak-") as folder, run.updates() as stream:
        stream.wait_for(20, within=CATCH_UP_SECONDS)
        say(f"{run.seconds:6.1f} s  the broker's disk is lost")
        Copies(run.plant, Path(folder)).lose_bus()
        run.faults["broker's disk lost"] += 1
    run.recover(BUS)


def _wait_until_applied(plant: Plant) -> None:
    plant.cluster.wait_ready(CATCH_UP_SECONDS)
    plant.settle(CATCH_UP_SECONDS)


def _close(run: Soak, before: list[str], seed: int) -> int:
    say("Waiting until all is applied")
    _wait_until_applied(run.plant)
    differences = [*before, *asyncio.run(ledger.compare_state(run.plant.access, run.acknowledged))]
    for line in differences[:40]:
        say(line)
    verified = run.plant.command("verify", within=CATCH_UP_SECONDS).splitlines()[-1]
    say(figures(run, differences, verified, seed))
    return 1 if differences else 0


def figures(run: Soak, differences: Sequence[str], verified: str, seed: int) -> str:
    faults = ", ".join(f"{name} {count}" for name, count in sorted(run.faults.items()))
    refused = ", ".join(f"{name} {count}" for name, count in sorted(run.refused.items())) or "none"
    lines: Sequence[tuple[str, object]] = [
        ("seed", seed),
        ("seconds", round(run.seconds)),
        ("updates acknowledged", len(run.acknowledged) + run.lost_with_restore),
        ("gone with a restore", run.lost_with_restore),
        ("refused or unanswered", refused),
        ("faults", f"{run.faults.total()} ({faults})"),
        ("differences from the fold", len(differences)),
        ("suite verify", verified),
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
