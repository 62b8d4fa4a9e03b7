"""What the audit of dependencies makes of what pip-audit says, and that it looks at every lock file."""

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


def test_what_is_known_is_told_with_what_mends_it() -> None:
    assert audit.findings(REPORT) == ["leaky 1.0: PYSEC-2026-1 (1.1 mends it)"]


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-1"])
def test_what_is_accepted_is_so_by_any_of_its_ids(name: str) -> None:
    assert audit.findings(REPORT, {name: "the parser is never called"}) == []


def test_every_lock_file_is_audited() -> None:
    found = set(REPOSITORY.glob("**/requirements*.lock")) - set(REPOSITORY.glob("build/**/*.lock"))
    assert {path for path in found if ".venv" not in path.parts} == set(audit.locks())


@pytest.mark.parametrize(("insisted", "status"), [("0", 0), ("1", 1)])
def test_where_nobody_can_be_asked_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], insisted: str, status: int
) -> None:
    monkeypatch.setenv("REQUIRE_AUDIT", insisted)
    monkeypatch.setattr(audit, "audited", lambda _lock: None)
    assert audit.main() == status
    assert "NOT AUDITED" in capsys.readouterr().out
