"""A night's work for one machine: ``make nightly``. What came of it last is written into ``docs/nightly.md``.

Each part is a command that anybody can run alone, with sizes from the environment: ``SEEDS``, ``DISTRIBUTED_SEEDS``,
``CUTS``, ``SOAK`` and ``FUZZ`` (seconds). ``PARTS="faults soak"`` runs some of them: of the others the page goes on
saying when they ran last, at which commit and what they found (``docs/nightly.json``). A part that fails does not
keep the others from running; the exit status says that one did. The whole output of each is in ``build/nightly``.
"""

import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from suite.engines import kafka, postgres

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "build" / "nightly"
PAGE = ROOT / "docs" / "nightly.md"
LAST = PAGE.with_suffix(".json")
"""The outcome of each part when it ran last, by its name: what the page is made of."""
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
        Part("tests", "Every test on SQLite and PostgreSQL", ["test-all"], r"=+ real engines"),
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
        Part("coverage", "Rooms of rules covered by the unit tests beside them, and the rest", ["coverage"], r"$^"),
        Part("keycloak", "Signing in by Keycloak, by token and by page", ["test-keycloak"], r"$^"),
        Part(
            "ledger",
            "A million random entries: nought in the trial balance, and a position as fast as with a thousand",
            ["bench-ledger", "SIZES=1000 100000 1000000"],
            r"$^",
        ),
        Part("bench", "Every benchmark, as ratios to limits of the same run", ["bench"], r"$^"),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one part found: its exit status, minutes, the end of its output, and when and on what it ran.

    ``shortened`` names each size that was smaller than usual.
    """

    does: str
    status: int
    minutes: float
    figures: Sequence[str]
    at: str
    commit: str
    shortened: Sequence[str] = ()


def run(part: Part, sizes: Mapping[str, str]) -> Outcome:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path, started = OUTPUT / f"{part.name}.log", time.monotonic()
    say(f"{part.name}: {part.does}")
    with path.open("wb") as output:
        command, environment = ["make", "--no-print-directory", *part.target], os.environ | sizes
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False)
    minutes = round((time.monotonic() - started) / 60, 1)
    say(f"{part.name}: status {done.returncode} after {minutes} minutes")
    return Outcome(
        does=part.does,
        status=done.returncode,
        minutes=minutes,
        figures=figures(path, part.figures),
        at=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        commit=_first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]),
        shortened=[f"{name} {sizes[name]} of {usual}" for name, usual in SIZES.items() if sizes[name] != usual],
    )


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
    }


def _first_line(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0]


def read_last(path: Path) -> dict[str, Outcome]:
    """What each part found last, by its name; nothing where none ran yet."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    return {name: Outcome(**outcome) for name, outcome in kept.items()}


def write_last(path: Path, outcomes: Mapping[str, Outcome]) -> None:
    path.write_text(json.dumps({name: asdict(each) for name, each in outcomes.items()}, indent=1) + "\n")


def page(outcomes: Mapping[str, Outcome], names: Sequence[str], machine: Mapping[str, str]) -> str:
    """The page in Markdown: a row for each part, in the order of ``names``, also for one that never ran."""
    lines = [
        "# Nightly",
        "",
        "What each part of `make nightly` found when it ran last, in UTC. Written by it, not by hand.",
        "",
        "| part | what | outcome | minutes | when | commit |",
        "|---|---|---|---|---|---|",
        *(_row(name, outcomes.get(name)) for name in names),
        "",
        "The last run was on:",
        "",
        "| | version |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in machine.items()),
    ]
    for name in names:
        lines += ["", f"## {name}", "", "```", *outcomes[name].figures, "```"] if name in outcomes else []
    return "\n".join([*lines, ""])


def _row(name: str, outcome: Outcome | None) -> str:
    if outcome is None:
        return f"| {name} | | not run yet | | | |"
    found = "passed" if outcome.status == 0 else f"**failed** ({outcome.status})"
    shortened = f", shortened: {', '.join(outcome.shortened)}" if outcome.shortened else ""
    return f"| {name} | {outcome.does} | {found}{shortened} | {outcome.minutes} | {outcome.at} | {outcome.commit} |"


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a command prints


def main() -> None:
    sizes = {name: os.environ.get(name) or usual for name, usual in SIZES.items()}
    wanted, every = os.environ.get("PARTS", "").split(), parts(sizes)
    if unknown := set(wanted) - {part.name for part in every}:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(part.name for part in every)}")
    outcomes = {part.name: run(part, sizes) for part in every if not wanted or part.name in wanted}
    last = read_last(LAST) | outcomes
    write_last(LAST, last)
    PAGE.write_text(page(last, [part.name for part in every], versions()))
    say(f"Figures are in {PAGE.relative_to(ROOT)}")
    sys.exit(any(each.status for each in outcomes.values()))


if __name__ == "__main__":
    main()
