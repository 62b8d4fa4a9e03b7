"""The table of docs/risks.md is what the committed command prints."""

from pathlib import Path

from benchmarks.back_test import table

RISKS = Path(__file__).parents[3] / "docs" / "risks.md"


def test_the_table_in_the_document_is_what_the_command_prints() -> None:
    found = list(table())
    assert "\n".join(found) in RISKS.read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in found[2:]]
    assert len(rows) == 5 * 3
    assert {row[2] for row in rows if row[1] == "target"} == {"36"}, "three years of every provider"
