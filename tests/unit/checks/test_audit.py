"""What the audit of dependencies makes of what is said of them, and that it looks at every lock file."""

from pathlib import Path

import pytest

from tests.audit import __main__ as audit
from tests.unit.deploy.conftest import REPOSITORY

KNOWN = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["1.1"]}
REPORT = {
    "dependencies": [
        {"name": "sound", "version": "2.0", "vulns": []},
        {"name": "leaky", "version": "1.0", "vulns": [KNOWN]},
        {"name": "left-out", "skip_reason": "not on the index"},
    ]
}
ADVISORY = {"title": "Reads beyond its end", "url": "https://example.org/advisories/GHSA-1", "range": "<1.1"}
NPM_REPORT = {"vulnerabilities": {"leaky": {"via": [ADVISORY]}, "above": {"via": ["leaky"]}}}


def test_what_is_known_is_told_with_what_mends_it() -> None:
    assert audit.findings(REPORT) == ["leaky 1.0: PYSEC-2026-1 (1.1 mends it)"]
    assert audit.npm_findings(NPM_REPORT) == ["leaky <1.1: GHSA-1 (Reads beyond its end)"]


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-1"])
def test_what_is_accepted_is_so_by_any_of_its_ids(name: str) -> None:
    assert audit.findings(REPORT, {name: "the parser is never called"}) == []


def test_what_npm_knows_is_accepted_by_its_id() -> None:
    assert audit.npm_findings(NPM_REPORT, {"GHSA-1": "it is never called"}) == []


def ours(pattern: str) -> set[Path]:
    """Files of the repository, but for what is installed and built."""
    found = [path.relative_to(REPOSITORY) for path in REPOSITORY.glob(pattern)]
    apart = {".venv", "build", "node_modules"}
    return {REPOSITORY / path for path in found if not apart.intersection(path.parts)}


def test_every_lock_file_is_audited() -> None:
    assert ours("**/requirements*.lock") == set(audit.locks())
    assert ours("**/package-lock.json") == set(audit.npm_locks())
    assert audit.npm_locks()


NOBODY = None
SOUND = {"dependencies": []}
NPM_SOUND: dict[str, object] = {"vulnerabilities": {}}


@pytest.mark.parametrize(
    ("report", "npm_report", "allowed", "status"),
    [
        (SOUND, NPM_SOUND, "", 0),
        (REPORT, NPM_SOUND, "allowed", 1),
        (SOUND, NPM_REPORT, "allowed", 1),
        (NOBODY, NPM_SOUND, "", 2),
        (SOUND, NOBODY, "", 2),
        (NOBODY, NOBODY, "allowed", 0),
        (NOBODY, NPM_REPORT, "allowed", 1),
    ],
)
def test_an_audit_that_did_not_take_place_is_not_one_that_found_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    report: object,
    npm_report: object,
    allowed: str,
    status: int,
) -> None:
    monkeypatch.setenv("UNAUDITED", allowed)
    monkeypatch.setattr(audit, "audited", lambda _lock: report)
    monkeypatch.setattr(audit, "npm_audited", lambda _lock: npm_report)
    monkeypatch.setattr(audit, "REMAINDER", tmp_path / "audit" / "unaudited")
    assert audit.main() == status
    missing = [*(audit.locks() if report is None else ()), *(audit.npm_locks() if npm_report is None else ())]
    assert (tmp_path / "audit" / "unaudited").read_text().splitlines() == [
        str(path.relative_to(REPOSITORY)) for path in missing
    ]
    assert capsys.readouterr().out.count("NOT AUDITED") == len(missing)
