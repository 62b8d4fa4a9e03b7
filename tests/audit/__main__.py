"""Looks every locked dependency up among the known vulnerabilities: ``make audit``.

Ends with 1 where one is known of a version that is locked and ``ACCEPTED`` does not say why it is no danger here. Where
no database of vulnerabilities can be reached, as behind a mirror of the package index alone, it says so, names what was
not looked up, and ends with 0: an outage of others is no fault of a change. With ``REQUIRE_AUDIT=1`` that is 1 as well.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = ROOT / "build" / "audit" / "venv" / "bin" / "pip-audit"
DATABASES: Final = ("pypi", "osv")
"""As pip-audit calls them: the package index's own, and that of OSV."""
SECONDS: Final = 10
ACCEPTED: Final[Mapping[str, str]] = {}
"""Vulnerabilities, by their ids, that are no danger here, with the reason."""


def locks() -> Sequence[Path]:
    """What is installed anywhere: the suite's own dependencies, those of its tests, and tools."""
    return sorted([*ROOT.glob("requirements*.lock"), *ROOT.glob("tests/*/requirements.lock")])


def findings(report: Mapping[str, Any], accepted: Mapping[str, str] = ACCEPTED) -> Sequence[str]:
    """What is known of a lock file's packages and not accepted, in lines to print."""
    return [
        _line(package, each)
        for package in report["dependencies"]
        for each in package.get("vulns", ())
        if not accepted.keys() & {each["id"], *each["aliases"]}
    ]


def _line(package: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    mended = ", ".join(known["fix_versions"]) or "no version"
    return f"{package['name']} {package['version']}: {known['id']} ({mended} mends it)"


def audited(lock: Path) -> Mapping[str, Any] | None:
    """What pip-audit says of a lock file, by the first database that answers; None where none does."""
    for database in DATABASES:
        command = [PROGRAM, "--requirement", lock, "--disable-pip", "--require-hashes", "--format", "json"]
        more = ["--vulnerability-service", database, "--timeout", str(SECONDS), "--progress-spinner", "off"]
        done = subprocess.run([*map(str, command), *more], capture_output=True, text=True, check=False, cwd=ROOT)
        try:
            found: Mapping[str, Any] = json.loads(done.stdout)
        except ValueError:
            continue
        return found
    return None


def main() -> int:
    wrong: list[str] = []
    for lock in locks():
        report = audited(lock)
        if report is None:  # the others would wait as long
            say("audit: NOT AUDITED: no database of vulnerabilities can be reached from here. Not looked up:")
            say(f"audit: {lock.relative_to(ROOT)} and what follows it. REQUIRE_AUDIT=1 makes that a failure.")
            return 1 if wrong or os.environ.get("REQUIRE_AUDIT", "0") != "0" else 0
        say(f"audit: {len(report['dependencies'])} packages of {lock.relative_to(ROOT)} were looked up")
        for line in findings(report):
            wrong.append(line)
            say(f"audit: KNOWN VULNERABILITY: {line}")
    return 1 if wrong else 0


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a command prints


if __name__ == "__main__":
    sys.exit(main())
