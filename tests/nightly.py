"""A night's work for one machine: ``make nightly``. What came of it last is written into ``docs/nightly.md``.

Each part is a command that anybody can run alone, with sizes from the environment: ``SEEDS``, ``DISTRIBUTED_SEEDS``,
``CUTS``, ``SOAK`` and ``FUZZ`` (seconds). ``PARTS="faults soak"`` runs some of them. A part that fails does not keep
the others from running; the exit status says that one did. The whole output of each is in ``build/nightly``.
"""

import os
import platform
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from suite.engines import kafka, postgres

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "build" / "nightly"
PAGE = ROOT / "docs" / "nightly.md"
SIZES = {"SEEDS": "110", "DISTRIBUTED_SEEDS": "10", "CUTS": "100", "SOAK": "1200", "FUZZ": "1800"}
SHOWN = 25
"""Lines of a part's output that the page shows."""


@dataclass(frozen=True, slots=True)
class Part:
    """A target of the Makefile with what it is given, and from which line on its output has the figures."""

    name: str
    does: str
    target: Sequence[str]
    figures: str


def parts(sizes: Mapping[str, str]) -> Sequence[Part]:
    seeds = [f"{name}={sizes[name]}" for name in ("SEEDS", "DISTRIBUTED_SEEDS", "CUTS")]
    return [
        Part("both databases", "Every test on SQLite and PostgreSQL", ["test-all"], r"=+ real engines"),
        Part("faults", f"Every fault test, {', '.join(seeds)}", ["test-faults", "ARGS=--durations=10"], r"=+ slowest"),
        Part(
            "soak",
            f"{sizes['SOAK']} s of updates with kills, one restore and one lost broker disk",
            ["soak", f"SECONDS={sizes['SOAK']}"],
            r"Soak$",
        ),
        Part(
            "fuzz",
            f"Calls by all that the document allows and forbids, {sizes['FUZZ']} s",
            ["fuzz", f"SECONDS={sizes['FUZZ']}"],
            r"=+ SUMMARY",
        ),
        Part("keycloak", "Signing in by Keycloak, by token and by page", ["test-keycloak"], r"$^"),
        Part("bench", "Every benchmark, as ratios to limits of the same run", ["bench"], r"$^"),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    part: Part
    status: int
    minutes: float
    figures: Sequence[str]


def run(part: Part, sizes: Mapping[str, str]) -> Outcome:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path, started = OUTPUT / f"{part.name}.log", time.monotonic()
    say(f"{part.name}: {part.does}")
    with path.open("wb") as output:
        command, environment = ["make", "--no-print-directory", *part.target], os.environ | sizes
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False)
    outcome = Outcome(part, done.returncode, (time.monotonic() - started) / 60, figures(path, part.figures))
    say(f"{part.name}: status {outcome.status} after {outcome.minutes:.1f} minutes")
    return outcome


def figures(path: Path, begin: str) -> Sequence[str]:
    """The end of an output, from where its figures begin where that is further down."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in path.read_text(errors="replace").splitlines()]
    last = [number for number, line in enumerate(lines) if re.match(begin, line)]
    return lines[max([len(lines) - SHOWN, *last[-1:]], default=0) :] if len(lines) > SHOWN else lines


def versions() -> Mapping[str, str]:
    return {
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _first_line([str(postgres._find_programs() / "postgres"), "--version"]),
        "Kafka": kafka.VERSION,
        **{name: version(name) for name in ("aiokafka", "asyncpg", "SQLAlchemy", "fastapi", "pydantic")},
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "commit": _first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]),
    }


def _first_line(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0]


def page(outcomes: Sequence[Outcome], sizes: Mapping[str, str], at: datetime) -> str:
    lines = [
        "# Nightly",
        "",
        f"What `make nightly` found last, on {at:%Y-%m-%d %H:%M} UTC. Written by it, not by hand.",
    ]
    if left_out := _left_out(outcomes, sizes):
        lines += ["", f"**Shortened**: {', '.join(left_out)}."]
    lines += ["", "| part | what | outcome | minutes |", "|---|---|---|---|"]
    lines += [f"| {each.part.name} | {each.part.does} | {_words(each)} | {each.minutes:.1f} |" for each in outcomes]
    lines += ["", "| | version |", "|---|---|", *(f"| {name} | {value} |" for name, value in versions().items())]
    for each in outcomes:
        lines += ["", f"## {each.part.name}", "", "```", *each.figures, "```"]
    return "\n".join([*lines, ""])


def _left_out(outcomes: Sequence[Outcome], sizes: Mapping[str, str]) -> Sequence[str]:
    done = {each.part.name for each in outcomes}
    smaller = [f"{name} {sizes[name]} of {usual}" for name, usual in SIZES.items() if sizes[name] != usual]
    return [*smaller, *(f"{part.name} not run" for part in parts(sizes) if part.name not in done)]


def _words(outcome: Outcome) -> str:
    return "passed" if outcome.status == 0 else f"**failed** ({outcome.status})"


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a command prints


def main() -> None:
    sizes = {name: os.environ.get(name) or usual for name, usual in SIZES.items()}
    wanted = os.environ.get("PARTS", "").split()
    outcomes = [run(part, sizes) for part in parts(sizes) if not wanted or part.name in wanted]
    PAGE.write_text(page(outcomes, sizes, datetime.now(UTC)))
    say(f"Figures are in {PAGE.relative_to(ROOT)}")
    sys.exit(any(each.status for each in outcomes))


if __name__ == "__main__":
    main()
