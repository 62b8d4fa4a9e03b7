"""Coverage of code by the unit tests beside it, branch by branch: ``make coverage``.

Each room of rules (``services/*/domain``) has to be covered whole by the unit tests of its service alone, since those
are what notices a change at once; the rest is reported, most of it being tested on real databases and buses. What is
left out by a comment has to say why, behind the comment.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "build" / "coverage"
UNITS: Final = ("contracts", "chassis", "gateway", "portal", *(f"services/{each}" for each in (
    "indicators", "risks", "pledges", "finance", "subscriptions"
)))  # fmt: skip
LEFT_OUT: Final = re.compile(r"#\s*pragma:\s*no\s+(?:cover|branch)\s*(\S.*)?$")

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of a package is covered, and which lines and branches of its rules are not."""

    name: str
    statements: int
    branches: int
    share: float
    faults: Sequence[str]

    def row(self) -> str:
        return f"{self.name:<36}{self.statements:>11}{self.branches:>9}{self.share:>8.1f} %"


HEAD: Final = f"{'package':<36}{'statements':>11}{'branches':>9}{'share':>9}"


def is_rule(path: str) -> bool:
    """Whether a file is in a room of rules."""
    return "domain" in Path(path).parent.parts


def covered(unit: str, report: Report) -> Iterator[Covered]:
    """What coverage's own report in JSON says of a unit: its rules and the rest apart."""
    for name, of_rules in ((f"{unit}/domain", True), (f"{unit}, the rest", False)):
        files = {path: each for path, each in report["files"].items() if is_rule(path) is of_rules}
        if files:
            yield _summed(name, files, of_rules)


def _summed(name: str, files: Report, of_rules: bool) -> Covered:
    sums = {key: sum(each["summary"][key] for each in files.values()) for key in _COUNTED}
    whole = sums["num_statements"] + sums["num_branches"]
    share = 100 * (sums["covered_lines"] + sums["covered_branches"]) / max(1, whole)
    faults = [line for path, each in sorted(files.items()) for line in _missing(path, each)] if of_rules else []
    return Covered(name, sums["num_statements"], sums["num_branches"], share, faults)


_COUNTED: Final = ("num_statements", "num_branches", "covered_lines", "covered_branches")


def _missing(path: str, of_file: Report) -> Iterator[str]:
    if lines := of_file["missing_lines"]:
        yield f"{path}: never run: {', '.join(map(str, lines))}"
    if branches := of_file["missing_branches"]:
        yield f"{path}: never taken: {', '.join(f'{begin} to {end}' for begin, end in branches)}"


def unexplained(path: str, text: str) -> list[str]:
    """Lines that are left out without a word why."""
    found = ((number, LEFT_OUT.search(line)) for number, line in enumerate(text.splitlines(), 1))
    return [f"{path}:{number}: is left out, and does not say why" for number, left in found if left and not left[1]]


def measure(unit: str) -> Report:
    """What the unit tests beside a package cover of it.

    Raises:
        SystemExit: a test fails.
    """
    name = Path(unit).name
    environment = os.environ | {"COVERAGE_FILE": str(FOLDER / f"{name}.data")}
    run = ["run", "--branch", f"--source={unit.replace('/', '.')}", "-m", "pytest", "-q", f"tests/unit/{name}"]
    _coverage([*run, "-p", "no:cacheprovider"], environment)
    report = FOLDER / f"{name}.json"
    _coverage(["json", "--quiet", "-o", str(report)], environment)
    found: Report = json.loads(report.read_text())
    return found


def _coverage(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "coverage", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [unit for unit in UNITS if not sys.argv[1:] or unit in sys.argv[1:]]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = [
            each
            for unit, report in zip(wanted, threads.map(measure, wanted), strict=True)
            for each in covered(unit, report)
        ]
    rules = [path for unit in wanted for path in (ROOT / unit).glob("domain/**/*.py")]
    faults = [line for each in found for line in each.faults]
    faults += [line for path in rules for line in unexplained(str(path.relative_to(ROOT)), path.read_text())]
    print("\n".join([HEAD, *(each.row() for each in found), *faults]))  # noqa: T201  a command prints
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
