"""Looks every locked dependency up among the known vulnerabilities: ``make audit``.

Ends with 1 where one is known of a version that is locked and ``ACCEPTED`` does not say why it is no danger here, and
with 2 where a lock file could not be looked up, since then nobody knows. Behind a mirror that has packages and no
vulnerabilities, ``UNAUDITED=allowed`` lets the latter pass; what was not looked up is said all the same, and stands in
``build/audit/unaudited`` for whoever reports on the whole run.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = ROOT / "build" / "audit" / "venv" / "bin" / "pip-audit"
REMAINDER: Final = ROOT / "build" / "audit" / "unaudited"
"""The lock files that were not looked up, a line each; empty where all were."""
DATABASES: Final = ("pypi", "osv")
"""As pip-audit calls them: the package index's own, and that of OSV."""
SECONDS: Final = 10
ACCEPTED: Final[Mapping[str, str]] = {}
"""Vulnerabilities, by their ids, that are no danger here, with the reason."""

Report = Mapping[str, Any]


def locks() -> Sequence[Path]:
    """What is installed anywhere: the suite's own dependencies, those of its tests, and tools."""
    return sorted([*ROOT.glob("requirements*.lock"), *ROOT.glob("tests/*/requirements.lock")])


def npm_locks() -> Sequence[Path]:
    """What tests and tools install by npm."""
    return sorted(ROOT.glob("tests/*/package-lock.json"))


def findings(report: Report, accepted: Mapping[str, str] = ACCEPTED) -> Sequence[str]:
    """What pip-audit knows of a lock file's packages and is not accepted, in lines to print."""
    return [
        _line(package, each)
        for package in report["dependencies"]
        for each in package.get("vulns", ())
        if not accepted.keys() & {each["id"], *each["aliases"]}
    ]


def _line(package: Report, known: Report) -> str:
    mended = ", ".join(known["fix_versions"]) or "no version"
    return f"{package['name']} {package['version']}: {known['id']} ({mended} mends it)"


def npm_findings(report: Report, accepted: Mapping[str, str] = ACCEPTED) -> Sequence[str]:
    """What npm knows: of each package its own, not again what it has by those that it needs."""
    return [
        f"{name} {known['range']}: {id_} ({known['title']})"
        for name, package in report["vulnerabilities"].items()
        for known in package["via"]
        if isinstance(known, dict) and (id_ := known["url"].rsplit("/", 1)[-1]) not in accepted
    ]


def audited(lock: Path) -> Report | None:
    """What pip-audit says of a lock file, by the first database that answers; None where none does."""
    for database in DATABASES:
        command = [PROGRAM, "--requirement", lock, "--disable-pip", "--require-hashes", "--format", "json"]
        more = ["--vulnerability-service", database, "--timeout", str(SECONDS), "--progress-spinner", "off"]
        if (report := _reported(command + more, ROOT, "dependencies")) is not None:
            return report
    return None


def npm_audited(lock: Path) -> Report | None:
    """What npm says of a lock file; None where its registry does not answer, or npm is not here."""
    if shutil.which("npm") is None:
        return None
    patience = [f"--fetch-timeout={SECONDS * 1000}", "--fetch-retries=0"]
    return _reported(["npm", "audit", "--json", "--package-lock-only", *patience], lock.parent, "vulnerabilities")


def _reported(command: Sequence[str | Path], folder: Path, expected: str) -> Report | None:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=folder)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return None
    return found if expected in found else None


Way = tuple[Sequence[Path], Callable[[Path], Report | None], Callable[[Report], Sequence[str]]]


def main() -> int:
    ways: list[Way] = [(locks(), audited, findings), (npm_locks(), npm_audited, npm_findings)]
    wrong: list[str] = []
    remainder: list[str] = []
    for files, look_up, read in ways:
        for lock, report in _reports(files, look_up):
            name = str(lock.relative_to(ROOT))
            if report is None:
                remainder.append(name)
                continue
            say(f"audit: {name} was looked up")
            wrong.extend(read(report))
    for line in wrong:
        say(f"audit: KNOWN VULNERABILITY: {line}")
    return _status(wrong, remainder)


def _reports(files: Sequence[Path], look_up: Callable[[Path], Report | None]) -> Iterator[tuple[Path, Report | None]]:
    """What is said of each; where nobody answered for one nobody is asked about the others: that would wait as long."""
    away = False
    for lock in files:
        report = None if away else look_up(lock)
        away = report is None
        yield lock, report


def _status(wrong: Sequence[str], remainder: Sequence[str]) -> int:
    REMAINDER.parent.mkdir(parents=True, exist_ok=True)
    REMAINDER.write_text("".join(f"{name}\n" for name in remainder))
    for name in remainder:
        say(f"audit: NOT AUDITED, no database of vulnerabilities can be reached from here: {name}")
    if wrong:
        return 1
    return 2 if remainder and os.environ.get("UNAUDITED") != "allowed" else 0


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a command prints


if __name__ == "__main__":
    sys.exit(main())
