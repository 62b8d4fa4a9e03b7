"""Migrations stay what they were when they went out: a database that has run one is never told of a change of it."""

from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[3]
LISTED = Path(__file__).with_name("migrations.sha256")
"""As ``sha256sum`` writes it. A new migration is a line more; of one that has gone out no line is changed."""


def test_no_migration_is_other_than_it_went_out() -> None:
    listed = dict(reversed(line.split("  ", 1)) for line in LISTED.read_text().splitlines())
    there = {str(path.relative_to(ROOT)): sha256(path.read_bytes()).hexdigest() for path in _migrations()}
    assert there == listed, f"write another migration; enter a new one in {LISTED.name} by sha256sum"


def _migrations() -> list[Path]:
    return sorted(path for folder in ("services", "gateway") for path in (ROOT / folder).glob("**/versions/*.py"))
